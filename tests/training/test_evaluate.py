"""Figures of an evaluation, its curves and its page."""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace as changed
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from qa_nlp.inspector import Inspector
from qa_nlp.records import Call, Label, StepVerdict, Turn
from qa_nlp.text.prepared import prepare
from qa_nlp.training.corpus import Sample
from qa_nlp.training.curves import calibration_error, learning_curve, reliability, risk_coverage
from qa_nlp.training.evaluate import (
    Answers,
    answer,
    evaluate,
    heard_badly,
    macro_f1,
    mark,
    render,
    report,
    subtype_ratios,
)
from qa_nlp.training.evaluation_page import CLASSES, CONFUSION, PAGE, write_evaluation

Run = Callable[..., subprocess.CompletedProcess[str]]


def sure(*outcomes: tuple[float, bool]) -> Answers:
    """Answers by (confidence, right)."""
    samples, labels = [], []
    for i, (confidence, right) in enumerate(outcomes):
        call = Call(f"C{i}", (Turn("customer", "没电"),), labels={"subtype": "a.x"})
        samples.append(Sample("v", prepare(call)))
        labels.append(Label("a", "a.x" if right else "a.y", confidence))
    return Answers(tuple(samples), tuple(labels))


def test_macro_f1_counts_given_labels_only() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "c")]
    assert macro_f1(pairs) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert subtype_ratios(pairs)["c"].gold == 0


def test_reliability_of_an_honest_and_a_boastful_model() -> None:
    honest = sure(*[(0.8, i % 5 != 0) for i in range(50)])
    boastful = sure(*[(0.95, i % 2 == 0) for i in range(50)])
    assert calibration_error(reliability(honest)) == pytest.approx(0.0, abs=1e-6)
    assert calibration_error(reliability(boastful)) == pytest.approx(0.45)
    assert reliability(sure((1.0, True)))[0].count == 1


def test_risk_grows_with_coverage_and_ties_are_one_point() -> None:
    points = risk_coverage(sure((0.9, True), (0.9, False), (0.8, True), (0.1, False)))
    assert [(p.x, p.y) for p in points] == [(0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]


def test_openings_are_not_asked_for_steps(inspector: Inspector, locked: list[Sample]) -> None:
    call = next(s for s in locked if not s.is_request)
    opening = Sample("openings_x", call.prepared)
    assert len(answer([call, opening], inspector).spoken) == 1


def test_situations_are_not_annotated_and_so_not_counted(inspector: Inspector, locked: list[Sample]) -> None:
    sample = next(s for s in locked if not s.is_request)
    verdict = inspector.inspect([sample.call])[0]
    extra = StepVerdict("H01", "情景", "pass", 0, "", None, 1.0)
    marks = mark(sample, replace(verdict, steps=(*verdict.steps, extra)), inspector.book)
    assert {step for (step,) in marks.found["step"]} <= set(inspector.book.steps)
    assert marks.found["step"] == mark(sample, verdict, inspector.book).found["step"]


def test_noise_hurts_repeatably_and_keeps_lengths(inspector: Inspector, locked: list[Sample]) -> None:
    calls = [s for s in locked if not s.is_request][:20]
    damaged = heard_badly(calls, 0.3)
    assert [s.call for s in damaged] == [s.call for s in heard_badly(calls, 0.3)]
    assert damaged[0].call.turns[1].text != calls[0].call.turns[1].text
    assert [len(t.text) for t in damaged[0].call.turns] == [len(t.text) for t in calls[0].call.turns]
    assert evaluate(damaged, inspector).ratios["fault"].f1 <= evaluate(calls, inspector).ratios["fault"].f1


def test_customer_turns_leave_sentences_out(inspector: Inspector, locked: list[Sample]) -> None:
    result = evaluate(locked[:10], inspector, 1)
    assert result.ratios == {}
    assert "subtype_acc" in render(result)


def test_learning_curve_grows_over_voices(small: list[Sample]) -> None:
    points = learning_curve(small, shares=(0.34, 1.0))
    assert points[0].samples < points[1].samples
    assert points[1].calls.value >= points[0].calls.value - 0.1
    assert points == learning_curve(small, shares=(0.34, 1.0))
    assert learning_curve([s for s in small if s.voice == small[0].voice]) == []


class Checker(HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.charts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.charts += tag == "svg"
        self.outside += [v for k, v in attrs if k in ("src", "href") and v] + (["script"] if tag == "script" else [])


def test_page_and_tables(inspector: Inspector, locked: list[Sample], small: list[Sample], tmp_path: Path) -> None:
    answers = answer(locked[:40], inspector)
    curve = learning_curve(small, shares=(0.5, 1.0))
    write_evaluation(report(answers), answers, inspector.book, tmp_path, curve, "<把关>")
    page = (tmp_path / PAGE).read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(page)
    assert checker.outside == []
    assert checker.charts == 4
    assert "&lt;把关&gt;" in page
    assert not re.search(r"\bnan\b", page)
    with (tmp_path / CONFUSION).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert sum(int(cell) for row in rows[1:] for cell in row[1:]) == len(answers.samples)
    assert rows[0][1:] == [row[0] for row in rows[1:]]
    assert (tmp_path / CLASSES).read_bytes().startswith(b"\xef\xbb\xbf")


def test_page_of_calls_without_sentences(inspector: Inspector, locked: list[Sample], tmp_path: Path) -> None:
    answers = answer(locked[:5], inspector, 1)
    assert answers.marks is None
    write_evaluation(report(answers), answers, inspector.book, tmp_path)
    assert "学习曲线" not in (tmp_path / PAGE).read_text(encoding="utf-8")


def test_no_answers_draw_no_curve() -> None:
    nothing = changed(sure(), samples=(), labels=())
    assert reliability(nothing) == []
    assert risk_coverage(nothing) == []


def test_learning_curve_without_a_page_is_bad_usage(run_cli: Run, tmp_path: Path) -> None:
    result = run_cli("evaluate", tmp_path, "--learning-curve")
    assert result.returncode == 2
    assert "--out" in result.stderr
