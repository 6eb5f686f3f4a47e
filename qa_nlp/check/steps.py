"""Which steps were done, and which of those that the checklist demands were left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa_nlp.check.by_model import Told, step_chances, told
from qa_nlp.check.evidence import Evidence
from qa_nlp.check.restate import STEP as RESTATE
from qa_nlp.records import Label, StepVerdict
from qa_nlp.rulebook.appeals import fulfilled
from qa_nlp.rulebook.book import OUTGOING, Demand, Rulebook
from qa_nlp.rulebook.matcher import Hit

MODEL = "model"
# What the customer gives unasked need not be asked for.
OFFERED = {
    "ask_address": "客户主动提供地址",
    "confirm_contact": "客户主动提供电话",
    "verify_account": "客户主动提供户号",
    "ask_surname": "客户主动说贵姓",
    "ask_other_needs": "客户表示没别的事",
    "ask_outage_scope": "客户主动说停电范围",
    "ask_outage_time": "客户主动说停电时间",
    "ask_hall_location": "客户主动说营业厅位置",
    "ask_staff_id": "客户主动说工号姓名",
    "check_arrears": "客户主动说不欠费",
    "ask_direct_customer": "客户主动说一户一表",
    "guide_self_check": "自查无异常",
}
# Below this chance a rule that says otherwise is not believed, if the model knows it.
DENIED = 0.3
# Below this chance a step was left out; up to the model's own threshold it may have been done.
DOUBT = 0.4
# Steps of calls that the agent makes; an agent who is called says similar words for other reasons.
OUTBOUND, CALLBACK = "outbound", "other.callback"


DANGER = "客户提到危险现象"
# A warning is made of words: without one of them in the turn, a sentence that merely sounds like it is none.
WARNING = re.compile(
    r"[别勿莫甭离远躲绕避撤拔隔]|不要|不能|不可|千万|禁止|安全|小心|当心|警示|断开|断电|断掉|切断|拉闸|拉下|拉掉|[关停拉][掉上了一好]|关闭|关总"
    r"|停用|停止|暂停|先停|看护|看着|看好|守着|疏散|119|120|不许|不准|[动碰敲摸]不得|拦|围|退|擦干|干着|抓牢|扶稳|出来"
)
HELD = "座席请客户稍等过"
# After the words that ask for patience: what was looked up is told already.
INFORMED = re.compile(
    r"查到|显示|(?:是|为|有|共|欠|交|用)了?[^,.]{0,6}[0-9][^,.]{0,5}(?:元|块|度|户|天|点|号|小时|分钟|工作日)"
)
# So many sentences of the agent must follow a wait: the return, and something after it.
RETURNS = 2
WORDED = {"safety_advice": (DANGER, WARNING)}


@dataclass(frozen=True)
class Done:
    """Where a step was fulfilled and what says so (a rule's number, or ``model``)."""

    turn: int
    quote: str
    evidence: str
    confidence: float


def done_steps(
    evidence: Evidence, book: Rulebook, label: Label | None = None, by_rule: Mapping[str, Done] | None = None,
    said: Told | None = None,
) -> dict[str, Done]:  # fmt: skip
    """Steps fulfilled in the call; a rule's word goes before the model's, but see ``DENIED``.

    ``by_rule``, ``said``: what rules found and what the model says besides, where it is at hand.
    """
    by_rule = steps_by_rule(evidence, book, label) if by_rule is None else by_rule
    said = told([evidence], [label], book, [by_rule])[0] if said is None else said
    denied = _denied(evidence, by_rule, said, label)
    found = {step: done for step, done in by_rule.items() if step not in denied}
    for step, turn, chance, span in said.steps:
        if _wordless(step, evidence, [turn]):
            continue
        found[step] = Done(turn, evidence.prepared.quote(turn, *span)[2], MODEL, round(chance, 4))
    return found


def worded(step: str, evidence: Evidence, turns: Sequence[int]) -> bool:
    """Whether a turn holds a word without which the step cannot have been done; True for other steps."""
    if step not in WORDED:
        return True
    folded = evidence.prepared.folded
    return any(WORDED[step][1].search(folded.match, folded.starts[turn], folded.ends[turn]) for turn in turns)


def _wordless(step: str, evidence: Evidence, turns: Sequence[int]) -> bool:
    """Whether the step was needed and no turn holds a word of it, whatever it sounds like to the model."""
    return step in WORDED and WORDED[step][0] in evidence.signals and not worded(step, evidence, turns)


def _denied(evidence: Evidence, by_rule: Mapping[str, Done], said: Told, label: Label | None) -> set[str]:
    """Steps found only by rules that the model knows from training, and finds unlikely by all that it hears.

    A rule that staff added or changed since then counts as it is written; so does any where the subtype is doubtful.
    """
    if label is None or label.needs_review:
        return set()
    model = evidence.model
    columns, known = model.sentences.columns, model.known_rules
    hits = evidence.of_kind("step")
    return {
        step
        for step, done in by_rule.items()
        if step != RESTATE
        and done.evidence in known
        and step in columns
        and said.chances[columns[step]] < DENIED
        and all(known.get(hit.rule.id) == hit.rule.fingerprint for hit in hits if hit.rule.code == step)
    }


def steps_by_rule(evidence: Evidence, book: Rulebook, label: Label | None) -> dict[str, Done]:
    """Steps that a rule found, the surest hit of each, and those that an accepted appeal sees."""
    found: dict[str, Done] = {}
    outbound = evidence.prepared.call.direction == "outbound" or (label is not None and label.subtype == CALLBACK)
    for hit in evidence.of_kind("step"):
        code, confidence = hit.rule.code, hit.confidence
        if code in found and found[code].confidence >= confidence:
            continue
        if label is not None and not hit.rule.concerns(label.subtype):
            continue
        if outbound or book.steps[code].group != OUTBOUND:
            quote = evidence.prepared.quote(hit.turn, hit.start, hit.end)[2]
            found[code] = Done(hit.turn, quote, hit.rule.id, confidence)
    for step, turn, case in fulfilled(evidence.prepared, book):
        found[step] = Done(turn, evidence.prepared.call.turns[turn].text, case, 1.0)
    return found


def step_verdicts(
    evidence: Evidence, label: Label, done: Mapping[str, Done], book: Rulebook, chances: np.ndarray | None = None
) -> list[StepVerdict]:
    """A verdict for every demanded step, in the order of the checklist, and for every other step that was done (need "").

    ``chances``: the call's row of ``step_chances``, where it is at hand.
    """
    if chances is None:
        by_rule = [step for step, found in done.items() if found.evidence != MODEL]
        chances = step_chances([evidence], [label], [by_rule])[0]
    demands = book.demands_for(label.subtype)
    signals = _signals(evidence)
    words = {hit.rule.code for hit in evidence.of_kind("step") if hit.rule.concerns(label.subtype)}
    shared = _shared_demands(label, signals, book)
    columns, likely = evidence.model.sentences.columns, chances.tolist()
    verdicts = []
    for demand in demands:
        if demand.condition == OUTGOING and OUTGOING not in signals:
            continue
        if demand.step in done:
            verdicts.append(_passed(demand.step, demand.need, done[demand.step]))
        else:
            chance = likely[columns[demand.step]] if demand.step in columns else 0.0
            if _wordless(demand.step, evidence, evidence.prepared.agent_turns):
                chance = 0.0
            doubtful = chance >= DOUBT or demand.step in words or _past_danger(demand, label)
            verdict = _missing(demand, evidence, signals, shared, doubtful)
            verdicts.append(StepVerdict(demand.step, demand.need, verdict, None, "", None, round(1.0 - chance, 4)))
    others = done.keys() - {verdict.step for verdict in verdicts}
    return verdicts + [_passed(step, "", done[step]) for step in book.steps if step in others]


def _signals(evidence: Evidence) -> set[str]:
    """Conditions that hold in the call."""
    signals = set(evidence.signals)
    if evidence.prepared.call.direction == "outbound":
        signals.add(OUTGOING)
    if HELD in signals and not any(_waited(hit, evidence) for hit in evidence.signals[HELD]):
        signals.remove(HELD)
    return signals


def _waited(hit: Hit, evidence: Evidence) -> bool:
    """Whether the customer was kept waiting: not where the answer comes in the same breath, nor where the call ends so."""
    folded = evidence.prepared.folded
    answered = INFORMED.search(folded.match, hit.end, folded.ends[hit.turn])
    return not answered and sum(turn > hit.turn for turn in evidence.prepared.agent_turns) >= RETURNS


def _passed(step: str, need: str, done: Done) -> StepVerdict:
    return StepVerdict(step, need, "pass", done.turn, done.quote, done.evidence, done.confidence)


def _missing(demand: Demand, evidence: Evidence, signals: set[str], shared: set[str] | None, likely: bool) -> str:
    if not evidence.prepared.agent_turns:
        return "insufficient"
    if not _applies(demand, signals) or OFFERED.get(demand.step) in signals:
        return "not_applicable"
    if shared is not None and demand.step not in shared:
        return "insufficient"
    return "insufficient" if likely else "violation"


def _past_danger(demand: Demand, label: Label) -> bool:
    """Who does not report a fault tells of a danger that is over, or uses its words for something else."""
    return demand.condition == DANGER and label.category != "repair"


def _applies(demand: Demand, signals: set[str]) -> bool:
    return demand.need == "必须" or (demand.need == "条件" and demand.condition in signals)


def _shared_demands(label: Label, signals: set[str], book: Rulebook) -> set[str] | None:
    """When the subtype is doubtful: the steps that both candidates demand in this call; otherwise None."""
    if not label.needs_review or label.runner_up is None:
        return None
    return {d.step for d in book.demands_for(label.runner_up.subtype) if _applies(d, signals)}
