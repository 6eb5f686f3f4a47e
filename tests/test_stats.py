"""Intervals and tests against published or hand-counted values."""

from __future__ import annotations

import numpy as np
import pytest

from qa_nlp.stats import different_by_chance, draws, interval, wilson, worse_by_chance


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson(right: int, count: int, low: float, high: float) -> None:
    """The first two rows: Newcombe, Statistics in Medicine 1998, table I."""
    found = wilson(right, count)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("lost", "won", "chance"), [(0, 0, 1.0), (5, 0, 1 / 32), (0, 5, 1.0), (4, 1, 6 / 32), (1, 1, 0.75)]
)
def test_worse_by_chance(lost: int, won: int, chance: float) -> None:
    assert worse_by_chance(lost, won) == pytest.approx(chance)


def test_different_by_chance_takes_no_side() -> None:
    assert different_by_chance(5, 0) == different_by_chance(0, 5) == pytest.approx(1 / 16)
    assert different_by_chance(3, 3) == 1.0


def test_draws_begin_with_everything_once_and_repeat() -> None:
    weights = draws(7, rounds=50)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 7).all()
    assert (weights == draws(7, rounds=50)).all()


def test_interval_holds_its_value() -> None:
    right = np.array([1, 1, 1, 0, 1, 0, 1, 1], dtype=np.float32)
    weights = draws(8)
    found = interval(weights @ right / 8)
    assert found.low <= found.value == 0.75 <= found.high
