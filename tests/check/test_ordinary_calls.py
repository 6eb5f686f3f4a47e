"""Whole calls without a fault, in telecom and parcel service: nothing of them may be accused of a situation or a step."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_nlp.check.situations import judge_call
from qa_nlp.inspector import Inspector
from qa_nlp.model.store import Model
from qa_nlp.records import Call
from qa_nlp.rulebook.load import load_book
from qa_nlp.rulebook.selftest_situations import dialogue_call
from qa_nlp.rulebook.situations import read_dialogues

DATA = Path(__file__).resolve().parent.parent / "data"
PROFILES = ("telecom", "hotline")
# Steps that hang on what kind of call it is and on what the customer said.
CONDITIONAL = {"introduce_self", "ask_symptom", "ask_satisfaction"}


def call_of(line: str) -> Call:
    """One ``座：…/客：…`` line as a call."""
    (dialogue,) = read_dialogues(line.replace("/", "\n"), "T00", "应合格对话")
    return dialogue_call(dialogue)


def ordinary(profile: str) -> list[str]:
    return (DATA / f"ordinary_calls_{profile}.txt").read_text(encoding="utf-8").splitlines()


def violated(call: Call, profile: str, model: Model) -> set[str]:
    (verdict,) = Inspector(load_book(profile), model).inspect([call])
    return {step.step for step in verdict.steps if step.verdict == "violation"}


@pytest.mark.parametrize(("profile", "own"), [("telecom", "T"), ("hotline", "H10 H14")])
def test_no_situation_of_the_profile_is_violated(profile: str, own: str) -> None:
    book = load_book(profile)
    mine = {s.id for s in book.situations if s.id[0] == own or s.id in own.split()}
    wrong = [
        f"{verdict.evidence}：{line}"
        for line in ordinary(profile)
        for verdict in judge_call(call_of(line), book)
        if verdict.verdict == "violation" and verdict.step in mine
    ]
    assert wrong == []


@pytest.mark.parametrize("profile", PROFILES)
def test_no_conditional_step_is_missed(profile: str, model: Model) -> None:
    lines = ordinary(profile)
    missed = {line: violated(call_of(line), profile, model) & CONDITIONAL for line in lines}
    assert {line: steps for line, steps in missed.items() if steps} == {}


OUTBOUND = "元数据：direction=outbound/"
VAGUE = "座：您好，请问有什么可以帮您/客：我家网断了/{}/客：好/座：还有其他需要吗/客：没有/座：感谢来电，再见"
FOLLOW_UP = OUTBOUND + "座：您好，我是电信客服，请问是王先生吗，您报的宽带恢复了吗/客：{}/{}/客：没有/座：感谢您，再见"


@pytest.mark.parametrize(
    ("profile", "text", "step", "wanted"),
    [
        ("telecom", VAGUE.format("座：给您登记了，师傅今天上门"), "ask_symptom", True),
        ("telecom", VAGUE.format("座：请问光猫的灯红不红，是从什么时候断的？"), "ask_symptom", False),
        ("telecom", VAGUE.replace("网断了", "网断了，光猫红灯一直闪").format("座：给您登记了"), "ask_symptom", False),
        ("telecom", FOLLOW_UP.format("好了，能上网了", "座：那行，还有其他需要吗"), "ask_satisfaction", True),
        ("telecom", FOLLOW_UP.format("好了", "座：您对维修服务满意吗，有什么意见"), "ask_satisfaction", False),
        ("telecom", FOLLOW_UP.format("没有，还是不通", "座：非常抱歉，马上反映，尽快处理"), "ask_satisfaction", False),
        ("telecom", OUTBOUND + "座：喂，你家宽带修好了吧/客：好了/座：行，再见", "introduce_self", True),
        (
            "hotline",
            OUTBOUND + "座：喂，回访一下，你投诉的件收到没有/客：收到了/座：满意吧，再见",
            "introduce_self",
            True,
        ),
        ("telecom", VAGUE.format("座：抱歉，给您派师傅，今天下午上门"), "confirm_contact", True),
        ("telecom", VAGUE.format("座：请您重启一下，要是还断您再打来，我们派人上门看"), "confirm_contact", False),
    ],
)
def test_a_conditional_step_is_missed_where_its_condition_holds(
    profile: str, text: str, step: str, wanted: bool, model: Model
) -> None:
    assert (step in violated(call_of(text), profile, model)) is wanted
