"""The second layer: what is known of all codes helps each, and few codes are left as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qa_nlp.model.blend import SILENT, Blend, Margins
from qa_nlp.training.blending import fit_blend

CODES, TURNS = 3, 900


def faulty_turns() -> tuple[Margins, np.ndarray]:
    """Turns of two clauses; a code is hard to tell by its own margin, easy among faults; code 2 comes with questions."""
    random = np.random.default_rng(3)
    code = random.integers(0, 6, TURNS)
    targets = np.zeros((TURNS, CODES), dtype=np.int64)
    targets[np.arange(TURNS)[code < CODES], code[code < CODES]] = 1
    asked = np.zeros(2 * TURNS, dtype=bool)
    asked[1::2] = (code < CODES) & (random.random(TURNS) < 0.5)
    targets[asked[1::2], 2] = 1
    faulty = targets.any(axis=1, keepdims=True)
    among = np.hstack([targets + random.normal(0, 0.3, targets.shape), faulty + random.normal(0, 0.3, faulty.shape)])
    clauses = np.full((2 * TURNS, CODES + 1), -1.0)
    clauses[1::2] = np.hstack([targets, faulty]) + random.normal(0, 0.8, (TURNS, CODES + 1))
    own = targets + random.normal(0, 0.8, targets.shape)
    turns = np.repeat(np.arange(TURNS), 2)
    return Margins(own, among, clauses, turns, asked, np.arange(TURNS), np.full(CODES + 1, -1.0)), targets


def errors(odds: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Wrong verdicts a code."""
    result: np.ndarray = ((odds > 0) != (targets > 0)).sum(axis=0)
    return result


def test_the_blend_knows_more_than_each_part() -> None:
    heard, targets = faulty_turns()
    odds = fit_blend(heard, targets).odds(heard)
    assert (errors(odds, targets) < errors(heard.own - 0.5, targets) * 0.6).all()
    silent = replace(heard, asked=np.zeros_like(heard.asked))
    unheard = fit_blend(silent, targets).odds(silent)
    assert errors(odds, targets)[2] < errors(unheard, targets)[2]


def test_unknown_turns_are_not_learned_from() -> None:
    heard, targets = faulty_turns()
    doubled = replace(
        heard, own=np.vstack([heard.own] * 2), among=np.vstack([heard.among] * 2),
        clauses=np.vstack([heard.clauses] * 2), turns=np.concatenate([heard.turns, heard.turns + TURNS]),
        asked=np.concatenate([heard.asked] * 2), agents=np.arange(2 * TURNS),
    )  # fmt: skip
    unknown = np.vstack([targets, np.full_like(targets, -1)])
    np.testing.assert_allclose(
        fit_blend(doubled, unknown).odds(heard), fit_blend(heard, targets).odds(heard), atol=0.05
    )


def test_too_few_codes_keep_their_own_margins() -> None:
    heard, targets = faulty_turns()
    few = replace(heard, own=heard.own[:, :1])
    blend = fit_blend(few, targets[:, :1])
    assert blend.weights.shape == (1, 1) and blend.odds(few).shape == (TURNS, 1)
    assert (np.argsort(blend.odds(few)[:, 0]) == np.argsort(few.own[:, 0])).all()


def test_a_turn_is_as_bad_as_its_worst_clause_and_asks_if_one_does() -> None:
    clauses = np.array([[0.2, 0.9], [0.7, 0.1], [0.3, 0.4]])
    heard = Margins(
        np.zeros((3, 1)), np.zeros((3, 2)), clauses, np.array([4, 4, 9]), np.array([True, False, False]),
        np.array([4, 6, 9]), np.array([-1.0, -5.0]),
    )  # fmt: skip
    assert Margins.inputs(replace(heard, among=np.zeros((3, 3)), own=np.zeros((3, 2))))[:, -4:].tolist() == [
        [0.7, 0.9, 0.9, 1.0], [-1.0, -5.0, SILENT, 0.0], [0.3, 0.4, SILENT, 0.0],
    ]  # fmt: skip
    assert Blend(np.ones((1, 1)), np.ones(1)).odds(heard).tolist() == [[1.0]] * 3
