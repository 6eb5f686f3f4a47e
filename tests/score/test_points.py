"""Scores that can be added up by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from qa_nlp.records import Checked, Finding, Label, Promise, StepVerdict
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


def test_one_of_few_steps_does_not_cost_the_whole_budget(book: Rulebook) -> None:
    both = score(CALL, LABEL, Checked(steps=(step("greet", "violation"), step("close", "pass"))), book)
    assert both.value is not None
    # Where few steps applied, each costs at most so many times its own points.
    most = book.scoring.settings["单步倍数上限"] * book.steps["greet"].points
    assert both.step_points == {"greet": pytest.approx(most)}


def test_many_steps_share_the_budget(book: Rulebook) -> None:
    names = [name for name, info in book.steps.items() if info.points == 4][:20]
    steps = (step(names[0], "violation"), *(step(name, "pass") for name in names[1:]))
    assert score(CALL, LABEL, Checked(steps=steps), book).step_points == {
        names[0]: pytest.approx(book.scoring.settings["步骤上限"] / 20)
    }


def test_a_situation_is_not_charged_for_words_that_a_finding_charges(book: Rulebook) -> None:
    number = book.situations[0].id
    bad = StepVerdict(number, "情景", "violation", 2, "谁让您", None, 1.0)
    alone = score(CALL, LABEL, Checked(steps=(bad,)), book)
    both = score(CALL, LABEL, Checked((FINDING,), (bad,)), book)
    assert alone.step_points[number] > 0
    assert both.step_points[number] == 0
    assert both.value == 95


def test_a_dimension_of_which_nothing_was_judged_has_no_value(book: Rulebook) -> None:
    found = score(CALL, LABEL, Checked((), (step("greet", "pass"), step("dispatch", "not_applicable"))), book)
    assert found.dimensions == {"语言能力": 100, "判断能力": None, "业务能力": None, "主动能力": None}


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


def test_the_summary_praises_nothing_that_it_blames(book: Rulebook) -> None:
    passed = replace(step("close", "pass"), turn=2, quote="谁让您不交")
    checked = Checked((FINDING,), (passed, replace(step("greet", "pass"), turn=0, quote="您好请问")))
    text = summarise(LABEL, checked, score(CALL, LABEL, checked, book), book)
    assert "做到了首问语（第1句“您好请问”）" in text
    assert "结束语" not in text


def test_the_summary_says_why_less_was_taken(book: Rulebook) -> None:
    many = Checked(tuple(replace(FINDING, start=i, end=i + 1) for i in range(10)))
    text = summarise(LABEL, many, score(CALL, LABEL, many, book), book)
    assert "扣分合计 50 分，实扣 12 分（同一差错最多扣 12 分）" in text
    one = Checked((FINDING,))
    assert "实扣" not in summarise(LABEL, one, score(CALL, LABEL, one, book), book)


def test_a_red_line_that_is_not_sure_is_told(book: Rulebook) -> None:
    doubtful = Checked((replace(FINDING, severity="critical", confidence=0.7),))
    found = score(CALL, LABEL, doubtful, book)
    assert found.veto is None
    assert "疑触及红线：第3句" in summarise(LABEL, doubtful, found, book)


def test_a_time_promised_too_boldly_keeps_no_limit(book: Rulebook) -> None:
    promise = Promise("arrive", 2, 0, 3, "十分钟", 10.0, "分钟", "", "", "within")
    bold = replace(FINDING, code="overpromise")
    for findings, kept in (((), True), ((bold,), False)):
        checked = Checked(findings, promises=(promise,))
        text = summarise(LABEL, checked, score(CALL, LABEL, checked, book), book)
        assert ("符合规定" in text) is kept
