"""Scores that can be added up by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from qa_nlp.records import Checked, Finding, Label, StepVerdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.score import score, summarise
from tests.conftest import make_call

LABEL = Label("repair", "repair.outage_single", 0.99)
CALL = make_call("座：您好\n客：没电\n座：谁让您不交\n客：哦\n座：再见")
FINDING = Finding("X-001", "blame", "major", 5.0, 2, 0, 3, "谁让您", "", "", "", "exact", 1.0, "confirmed")


def step(name: str, verdict: str, need: str = "必须") -> StepVerdict:
    return StepVerdict(name, need, verdict, None, "", None, 1.0)


def test_a_clean_call_has_full_marks(book: Rulebook) -> None:
    assert score(CALL, LABEL, Checked(steps=(step("greet", "pass"),)), book).value == 100


def test_a_finding_costs_its_points(book: Rulebook) -> None:
    assert score(CALL, LABEL, Checked((FINDING,)), book).value == 95


@pytest.mark.parametrize("status", ["suspected", "suppressed"])
def test_doubtful_findings_cost_nothing(status: str, book: Rulebook) -> None:
    assert score(CALL, LABEL, Checked((replace(FINDING, status=status),)), book).value == 100


def test_one_code_costs_at_most_its_cap(book: Rulebook) -> None:
    many = tuple(replace(FINDING, start=i, end=i + 1) for i in range(10))
    assert score(CALL, LABEL, Checked(many), book).value == 100 - book.scoring.settings["单项上限"]


def test_steps_share_the_budget_of_those_that_applied(book: Rulebook) -> None:
    both = score(CALL, LABEL, Checked(steps=(step("greet", "violation"), step("close", "pass"))), book)
    fewer = score(CALL, LABEL, Checked(steps=(step("greet", "violation"), step("close", "not_applicable"))), book)
    assert both.value is not None
    assert fewer.value is not None
    assert fewer.value < both.value
    assert both.step_points == {"greet": pytest.approx(book.scoring.settings["步骤上限"] / 2)}


def test_a_red_line_caps_the_score_and_is_named(book: Rulebook) -> None:
    result = score(CALL, LABEL, Checked((replace(FINDING, severity="critical"),)), book)
    assert result.value == book.scoring.settings["红线封顶"]
    assert result.veto
    assert result.grade == "不合格"


@pytest.mark.parametrize(("text", "reason"), [("客：没电", "没有座席"), ("客：没电\n座：嗯", "过短")])
def test_what_cannot_be_judged_has_no_score(text: str, reason: str, book: Rulebook) -> None:
    result = score(make_call(text), LABEL, Checked(), book)
    assert result.value is None
    assert reason in str(result.not_scored)


def test_the_summary_quotes_what_it_blames(book: Rulebook) -> None:
    checked = Checked((FINDING,), (step("greet", "violation"), step("close", "pass")))
    text = summarise(LABEL, checked, score(CALL, LABEL, checked, book), book)
    assert "谁让您" in text
    assert "未做到：首问语" in text
    assert "结束语" in text
