"""One call as text, every finding marked in place with reason, suggestion and basis."""

from __future__ import annotations

from qa_nlp.records import Call, Finding, Verdict
from qa_nlp.report.tables import STATUS, VERDICT, code_name
from qa_nlp.rulebook.book import Rulebook

SPEAKERS = {"agent": "座席", "customer": "客户", "system": "系统", "unknown": "不明"}


def explain(call: Call, verdict: Verdict, book: Rulebook) -> str:
    """Summary and notes, transcript with 【】 round each finding, the findings below their turn, the steps at the end."""
    lines = [verdict.summary, *(f"备注：{note}" for note in verdict.notes), ""]
    for index, turn in enumerate(call.turns):
        findings = [f for f in verdict.findings if f.turn == index]
        lines.append(f"{index + 1:3d} {SPEAKERS[turn.role]}：{_marked(turn.text, findings)}")
        lines += [_note(finding, book) for finding in findings]
    lines.append("")
    for step in verdict.steps:
        if step.need:
            where = f"第{step.turn + 1}句“{step.quote}”" if step.turn is not None else ""
            lines.append(f"  [{VERDICT[step.verdict]}] {book.step_info(step.step).name}（{step.need}）{where}")
    return "\n".join(lines)


def _marked(text: str, findings: list[Finding]) -> str:
    for finding in sorted(findings, key=lambda f: (-f.start, f.end)):
        if finding.match != "measured":
            text = text[: finding.start] + "【" + text[finding.start : finding.end] + "】" + text[finding.end :]
    return text


def _note(finding: Finding, book: Rulebook) -> str:
    points = f"，扣 {finding.points:g} 分" if finding.points else ""
    basis = f"（依据：{finding.basis}）" if finding.basis else ""
    return (
        f"      ↳ {code_name(finding.code, book)}“{finding.quote}”：{finding.message}"
        f" 建议：{finding.suggestion} {basis}[{STATUS[finding.status]}{points}，{finding.rule_id}]"
    )
