"""Sums over a batch."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from qa_nlp.records import Promise, Skipped
from qa_nlp.report.figures import PROMISES, SKIPS, Figures, compared
from qa_nlp.report.totals import AgentTotal
from tests.report.conftest import Pairs


def figures(pairs: Pairs) -> Figures:
    sums = Figures()
    for _, verdict in pairs:
        sums.add(verdict)
    return sums


def test_the_sums_agree_with_each_other(batch: Pairs) -> None:
    sums = figures(batch[:200])
    assert sums.everyone.calls == sums.totals.calls == 200
    assert sum(sums.histogram.values()) == sums.everyone.scored
    assert sum(team.calls for team in sums.teams.values()) == 200
    assert sum(total.calls for total in sums.subtypes.values()) == 200
    assert sums.everyone.mean == pytest.approx(
        sum(v.score for _, v in batch[:200] if v.score is not None) / sums.everyone.scored
    )
    assert sum(mean.calls for mean in sums.hours.values()) == 200


@pytest.mark.parametrize(("apart", "unit"), [(1, "日"), (5, "周"), (20, "月")])
def test_the_trend_takes_the_finest_unit_that_fits(batch: Pairs, apart: int, unit: str) -> None:
    days = [date(2026, 1, 1) + timedelta(days=apart * n) for n in range(60)]
    sums = figures([(c, replace(v, started_at=f"{day}T09:00:00")) for (c, v), day in zip(batch, days, strict=False)])
    found, points = sums.trend()
    assert (found, sum(mean.calls for _, mean in points)) == (unit, 60)
    assert len(points) <= 62


@pytest.mark.parametrize("at", ["", "昨天", "2026-13-01", "0000"])
def test_an_unknown_time_is_left_out_of_the_trend(batch: Pairs, at: str) -> None:
    call, verdict = batch[0]
    assert figures([(call, replace(verdict, started_at=at))]).trend()[1] == []


def total(scores: list[float]) -> AgentTotal:
    return AgentTotal("", "", len(scores), len(scores), sum(scores), sum(s * s for s in scores))


@pytest.mark.parametrize(
    ("scores", "word"),
    [
        ([95, 96, 94, 95, 96], "高于"),
        ([60, 61, 59, 60, 61], "低于"),
        ([60, 99, 80, 90, 75], "分不出"),
        ([50] * 4, "样本不足"),
    ],
)
def test_means_are_compared_only_where_intervals_lie_apart(scores: list[float], word: str) -> None:
    assert compared(total(scores), total([75, 85, 80, 79, 81] * 10)) == word


def test_promises_and_skipped_items_are_bounded(batch: Pairs) -> None:
    verdict = batch[0][1]
    sums = Figures()
    promise = Promise("arrive", 0, 0, 1, "马", 1.0, "天", "", "", "within")
    for number in range(PROMISES + 50):
        due = (date(2026, 1, 1) + timedelta(days=number)).isoformat()
        sums.add(replace(verdict, promises=(replace(promise, due=due),)))
    for _ in range(SKIPS + 5):
        sums.skip(Skipped("x", 1, "", "坏", "改"))
    assert len(sums.due()) == PROMISES
    assert sums.due()[-1][2].due == due
    assert (len(sums.skips), sums.skipped) == (SKIPS, SKIPS + 5)
