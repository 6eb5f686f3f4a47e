"""Is a difference more than chance? Tests and 95 % intervals for shares and means, paired or not.

R. G. Newcombe, Statistics in Medicine 1998 (17:873, unpaired method 10; 17:2635, paired method 10); Q. McNemar,
Psychometrika 1947; P. Armitage, Biometrics 1955; B. L. Welch, Biometrika 1947; Y. Benjamini & Y. Hochberg, JRSS B 1995.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy import stats

from qa_nlp.stats import Interval, wilson

# Below so many expected calls in a cell the normal approximation is not trusted.
EXPECTED = 5
Counts = tuple[int, int]


def share_difference(old: Counts, new: Counts) -> Interval:
    """New share minus old with Newcombe's interval; each is (hits, calls)."""
    one, two = wilson(*old), wilson(*new)
    low = sqrt((two.value - two.low) ** 2 + (one.high - one.value) ** 2)
    high = sqrt((two.high - two.value) ** 2 + (one.value - one.low) ** 2)
    gap = two.value - one.value
    return Interval(gap, gap - low, gap + high)


def shares_by_chance(old: Counts, new: Counts) -> tuple[float, str]:
    """(p, method): the pooled two-proportion test, Fisher's exact where a cell is expected to hold fewer than five."""
    (a, n), (b, m) = old, new
    pooled = (a + b) / (n + m)
    if min(pooled, 1 - pooled) * min(n, m) < EXPECTED:
        return float(stats.fisher_exact([[a, n - a], [b, m - b]])[1]), "Fisher 精确检验"
    z = (b / m - a / n) / sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return _two_sided(z), "两比例检验"


def paired_difference(old: np.ndarray, new: np.ndarray) -> Interval:
    """New share minus old over the same calls (booleans, one a call), with Newcombe's paired interval."""
    count = len(old)
    one, two = wilson(int(new.sum()), count), wilson(int(old.sum()), count)
    both, neither = int((old & new).sum()), int((~old & ~new).sum())
    won, lost = int((~old & new).sum()), int((old & ~new).sum())
    scale = (both + won) * (lost + neither) * (both + lost) * (won + neither)
    product = both * neither - won * lost
    phi = (max(product - count / 2, 0.0) if product > 0 else product) / sqrt(scale) if scale else 0.0

    def half(a: float, b: float) -> float:
        return sqrt(max(0.0, a * a - 2 * phi * a * b + b * b))

    gap = one.value - two.value
    low, high = half(one.value - one.low, two.high - two.value), half(one.high - one.value, two.value - two.low)
    return Interval(gap, gap - low, gap + high)


def changed_by_chance(old: np.ndarray, new: np.ndarray) -> float:
    """McNemar's exact test, two-sided, over the calls that changed."""
    won, lost = int((~old & new).sum()), int((old & ~new).sum())
    return float(stats.binomtest(won, won + lost).pvalue) if won + lost else 1.0


def mean_difference(old: np.ndarray, new: np.ndarray, paired: bool) -> tuple[Interval, float]:
    """New mean minus old with its interval, and the p of Welch's test (or of Student's on the differences)."""
    gap = float(new.mean() - old.mean())
    if paired:
        apart, freedom = float((new - old).var(ddof=1)) / len(old), float(len(old) - 1)
    else:
        one, two = float(old.var(ddof=1)) / len(old), float(new.var(ddof=1)) / len(new)
        apart = one + two
        freedom = apart**2 / (one**2 / (len(old) - 1) + two**2 / (len(new) - 1)) if apart else 1.0
    if not apart:
        return Interval(gap, gap, gap), float(gap == 0)
    error = sqrt(apart)
    half = float(stats.t.ppf(0.975, freedom)) * error
    return Interval(gap, gap - half, gap + half), float(2 * stats.t.sf(abs(gap) / error, freedom))


def share_trend(counts: Sequence[Counts]) -> tuple[float, float]:
    """(slope's sign, p) of the Cochran–Armitage test over equally spaced periods of (hits, calls)."""
    hits, calls = (np.array(part, dtype=float) for part in zip(*counts, strict=True))
    pooled = hits.sum() / calls.sum()
    step = np.arange(len(counts), dtype=float)
    step -= (step * calls).sum() / calls.sum()
    slope = float((hits * step).sum())
    variance = float(pooled * (1 - pooled) * (calls * step**2).sum())
    return (slope, _two_sided(slope / sqrt(variance))) if variance else (0.0, 1.0)


def mean_trend(values: Sequence[np.ndarray]) -> tuple[float, float]:
    """(slope's sign, p) of the linear contrast of the periods' means, each with its own variance."""
    step = np.arange(len(values), dtype=float) - (len(values) - 1) / 2
    slope = float(sum(s * v.mean() for s, v in zip(step, values, strict=True)))
    variance = float(sum(s * s * v.var(ddof=1) / len(v) for s, v in zip(step, values, strict=True)))
    return (slope, _two_sided(slope / sqrt(variance))) if variance else (slope, float(slope == 0))


def paired_trend(values: Sequence[np.ndarray]) -> tuple[float, float]:
    """(slope's sign, p) over the same calls: each call's own linear contrast, tested against none."""
    step = np.arange(len(values), dtype=float) - (len(values) - 1) / 2
    slopes = sum(s * v.astype(float) for s, v in zip(step, values, strict=True))
    total, square = float(np.sum(slopes)), float(np.sum(np.square(slopes)))
    return (total, _two_sided(total / sqrt(square))) if square else (0.0, 1.0)


def adjusted(chances: Sequence[float]) -> list[float]:
    """The p values after Benjamini and Hochberg: below 0.05 are findings of which 5 % may be chance."""
    return [float(p) for p in stats.false_discovery_control(list(chances), method="bh")] if chances else []


def _two_sided(z: float) -> float:
    return float(2 * stats.norm.sf(abs(z)))
