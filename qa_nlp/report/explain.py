"""One call as text, every finding marked in place with reason, suggestion and basis."""

from __future__ import annotations

from qa_nlp.records import Call, Finding, StepVerdict, Verdict
from qa_nlp.report.tables import STATUS, VERDICT, code_name
from qa_nlp.rulebook.book import Demand, Rulebook

SITUATION = "情景"
SPEAKERS = {"agent": "座席", "customer": "客户", "system": "系统", "unknown": "不明"}


def explain(call: Call, verdict: Verdict, book: Rulebook) -> str:
    """Summary and notes, transcript with 【】 round each finding, the findings below their turn, the steps at the end."""
    lines = [verdict.summary, *(f"备注：{note}" for note in verdict.notes), ""]
    for index, turn in enumerate(call.turns):
        findings = [f for f in verdict.findings if f.turn == index]
        lines.append(f"{index + 1:3d} {SPEAKERS[turn.role]}：{_marked(turn.text, findings)}")
        lines += [_note(finding, book) for finding in findings]
    lines.append("")
    demands = {demand.step: demand for demand in book.demands_for(verdict.subtype)}
    for step in verdict.steps:
        if step.need:
            lines.append(_step(step, verdict, demands.get(step.step), book))
    return "\n".join(lines)


def _step(step: StepVerdict, verdict: Verdict, demand: Demand | None, book: Rulebook) -> str:
    """The verdict on a step, what it costs, the words that show it, or why it is demanded and what to say."""
    info = book.step_info(step.step)
    points = verdict.step_points.get(step.step, 0.0)
    line = f"  [{VERDICT[step.verdict]}{f'，扣 {points:g} 分' if points else ''}] {info.name}（{step.need}）"
    if step.turn is not None:
        line += f"第{step.turn + 1}句“{step.quote}”"
    if step.verdict != "violation":
        return line
    if step.need == SITUATION:
        line += f" {step.evidence or ''}"
    elif demand is not None:
        when = f"；这通出现了“{demand.condition}”" if demand.condition else ""
        line += f" 全程没有找到这一步{when}"
        line += f"（依据：{demand.basis}）" if demand.basis else ""
    return line + (f" 建议：{info.suggestion}" if info.suggestion else "")


def _marked(text: str, findings: list[Finding]) -> str:
    """Words that several findings share are marked once."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((f.start, f.end) for f in findings if f.match != "measured"):
        if spans and start < spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    for start, end in reversed(spans):
        text = f"{text[:start]}【{text[start:end]}】{text[end:]}"
    return text


def _note(finding: Finding, book: Rulebook) -> str:
    points = f"，扣 {finding.points:g} 分" if finding.points else ""
    basis = f"（依据：{finding.basis}）" if finding.basis else ""
    return (
        f"      ↳ {code_name(finding.code, book)}“{finding.quote}”：{finding.message}"
        f" 建议：{finding.suggestion} {basis}[{STATUS[finding.status]}{points}，{finding.rule_id}]"
    )
