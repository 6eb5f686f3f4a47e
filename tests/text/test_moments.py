"""Points on the calendar, counted from a Thursday morning (2026-03-05 09:12)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.text.moments import find_moments

SAID = datetime.fromisoformat("2026-03-05T09:12:00+08:00")


@pytest.mark.parametrize(
    ("text", "words", "due"),
    [
        ("明天上午给您回话", "明天上午", "2026-03-06T12:00:00+08:00"),
        ("今晚八点前到", "今晚八点前", "2026-03-05T20:00:00+08:00"),
        ("八点前", "八点前", "2026-03-05T20:00:00+08:00"),
        ("明天下午三点半", "明天下午三点半", "2026-03-06T15:30:00+08:00"),
        ("明天三点", "明天三点", "2026-03-06T15:00:00+08:00"),
        ("今晚一点来量", "今晚一点", "2026-03-06T01:00:00+08:00"),
        ("今晚给您送上", "今晚", "2026-03-05T23:59:00+08:00"),
        ("明天这个时候之前", "明天这个时候之前", "2026-03-06T09:12:00+08:00"),
        ("今天下班前", "今天下班前", "2026-03-05T18:00:00+08:00"),
        ("天黑前", "天黑前", "2026-03-05T19:00:00+08:00"),
        ("明天16:30", "明天16:30", "2026-03-06T16:30:00+08:00"),
        ("明天之内", "明天之内", "2026-03-06"),
        ("大后天", "大后天", "2026-03-08"),
        ("周五之前", "周五之前", "2026-03-06"),
        ("周三之前", "周三之前", "2026-03-11"),
        ("下周三之前", "下周三之前", "2026-03-11"),
        ("下周联系您", "下周", "2026-03-15"),
        ("下下周", "下下周", "2026-03-22"),
        ("月底前", "月底前", "2026-03-31"),
        ("下个月初", "下个月初", "2026-04-10"),
        ("年底前", "年底前", "2026-12-31"),
        ("三月二十号之前", "三月二十号之前", "2026-03-20"),
        ("一月三号上午", "一月三号上午", "2027-01-03T12:00:00+08:00"),
        ("三号之前", "三号之前", "2026-04-03"),
    ],
)
def test_due(text: str, words: str, due: str) -> None:
    moment = next(find_moments(text))
    assert (text[moment.start : moment.end], moment.due(SAID).isoformat()) == (words, due)


@pytest.mark.parametrize(
    "text", ["昨天", "前天", "您几点到的", "二十二点", "每月", "三号楼", "一点都不急", "上周三", "上个星期三", "每周五"]
)
def test_nothing_to_come(text: str) -> None:
    assert [text[m.start : m.end] for m in find_moments(text)] == []


@given(st.text(alphabet="今明后天日晚早上下午周月底号点半前之内0123456789一二三十:", max_size=30), st.datetimes())
def test_any_words_give_a_date_or_nothing(text: str, said: datetime) -> None:
    for moment in find_moments(text):
        assert 0 <= moment.start < moment.end <= len(text)
        try:
            assert isinstance(moment.due(said), date)
        except OverflowError:
            assert said.year in (1, 9999)
