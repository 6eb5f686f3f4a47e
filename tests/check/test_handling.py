"""Order, danger, escalation, recorded type, tiers: each with its near miss."""

from __future__ import annotations

import pytest

from qa_nlp.check.handling import handling_findings, recorded_category, tiers
from qa_nlp.check.steps import done_steps
from qa_nlp.model.store import Model
from qa_nlp.records import Label, RunnerUp
from qa_nlp.rulebook.book import Rulebook
from tests.check.helpers import evidence_of
from tests.conftest import make_call

COMPLAINT = Label("complaint", "complaint.outage", 0.97)
REPAIR = Label("repair", "repair.hazard", 0.97)
CONSULT = Label("consult", "consult.bill", 0.97)


def codes(text: str, label: Label, book: Rulebook, model: Model, **fields: object) -> dict[str, str]:
    evidence = evidence_of(make_call(text, **fields), book, model)
    found = handling_findings(evidence, label, done_steps(evidence, book), book)
    return {finding.code: finding.status for finding in found}


DANGER = "座：您好\n客：电线断了在冒火花\n"


@pytest.mark.parametrize(
    ("text", "label", "code", "present"),
    [
        ("客：我要投诉到12398\n座：您别急", COMPLAINT, "escalation", True),
        ("客：我要投诉\n座：您别急", COMPLAINT, "escalation", False),
        (DANGER + "座：请问地址\n客：某某路\n座：登记了", REPAIR, "danger_unwarned", True),
        (DANGER + "座：请您先离远一点，千万不要触碰\n客：好\n座：请问地址", REPAIR, "danger_unwarned", False),
        ("客：老停电\n座：已经派单了，师傅马上到\n客：哦\n座：非常抱歉给您添麻烦了", COMPLAINT, "order_soothe", True),
        ("客：老停电\n座：非常抱歉给您添麻烦了\n客：哦\n座：已经派单了，师傅马上到", COMPLAINT, "order_soothe", False),
        ("客：老停电\n座：已经派单了，师傅马上到\n客：哦\n座：非常抱歉给您添麻烦了", REPAIR, "order_soothe", False),
    ],
)
def test_findings(text: str, label: Label, code: str, present: bool, book: Rulebook, model: Model) -> None:
    assert (code in codes(text, label, book, model)) is present


LATE = (
    DANGER
    + "座：请问地址\n客：某某路\n座：几点开始的\n客：刚才\n座：户号报一下\n客：好\n座：请您先离远一点，千万不要触碰"
)


@pytest.mark.parametrize(("label", "status"), [(REPAIR, "confirmed"), (COMPLAINT, "suspected"), (CONSULT, "suspected")])
def test_only_who_reports_a_fault_is_in_danger(label: Label, status: str, book: Rulebook, model: Model) -> None:
    assert codes(LATE, label, book, model).get("order_safety") == status


def test_the_first_warning_counts_and_not_the_clearest(book: Rulebook, model: Model) -> None:
    earlier = LATE.replace("座：请问地址", "座：叫大伙儿都撤到屋里头，请问地址")
    evidence = evidence_of(make_call(earlier), book, model, {(2, "safety_advice"): 0.3, (8, "safety_advice"): 0.9})
    done = done_steps(evidence, book, REPAIR)
    assert done["safety_advice"].turn == 8
    assert "order_safety" not in {f.code for f in handling_findings(evidence, REPAIR, done, book)}


@pytest.mark.parametrize(
    ("recorded", "label", "status"),
    [
        ("咨询", COMPLAINT, "confirmed"),
        ("投诉", COMPLAINT, None),
        ("", COMPLAINT, None),
        ("咨询", Label("complaint", "complaint.outage", 0.5, needs_review=True), "suspected"),
        ("报修", CONSULT, "confirmed"),
        # Which complaint it is may be open, that it is one is not; and the other way round.
        ("咨询", Label("complaint", "complaint.outage", 0.6, RunnerUp("complaint.metering", 0.39), True), "confirmed"),
        ("咨询", Label("complaint", "complaint.outage", 0.6, RunnerUp("consult.outage_info", 0.39), True), "suspected"),
    ],
)
def test_recorded_type(recorded: str, label: Label, status: str | None, book: Rulebook, model: Model) -> None:
    text = "座：您好\n客：你们三天停两次，我要个说法\n座：抱歉"
    assert codes(text, label, book, model, meta={"recorded_type": recorded}).get("type_mismatch") == status


@pytest.mark.parametrize(
    ("text", "category"),
    [("故障报修", "repair"), ("投诉", "complaint"), ("业务咨询", "consult"), ("举报", "other"), ("？", "")],
)
def test_recorded_category(text: str, category: str) -> None:
    assert recorded_category(text) == category


@pytest.mark.parametrize(
    ("text", "opening", "closing"),
    [
        ("座：您好，请问有什么可以帮您？\n客：嗯\n座：感谢您的来电，再见", "达标", "达标"),
        ("座：您好\n客：嗯\n座：再见", "不完整", "不完整"),
        ("座：哪里\n客：嗯\n座：挂了", "缺失", "缺失"),
    ],
)
def test_tiers(text: str, opening: str, closing: str, book: Rulebook, model: Model) -> None:
    evidence = evidence_of(make_call(text), book, model)
    assert tiers(evidence, done_steps(evidence, book)) == {"opening": opening, "closing": closing}


def danger(
    customer: str, label: Label, book: Rulebook, model: Model, answer: str = "请问您的地址是哪里"
) -> list[tuple[str, str]]:
    text = f"座：您好\n客：{customer}\n座：{answer}\n客：某某路\n座：已经给您派单了"
    evidence = evidence_of(make_call(text), book, model)
    found = handling_findings(evidence, label, done_steps(evidence, book), book)
    return [(f.status, f.severity) for f in found if f.code == "danger_unwarned"]


@pytest.mark.parametrize(
    ("customer", "label", "found"),
    [
        ("电线断了在冒火花", REPAIR, [("confirmed", "critical")]),
        ("电线断了在冒火花", Label("repair", "repair.outage_area", 0.97), [("confirmed", "major")]),
        ("电线断了在冒火花", Label("repair", "repair.hazard", 0.4, needs_review=True), [("suspected", "major")]),
        # A danger that is over, told by somebody who asks for something else.
        ("那天线断了冒火花，你们两小时才来", COMPLAINT, [("suspected", "major")]),
        ("业主群里也炸了，都说没电", REPAIR, []),
        ("都朝上，漏电那个也按过了", REPAIR, []),
        ("里头坏了万一炸了呢", REPAIR, []),
    ],
)
def test_a_danger_that_nobody_warned_of(
    customer: str, label: Label, found: list[tuple[str, str]], book: Rulebook, model: Model
) -> None:
    assert danger(customer, label, book, model) == found
