"""How the call was handled as a whole: order, danger, escalation, the recorded type, opening and closing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from qa_nlp.check.evidence import Evidence
from qa_nlp.check.remark import remark
from qa_nlp.check.steps import MODEL, Done, worded
from qa_nlp.records import Finding, Label, StepVerdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.matcher import Hit
from qa_nlp.rulebook.sheet import Row

WARNINGS = ("safety_advice", "advise_119")
SOOTHING = ("empathize", "apologize")
HANDLING = ("dispatch", "state_time_limit", "promise_follow_up")
RECORDED = {
    "repair": ("报修", "故障", "抢修", "催办", "repair"),
    "complaint": ("投诉", "complaint"),
    "consult": ("咨询", "查询", "consult"),
    "other": ("意见", "建议", "表扬", "举报", "其他", "回访", "other"),
}
HELLO = re.compile(r"[您你早]好|[早晚]上好|[上中下]午好|欢迎|[节新]日?好")
NEED = re.compile(r"什么|啥|[请您你][讲说]|帮|请问|需要|吩咐|怎么了|咋|想办|想问|效劳|[?？]")
THANKS = re.compile(r"感谢|谢谢|多谢|祝[您你]")
BYE = re.compile(r"再见|拜拜|再会|慢走|晚安|88$")
TIERS = ("缺失", "不完整", "达标")
# Below the one chance no sentence sounds like the step, from the other on one may.
ALMOST_NO, PERHAPS = 0.15, 0.25


def handling_findings(
    evidence: Evidence, label: Label, done: Mapping[str, Done], book: Rulebook, steps: Sequence[StepVerdict] = ()
) -> list[Finding]:
    """Findings on order, danger, escalation and the recorded type.

    ``steps``: the verdicts on the checklist. A safety advice that they call omitted has cost its points already.
    """
    rows = book.conduct
    charged = any(step.step in WARNINGS and step.verdict == "violation" for step in steps)
    found = [
        *_soothe_first(evidence, label, done, rows),
        *_safety(evidence, label, done, book, charged),
        *_escalation(evidence, rows),
        *_recorded_type(evidence, label, rows),
    ]
    return [finding for finding in found if finding.code in rows]


def tiers(evidence: Evidence, done: Mapping[str, Done]) -> dict[str, str]:
    """Opening and closing as 缺失 / 不完整 / 达标; empty without agent turns."""
    agents = evidence.prepared.agent_turns
    if not agents:
        return {}
    folded = evidence.prepared.folded
    first = " ".join(folded.text_of(turn) for turn in agents[:2])
    last = " ".join(folded.text_of(turn) for turn in agents[-2:])
    by_rule = "greet" in done and done["greet"].evidence != MODEL
    opening = bool(HELLO.search(first)) + (by_rule or bool(NEED.search(folded.text_of(agents[0]))))
    if "greet" in done:
        opening = max(1, opening)
    closing = min(2, bool(THANKS.search(last)) + bool(BYE.search(last)))
    if "close" in done:
        closing = max(1, closing)
    return {"opening": TIERS[opening], "closing": TIERS[closing]}


def _soothe_first(
    evidence: Evidence, label: Label, done: Mapping[str, Done], rows: Mapping[str, Row]
) -> Iterator[Finding]:
    if label.category != "complaint" or label.needs_review or "order_soothe" not in rows:
        return
    soothed = min((_earliest(s, done[s], evidence) for s in SOOTHING if s in done), default=None)
    handled = min((done[s].turn for s in HANDLING if s in done), default=None)
    if soothed is not None and handled is not None and handled < soothed:
        text = evidence.prepared.call.turns[handled].text
        yield remark(rows["order_soothe"], handled, (0, len(text), text), match="order")


def _safety(
    evidence: Evidence, label: Label, done: Mapping[str, Done], book: Rulebook, charged: bool
) -> Iterator[Finding]:
    rows = book.conduct
    dangers = [h for h in evidence.signals.get("客户提到危险现象", []) if h.match == "exact"]
    if not dangers or "order_safety" not in rows:
        return
    first = dangers[0]
    warned = min((_earliest(step, done[step], evidence) for step in WARNINGS if step in done), default=None)
    agents = [turn for turn in evidence.prepared.agent_turns if turn > first.turn]
    # Who does not report a fault tells of a danger that is over.
    present = label.category == "repair" and not label.needs_review
    if warned is None:
        if len(agents) >= 2:
            chance = max((evidence.probability(turn, WARNINGS[0]) for turn in agents), default=0.0)
            sure = present and (chance < ALMOST_NO or not worded(WARNINGS[0], evidence, agents))
            finding = remark(rows["danger_unwarned"], first.turn, _span(evidence, first), match=first.match, sure=sure)
            if sure and label.subtype in book.perilous:
                finding = replace(finding, severity="critical")
            yield replace(finding, points=0.0) if charged else finding
        return
    before = [turn for turn in agents if turn < warned]
    if warned > first.turn and len(before) > float(rows["order_safety"]["数值"] or 2):
        yield remark(rows["order_safety"], warned, _turn_span(evidence, warned), match="order", sure=present)


def _earliest(step: str, done: Done, evidence: Evidence) -> int:
    """The first turn in which the step may have been done; ``done`` names the one that shows it best."""
    chances = zip(evidence.prepared.agent_turns, evidence.chances(step), strict=True)
    turns = [turn for turn, chance in chances if chance >= PERHAPS and worded(step, evidence, [turn])]
    return min([done.turn, *turns, *(hit.turn for hit in evidence.of_kind("step") if hit.rule.code == step)])


def _escalation(evidence: Evidence, rows: Mapping[str, Row]) -> Iterator[Finding]:
    seen: set[int] = set()
    for hit in evidence.signals.get("升级", []):
        if hit.turn not in seen and "escalation" in rows:
            seen.add(hit.turn)
            yield remark(rows["escalation"], hit.turn, _span(evidence, hit), match=hit.match, confidence=hit.confidence)


def _recorded_type(evidence: Evidence, label: Label, rows: Mapping[str, Row]) -> Iterator[Finding]:
    recorded = recorded_category(str(evidence.prepared.call.meta.get("recorded_type", "")))
    customers = evidence.prepared.customer_turns
    if not recorded or recorded == label.category or not customers or "type_mismatch" not in rows:
        return
    confidence = _of_category(label)
    sure = confidence >= float(rows["type_mismatch"]["数值"] or 0.9)
    worst = label.category == "complaint"
    detail = f"（登记为{evidence.prepared.call.meta['recorded_type']}）" + ("，投诉被记成了别的类型" if worst else "")
    turn = customers[0]
    yield remark(
        rows["type_mismatch"], turn, _turn_span(evidence, turn), detail=detail, match="model",
        confidence=confidence, sure=sure,
    )  # fmt: skip


def _of_category(label: Label) -> float:
    """How likely the category is, whichever of its subtypes: what is known of the first two adds up."""
    second = label.runner_up
    alike = second is not None and second.subtype.split(".")[0] == label.category
    return min(1.0, label.confidence + (second.confidence if second is not None and alike else 0.0))


def recorded_category(text: str) -> str:
    """The category a desk's own record names; empty where it names none."""
    return next((name for name, words in RECORDED.items() if any(word in text for word in words)), "")


def _span(evidence: Evidence, hit: Hit) -> tuple[int, int, str]:
    return evidence.prepared.quote(hit.turn, hit.start, hit.end)


def _turn_span(evidence: Evidence, turn: int) -> tuple[int, int, str]:
    text = evidence.prepared.call.turns[turn].text
    return 0, len(text), text
