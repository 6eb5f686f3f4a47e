"""Callers who come back are linked; others are left alone."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from qa_nlp import repeats as module
from qa_nlp.inspector import Inspector
from qa_nlp.repeats import Repeats, links
from tests.conftest import make_call

TEXT = "座：您好，请问有什么可以帮您？\n客：我家没电了，邻居都有电\n座：您别急，请问地址？\n客：某某路3号\n座：已安排师傅，再见"


@pytest.mark.parametrize(
    ("second", "linked"),
    [
        ({"meta": {"caller": "139××××5566"}, "started_at": "2026-03-07T09:00:00+08:00"}, True),
        ({"meta": {"caller": "139××××5566"}, "started_at": "2026-03-25T09:00:00+08:00"}, False),
        ({"meta": {"caller": "138××××0000"}, "started_at": "2026-03-07T09:00:00+08:00"}, False),
        ({"meta": {}, "started_at": "2026-03-07T09:00:00+08:00"}, False),
    ],
)
def test_links(second: dict[str, object], linked: bool, inspector: Inspector) -> None:
    first = make_call(TEXT, "A1", meta={"caller": "139××××5566"}, started_at="2026-03-05T09:00:00+08:00")
    later = replace(first, call_id="A2", **second)
    repeats = Repeats(inspector.book)
    verdicts = inspector.inspect([first, later])
    assert repeats.earlier(links(first.meta), verdicts[0]) is None
    earlier = repeats.earlier(links(later.meta), verdicts[1])
    assert earlier == ("A1" if linked else None)
    if earlier:
        finding = repeats.finding(later, earlier)
        assert finding
        assert (finding.code, finding.quote) == ("repeat_call", later.turns[1].text)


def test_the_callers_who_were_longest_away_are_forgotten(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 4)
    call = make_call(TEXT, "A1")
    verdict = inspector.inspect([call])[0]
    repeats = Repeats(inspector.book)

    def linked(caller: str) -> bool:
        return repeats.earlier({"caller": caller}, verdict) is not None

    assert not any(linked(caller) for caller in "甲乙丙丁")
    assert linked("甲")
    assert not linked("戊")
    assert all(linked(caller) for caller in "甲丙丁戊")
    assert not linked("乙")


@pytest.mark.parametrize(
    "number",
    [
        "匿名", "未知", "未知号码", "空", "无", "隐藏", "隐藏号码", "(匿名)", "Anonymous", "<unknown>", "null", "N/A", "private",
        "sip:anonymous@anonymous.invalid", "0", "00000000000", "----", "***", "×××××××××××",
    ],
)  # fmt: skip
def test_a_number_that_nobody_knows_links_nobody(number: str) -> None:
    assert links({"caller": number}) == {}
    assert list(links({"caller": number, "account": "5501234"})) == ["account"]


@pytest.mark.parametrize(
    "number", ["139××××5566", "138****0000", "05518888000", "无锡张先生", "来电-77c0", 13900001111]
)
def test_a_number_links_its_caller(number: object) -> None:
    assert list(links({"caller": number})) == ["caller"]


@pytest.mark.parametrize(
    ("times", "linked"),
    [
        # Only an earlier call is a call before, in whatever order they are given.
        (("2026-03-07T09:00:00+08:00", "2026-03-05T09:00:00+08:00"), [None, None]),
        (("2026-03-05T09:00:00+08:00", "2026-03-07T09:00:00+08:00"), [None, "A0"]),
        (("2026-03-07T09:00:00", "2026-03-05T09:00:00", "2026-03-08T09:00:00"), [None, None, "A0"]),
        # A time without an offset is China's.
        (("2026-03-05T09:00:00", "2026-03-25T09:00:00+08:00"), [None, None]),
        (("2026-03-05T09:00:00", "2026-03-05T02:00:00Z"), [None, "A0"]),
        (("2026-03-05T09:00:00", "2026-03-05T00:30:00Z"), [None, None]),
        (("2026-03-05", "2026-03-05"), [None, "A0"]),
        # Unknown times: the order they are given in.
        (("", ""), [None, "A0"]),
        (("前天", "2026-03-05T09:00:00"), [None, "A0"]),
    ],
)
def test_only_an_earlier_call_is_the_last_one(
    times: tuple[str, ...], linked: list[str | None], inspector: Inspector
) -> None:
    repeats, caller = Repeats(inspector.book), links({"caller": "139××××5566"})
    calls = [make_call(TEXT, f"A{number}", started_at=time) for number, time in enumerate(times)]
    assert [repeats.earlier(caller, verdict) for verdict in inspector.inspect(calls)] == linked
