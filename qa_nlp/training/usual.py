"""How usual each step is in calls of each subtype, weighed against what the sentence model hears.

A doubtful sentence is likelier a step where agents usually do that step. One logistic regression
over all steps of calls in voices the sentence model had not seen gives the two weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.corpus import Sample
from qa_nlp.training.fit import folds_of

LEAST_CALLS = 40
SMOOTHING = 5.0
EDGE = 1e-3


@dataclass(frozen=True)
class Usual:
    """Log odds of a step in a call: ``weight`` · the model's best log odds + ``prior`` (subtypes, labels)."""

    weight: float
    prior: np.ndarray


def fit_usual(
    samples: Sequence[Sample], odds: np.ndarray, labels: Sequence[str], subtypes: Sequence[str], book: Rulebook
) -> Usual:
    """Fit on whole calls; with fewer than 40 of them the model's word stands alone.

    Args:
        samples: the samples whose agent turns the rows of ``odds`` are, in this order.
        odds: (agent turns, labels) log odds by models that had not seen the voice.
        labels: steps and faults, the columns; faults get no prior.
        subtypes: rows of the prior.
        book: whose step rules take precedence; where they hit, the weights are not asked.
    """
    steps = np.array([column for column, label in enumerate(labels) if label in book.steps])
    ends = np.cumsum([0, *(len(s.prepared.agent_turns) for s in samples)])
    chosen = [i for i, s in enumerate(samples) if s.subtype and not (s.only_faults or s.only_subtype or s.is_request)]
    nothing = Usual(1.0, np.zeros((len(subtypes), len(labels)), dtype=np.float32))
    if len(chosen) < LEAST_CALLS or not len(steps):
        return nothing
    names = [labels[k] for k in steps]
    done = np.array([[_was_done(samples[i], name) for name in names] for i in chosen])
    by_rule = np.array([_by_rule(samples[i], names, book) for i in chosen])
    best = np.array([odds[ends[i] : ends[i + 1], steps].max(axis=0) for i in chosen])
    of = np.array([subtypes.index(samples[i].subtype) for i in chosen])
    fold = folds_of([samples[i].voice for i in chosen])
    usual = np.zeros(best.shape)
    for number in np.unique(fold):
        usual[fold == number] = _rates(done[fold != number], of[fold != number], subtypes)[of[fold == number]]
    ones = np.tile(np.eye(len(steps)), (len(chosen), 1))
    inputs = np.hstack([best.reshape(-1, 1), usual.reshape(-1, 1), by_rule.reshape(-1, 1), ones])
    model = LogisticRegression(C=1.0, max_iter=1000).fit(inputs, done.ravel())
    prior = np.zeros((len(subtypes), len(labels)))
    prior[:, steps] = model.coef_[0, 1] * _rates(done, of, subtypes) + model.coef_[0, 3:] + model.intercept_[0]
    return Usual(round(float(model.coef_[0, 0]), 4), prior.astype(np.float32))


def _was_done(sample: Sample, step: str) -> bool:
    return any(step in turn.acts for turn in sample.call.turns)


def _by_rule(sample: Sample, steps: Sequence[str], book: Rulebook) -> list[bool]:
    hit = {hit.rule.code for hit in book.matcher.scan(sample.prepared) if hit.rule.kind == "step"}
    return [step in hit for step in steps]


def _rates(done: np.ndarray, of: np.ndarray, subtypes: Sequence[str]) -> np.ndarray:
    """Log odds (subtypes, steps): rates of a subtype, drawn towards its category's, drawn towards all calls'."""
    overall = (done.sum(axis=0) + 1.0) / (len(done) + 2.0)
    category = np.array([name.split(".")[0] for name in subtypes])
    rates = np.zeros((len(subtypes), done.shape[1]))
    for row in range(len(subtypes)):
        kin = category[of] == category[row]
        wide = (done[kin].sum(axis=0) + SMOOTHING * overall) / (kin.sum() + SMOOTHING)
        own = of == row
        rates[row] = (done[own].sum(axis=0) + SMOOTHING * wide) / (own.sum() + SMOOTHING)
    result: np.ndarray = np.log(rates + EDGE) - np.log(1 - rates + EDGE)
    return result
