"""How sure a figure is: intervals for shares, tests for paired differences.

E. Wilson, JASA 1927; Q. McNemar, Psychometrika 1947 (exact form); B. Efron, the bootstrap, 1979.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, sqrt

import numpy as np

Z = 1.959964
ROUNDS = 1000
SEED = 0


@dataclass(frozen=True)
class Interval:
    """A figure with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(right: int, count: int) -> Interval:
    """The share ``right / count`` with Wilson's interval; of nothing, 0 within 0–1."""
    if not count:
        return Interval(0.0, 0.0, 1.0)
    share, square = right / count, Z * Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z * sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def worse_by_chance(lost: int, won: int) -> float:
    """One-sided exact McNemar: how likely so many losses among ``lost + won`` changed answers are by chance."""
    changed = lost + won
    if not changed:
        return 1.0
    likely: float = sum(comb(changed, k) for k in range(lost, changed + 1)) / 2**changed
    return likely


def different_by_chance(lost: int, won: int) -> float:
    """Two-sided exact McNemar."""
    return min(1.0, 2 * min(worse_by_chance(lost, won), worse_by_chance(won, lost)))


def draws(count: int, rounds: int = ROUNDS, seed: int = SEED) -> np.ndarray:
    """(rounds + 1, count): all samples once, then as often as drawn with replacement in each round."""
    random = np.random.default_rng(seed)
    drawn = random.multinomial(count, np.full(count, 1 / count), size=rounds) if count else np.zeros((rounds, 0))
    return np.vstack([np.ones((1, count)), drawn]).astype(np.float32)


def interval(values: np.ndarray) -> Interval:
    """Of figures by ``draws``: the first is the value, the middle 95 % of the others its interval."""
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return Interval(float(values[0]), float(low), float(high))
