"""Banned, rude, evasive … wording: rule hits and what the sentence model adds to them."""

from __future__ import annotations

import re

import numpy as np
from msgspec.structs import replace

from qa_nlp.check.evidence import Evidence
from qa_nlp.records import Finding
from qa_nlp.rulebook.appeals import cleared
from qa_nlp.rulebook.book import Code, Rulebook
from qa_nlp.rulebook.matcher import Hit

MODEL_RULE = "MODEL"
MODEL_BASIS = "语句模型"
# Numbers are compared, not felt: a promised time is judged by ``promises``.
BY_RULE_ONLY = frozenset({"wrong_limit"})
BOTH, AGREE, RULE_BONUS, DOUBT = 0.5, 0.6, 0.3, 0.15
# The agent repeats what somebody else said, or says that something must not be said or done.
REPORTED = re.compile(
    r"(您|你|客户|他|她|对方|人家|师傅|同事|前面那位|那位|哪位)(刚才|刚刚|之前|上次|当时|跟您|跟你|是不是|有没有|原话)?"
    r"[^,.!?\n]{0,4}(说|讲|告诉您|告诉你|回答|回复|骂|喊|写)(的)?(是|:|,|“|\"|「|『|您|你)?$"
)
QUOTED = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'), ("《", "》"))


def phrasing_findings(evidence: Evidence, book: Rulebook) -> list[Finding]:
    """Findings of all phrasing codes, at most one per turn and code, in the order of their place."""
    best: dict[tuple[int, str], Finding] = {}
    for finding in (*_from_rules(evidence, book), *_from_model(evidence, book)):
        key = (finding.turn, finding.code)
        if key not in best:
            best[key] = finding
        elif finding.match == "model":
            best[key] = _agreed(best[key], finding, book.codes[finding.code].points)
        elif _rank(finding) > _rank(best[key]):
            best[key] = finding
    # What an appeal cleared is out before the same words are charged once: it must not shadow another fault.
    settled = _charged_once(cleared(list(best.values()), evidence.prepared, book), evidence)
    return sorted(settled, key=lambda f: (f.turn, f.start, f.code))


def _charged_once(findings: list[Finding], evidence: Evidence) -> list[Finding]:
    """The same words are charged under one code only, unless the model sees both faults in them."""
    result: list[Finding] = []
    ordered = sorted(findings, key=lambda f: (f.turn, -_strength(f, evidence), f.code))
    for finding in ordered:
        rivals = [f for f in result if f.turn == finding.turn and f.status == "confirmed" and _overlap(f, finding)]
        if finding.status == "confirmed" and rivals and evidence.probability(finding.turn, finding.code) < BOTH:
            finding = replace(finding, status="suspected", points=0.0)
        result.append(finding)
    return result


def _strength(finding: Finding, evidence: Evidence) -> float:
    own = 0.0 if finding.match == "model" else RULE_BONUS
    return evidence.probability(finding.turn, finding.code) + own


def _overlap(a: Finding, b: Finding) -> bool:
    return a.start < b.end and b.start < a.end


def _rank(finding: Finding) -> tuple[int, float, float]:
    order = {"confirmed": 2, "suspected": 1, "suppressed": 0}
    return order[finding.status], finding.confidence, finding.points


def _agreed(by_rule: Finding, by_model: Finding, points: float) -> Finding:
    """A doubtful rule hit that the model confirms keeps the rule's words and place."""
    if by_rule.status != "suspected" or by_model.confidence < AGREE:
        return by_rule
    return replace(by_rule, status="confirmed", points=points, confidence=by_model.confidence)


def _from_rules(evidence: Evidence, book: Rulebook) -> list[Finding]:
    return [_from_rule(hit, evidence, book) for hit in evidence.of_kind("phrase")]


def _from_rule(hit: Hit, evidence: Evidence, book: Rulebook) -> Finding:
    rule, code = hit.rule, book.codes[hit.rule.code]
    start, end, quote = evidence.prepared.quote(hit.turn, hit.start, hit.end)
    severity = rule.severity or code.severity
    status = "suspected" if severity == "suspected" else "confirmed"
    if is_mention(evidence.prepared.folded.match, evidence.prepared.folded.starts[hit.turn], hit.start) or is_quoted(
        evidence.prepared.call.turns[hit.turn].text, start, end
    ):
        status = "suppressed"
    if status == "confirmed" and _doubted(hit, evidence):
        status = "suspected"
    points = rule.points if rule.points >= 0 else code.points
    return Finding(
        rule.id, rule.code, severity if severity != "suspected" else code.severity,
        points if status == "confirmed" else 0.0, hit.turn, start, end, quote,
        rule.message or f"{code.name}：{code.message}", rule.suggestion or code.suggestion, rule.basis, hit.match,
        hit.confidence, status,
    )  # fmt: skip


def _doubted(hit: Hit, evidence: Evidence) -> bool:
    """Whether the model, which knows this very rule from training, finds nothing wrong in the turn.

    A rule that staff added or changed since then counts as it is written.
    """
    known = evidence.model.known_rules.get(hit.rule.id) == hit.rule.fingerprint
    return known and evidence.probability(hit.turn, hit.rule.code) < DOUBT


def _from_model(evidence: Evidence, book: Rulebook) -> list[Finding]:
    model, prepared = evidence.model, evidence.prepared
    findings = []
    for column, row in np.argwhere((evidence.probabilities >= model.suspect).T).tolist():
        label = model.sentences.labels[column]
        code = book.codes.get(label)
        if code is not None and label not in BY_RULE_ONLY:
            probability = float(evidence.probabilities[row, column])
            sure = probability >= model.confirm[column]
            findings.append(_model_finding(evidence, code, prepared.agent_turns[row], probability, sure))
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
