"""Banned, rude, evasive … wording: rule hits and what the sentence model adds to them."""

from __future__ import annotations

import re

from qa_nlp.check.evidence import Evidence
from qa_nlp.records import Finding
from qa_nlp.rulebook.book import Code, Rulebook
from qa_nlp.rulebook.matcher import Hit

MODEL_RULE = "MODEL"
MODEL_BASIS = "语句模型"
# The agent repeats what somebody else said, or says that something must not be said or done.
REPORTED = re.compile(
    r"(您|你|客户|他|她|对方|人家|师傅|同事|前面那位|那位|哪位)(刚才|刚刚|之前|上次|当时|跟您|跟你|是不是|有没有|原话)?"
    r"[^,.!?\n]{0,4}(说|讲|告诉您|告诉你|回答|回复|骂|喊|写)(的)?(是|:|,|“|\"|「|『|您|你)?$"
)
QUOTED = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'), ("《", "》"))


def phrasing_findings(evidence: Evidence, book: Rulebook) -> list[Finding]:
    """Findings of all phrasing codes, at most one per turn and code, in the order of their place."""
    best: dict[tuple[int, str], Finding] = {}
    for hit in evidence.of_kind("phrase"):
        finding = _from_rule(hit, evidence, book)
        key = (finding.turn, finding.code)
        if key not in best or _rank(finding) > _rank(best[key]):
            best[key] = finding
    for finding in _from_model(evidence, book):
        key = (finding.turn, finding.code)
        old = best.get(key)
        if old is None or (old.status == "suspected" and finding.status == "confirmed"):
            best[key] = _merged(old, finding)
    return sorted(best.values(), key=lambda f: (f.turn, f.start, f.code))


def _rank(finding: Finding) -> tuple[int, float, float]:
    order = {"confirmed": 2, "suspected": 1, "suppressed": 0}
    return order[finding.status], finding.confidence, finding.points


def _merged(rule_finding: Finding | None, model_finding: Finding) -> Finding:
    """A doubtful rule hit that the model confirms keeps the rule's words and place."""
    if rule_finding is None:
        return model_finding
    from msgspec.structs import replace

    return replace(
        rule_finding, status="confirmed", points=model_finding.points, confidence=model_finding.confidence,
        severity=model_finding.severity,
    )  # fmt: skip


def _from_rule(hit: Hit, evidence: Evidence, book: Rulebook) -> Finding:
    rule, code = hit.rule, book.codes[hit.rule.code]
    start, end, quote = evidence.prepared.quote(hit.turn, hit.start, hit.end)
    severity = rule.severity or code.severity
    status = "suspected" if severity == "suspected" else "confirmed"
    if is_mention(evidence.prepared.folded.match, evidence.prepared.folded.starts[hit.turn], hit.start) or is_quoted(
        evidence.prepared.call.turns[hit.turn].text, start, end
    ):
        status = "suppressed"
    points = rule.points if rule.points >= 0 else code.points
    return Finding(
        rule.id, rule.code, severity if severity != "suspected" else code.severity,
        points if status == "confirmed" else 0.0, hit.turn, start, end, quote,
        rule.message or f"{code.name}：{code.message}", rule.suggestion or code.suggestion, rule.basis, hit.match,
        hit.confidence, status,
    )  # fmt: skip


def _from_model(evidence: Evidence, book: Rulebook) -> list[Finding]:
    model, prepared = evidence.model, evidence.prepared
    findings = []
    for column, label in enumerate(model.sentences.labels):
        code = book.codes.get(label)
        if code is None:
            continue
        for row, turn in enumerate(prepared.agent_turns):
            probability = float(evidence.probabilities[row, column])
            if probability >= model.suspect[column]:
                sure = probability >= model.confirm[column]
                findings.append(_model_finding(evidence, code, turn, probability, sure))
    return findings


def _model_finding(evidence: Evidence, code: Code, turn: int, probability: float, sure: bool) -> Finding:
    start, end, quote = evidence.prepared.quote(turn, *evidence.clause(turn, code.id))
    return Finding(
        f"{MODEL_RULE}-{code.id}", code.id, code.severity, code.points if sure else 0.0, turn, start, end, quote,
        f"{code.name}：{code.message}", code.suggestion, MODEL_BASIS, "model", round(probability, 4),
        "confirmed" if sure else "suspected",
    )  # fmt: skip


def is_mention(text: str, turn_start: int, start: int) -> bool:
    """Whether the words before a hit say that somebody else said it."""
    return REPORTED.search(text[max(turn_start, start - 16) : start]) is not None


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether a span lies inside quotation marks of its turn."""
    for opening, closing in QUOTED:
        at = text.rfind(opening, 0, start + 1)
        if at >= 0 and text.find(closing, at + 1) >= end:
            return True
    return False
