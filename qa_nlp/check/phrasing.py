"""Banned, rude, evasive … wording: rule hits and what the sentence model adds to them."""

from __future__ import annotations

import re

from msgspec.structs import replace

from qa_nlp.check.by_model import Heard, Told, told
from qa_nlp.check.evidence import Evidence
from qa_nlp.check.given import is_own, is_retold, was_given
from qa_nlp.records import Finding, Label
from qa_nlp.rulebook.appeals import cleared
from qa_nlp.rulebook.book import Code, Rulebook
from qa_nlp.rulebook.matcher import Hit
from qa_nlp.rulebook.rule import Rule
from qa_nlp.text.joined import is_listening, is_sound

MODEL_RULE = "MODEL"
MODEL_BASIS = "语句模型"
BOTH, AGREE, RULE_BONUS, DOUBT = 0.3, 0.5, 0.3, 0.2
# The agent repeats what somebody else said, or says that something must not be said or done.
REPORTED = re.compile(
    r"(您|你|客户|他|她|对方|人家|师傅|同事|前面那位|那位|哪位)(刚才|刚刚|之前|上次|当时|跟您|跟你|是不是|有没有|原话)?"
    r"[^,.!?\n]{0,4}(说|讲|告诉您|告诉你|回答|回复|骂|喊|写)(的)?(是|:|,|“|\"|「|『|您|你)?$"
)
QUOTED = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'), ("《", "》"))
# What a turn is about where a fault that it sounds like is none: a warning may command, discretion may be promised, a
# term may be put into plain words, 错不了 refuses nothing, who wants to chat must be told of those who wait.
INNOCENT = {
    "command": re.compile(r"安全|危险|触电|站[到远]|[离躲]远|别碰|别靠近|不要靠近|不要碰|断开|后退"),
    "overpromise": re.compile(r"保密|不会?(?:告诉|说出去|透露|泄露|外传)|转告|转达"),
    "evasion": re.compile(r"推销|冒充|骗子|假冒"),
    "impatience": re.compile(r"聊天|聊不了|唠|陪不了|没用电的事|[电用]上有[啥什]"),
    "refusal": re.compile(r"[错丢少误忘跑]不了"),
    "jargon": re.compile(
        r"通俗|好比|打个?比方|意思(?:就)?是|也就是说|就是说|简单[点地]?[说讲]|说白了|讲白了|换句话|换个说法|就像"
    ),
}
# A mere 嗯 is no cold answer to who has asked for nothing.
ACCEPTED = re.compile(r"[好行嗯哦中成]|可以|知道|晓得|明白|清楚|谢|那就|要得|没[有事]?了")
# Who explains where the company's lines end and whom to ask sends nobody away, unless the words leave no doubt.
EXCUSED, EXPLAINED = ("evasion", "refusal"), ("advise_electrician", "check_ownership", "explain_liability")
FAR_FROM_DOUBT = 0.8
OPENING = re.compile(f"[{''.join(opening for opening, _ in QUOTED)}]")


def phrasing_findings(
    evidence: Evidence, book: Rulebook, said: Told | None = None, label: Label | None = None
) -> list[Finding]:
    """Findings of all phrasing codes, at most one per turn and code, in the order of their place.

    ``said``: what the model says, where it is at hand. ``label``: the call's; without it every rule counts, whatever
    its 业务. While the subtype is doubtful, a rule for certain subtypes only suspects.
    """
    best: dict[tuple[int, str], Finding] = {}
    for hit in evidence.of_kind("phrase"):
        if label is not None and not _concerns(hit.rule, label):
            continue
        finding = _from_rule(hit, evidence, book)
        if label is not None and label.needs_review and hit.rule.subtypes and finding.status == "confirmed":
            finding = replace(finding, status="suspected", points=0.0)
        key = (finding.turn, finding.code)
        if key not in best or _rank(finding) > _rank(best[key]):
            best[key] = finding
    for heard in (told([evidence], [None], book)[0] if said is None else said).faults:
        key, code = (heard.turn, heard.label), book.codes[heard.label]
        best[key] = _agreed(best[key], heard, code) if key in best else _from_model(heard, evidence, code)
    # What an appeal cleared is out before the same words are charged once: it must not shadow another fault.
    settled = _priced_once(_charged_once(cleared(list(best.values()), evidence.prepared, book), evidence), book)
    return sorted(settled, key=lambda f: (f.turn, f.start, f.code))


def _concerns(rule: Rule, label: Label) -> bool:
    """Whether a rule is meant for such calls, or for those that this one may be."""
    runner_up = label.runner_up.subtype if label.needs_review and label.runner_up else label.subtype
    return rule.concerns(label.subtype) or rule.concerns(runner_up)


def _charged_once(findings: list[Finding], evidence: Evidence) -> list[Finding]:
    """The same words are charged under one code only, unless the model sees both faults in them."""
    if len({finding.turn for finding in findings}) == len(findings):
        return findings
    result: list[Finding] = []
    ordered = sorted(findings, key=lambda f: (f.turn, -_strength(f, evidence), f.code))
    for finding in ordered:
        rivals = [f for f in result if f.turn == finding.turn and f.status == "confirmed" and _overlap(f, finding)]
        if finding.status == "confirmed" and rivals and evidence.probability(finding.turn, finding.code) < BOTH:
            finding = replace(finding, status="suspected", points=0.0)
        result.append(finding)
    return result


