"""Neighbouring faults told apart: the parts add up to what the reading makes of them."""

from __future__ import annotations

import numpy as np

from qa_nlp.model.linear import Linear, rivalling
from qa_nlp.training.fit import Fitted
from qa_nlp.training.sentences import among_faults, told_apart

CODES = ("blame", "cold", "command")


def test_each_entry_meets_the_best_of_the_others() -> None:
    assert rivalling(np.array([[3.0, 1.0, 2.0], [0.0, 5.0, 5.0]])).tolist() == [[2.0, 3.0, 3.0], [5.0, 5.0, 5.0]]


def test_codes_are_not_asked_of_blameless_turns() -> None:
    found = among_faults(np.array([[0, 0, 0], [1, 0, 1]]))
    assert found.tolist() == [[0, -1, -1, -1], [1, 1, 0, 1]]


def test_a_code_that_the_words_call_another_loses() -> None:
    fitted, targets = _fitted()
    labels = ["greet", *CODES]
    linear, unseen, rivals, weight = told_apart(fitted, targets, labels, CODES)
    assert linear.labels == ("greet", *CODES) and rivals.labels == CODES and weight < 0
    right = (unseen[:, 1:].argmax(axis=1) == targets[:, 1:].argmax(axis=1))[targets[:, 1:].any(axis=1)]
    before = (fitted.unseen[:, 1:4].argmax(axis=1) == targets[:, 1:].argmax(axis=1))[targets[:, 1:].any(axis=1)]
    assert right.mean() > before.mean()
    np.testing.assert_array_equal(unseen[:, 0], fitted.unseen[:, 0])


def test_too_few_codes_leave_the_labels_as_they_are() -> None:
    fitted, targets = _fitted()
    linear, unseen, _, weight = told_apart(fitted, targets[:, :2], ["greet", "blame"], ("blame",))
    assert weight == 0.0 and np.array_equal(unseen, fitted.unseen[:, :2])
    np.testing.assert_array_equal(linear.weights, fitted.linear.weights[:, :2])


def _fitted() -> tuple[Fitted, np.ndarray]:
    """Margins in which a turn's own code is hard to tell, but easy among faulty turns."""
    random = np.random.default_rng(3)
    code = random.integers(0, 6, 900)
    targets = np.zeros((900, 4), dtype=np.int64)
    targets[np.arange(900)[code < 3], code[code < 3] + 1] = 1
    targets[:, 0] = code == 4
    own = targets + random.normal(0, 0.8, targets.shape)
    faulty = (code < 3)[:, None] + random.normal(0, 0.3, (900, 1))
    among = targets[:, 1:] + random.normal(0, 0.3, (900, 3))
    names = ("greet", *CODES, "fault", *(f"among:{c}" for c in CODES))
    weights = random.normal(0, 1, (5, 8)).astype(np.float32)
    ones = np.ones(8, np.float32)
    return Fitted(Linear(names, np.arange(5), weights, ones, ones, ones), np.hstack([own, faulty, among])), targets
