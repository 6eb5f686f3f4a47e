"""Fit the sentence model: steps and faults of each agent turn, and which of two neighbouring faults it is.

Beside one model a label, one tells faults at all from blameless turns, and one a code, learned from
faulty turns alone, tells the codes apart. Logistic regression on voices they had not seen adds them
up for the codes; all but the last share is one linear model again. Figures: docs/training.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa_nlp.model.features import read, sentence_fields
from qa_nlp.model.linear import Linear, rivalling
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.corpus import Sample
from qa_nlp.training.fit import Fitted, fit, platt
from qa_nlp.training.matrix import counted
from qa_nlp.training.usual import Usual, fit_usual

FEWEST_CODES = 3


@dataclass(frozen=True)
class Sentences:
    """``linear`` for every label; ``rivals`` and ``rival_weight``: what speaks for another code counts against one."""

    linear: Linear
    rivals: Linear
    rival_weight: float
    usual: Usual


def fit_sentences(samples: Sequence[Sample], subtypes: Sequence[str], book: Rulebook, jobs: int) -> Sentences:
    """Fit on every agent turn that was annotated."""
    spoken = [s for s in samples if s.prepared.agent_turns and not s.only_subtype]
    seen = {a for s in spoken for t in s.call.turns for a in (*t.acts, *(tag.code for tag in t.faults))}
    labels = [name for name in (*book.steps, *book.codes) if name in seen]
    codes = [name for name in labels if name in book.codes]
    batch = read([s.prepared for s in spoken])
    features = counted(batch, sentence_fields(batch), with_places=True)
    voices = [s.voice for s in spoken for _ in s.prepared.agent_turns]
    weights = np.array([s.weight for s in spoken for _ in s.prepared.agent_turns])
    targets = sentence_targets(spoken, labels, book)
    at = [labels.index(code) for code in codes]
    columns = np.hstack([targets, among_faults(targets[:, at])])
    names = [*labels, "fault", *(f"among:{code}" for code in codes)]
    fitted = fit(features, columns, names, voices, weights=weights, jobs=jobs)
    linear, unseen, rivals, weight = told_apart(fitted, targets, labels, codes)
    odds = linear.scale * unseen + linear.shift
    return Sentences(linear, rivals, weight, fit_usual(spoken, odds, labels, subtypes, book))


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


def among_faults(targets: np.ndarray) -> np.ndarray:
    """(turns, 1 + codes): whether there is any fault; each code, -1 (unasked) in blameless turns."""
    faulty = (targets > 0).any(axis=1, keepdims=True)
    return np.hstack([faulty.astype(np.int64), np.where(faulty, targets, -1)])


def told_apart(
    fitted: Fitted, targets: np.ndarray, labels: Sequence[str], codes: Sequence[str]
) -> tuple[Linear, np.ndarray, Linear, float]:
    """The model of all labels and its margins on unseen voices, the rivals, and their weight.

    Args:
        fitted: labels, then any fault, then the codes among faults.
        targets: (turns, labels).
        labels: columns of ``targets``.
        codes: those of them that are faults.
    """
    whole, width = fitted.linear, len(labels)
    plain, rivals = _columns(whole, slice(0, width)), _columns(whole, slice(width + 1, None))
    if len(codes) < FEWEST_CODES:
        return plain, fitted.unseen[:, :width], rivals, 0.0
    at = [labels.index(code) for code in codes]
    own, any_, among = fitted.unseen[:, at], fitted.unseen[:, [width]], fitted.unseen[:, width + 1 :]
    inputs = [own, np.broadcast_to(any_, own.shape), among, rivalling(among)]
    known = (targets[:, at] >= 0).ravel()
    model = LogisticRegression(C=10.0, max_iter=500)
    model.fit(np.stack([part.ravel()[known] for part in inputs], axis=1), targets[:, at].ravel()[known])
    shares = model.coef_[0]
    unseen = fitted.unseen[:, :width].copy()
    unseen[:, at] = sum(share * part for share, part in zip(shares, inputs, strict=True))
    weights, bias = plain.weights.copy(), plain.bias.copy()
    weights[:, at] = shares[0] * weights[:, at] + shares[1] * whole.weights[:, [width]] + shares[2] * rivals.weights
    bias[at] = shares[0] * bias[at] + shares[1] * whole.bias[width] + shares[2] * rivals.bias
    scale, shift = platt(unseen, targets)
    linear = Linear(tuple(labels), whole.keys, weights.astype(np.float32), bias.astype(np.float32), scale, shift)
    return linear, unseen, rivals, round(float(shares[3]), 4)


def _columns(linear: Linear, chosen: slice) -> Linear:
    labels = tuple(label.removeprefix("among:") for label in linear.labels[chosen])
    parts = linear.weights[:, chosen], linear.bias[chosen], linear.scale[chosen], linear.shift[chosen]
    return Linear(labels, linear.keys, *parts)
