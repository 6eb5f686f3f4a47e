"""Which clause of a turn speaks most for a label, for many turns at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from qa_nlp.check.evidence import Evidence
from qa_nlp.model.ngrams import Grams, Ints, ngrams
from qa_nlp.text import tables
from qa_nlp.text.fold import SEPARATOR, Folded

MARKS = ",.!?;:~… \n"
Span = tuple[int, int]


@dataclass(frozen=True)
class Clauses:
    """The clauses of several calls, whose texts are thought behind one another with a mark between.

    ``begins``, ``ends`` (clauses,) are positions in that text; ``before`` (letters + 1,) counts the clauses
    that begin before a position; ``bases`` (calls + 1,) is where the text of each call begins.
    """

    begins: Ints
    ends: Ints
    before: Ints
    bases: Ints

    @classmethod
    def of(cls, texts: Sequence[Folded]) -> Clauses:
        """Split every turn where it has a mark or a space."""
        bases = np.cumsum([0, *(len(text.codes) + 1 for text in texts)], dtype=np.int64)
        separator = np.array([SEPARATOR], dtype=np.int32)
        is_word = ~_marks()[np.concatenate([part for text in texts for part in (text.codes, separator)])]
        edges = np.diff(is_word.astype(np.int8), prepend=0)
        before = np.concatenate([[0], np.cumsum(edges == 1)])
        return cls(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), before, bases)


def best_clauses(gathered: Sequence[Evidence], calls: Ints, turns: Ints, columns: Ints) -> list[Span]:
    """For each label (its column), turn and call the joined span of the clause whose n-grams weigh most for it.

    The whole turn where it holds nothing but marks.
    """
    texts = [evidence.prepared.folded for evidence in gathered]
    clauses = Clauses.of(texts)
    places = list(zip(calls.tolist(), turns.tolist(), strict=True))
    starts = np.array([texts[call].starts[turn] for call, turn in places], dtype=np.int64)
    stops = np.array([texts[call].ends[turn] for call, turn in places], dtype=np.int64)
    base = clauses.bases[calls]
    first = clauses.before[base + starts]
    counts = clauses.before[base + stops] - first
    spans = np.stack([starts, stops], axis=1)
    some = np.flatnonzero(counts)
    best = first[some]
    several = counts[some] > 1
    if several.any():
        chosen = some[several]
        best[several] += _heaviest(
            gathered, clauses, calls[chosen], turns[chosen], columns[chosen], first[chosen], counts[chosen]
        )
    spans[some, 0] = clauses.begins[best] - base[some]
    spans[some, 1] = clauses.ends[best] - base[some]
    return [(start, stop) for start, stop in spans.tolist()]


def _heaviest(
    gathered: Sequence[Evidence], clauses: Clauses, calls: Ints, turns: Ints, columns: Ints, first: Ints, counts: Ints
) -> Ints:
    """Which of its clauses weighs most for each label."""
    grams, first_turns = _grams(gathered)
    table = gathered[0].model.agents
    slots, places, sizes = grams.of_turns(first_turns[calls] + turns)
    rows = table.rows[slots]
    weights = np.where(rows >= 0, table.weights[rows, np.repeat(columns, sizes)[:, None]], 0).sum(axis=1)
    begins = np.cumsum(counts) - counts
    clause = clauses.before[places + np.repeat(clauses.bases[calls], sizes) + 1] - 1 + np.repeat(begins - first, sizes)
    sums = np.bincount(clause, weights, int(counts.sum()))
    # Marks of other kinds behind the last letter are no clause.
    last = begins.copy()
    spoken = np.flatnonzero(sizes)
    last[spoken] = clause[np.cumsum(sizes)[spoken] - 1]
    sums[np.arange(len(sums)) > np.repeat(last, counts)] = -np.inf
    return peaks(sums, counts)


def peaks(values: np.ndarray, sizes: Ints) -> Ints:
    """Where in each of the runs (none empty) that lie behind one another in ``values`` the greatest value stands first."""
    begins = np.cumsum(sizes) - sizes
    if not len(begins):
        return begins
    places = np.flatnonzero(values == np.repeat(np.maximum.reduceat(values, begins), sizes))
    result: Ints = places[np.searchsorted(places, begins)] - begins
    return result


def _grams(gathered: Sequence[Evidence]) -> tuple[Grams, Ints]:
    """The n-grams of the calls, and the number that the first turn of each has in them."""
    read = gathered[0].read
    if read is None or any(evidence.read is not read for evidence in gathered):
        grams = ngrams([evidence.prepared for evidence in gathered])
        return grams, grams.first
    return read, np.array([evidence.first_turn for evidence in gathered], dtype=np.int64)


@cache
def _marks() -> npt.NDArray[np.bool_]:
    marks = np.zeros(tables.SIZE, dtype=bool)
    marks[list(map(ord, MARKS))] = True
    return marks
