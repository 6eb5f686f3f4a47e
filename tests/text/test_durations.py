"""Amounts of time: units, halves, ranges, and words that only look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.text.durations import HOURS, find_durations


def found(text: str) -> list[tuple[str, float, float, str]]:
    return [(text[d.start : d.end], round(d.low, 3), d.high, d.unit) for d in find_durations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("四十五分钟内", ("四十五分钟", 45, 45, "分钟")),
        ("半小时", ("半小时", 0.5, 0.5, "小时")),
        ("一个半钟头以内", ("一个半钟头", 1.5, 1.5, "小时")),
        ("俩半小时", ("俩半小时", 2.5, 2.5, "小时")),
        ("两个钟内到", ("两个钟", 2, 2, "小时")),
        ("一小时半", ("一小时半", 1.5, 1.5, "小时")),
        ("一个多小时", ("一个多小时", 1, 1, "小时")),
        ("个把小时", ("个把小时", 1, 1, "小时")),
        ("一个小时十分之内到", ("一个小时十分", 70, 70, "分钟")),
        ("三刻钟", ("三刻钟", 45, 45, "分钟")),
        ("24小时之内", ("24小时", 24, 24, "小时")),
        ("两三天", ("两三天", 2, 3, "天")),
        ("十来天", ("十来天", 10, 10, "天")),
        ("7日内", ("7日", 7, 7, "天")),
        ("三个自然日", ("三个自然日", 3, 3, "天")),
        ("一个工作日", ("一个工作日", 1, 1, "工作日")),
        ("三到五个工作日", ("三到五个工作日", 3, 5, "工作日")),
        ("3-5个工作日", ("3-5个工作日", 3, 5, "工作日")),
        ("一个礼拜回您", ("一个礼拜", 1, 1, "周")),
        ("两周以内", ("两周", 2, 2, "周")),
        ("半个月", ("半个月", 0.5, 0.5, "月")),
        ("一个半月", ("一个半月", 1.5, 1.5, "月")),
        ("一个来月", ("一个来月", 1, 1, "月")),
        ("三天五天里头", ("三天五天", 3, 5, "天")),
        ("一周到十天", ("一周到十天", 7, 10, "天")),
        ("十天半个月吧", ("十天半个月", 0.333, 0.5, "月")),
        ("十分钟到二十分钟", ("十分钟到二十分钟", 10, 20, "分钟")),
    ],
)
def test_amounts(text: str, expected: tuple[str, float, float, str]) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "今天",
        "几天",
        "第二天",
        "哪一天",
        "三月四月",
        "一天到晚",
        "周一",
        "几十分钟",
        "九点三刻",
        "上午九点十分到",
        "四、五、六三个月",
        "三号楼",
        "十分着急",
    ],
)
def test_look_alikes(text: str) -> None:
    assert found(text) == []


def test_two_times_stay_two() -> None:
    assert [d[0] for d in found("处理意见五个工作日，二十四小时内先联系")] == ["五个工作日", "二十四小时"]


@given(st.text(alphabet="0123456789一二三十半两个多来天小时分钟工作日周月到内以刻年里,. ", max_size=40))
def test_spans_never_overlap_and_ends_are_in_order(text: str) -> None:
    last = 0
    for duration in find_durations(text):
        assert last <= duration.start < duration.end <= len(text)
        assert duration.low <= duration.high
        assert duration.unit in HOURS
        last = duration.end
