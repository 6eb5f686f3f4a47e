"""How usual a step is and how thorough the agent: the other steps of a call count, the step itself does not."""

from __future__ import annotations

import numpy as np

from qa_nlp.model.usual import Usual, thoroughness

NOTHING = np.zeros((1, 3), dtype=bool)
# Two steps that half of the calls have, and a label that is no step.
RATES = np.array([[0.5, 0.5, 0.0]])


def test_other_steps_count() -> None:
    more = thoroughness(np.array([[9.0, 0.0, 0.0]]), RATES, NOTHING)
    assert more[0, 1] > 0.5
    assert abs(more[0, 0]) < 1e-6


def test_a_rule_is_certain() -> None:
    by_rule = np.array([[True, False, False]])
    assert thoroughness(np.array([[-9.0, 0.0, 0.0]]), RATES, by_rule)[0, 1] > 0.5
    assert thoroughness(np.array([[-9.0, 0.0, 0.0]]), RATES, NOTHING)[0, 1] < -0.5


def test_what_is_no_step_is_not_counted() -> None:
    plain, loud = (thoroughness(np.array([[0.0, 0.0, odds]]), RATES, NOTHING) for odds in (-9.0, 9.0))
    assert np.array_equal(plain, loud)


def test_doubtful_calls_lie_between_their_subtypes() -> None:
    prior = np.array([[2.0, 0.0, 0.0], [-2.0, 0.0, 0.0]], dtype=np.float32)
    usual = Usual(0.5, prior, np.repeat(RATES, 2, axis=0).astype(np.float32), 0.0)
    heard = np.array([[1.0, 0.0, 0.0]])
    found = [usual.odds(heard, np.array([pair]), NOTHING)[0, 0] for pair in ((0, 0), (0, 1), (1, 1))]
    assert found == [2.5, 0.5, -1.5]


def test_without_steps_nothing_is_added() -> None:
    usual = Usual(1.0, np.zeros((1, 3), np.float32), np.zeros((1, 3), np.float32), 0.3)
    assert np.array_equal(usual.odds(np.ones((1, 3)), np.array([[0, 0]]), NOTHING), np.ones((1, 3)))
