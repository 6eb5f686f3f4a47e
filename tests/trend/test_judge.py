"""The statistics behind the comparison of periods, against published figures and against one another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.stats import different_by_chance
from qa_nlp.trend import judge


def test_newcombes_own_example() -> None:
    """56/70 against 48/80, method 10 of the paper: 0.2000 (0.0524 to 0.3339)."""
    found = judge.share_difference((48, 80), (56, 70))
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)


def test_newcombes_paired_example() -> None:
    """20 and 16 agree, 12 and 2 changed, method 10 of the second paper: 0.2000 (0.0562 to 0.3292)."""
    new = np.array([True] * 20 + [True] * 12 + [False] * 2 + [False] * 16)
    old = np.array([True] * 20 + [False] * 12 + [True] * 2 + [False] * 16)
    found = judge.paired_difference(old, new)
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0562, 0.3292)


@given(bits=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_paired_differences_mirror(bits: list[tuple[bool, bool]]) -> None:
    """Old and new exchanged is the same with the signs turned; the interval holds the difference."""
    old, new = (np.array(part) for part in zip(*bits, strict=True))
    one, two = judge.paired_difference(old, new), judge.paired_difference(new, old)
    assert (one.value, one.low, one.high) == pytest.approx((-two.value, -two.high, -two.low))
    assert one.low - 1e-9 <= one.value <= one.high + 1e-9
    assert one.low >= -1.0001 and one.high <= 1.0001
    assert judge.changed_by_chance(old, new) == judge.changed_by_chance(new, old)


def test_mcnemar_is_the_one_of_training() -> None:
    old, new = np.array([True] * 3 + [False] * 12), np.array([False] * 3 + [True] * 9 + [False] * 3)
    assert judge.changed_by_chance(old, new) == pytest.approx(different_by_chance(3, 9))
    assert judge.changed_by_chance(old, old) == 1.0


COUNTS = st.integers(20, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(old=COUNTS, new=COUNTS)
def test_shares_mirror_and_stay_within_bounds(old: tuple[int, int], new: tuple[int, int]) -> None:
    one, two = judge.share_difference(old, new), judge.share_difference(new, old)
    assert (one.value, one.low, one.high) == pytest.approx((-two.value, -two.high, -two.low))
    p, method = judge.shares_by_chance(old, new)
    assert 0 <= p <= 1.0000001 and method
    assert judge.shares_by_chance(new, old)[0] == pytest.approx(p)


@given(old=COUNTS, new=COUNTS)
def test_a_trend_over_two_periods_is_the_two_proportion_test(old: tuple[int, int], new: tuple[int, int]) -> None:
    slope, p = judge.share_trend([old, new])
    found, method = judge.shares_by_chance(old, new)
    if method.startswith("两比例"):
        assert p == pytest.approx(found, abs=1e-9)
    assert np.sign(round(slope, 9)) == np.sign(round(new[0] / new[1] - old[0] / old[1], 9))


def test_a_known_cochran_armitage() -> None:
    """10, 15, 20 of 100: z = 10 / sqrt(0.15 * 0.85 * 200) = 1.980."""
    slope, p = judge.share_trend([(10, 100), (15, 100), (20, 100)])
    assert slope > 0
    assert p == pytest.approx(0.04767, abs=1e-4)


def test_few_expected_calls_go_to_fisher() -> None:
    assert judge.shares_by_chance((0, 20), (6, 20))[1].startswith("Fisher")
    assert judge.shares_by_chance((0, 20), (6, 20))[0] == pytest.approx(0.0202, abs=1e-4)


def test_means() -> None:
    old, new = np.array([80.0] * 10 + [90.0] * 10), np.array([70.0] * 10 + [80.0] * 10)
    interval, p = judge.mean_difference(old, new, False)
    assert (interval.value, p < 0.001) == (-10.0, True)
    assert interval.low < -10 < interval.high < 0
    assert judge.mean_difference(old, old, True) == (judge.Interval(0.0, 0.0, 0.0), 1.0)
    same = np.full(20, 90.0)
    assert judge.mean_difference(same, same, False)[1] == 1.0
    assert judge.mean_difference(same, same + 1, False)[1] == 0.0


def test_trends_of_means_and_of_the_same_calls() -> None:
    noise = np.array([-3.0, 3.0] * 20)
    slope, p = judge.mean_trend([noise + 80, noise + 82, noise + 84])
    assert slope > 0 and p < 0.001
    assert judge.mean_trend([noise, noise, noise])[1] == pytest.approx(1.0)
    marks = [np.array([True] * hits + [False] * (40 - hits)) for hits in (30, 20, 10)]
    slope, p = judge.paired_trend(marks)
    assert slope < 0 and p < 0.001
    assert judge.paired_trend([marks[0]] * 3) == (0.0, 1.0)


def test_adjusting_for_many() -> None:
    assert judge.adjusted([]) == []
    assert judge.adjusted([0.01, 0.04, 0.9]) == pytest.approx([0.03, 0.06, 0.9])
