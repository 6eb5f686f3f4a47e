"""What speaks for a step in a call: gathered from its sentences, weighed with what is usual and how thorough the agent is."""

from __future__ import annotations

import numpy as np
import pytest

from qa_nlp.model.fulfilment import CLUES, EDGE, LOUDEST, Fulfilment, StepsHeard, clues, log_odds, thoroughness

NOTHING = np.zeros((1, 3), dtype=bool)
# Two steps that half of the calls have, and one that none has.
RATES = np.array([[0.5, 0.5, 0.0]])


def odds_of(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def heard_in_two_calls() -> StepsHeard:
    """Two steps; a call of three agent turns and one of a single turn."""
    probabilities = np.array([[0.2, 0.6], [0.7, 0.9], [0.4, 0.1], [0.3, 0.0]], dtype=np.float32)
    by_rule = np.array([[False, True], [False, False]])
    return StepsHeard.of(probabilities, np.array([3, 1]), np.array([4, 5, 6, 7]), by_rule)


def test_the_best_sentence_of_each_call_is_found() -> None:
    heard = heard_in_two_calls()
    wanted = [[odds_of(0.7), odds_of(0.9)], [odds_of(0.3), odds_of(EDGE)]]
    assert heard.best == pytest.approx(np.array(wanted), abs=1e-4)
    assert heard.letters.tolist() == [[5, 5], [7, 7]]
    assert heard.place.tolist() == [[0.5, 0.5], [0.0, 0.0]]


def test_the_second_best_sentence_and_the_rival_step() -> None:
    heard = heard_in_two_calls()
    assert heard.second == pytest.approx(np.array([[odds_of(0.4), odds_of(0.6)], [-LOUDEST, -LOUDEST]]), abs=1e-4)
    assert heard.rival[0] == pytest.approx([odds_of(0.9), odds_of(0.7)], abs=1e-4)


def test_of_equal_sentences_the_first_counts() -> None:
    heard = StepsHeard.of(np.full((3, 2), 0.5), np.array([3]), np.array([1, 2, 3]), np.zeros((1, 2), dtype=bool))
    assert heard.place.tolist() == [[0.0, 0.0]]
    assert heard.second == pytest.approx(0.0)


def test_a_call_is_judged_alike_in_any_batch() -> None:
    one = StepsHeard.of(np.array([[0.3, 0.0]]), np.array([1]), np.array([7]), np.zeros((1, 2), dtype=bool))
    together = heard_in_two_calls()
    for name in ("best", "second", "rival", "place", "letters"):
        assert np.allclose(getattr(one, name)[0], getattr(together, name)[1], atol=1e-6), name


def test_every_clue_has_its_place() -> None:
    found = clues(heard_in_two_calls(), np.full((2, 2), 0.5))
    assert found.shape == (2, len(CLUES), 2)
    of = dict(zip(CLUES, found[0].T[1], strict=True))
    assert of["by_rule"] == 1
    assert of["rule_and_heard"] == of["heard"] == of["surely"]
    assert of["usual"] == pytest.approx(0.0)


def test_other_steps_count() -> None:
    more = thoroughness(np.array([[9.0, 0.0, 0.0]]), RATES, NOTHING)
    assert more[0, 1] > 0.5
    assert abs(more[0, 0]) < 1e-6


def test_a_rule_is_certain() -> None:
    by_rule = np.array([[True, False, False]])
    assert thoroughness(np.array([[-9.0, 0.0, 0.0]]), RATES, by_rule)[0, 1] > 0.5
    assert thoroughness(np.array([[-9.0, 0.0, 0.0]]), RATES, NOTHING)[0, 1] < -0.5


def test_what_is_never_done_is_not_counted() -> None:
    plain, loud = (thoroughness(np.array([[0.0, 0.0, odds]]), RATES, NOTHING) for odds in (-9.0, 9.0))
    assert np.array_equal(plain, loud)


def test_doubtful_calls_lie_between_their_subtypes() -> None:
    weights = np.zeros((len(CLUES), 2), dtype=np.float32)
    weights[CLUES.index("usual")] = 1.0
    rates = np.array([[0.9, 0.5], [0.1, 0.5]], dtype=np.float32)
    usual = Fulfilment(np.arange(2), rates, weights, np.zeros(2, np.float32))
    found = [usual.odds(heard_in_two_calls(), np.array([pair] * 2))[0, 0] for pair in ((0, 0), (0, 1), (1, 1))]
    assert found == pytest.approx([log_odds(np.array(0.9)), 0.0, log_odds(np.array(0.1))], abs=1e-4)


def test_untaught_the_best_sentence_stands_and_a_rule_above_it() -> None:
    untaught = Fulfilment.untaught([0, 1], 1)
    odds = untaught.odds(heard_in_two_calls(), np.array([[0, 0], [0, 0]]))
    assert odds[0, 0] == pytest.approx(odds_of(0.7), abs=1e-4)
    assert odds[0, 1] > LOUDEST


@pytest.mark.parametrize("steps", [0, 1])
def test_a_model_of_hardly_any_steps(steps: int) -> None:
    """Trained on calls in which nobody marked steps, or only one kind."""
    heard = StepsHeard.of(np.full((2, steps), 0.4), np.array([2]), np.array([3, 4]), np.zeros((1, steps), dtype=bool))
    odds = Fulfilment.untaught(range(steps), 1).odds(heard, np.array([[0, 0]]))
    assert odds == pytest.approx(np.full((1, steps), odds_of(0.4)), abs=1e-4)
