"""Fit the sentence model: steps and faults of each agent turn.

Beside one model a label, one tells faults at all from blameless turns, one a code, learned from faulty turns alone,
tells the codes apart, and one a code hears single clauses: those that an annotator quoted. A second layer, learned
from what they say of voices they have not heard, weighs them together (``blending``). Figures: docs/training.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_nlp.model.blend import ANY, Blend, Margins
from qa_nlp.model.features import Batch, read, sentence_fields
from qa_nlp.model.fulfilment import Fulfilment
from qa_nlp.model.linear import Linear
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.blending import fit_blend
from qa_nlp.training.corpus import Sample
from qa_nlp.training.fit import Fitted, fit
from qa_nlp.training.fulfilment import fit_fulfilment
from qa_nlp.training.matrix import counted, counted_in_clauses

COST = 0.5
AMONG = "among:"
# Letters of a quote that a clause must hold; quotes are cut by hand.
QUOTED = 2


@dataclass(frozen=True)
class Sentences:
    """The parts of ``Model`` that concern agent turns."""

    linear: Linear
    among: Linear
    clauses: Linear
    blend: Blend
    fulfilment: Fulfilment


def fit_sentences(samples: Sequence[Sample], subtypes: Sequence[str], book: Rulebook, jobs: int) -> Sentences:
    """Fit on every agent turn that was annotated."""
    spoken = [s for s in samples if s.prepared.agent_turns and not s.only_subtype]
    seen = {a for s in spoken for t in s.call.turns for a in (*t.acts, *(tag.code for tag in t.faults))}
    labels = [name for name in (*book.steps, *book.codes) if name in seen]
    codes = [name for name in labels if name in book.codes]
    batch = read([s.prepared for s in spoken])
    targets = sentence_targets(spoken, labels, book)
    at = [labels.index(code) for code in codes]
    by_turn = fit_turns(spoken, batch, targets, labels, codes, jobs)
    by_clause = fit_clauses(spoken, batch, codes, jobs)
    linear, among = _columns(by_turn.linear, slice(len(labels))), _columns(by_turn.linear, slice(len(labels), None))
    grams, clauses = batch.grams, batch.agent_clauses
    heard = Margins(
        by_turn.unseen[:, at], by_turn.unseen[:, len(labels) :], by_clause.unseen, grams.turns[clauses],
        grams.asks[clauses], batch.agents, by_clause.linear.bias,
    )  # fmt: skip
    blend = fit_blend(heard, targets[:, at])
    # The second layer speaks in log odds.
    linear.scale[at], linear.shift[at] = 1.0, 0.0
    odds = linear.scale * by_turn.unseen[:, : len(labels)] + linear.shift
    odds[:, at] = blend.odds(heard)
    fulfilment = fit_fulfilment(spoken, odds, labels, subtypes, book)
    return Sentences(linear, among, by_clause.linear, blend, fulfilment)


def fit_turns(
    samples: Sequence[Sample],
    batch: Batch,
    targets: np.ndarray,
    labels: Sequence[str],
    codes: Sequence[str],
    jobs: int,
) -> Fitted:
    """Fit on every agent turn: the labels, then the codes among faulty turns, then any fault."""
    features = counted(batch, sentence_fields(batch), with_places=True)
    voices = [s.voice for s in samples for _ in s.prepared.agent_turns]
    weights = np.array([s.weight for s in samples for _ in s.prepared.agent_turns])
    columns = np.hstack([targets, among_faults(targets[:, [labels.index(code) for code in codes]])])
    names = [*labels, *(f"{AMONG}{code}" for code in codes), ANY]
    return fit(features, columns, names, voices, cost=COST, weights=weights, jobs=jobs)


def fit_clauses(samples: Sequence[Sample], batch: Batch, codes: Sequence[str], jobs: int) -> Fitted:
    """Fit on every clause of the agents' turns: the codes, then any fault."""
    sample_of = batch.call_of[batch.grams.turns[batch.agent_clauses]].tolist()
    voices = [samples[number].voice for number in sample_of]
    weights = np.array([samples[number].weight for number in sample_of])
    targets = clause_targets(samples, batch, codes)
    columns = np.hstack([targets, targets.any(axis=1, keepdims=True)])
    return fit(counted_in_clauses(batch), columns, [*codes, ANY], voices, cost=COST, weights=weights, jobs=jobs)


def sentence_targets(samples: Sequence[Sample], labels: Sequence[str], book: Rulebook) -> np.ndarray:
    """(agent turns, labels) of 0 and 1; -1 for steps where only the faults were annotated."""
    column = {name: k for k, name in enumerate(labels)}
    is_step = np.array([name in book.steps for name in labels])
    rows = []
    for sample in samples:
        blank = np.where(is_step & sample.only_faults, -1, 0)
        for turn in sample.prepared.agent_turns:
            row = blank.copy()
            names = [*sample.call.turns[turn].acts, *(tag.code for tag in sample.call.turns[turn].faults)]
            row[[column[name] for name in names if name in column]] = 1
            rows.append(row)
    return np.stack(rows)


def clause_targets(samples: Sequence[Sample], batch: Batch, codes: Sequence[str]) -> np.ndarray:
    """(agent clauses, codes) of 0 and 1: a clause has the faults whose quotes it holds two letters of, or all."""
    grams, clauses = batch.grams, batch.agent_clauses
    targets = np.zeros((len(clauses), len(codes)), dtype=np.int64)
    column = {code: k for k, code in enumerate(codes)}
    calls = batch.call_of[grams.turns[clauses]]
    turns = grams.turns[clauses] - grams.first[calls]
    spans = grams.begins[clauses].tolist(), grams.ends[clauses].tolist()
    places = zip(calls.tolist(), turns.tolist(), *spans, strict=True)
    for row, (call, turn, begin, end) in enumerate(places):
        prepared = samples[call].prepared
        for tag in prepared.call.turns[turn].faults:
            first, last = prepared.folded.raw_span(turn, begin, end)
            common = min(tag.end, last) - max(tag.start, first)
            if tag.code in column and common >= min(QUOTED, tag.end - tag.start):
                targets[row, column[tag.code]] = 1
    return targets


def among_faults(targets: np.ndarray) -> np.ndarray:
    """(turns, codes + 1): each code, -1 (unasked) in blameless turns; whether there is any fault."""
    faulty = (targets > 0).any(axis=1, keepdims=True)
    return np.hstack([np.where(faulty, targets, -1), faulty.astype(np.int64)])


def _columns(linear: Linear, chosen: slice) -> Linear:
    labels = tuple(label.removeprefix(AMONG) for label in linear.labels[chosen])
    parts = linear.weights[:, chosen], linear.bias[chosen], linear.scale[chosen].copy(), linear.shift[chosen].copy()
    return Linear(labels, linear.keys, *parts)
