"""Rows and verdicts: what changed is said, what may be chance is not, and the reader is warned of what misleads."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_nlp.report.trend import FELL, FEW, RARE, ROSE, SAME, Row, Trend
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.trend import compare, read_periods
from qa_nlp.trend.periods import Period, _Line
from tests.trend.conftest import Make, calls, line


def rows(trend: Trend) -> dict[tuple[str, str], Row]:
    return {(row.group, row.name): row for row in trend.rows}


def compared(book: Rulebook, *folders: Path) -> Trend:
    return compare(read_periods(folders), book)


def test_a_fault_that_rose_is_said_to_rise(make: Make, book: Rulebook) -> None:
    trend = compared(book, make("a", calls(200, 0, 10)), make("b", calls(200, 1000, 50)))
    row = rows(trend)["差错", book.codes["blame"].name]
    assert (row.verdict, row.better) == (ROSE, "变差")
    assert [(cell.hits, cell.calls) for cell in row.cells] == [(10, 200), (50, 200)]
    assert row.gap == pytest.approx(20.0)
    assert row.low is not None and row.low > 0
    assert rows(trend)["总体", "平均分"].verdict == SAME
    assert trend.paired is None


@pytest.mark.parametrize(("old", "new"), [(10, 14), (10, 10), (0, 5), (20, 12)])
def test_chance_is_never_called_a_change(make: Make, book: Rulebook, old: int, new: int) -> None:
    trend = compared(book, make("a", calls(200, 0, old)), make("b", calls(200, 1000, new)))
    assert all(row.verdict in (SAME, FEW, RARE) and not row.better for row in trend.rows)


def test_too_few_calls_are_not_judged(make: Make, book: Rulebook) -> None:
    trend = compared(book, make("a", calls(19, 0, 0)), make("b", calls(500, 1000, 400)))
    assert {row.verdict for row in trend.rows} == {FEW}
    assert all(row.gap is None and row.p is None for row in trend.rows)


def test_teams_need_their_own_sample(make: Make, book: Rulebook) -> None:
    old = [*calls(100, 0), *calls(10, 200, team="二班", score=50.0)]
    new = [*calls(100, 1000, score=70.0), *calls(10, 1200, team="二班", score=90.0)]
    found = rows(compared(book, make("a", old), make("b", new)))
    assert found["班组", "二班 平均分"].verdict == FEW
    assert (found["班组", "一班 平均分"].verdict, found["班组", "一班 平均分"].better) == (FELL, "变差")


def test_the_same_calls_are_paired(make: Make, book: Rulebook) -> None:
    """Seven of 300 calls changed, all one way: unpaired that is nothing, paired it is plain."""
    old, new = calls(300, 0, 100), calls(300, 0, 108)
    trend = compared(book, make("a", old, rulebook="r1"), make("b", new, rulebook="r2"))
    row = next(row for row in trend.rows if row.key == "blame" and row.group == "差错")
    assert (trend.paired, row.verdict, row.method) == (300, ROSE, "McNemar 精确检验（同一批通话）")
    assert row.better == "", "the same calls were not handled worse, they were judged otherwise"
    assert any("规则表不同（r1 → r2）" in warning for warning in trend.warnings)
    assert any("同一批" in warning and "来自规则" in warning for warning in trend.warnings)
    apart = compared(book, make("c", old), make("d", calls(300, 1000, 108)))
    assert next(row for row in apart.rows if row.key == "blame" and row.group == "差错").verdict == SAME


def test_paired_by_id_whatever_the_order(make: Make, book: Rulebook) -> None:
    lines = calls(60, 0, 30, missing=True)
    turned = [*reversed(lines), *calls(5, 900)]
    trend = compared(book, make("a", lines), make("b", turned))
    assert trend.paired == 60
    assert all(row.gap in (None, 0.0) for row in trend.rows)
    assert not any(row.changed for row in trend.rows)
    assert any("最多 5 通" in warning for warning in trend.warnings)


def test_paired_steps_count_only_calls_decided_in_both(make: Make, book: Rulebook) -> None:
    old = [line(n, missing=True) for n in range(60)]
    new = [line(n, missing=None if n < 20 else n < 40) for n in range(60)]
    row = next(row for row in compared(book, make("a", old), make("b", new)).rows if row.group == "缺少步骤")
    assert [(cell.hits, cell.calls) for cell in row.cells] == [(40, 40), (20, 40)]
    assert row.verdict == FELL


def test_three_periods_have_a_trend_and_an_end(make: Make, book: Rulebook) -> None:
    hits = (20, 40, 60)
    folders = [make(f"m{n}", calls(200, 1000 * n, hit, score=80.0 + n + 0.0)) for n, hit in enumerate(hits)]
    trend = compared(book, *folders)
    row = next(row for row in trend.rows if row.key == "blame" and row.group == "差错")
    assert (row.verdict, row.ends, row.better) == (ROSE, ROSE, "变差")
    assert row.method.startswith("Cochran–Armitage")
    assert rows(trend)["总体", "平均分"].verdict == ROSE
    flat = compared(book, *(make(f"f{n}", calls(200, 1000 * n, hit)) for n, hit in enumerate((20, 26, 21))))
    assert not any(row.changed for row in flat.rows)


def test_three_runs_over_the_same_calls(make: Make, book: Rulebook) -> None:
    trend = compared(book, *(make(f"m{n}", calls(200, 0, hit)) for n, hit in enumerate((20, 40, 60))))
    row = next(row for row in trend.rows if row.key == "blame" and row.group == "差错")
    assert (trend.paired, row.verdict, row.ends) == (200, ROSE, ROSE)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"rulebook": "r2"}, "规则表不同（abc → r2）"),
        ({"model": "m2"}, "模型不同（m1 → m2）"),
        ({"profile": "hotline"}, "档（--profile）不同"),
        ({"qa_nlp": "2"}, "程序版本不同"),
        ({"pseudonyms": True}, "用了化名"),
    ],
)
def test_other_tools_are_warned_of(make: Make, book: Rulebook, facts: dict[str, Any], said: str) -> None:
    trend = compared(book, make("a", calls(30)), make("b", calls(30, 100), **facts))
    assert any(said in warning for warning in trend.warnings)
    same = compared(book, make("c", calls(30)), make("d", calls(30, 100)))
    assert same.warnings == ()


def test_overlap_and_wrong_order_are_warned_of(make: Make, book: Rulebook) -> None:
    later = calls(60, 50, started_at="2026-05-01T09:00:00+08:00")
    trend = compared(book, make("b", later), make("a", calls(60, 0)))
    assert trend.paired is None
    assert any("10 通编号相同" in warning for warning in trend.warnings)
    assert any("次序可能写反" in warning for warning in trend.warnings)


def test_names_are_chinese_and_unknown_ones_stay(make: Make, book: Rulebook) -> None:
    odd = [{"rule_id": "MODEL-cold", "code": "cold", "status": "confirmed", "points": 1.0}]
    odd += [{"rule_id": "XYZ-1", "code": "nonsense", "status": "confirmed", "points": 1.0}]
    trend = compared(book, make("a", calls(30, findings=odd)), make("b", calls(30, 100, findings=odd, subtype="x.y")))
    names = {row.name for row in trend.rows}
    assert {f"语句模型：{book.codes['cold'].name}", "XYZ-1", "nonsense", "x.y", "单户停电"} <= names


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), count=st.integers(2, 4), common=st.booleans())
def test_any_runs_can_be_compared(seed: int, count: int, common: bool, book: Rulebook) -> None:
    """Whatever was found: intervals hold their gap, verdicts agree with p, nothing fails."""
    chance = random.Random(seed)
    periods = []
    for number in range(count):
        period = Period(f"P{number}", Path())
        for n in range(chance.randint(1, 60)):
            score = chance.choice([None, 90.0, float(chance.randint(0, 100))])
            item = line(n if common else 1000 * number + n, score=score, team=chance.choice(["", "一班", "二班"]),
                        fault=chance.choice(["", "blame"]), missing=chance.choice([None, True, False]))  # fmt: skip
            period.add(msgspec.convert(item, _Line))
        periods.append(period)
    for row in compare(periods, book).rows:
        if row.gap is not None and row.low is not None and row.high is not None:
            assert row.low - 1e-6 <= row.gap <= row.high + 1e-6
        assert row.changed == (row.adjusted is not None and row.adjusted < 0.05 and row.verdict != SAME)
