"""Fit the second layer for steps on what the sentence model says of voices it has not heard.

One logistic regression over all steps, in which each step may depart from what is weighed alike for all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from qa_nlp.model.fulfilment import CLUES, Fulfilment, StepsHeard, agent_letters, clues
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.corpus import Sample
from qa_nlp.training.fit import folds_of

LEAST_CALLS = 40
SMOOTHING = 5.0
# What is usual depends on who annotates more than what a sentence means: the careful ones count for more.
USUAL_CARE, CARE = 3, 2
# How much a step may depart from what is weighed alike for all, and how far any weight from 0.
LEEWAY, COST, ROUNDS = 0.3, 0.1, 200


def fit_fulfilment(
    samples: Sequence[Sample], odds: np.ndarray, labels: Sequence[str], subtypes: Sequence[str], book: Rulebook
) -> Fulfilment:
    """Fit on whole calls; with fewer than 40 of them, or fewer than two steps, nothing is weighed.

    Args:
        samples: the samples whose agent turns the rows of ``odds`` are, in this order.
        odds: (agent turns, labels) log odds by models that had not seen the voice.
        labels: steps and faults, the columns.
        subtypes: rows of the rates.
        book: whose step rules are heard too.
    """
    columns = [column for column, label in enumerate(labels) if label in book.steps]
    names = [labels[column] for column in columns]
    ends = np.cumsum([0, *(len(s.prepared.agent_turns) for s in samples)])
    chosen = [i for i, s in enumerate(samples) if s.subtype and not (s.only_faults or s.only_subtype or s.is_request)]
    if len(chosen) < LEAST_CALLS or len(columns) < 2:
        return Fulfilment.untaught(columns, len(subtypes))
    calls = [samples[i] for i in chosen]
    done = np.array([[_was_done(call, name) for name in names] for call in calls])
    rows = np.concatenate([np.arange(ends[i], ends[i + 1]) for i in chosen])
    heard = StepsHeard.of(
        1 / (1 + np.exp(-odds[rows][:, columns].astype(np.float64))), np.diff(ends)[chosen],
        agent_letters([call.prepared for call in calls]), np.array([_by_rule(call, names, book) for call in calls]),
    )  # fmt: skip
    of = np.array([subtypes.index(call.subtype) for call in calls])
    weights = np.array([call.weight for call in calls])
    fold = folds_of([call.voice for call in calls])
    usual = np.zeros(done.shape)
    for number in np.unique(fold):
        rest = fold != number
        usual[~rest] = _rates(done[rest], of[rest], weights[rest] ** USUAL_CARE, subtypes)[of[~rest]]
    shares, bias = _regression(clues(heard, usual), done, weights**CARE)
    rates = _rates(done, of, weights**USUAL_CARE, subtypes)
    return Fulfilment(np.array(columns, dtype=np.int64), rates.astype(np.float32), shares, bias)


def _regression(found: np.ndarray, done: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (CLUES, steps) and bias (steps,) from clues (calls, CLUES, steps)."""
    calls, _, steps = found.shape
    plain = found.transpose(0, 2, 1).reshape(calls * steps, len(CLUES))
    mean, spread = plain.mean(axis=0), np.maximum(plain.std(axis=0), 1e-9)
    plain = (plain - mean) / spread
    own = np.hstack([LEEWAY * plain, np.ones((len(plain), 1))])
    width = own.shape[1]
    places = np.tile(np.arange(steps), calls)[:, None] * width + np.arange(width)
    departures = sparse.csr_matrix(
        (own.ravel(), places.ravel(), np.arange(len(own) + 1) * width), shape=(len(own), steps * width)
    )
    model = LogisticRegression(C=COST, max_iter=ROUNDS)
    model.fit(
        sparse.hstack([sparse.csr_matrix(plain), departures], format="csr"), done.ravel(), np.repeat(weights, steps)
    )
    alike, each = model.coef_[0, : len(CLUES)], model.coef_[0, len(CLUES) :].reshape(steps, width)
    shares = (alike + LEEWAY * each[:, :-1]) / spread
    bias = model.intercept_[0] + each[:, -1] - shares @ mean
    return shares.T.astype(np.float32), bias.astype(np.float32)


def _was_done(sample: Sample, step: str) -> bool:
    return any(step in turn.acts for turn in sample.call.turns)


def _by_rule(sample: Sample, steps: Sequence[str], book: Rulebook) -> list[bool]:
    hits = (hit.rule for hit in book.matcher.scan(sample.prepared) if hit.rule.kind == "step")
    found = {rule.code for rule in hits if rule.concerns(sample.subtype)}
    return [step in found for step in steps]


def _rates(done: np.ndarray, of: np.ndarray, weights: np.ndarray, subtypes: Sequence[str]) -> np.ndarray:
    """Shares (subtypes, steps) of calls with the step: of a subtype, drawn towards its category's, towards all calls'."""
    counted = done * weights[:, None]
    overall = (counted.sum(axis=0) + 1.0) / (weights.sum() + 2.0)
    category = np.array([name.split(".")[0] for name in subtypes])
    rates = np.zeros((len(subtypes), done.shape[1]))
    for row in range(len(subtypes)):
        kin = category[of] == category[row]
        wide = (counted[kin].sum(axis=0) + SMOOTHING * overall) / (weights[kin].sum() + SMOOTHING)
        own = of == row
        rates[row] = (counted[own].sum(axis=0) + SMOOTHING * wide) / (weights[own].sum() + SMOOTHING)
    return rates
