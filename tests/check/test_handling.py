"""Order, danger, escalation, recorded type, tiers: each with its near miss."""

from __future__ import annotations

import pytest

from qa_nlp.check.handling import handling_findings, recorded_category, tiers
from qa_nlp.check.steps import done_steps
from qa_nlp.model.store import Model
from qa_nlp.records import Label
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


@pytest.mark.parametrize(
    ("recorded", "label", "status"),
    [
        ("咨询", COMPLAINT, "confirmed"),
        ("投诉", COMPLAINT, None),
        ("", COMPLAINT, None),
        ("咨询", Label("complaint", "complaint.outage", 0.5, needs_review=True), "suspected"),
        ("报修", CONSULT, "confirmed"),
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
