"""Which clause of a turn speaks most for a label, for many turns at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from qa_nlp.check.evidence import Evidence
from qa_nlp.model.ngrams import Ints
from qa_nlp.model.reading import Reading, reading
from qa_nlp.text.fold import Folded

Span = tuple[int, int]


def best_clauses(gathered: Sequence[Evidence], calls: Ints, turns: Ints, columns: Ints) -> list[Span]:
    """For each label (its column), agent turn and call the joined span of the clause that speaks most for it.

    The whole turn where it holds nothing but marks.
    """
    heard, first = _heard(gathered)
    grams = heard.batch.grams
    places = list(zip(calls.tolist(), turns.tolist(), strict=True))
    spans = np.array([(text.starts[turn], text.ends[turn]) for text, turn in _texts(gathered, places)]).reshape(-1, 2)
    begins, ends = (grams.clauses_before[first[calls] + turns + after] for after in (0, 1))
    some = np.flatnonzero(ends > begins)
    counts = (ends - begins)[some]
    clauses = np.arange(int(counts.sum())) + np.repeat(begins[some] - (np.cumsum(counts) - counts), counts)
    rows = np.searchsorted(heard.batch.agent_clauses, clauses)
    best = begins[some] + peaks(heard.speaking[rows, np.repeat(columns[some], counts)], counts)
    spans[some] = np.stack([grams.begins[best], grams.ends[best]], axis=1)
    return [(start, stop) for start, stop in spans.tolist()]


def peaks(values: np.ndarray, sizes: Ints) -> Ints:
    """Where in each of the runs (none empty) that lie behind one another in ``values`` the greatest value stands first."""
    begins = np.cumsum(sizes) - sizes
    if not len(begins):
        return begins
    places = np.flatnonzero(values == np.repeat(np.maximum.reduceat(values, begins), sizes))
    result: Ints = places[np.searchsorted(places, begins)] - begins
    return result


def _heard(gathered: Sequence[Evidence]) -> tuple[Reading, Ints]:
    """The calls as the model reads them, and the number that the first turn of each has there."""
    heard = gathered[0].heard
    if heard is None or any(evidence.heard is not heard for evidence in gathered):
        heard = reading([evidence.prepared for evidence in gathered], gathered[0].model)
        return heard, heard.batch.grams.first
    return heard, np.array([evidence.first_turn for evidence in gathered], dtype=np.int64)


def _texts(gathered: Sequence[Evidence], places: Sequence[tuple[int, int]]) -> Iterator[tuple[Folded, int]]:
    return ((gathered[call].prepared.folded, turn) for call, turn in places)
