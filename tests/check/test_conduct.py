"""Conduct from clocks and metadata: each threshold from both sides; no clock, no verdict."""

from __future__ import annotations

import numpy as np
import pytest

from qa_nlp.check.conduct import conduct_findings
from qa_nlp.check.evidence import Evidence
from qa_nlp.model.store import Model
from qa_nlp.records import Call, Finding, Label, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare

LABEL = Label("repair", "repair.outage_single", 0.99)


def found(call: Call, book: Rulebook, model: Model) -> list[Finding]:
    prepared = prepare(call)
    scores = np.zeros((len(prepared.agent_turns), len(model.sentences.labels)))
    evidence = Evidence(prepared, tuple(book.matcher.scan(prepared)), scores, model)
    return conduct_findings(evidence, LABEL, book)[0]


def codes(call: Call, book: Rulebook, model: Model) -> set[str]:
    return {finding.code for finding in found(call, book, model)}


def timed(*turns: tuple[str, str, float, float], **fields: object) -> Call:
    return Call("T", tuple(Turn(*turn) for turn in turns), **fields)  # type: ignore[arg-type]


SAID = "我现在帮您查询一下您家的用电情况"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (timed(("agent", SAID, 0, 3.5)), {"fast_speech"}),
        (timed(("agent", SAID, 0, 7.0)), set()),
        (timed(("agent", "好的", 0, 0.2)), set()),
        (timed(("customer", "没电", 0, 2), ("agent", SAID, 15, 23)), {"long_silence"}),
        (timed(("customer", "没电", 0, 2), ("agent", SAID, 11, 19)), set()),
        (timed(("agent", "请您稍等，我查一下", 0, 4), ("customer", "好", 4, 5), ("agent", SAID, 25, 33)), set()),
        (timed(("customer", "我家从早上", 0, 5), ("agent", SAID, 3.5, 11)), {"interruption"}),
        (timed(("customer", "我家从早上", 0, 5), ("agent", SAID, 4.5, 12)), set()),
        # A listener's sound and a cry to keep away are none to blame; and a silence after a question is the customer's.
        (timed(("customer", "我家从早上", 0, 5), ("agent", "嗯", 3.5, 4), ("customer", "就没电", 5, 8)), set()),
        (timed(("customer", "我拿竹竿去挑开", 0, 5), ("agent", "千万别去碰，马上退回来", 3, 8)), set()),
        (timed(("agent", "您户号多少？", 0, 2), ("agent", SAID, 20, 28)), set()),
        (timed(("agent", "您慢慢找，我等着您", 0, 3), ("agent", SAID, 20, 28)), set()),
        (timed(("agent", "我看看", 0, 3), ("agent", SAID, 20, 28)), {"long_silence"}),
        (Call("T", (Turn("customer", "没电"), Turn("agent", SAID))), set()),
        (Call("T", (Turn("agent", SAID),), meta={"ring_seconds": 20}), {"ring_time"}),
        (Call("T", (Turn("agent", "让您久等了，您好"),), meta={"ring_seconds": 20}), set()),
        (Call("T", (Turn("agent", SAID),), meta={"ring_seconds": 8}), set()),
        (Call("T", (Turn("agent", SAID),), meta={"hangup_by": "agent"}), {"agent_hangup"}),
        (Call("T", (Turn("agent", SAID),), direction="outbound", started_at="2026-03-05T12:40:00+08:00"), {"outbound_hours"}),
        (Call("T", (Turn("agent", SAID),), direction="outbound", started_at="2026-03-05T10:40:00+08:00"), set()),
        (Call("T", (Turn("agent", SAID),), direction="inbound", started_at="2026-03-05T12:40:00+08:00"), set()),
    ],
)  # fmt: skip
def test_thresholds(call: Call, expected: set[str], book: Rulebook, model: Model) -> None:
    assert codes(call, book, model) == expected


def outbound(started_at: str) -> Call:
    return Call("T", (Turn("agent", SAID),), direction="outbound", started_at=started_at)


@pytest.mark.parametrize(
    ("started_at", "disturbs"),
    [
        ("2026-03-05T01:12:00Z", False),
        ("2026-03-05T09:12:00Z", False),
        ("2026-03-05T13:30:00Z", True),
        ("2026-03-05T08:59:59+08:00", True),
        ("2026-03-05T09:00:00", False),
        ("2026-03-05T12:00:30", False),
        ("2026-03-05T12:01:00", True),
        ("2026-03-05T21:00:59+08:00", False),
        ("2026-03-05", False),
        ("2026-03-05T00:00:00", False),
        ("2026-03-05T00:30:00", True),
        ("不详", False),
    ],
)
def test_hours_are_those_of_the_customer(started_at: str, disturbs: bool, book: Rulebook, model: Model) -> None:
    assert codes(outbound(started_at), book, model) == ({"outbound_hours"} if disturbs else set())


