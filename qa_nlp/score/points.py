"""Points: 100 minus what the findings and the omitted steps cost, by dimension.

A finding costs its own ``points`` of the total, up to a cap a code. The steps together hold a
budget (步骤上限), shared out over the steps that applied to this call: a step that did not apply
leaves the denominator. A situation that was answered badly costs what its row says. A red line caps the score and is named in ``veto``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from qa_nlp.model.roles import UNCONFIRMED
from qa_nlp.records import Call, Checked, Finding, Label, StepVerdict
from qa_nlp.rulebook.book import Rulebook

DEMANDED = ("必须", "条件")
SITUATION = "情景"
SURE = 0.9


@dataclass(frozen=True)
class Score:
    """The score (None when not scored, then ``not_scored`` says why) and its parts."""

    value: float | None
    grade: str
    veto: str | None
    not_scored: str | None
    dimensions: dict[str, float | None]
    step_points: dict[str, float]


def score(call: Call, label: Label, checked: Checked, book: Rulebook) -> Score:
    """Score one call; see the module's text for how."""
    steps = step_points(checked.steps, book)
    reason = _not_scored(call, book)
    if reason:
        return Score(None, "未评", None, reason, dict.fromkeys(book.scoring.weights), steps)
    lost: dict[str, float] = defaultdict(float)
    for code, points in _capped(checked.findings, book).items():
        lost[book.dimension_of(code)] += points
    for step, points in steps.items():
        lost[book.step_info(step).dimension] += points
    dimensions: dict[str, float | None] = {}
    total = 0.0
    for name, weight in book.scoring.weights.items():
        value = max(0.0, 100.0 - lost[name] / weight)
        dimensions[name] = round(value, 1)
        total += value * weight
    veto = _veto(checked.findings, book)
    if veto:
        total = min(total, book.scoring.settings.get("红线封顶", 59.0))
    value = round(total, 1)
    grade = next(name for low, name in book.scoring.grades if value >= low)
    return Score(value, grade, veto, None, dimensions, steps)


def step_points(steps: tuple[StepVerdict, ...], book: Rulebook) -> dict[str, float]:
    """What each omitted step costs: its share of the step budget among those that applied; and situations."""
    applied = [s for s in steps if s.need in DEMANDED and s.verdict in ("pass", "violation")]
    total = sum(book.steps[s.step].points for s in applied)
    budget = book.scoring.settings.get("步骤上限", 40.0)
    omitted = [s for s in applied if s.verdict == "violation"] if total else []
    points = {s.step: round(budget * book.steps[s.step].points / total, 1) for s in omitted}
    return points | _situation_points(steps, book)


def _situation_points(steps: tuple[StepVerdict, ...], book: Rulebook) -> dict[str, float]:
    """What each situation that was answered badly costs, all together up to the cap of one code."""
    left = book.scoring.settings.get("单项上限", 12.0)
    points: dict[str, float] = {}
    for step in steps:
        if step.need == SITUATION and step.verdict == "violation":
            cost = min(left, book.step_info(step.step).points)
            left -= cost
            points[step.step] = round(cost, 1)
    return points


def _capped(findings: tuple[Finding, ...], book: Rulebook) -> dict[str, float]:
    cap = book.scoring.settings.get("单项上限", 12.0)
    spent: dict[str, float] = defaultdict(float)
    for finding in findings:
        if finding.status == "confirmed":
            spent[finding.code] += finding.points
    return {code: min(points, book.scoring.caps.get(code, cap)) for code, points in spent.items()}


def _veto(findings: tuple[Finding, ...], book: Rulebook) -> str | None:
    for finding in findings:
        if finding.severity == "critical" and finding.status == "confirmed" and finding.confidence >= SURE:
            return f"{book.code_name(finding.code)}：“{finding.quote}”"
    return None


def _not_scored(call: Call, book: Rulebook) -> str | None:
    roles = [turn.role for turn in call.turns]
    agent, customer = roles.count("agent"), roles.count("customer")
    least = book.scoring.settings.get("最少座席轮次", 2.0)
    if not agent and not customer:
        return "说话人不明，未评分"
    if not agent:
        return "没有座席的话，未评分"
    if roles.count("unknown") > agent + customer:
        return "多数话轮说话人不明，未评分"
    if UNCONFIRMED in call.notes:
        return "核对不了谁是座席，未评分"
    if agent < least:
        return f"座席不足 {least:.0f} 句，通话过短，未评分"
    return None
