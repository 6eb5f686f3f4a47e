"""Situations: right and wrong answers, no chance to answer, events, metadata."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_nlp.check.situations import judge_call
from qa_nlp.records import Call, StepVerdict, Turn
from qa_nlp.rulebook.load import load_book
from qa_nlp.rulebook.selftest_situations import DialogueOutcome, dialogue_call, run_dialogues
from qa_nlp.rulebook.situations import read_dialogues

WANTED = {"合格": "pass", "违规": "violation"}
PARAPHRASES = (Path(__file__).with_name("situations.txt")).read_text(encoding="utf-8").splitlines()
ROLES = {"客": "customer", "座": "agent", "系统": "system"}


def home_of(situation: str) -> str:
    """The profile a situation belongs to."""
    return "telecom" if situation[0] == "T" else "hotline" if situation in ("H10", "H14") else "power"


def judged(situation: str, text: str, **fields: object) -> StepVerdict | None:
    """The verdict of one situation on ``座：…/客：…`` lines, in its own profile."""
    turns = tuple(Turn(ROLES[who], words) for who, _, words in (line.partition("：") for line in text.split("/")))
    call = Call("T", turns, **fields)  # type: ignore[arg-type]
    verdicts = {v.step: v for v in judge_call(call, load_book(home_of(situation)))}
    return verdicts.get(situation)


def verdict_of(situation: str, text: str, **fields: object) -> str:
    found = judged(situation, text, **fields)
    return found.verdict if found else ""


def shipped(profile: str) -> list[DialogueOutcome]:
    return list(run_dialogues(load_book(profile), judge_call))


@pytest.mark.parametrize("profile", ["power", "hotline", "telecom"])
def test_every_shipped_dialogue_gets_its_verdict(profile: str) -> None:
    assert [str(outcome) for outcome in shipped(profile) if not outcome.passed] == []


@pytest.mark.parametrize("line", PARAPHRASES)
def test_answers_in_other_words(line: str) -> None:
    situation, wanted, text = line.split("|", 2)
    (dialogue,) = read_dialogues(text.replace("/", "\n"), situation, "应合格对话")
    verdicts = {v.step: v.verdict for v in judge_call(dialogue_call(dialogue), load_book(home_of(situation)))}
    assert verdicts.get(situation) == WANTED[wanted]


@pytest.mark.parametrize(
    ("situation", "text", "wanted"),
    [
        ("H26", "客：对不起啊，我刚才太冲了", "insufficient"),
        ("H26", "座：您好/客：真不好意思/系统：[座席挂机]", "violation"),
        ("H21", "客：查电费/座：请您稍等", "insufficient"),
        ("H01", "座：您好/客：报修", "insufficient"),
        ("H04", "座：您好，请问需要什么帮助/系统：[静音 5秒]", "insufficient"),
        ("H04", "座：您好，请问需要什么帮助/系统：[静音 5秒]/客：喂，我报修/座：请讲", ""),
        ("H04", "座：您好，请问需要什么帮助/系统：[静音 5秒]/座：请问有人吗/系统：[客户挂机]", "insufficient"),
        ("H34", "客：谢谢/座：再见/系统：[静音 2秒]", ""),
        ("H30", "客：谢谢，那我再问一下，怎么交费/座：网上交", ""),
        ("H26", "客：我要他给我道歉/座：已经记录", ""),
        ("T57", "客：我家网怎么断了/座：正在查", ""),
    ],
)
def test_no_accusation_without_a_chance_or_a_trigger(situation: str, text: str, wanted: str) -> None:
    assert verdict_of(situation, text) == wanted


def test_metadata_trigger() -> None:
    late = {"ring_seconds": 25}
    assert verdict_of("H15", "座：您好，让您久等了，请讲/客：报修", meta=late) == "pass"
    assert verdict_of("H15", "座：您好，请讲/客：报修", meta=late) == "violation"
    assert verdict_of("H15", "座：您好，请讲/客：报修", meta={"ring_seconds": 5}) == ""


def test_segment_of_the_customer_by_metadata() -> None:
    text = "客：网怎么断了，什么原因/座：由于线路原因，我们正在排查，影响您的生活，深表歉意"
    assert verdict_of("T63", text, meta={"customer_type": "家庭"}) == "pass"
    assert verdict_of("T57", text, meta={"customer_type": "政企"}) == "violation"
    assert verdict_of("T57", text, meta={"customer_type": "家庭"}) == ""


def test_a_short_look_up_is_no_wait() -> None:
    turns = (Turn("agent", "请您稍等", 0.0, 2.0), Turn("customer", "好", 2.2, 2.6), Turn("agent", "五十元", 3.0, 4.0))
    verdicts = {v.step: v.verdict for v in judge_call(Call("T", turns), load_book("power"))}
    assert verdicts["H21"] == "insufficient"


def test_a_forbidden_phrase_is_quoted_from_its_turn() -> None:
    found = judged("H17", "客：你怎么这么慢/座：不好意思，我是新手啦！")
    assert found is not None
    assert (found.need, found.verdict, found.turn, found.quote) == ("情景", "violation", 1, "新手")


def test_what_is_missing_is_named() -> None:
    found = judged("H24", "客：我提个建议/座：哦，知道了。")
    assert found is not None
    assert found.evidence == "H24 第1句之后缺：感谢、说明将反馈"


def test_traditional_characters_are_read_alike() -> None:
    assert verdict_of("H24", "客：我提個建議/座：謝謝您寶貴的建議，我們會及時反饋給相關部門") == "pass"


def test_verdicts_come_in_the_order_of_the_sheet() -> None:
    text = "座：您好，请问有什么可以帮您/客：谢谢你啊/座：不客气/客：没了，再见/座：感谢来电，再见"
    turns = tuple(Turn(ROLES[line[0]], line[2:]) for line in text.split("/"))
    steps = [v.step for v in judge_call(Call("T", turns), load_book("power"))]
    assert steps == sorted(steps)
    assert "H01" in steps
