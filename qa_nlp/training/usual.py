"""Fit how usual each step is in calls of each subtype, and what an agent's thoroughness adds.

One logistic regression over all steps of calls in voices the sentence model had not seen gives the weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa_nlp.check.steps import DENIED
from qa_nlp.model.usual import Usual, thoroughness
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.corpus import Sample
from qa_nlp.training.fit import folds_of

LEAST_CALLS = 40
SMOOTHING = 5.0
EDGE = 1e-3
# What is usual depends on who annotates more than what a sentence means: the careful ones count for more.
CARE = 3
# A rule may be doubted where it was wrong so often when little else spoke for the step.
LEAST_DENIED, MOST_RIGHT = 3, 1 / 3


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
    prior, rates = np.zeros((2, len(subtypes), len(labels)))
    if len(chosen) < LEAST_CALLS or not len(steps):
        return Usual(1.0, prior.astype(np.float32), rates.astype(np.float32), 0.0)
    names = [labels[k] for k in steps]
    done = np.array([[_was_done(samples[i], name) for name in names] for i in chosen])
    by_rule = np.array([_by_rule(samples[i], names, book) for i in chosen])
    best = np.array([odds[ends[i] : ends[i + 1], steps].max(axis=0) for i in chosen])
    of = np.array([subtypes.index(samples[i].subtype) for i in chosen])
    weights = np.array([samples[i].weight for i in chosen]) ** CARE
    fold = folds_of([samples[i].voice for i in chosen])
    usual = np.zeros(best.shape)
    for number in np.unique(fold):
        rest = fold != number
        usual[~rest] = _rates(done[rest], of[rest], weights[rest], subtypes)[of[~rest]]
    ones = np.tile(np.eye(len(steps)), (len(chosen), 1))
    plain = [best.reshape(-1, 1), usual.reshape(-1, 1), by_rule.reshape(-1, 1)]
    model = LogisticRegression(C=1.0, max_iter=1000)
    each = np.repeat(weights, len(steps))
    model.fit(np.hstack([*plain, ones]), done.ravel(), each)
    first = model.coef_[0, 0] * best + model.coef_[0, 1] * usual + model.coef_[0, 3:] + model.intercept_[0]
    more = thoroughness(first, np.exp(usual) / (1 + np.exp(usual)), by_rule).reshape(-1, 1)
    model.fit(np.hstack([*plain, more, ones]), done.ravel(), each)
    log_odds = _rates(done, of, weights, subtypes)
    prior[:, steps] = model.coef_[0, 1] * log_odds + model.coef_[0, 4:] + model.intercept_[0]
    rates[:, steps] = np.exp(log_odds) / (1 + np.exp(log_odds))
    weight, thorough = round(float(model.coef_[0, 0]), 4), round(float(model.coef_[0, 3]), 4)
    return Usual(weight, prior.astype(np.float32), rates.astype(np.float32), thorough)


def doubted_rules(
    samples: Sequence[Sample], odds: np.ndarray, labels: Sequence[str], subtypes: Sequence[str], usual: Usual,
    book: Rulebook,
) -> dict[str, str]:  # fmt: skip
    """Step rules, and their fingerprints, that were mostly wrong where the chance of their step was below ``DENIED``.

    The same arguments as for ``fit_usual``. A rule of which the calls show too little is believed.
    """
    right: dict[str, list[bool]] = {}
    rules = {rule.id: rule for rule in book.rules if rule.kind == "step"}
    columns = {label: column for column, label in enumerate(labels)}
    ends = np.cumsum([0, *(len(s.prepared.agent_turns) for s in samples)])
    for number, sample in enumerate(samples):
        if not sample.subtype or sample.only_faults or sample.only_subtype or sample.is_request:
            continue
        hits = {hit.rule.id for hit in book.matcher.scan(sample.prepared) if hit.rule.id in rules}
        hits = {name for name in hits if rules[name].code in columns and rules[name].concerns(sample.subtype)}
        by_rule = np.zeros((1, len(labels)), dtype=bool)
        by_rule[0, [columns[rules[name].code] for name in hits]] = True
        best = odds[ends[number] : ends[number + 1]].max(axis=0, keepdims=True)
        found = usual.odds(best, np.array([[subtypes.index(sample.subtype)]]), by_rule)[0]
        for name in hits:
            code = rules[name].code
            if found[columns[code]] < np.log(DENIED / (1 - DENIED)):
                right.setdefault(name, []).append(_was_done(sample, code))
    doubted = [n for n, found in right.items() if len(found) >= LEAST_DENIED and np.mean(found) <= MOST_RIGHT]
    return {name: rules[name].fingerprint for name in sorted(doubted)}


def _was_done(sample: Sample, step: str) -> bool:
    return any(step in turn.acts for turn in sample.call.turns)


def _by_rule(sample: Sample, steps: Sequence[str], book: Rulebook) -> list[bool]:
    hit = {hit.rule.code for hit in book.matcher.scan(sample.prepared) if hit.rule.kind == "step"}
    return [step in hit for step in steps]


def _rates(done: np.ndarray, of: np.ndarray, weights: np.ndarray, subtypes: Sequence[str]) -> np.ndarray:
    """Log odds (subtypes, steps): rates of a subtype, drawn towards its category's, drawn towards all calls'."""
    counted = done * weights[:, None]
    overall = (counted.sum(axis=0) + 1.0) / (weights.sum() + 2.0)
    category = np.array([name.split(".")[0] for name in subtypes])
    rates = np.zeros((len(subtypes), done.shape[1]))
    for row in range(len(subtypes)):
        kin = category[of] == category[row]
        wide = (counted[kin].sum(axis=0) + SMOOTHING * overall) / (weights[kin].sum() + SMOOTHING)
        own = of == row
        rates[row] = (counted[own].sum(axis=0) + SMOOTHING * wide) / (weights[own].sum() + SMOOTHING)
    result: np.ndarray = np.log(rates + EDGE) - np.log(1 - rates + EDGE)
    return result
