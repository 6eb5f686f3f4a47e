"""Points: 100 minus what the findings and the omitted steps cost, by dimension.

A finding costs its own ``points`` of the total, up to a cap a code. The steps together hold a
budget (步骤上限), shared out over the steps that applied to this call: a step that did not apply
leaves the denominator; where few applied, none costs more than 单步倍数上限 times its own 扣分. A situation
that was answered badly costs what its row says, unless a finding charges the same turn: one deed, one price.
A red line caps the score and is named in ``veto``. A dimension of which nothing was judged has no value.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass

from qa_nlp.model.roles import UNCONFIRMED
from qa_nlp.records import MARKS, Call, Checked, Finding, Label, StepVerdict
from qa_nlp.rulebook.book import Rulebook

DEMANDED = ("必须", "条件")
SITUATION = "情景"
SURE = 0.9
SPOKEN = "语言能力"


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
    steps = step_points(checked.steps, book, checked.findings)
    reason = _not_scored(call, book)
    if reason:
        return Score(None, "未评", None, reason, dict.fromkeys(book.scoring.weights), steps)
    lost: dict[str, float] = defaultdict(float)
    for code, points in _capped(checked.findings, book).items():
        lost[book.dimension_of(code)] += points
    for step, points in steps.items():
        lost[book.step_info(step).dimension] += points
    judged = _judged(checked, book)
    dimensions: dict[str, float | None] = {}
    total = 0.0
    for name, weight in book.scoring.weights.items():
        value = max(0.0, 100.0 - lost[name] / weight)
        dimensions[name] = round(value, 1) if name in judged else None
        total += value * weight
    veto = _veto(checked.findings, book)
    if veto:
        total = min(total, book.scoring.settings.get("红线封顶", 59.0))
    value = round(total, 1)
    grade = next(name for low, name in book.scoring.grades if value >= low)
    return Score(value, grade, veto, None, dimensions, steps)


def _judged(checked: Checked, book: Rulebook) -> set[str]:
    """Dimensions that something was said or left out for; the language of whoever speaks is always heard."""
    steps = (s for s in checked.steps if s.verdict == "violation" or (s.verdict == "pass" and s.need != ""))
    return (
        {SPOKEN}
        | {book.step_info(s.step).dimension for s in steps}
        | {book.dimension_of(f.code) for f in checked.findings if f.status == "confirmed" and f.points}
    )


def step_points(steps: tuple[StepVerdict, ...], book: Rulebook, findings: tuple[Finding, ...] = ()) -> dict[str, float]:
    """What each omitted step costs: its share of the step budget among those that applied; and situations.

    ``findings``: a situation answered badly in a turn that one of them charges costs nothing more.
    """
    applied = [s for s in steps if s.need in DEMANDED and s.verdict in ("pass", "violation")]
    total = sum(book.steps[s.step].points for s in applied)
    settings = book.scoring.settings
    budget, most = settings.get("步骤上限", 40.0), settings.get("单步倍数上限", math.inf)
    omitted = [book.steps[s.step] for s in applied if s.verdict == "violation"] if total else []
    points = {step.id: round(min(budget * step.points / total, most * step.points), 1) for step in omitted}
    charged = {f.turn for f in findings if f.status == "confirmed" and f.points}
    return points | _situation_points(steps, book, charged)


def _situation_points(steps: tuple[StepVerdict, ...], book: Rulebook, charged: Set[int]) -> dict[str, float]:
    """What each situation that was answered badly costs, all together up to the cap of one code."""
    left = book.scoring.settings.get("单项上限", 12.0)
    points: dict[str, float] = {}
    for step in steps:
        if step.need == SITUATION and step.verdict == "violation":
            cost = 0.0 if step.turn in charged else min(left, book.step_info(step.step).points)
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
            return f"{book.code_name(finding.code)}：“{finding.quote.strip(MARKS)}”"
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