ROLES = {"客": "customer", "座": "agent", "系统": "system"}
HELPED = "座：您好/客：我家没电了/座：已经派师傅了/客：好的，谢谢"
TIMED = [("agent", "您好，请问有什么可以帮您", 0.0, 6.0), ("customer", "没电，好的，再见", 7.0, 9.0)]


@pytest.mark.parametrize(
    ("text", "charged"),
    [
        # As the standard prescribes: asked again or taken leave, silence of five seconds, hung up.
        ("座：请问还有什么可以帮您？/系统：[静音 5秒]/座：对不起，我挂线了。", False),
        (
            "座：感谢来电，再见/系统：[静音 5秒]/座：请问还有什么可以帮您？/系统：[静音 6秒]/座：对不起，我挂线了。",
            False,
        ),
        ("座：感谢来电，再见/系统：[静音 6秒]", False),
        ("座：感谢来电，再见/系统：[客户无应答]", False),
        ("座：您还在吗？/系统：[静音 8秒]/系统：[座席挂机]", False),
        # Nobody tells of the silence, but the agent spoke again, and nobody else.
        ("座：请问还有什么可以帮您？/座：对不起，我挂线了。", False),
        ("座：请问还有什么可以帮您？/座：对不起，我先挂断了，再见", False),
        # Too short, none, in the midst of the matter, or the customer spoke.
        ("座：感谢来电，再见/系统：[静音 2秒]", True),
        ("座：请问还有什么可以帮您？/系统：[静音 2秒]/座：对不起，我挂线了。", True),
        ("座：感谢来电，再见", True),
        ("座：请问还有什么可以帮您？对不起，我挂线了。", True),
        ("座：稍等/系统：[静音 8秒]", True),
        ("座：请问还有什么可以帮您？/系统：[静音 6秒]/客：还有个事，我那个/座：挂了", True),
        ("座：再见/客：再见/座：再见", True),
    ],
)
def test_who_may_hang_up_without_a_clock(text: str, charged: bool, book: Rulebook, model: Model) -> None:
    lines = (line.partition("：") for line in f"{HELPED}/{text}".split("/"))
    call = Call("T", tuple(Turn(ROLES[who], words) for who, _, words in lines), meta={"hangup_by": "agent"})
    assert codes(call, book, model) == ({"agent_hangup"} if charged else set())


@pytest.mark.parametrize(
    ("last", "charged"),
    [
        ([("agent", "请问还有什么可以帮您", 10.0, 14.0), ("agent", "对不起，我挂线了", 19.0, 22.0)], False),
        ([("agent", "请问还有什么可以帮您", 10.0, 14.0), ("agent", "对不起，我挂线了", 16.0, 19.0)], True),
        ([("agent", "感谢来电，再见", 10.0, 13.0), ("system", "[座席挂机]", 18.5, 18.5)], False),
        ([("agent", "感谢来电，再见", 10.0, 13.0), ("system", "[座席挂机]", 14.0, 14.0)], True),
        ([("agent", "感谢来电，再见", 10.0, 13.0)], True),
    ],
)
def test_who_may_hang_up_by_the_clock(
    last: list[tuple[str, str, float, float]], charged: bool, book: Rulebook, model: Model
) -> None:
    call = timed(*TIMED, *last, meta={"hangup_by": "agent"})
    assert ("agent_hangup" in codes(call, book, model)) == charged


def test_speech_too_fast_is_one_finding_on_the_fastest_sentence(book: Rulebook, model: Model) -> None:
    call = timed(("agent", SAID, 0, 4.7), ("agent", SAID, 5, 8), ("agent", SAID, 9, 13.6), ("agent", SAID, 14, 21))
    (finding,) = found(call, book, model)
    assert (finding.code, finding.turn, finding.points, finding.quote) == ("fast_speech", 1, 2.0, SAID)
    assert finding.message.endswith("（全通有 3 句过快，该句每分钟 320 字，标准不超过 200）")
    (finding,) = found(timed(("agent", SAID, 0, 3.2)), book, model)
    assert finding.message.endswith("（该句每分钟 300 字，标准不超过 200）")


def test_a_rate_just_above_the_limit_is_not_told_as_the_limit(book: Rulebook, model: Model) -> None:
    (finding,) = found(timed(("agent", SAID, 0, 4.79)), book, model)
    assert "每分钟 201 字，标准不超过 200" in finding.message


def test_speech_too_slow_is_one_finding_on_the_slowest_sentence(book: Rulebook, model: Model) -> None:
    call = timed(("agent", SAID, 0, 20), ("agent", SAID, 21, 51))
    (finding,) = found(call, book, model)
    assert (finding.code, finding.turn, finding.points) == ("slow_speech", 1, 0.0)
    assert finding.message.endswith("（全通有 2 句过慢，该句每分钟 32 字，标准不低于 60）")