def _priced_once(findings: list[Finding], book: Rulebook) -> list[Finding]:
    """Of two faults in the same words both are told, and the dearer one is charged."""
    result: list[Finding] = []
    for finding in sorted(findings, key=lambda f: -f.points):
        dearer = (f for f in result if f.turn == finding.turn and f.points and _overlap(f, finding))
        if finding.points and (rival := next(dearer, None)) is not None:
            name = book.codes[rival.code].name
            finding = replace(finding, points=0.0, message=f"{finding.message}（同一句话已按“{name}”扣分）")
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


def _agreed(by_rule: Finding, heard: Heard, code: Code) -> Finding:
    """A doubtful rule hit that the model confirms keeps the rule's words and place."""
    confidence = round(heard.chance, 4)
    if by_rule.status != "suspected" or confidence < AGREE:
        return by_rule
    return replace(by_rule, status="confirmed", points=code.points, confidence=confidence)


def _from_rule(hit: Hit, evidence: Evidence, book: Rulebook) -> Finding:
    rule, code = hit.rule, book.codes[hit.rule.code]
    start, end, quote = evidence.prepared.quote(hit.turn, hit.start, hit.end)
    severity = rule.severity or code.severity
    status = "suspected" if severity == "suspected" else "confirmed"
    if is_mention(evidence.prepared.folded.match, evidence.prepared.folded.starts[hit.turn], hit.start) or is_quoted(
        evidence.prepared.call.turns[hit.turn].text, start, end
    ):
        status = "suppressed"
    if status == "confirmed" and (
        _doubted(hit, evidence) or is_retold(evidence.prepared, hit.turn, hit.start, hit.end)
    ):
        status = "suspected"
    points = rule.points if rule.points >= 0 else code.points
    return Finding(
        rule.id, rule.code, severity if severity != "suspected" else code.severity,
        points if status == "confirmed" else 0.0, hit.turn, start, end, quote,
        rule.message or f"{code.name}：{code.message}", rule.suggestion or code.suggestion, rule.basis or code.basis, hit.match,
        hit.confidence, status,
    )  # fmt: skip


def _doubted(hit: Hit, evidence: Evidence) -> bool:
    """Whether the model, which knows this very rule from training, finds nothing wrong in the turn.

    A rule that staff added or changed since then counts as it is written.
    """
    known = evidence.model.known_rules.get(hit.rule.id) == hit.rule.fingerprint
    return known and evidence.probability(hit.turn, hit.rule.code) < DOUBT


def _from_model(heard: Heard, evidence: Evidence, code: Code) -> Finding:
    start, end, quote = evidence.prepared.quote(heard.turn, *heard.span)
    sure = heard.chance >= evidence.model.confirm[evidence.model.sentences.index(code.id)] and not _refuted(
        heard, evidence
    )
    return Finding(
        f"{MODEL_RULE}-{code.id}", code.id, code.severity, code.points if sure else 0.0, heard.turn, start, end, quote,
        f"语句模型认为这句话是{code.name}（把握 {heard.chance:.0%}）。{code.name}：{code.message}", code.suggestion,
        code.basis or MODEL_BASIS, "model", round(heard.chance, 4),
        "confirmed" if sure else "suspected",
    )  # fmt: skip


def _refuted(heard: Heard, evidence: Evidence) -> bool:
    """Whether the call itself speaks against what the model hears in one sentence."""
    prepared, code, turn = evidence.prepared, heard.label, heard.turn
    words = prepared.folded.match[prepared.folded.starts[turn] : prepared.folded.ends[turn]]
    if is_listening(prepared.call, turn) or _cites(
        prepared.call.turns[turn].text, *prepared.quote(turn, *heard.span)[:2]
    ):
        return True
    if code == "repeat_question":
        return is_sound(prepared.call.turns[turn].text) or not was_given(prepared, turn)
    if code == "cold" and is_sound(prepared.call.turns[turn].text) and turn:
        return ACCEPTED.match(prepared.call.turns[turn - 1].text) is not None
    if code == "privacy":
        return is_own(prepared, turn, *heard.span)
    if (
        code in EXCUSED
        and heard.chance < FAR_FROM_DOUBT
        and any(hit.turn == turn and hit.rule.code in EXPLAINED for hit in evidence.of_kind("step"))
    ):
        return True
    return (code in INNOCENT and INNOCENT[code].search(words) is not None) or is_retold(prepared, turn, *heard.span)


def _cites(text: str, start: int, end: int) -> bool:
    """Whether most of a span stands in quotation marks: somebody else's words."""
    if not OPENING.search(text):
        return False
    cited = 0
    for opening, closing in QUOTED:
        at = text.find(opening)
        while at >= 0 and (stop := text.find(closing, at + 1)) >= 0:
            cited += max(0, min(end, stop) - max(start, at + 1))
            at = text.find(opening, stop + 1)
    return 2 * cited > end - start


def is_mention(text: str, turn_start: int, start: int) -> bool:
    """Whether the words before a hit say that somebody else said it."""
    return REPORTED.search(text[max(turn_start, start - 16) : start]) is not None


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether a span lies inside quotation marks of its turn."""
    if not OPENING.search(text):
        return False
    for opening, closing in QUOTED:
        at = text.rfind(opening, 0, start + 1)
        if at >= 0 and text.find(closing, at + 1) >= end:
            return True
    return False
