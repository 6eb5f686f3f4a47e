"""Which steps were done, and which of those that the checklist demands were left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qa_nlp.check.evidence import Evidence
from qa_nlp.check.restate import STEP as RESTATE
from qa_nlp.check.restate import restated
from qa_nlp.records import Label, StepVerdict
from qa_nlp.rulebook.book import Demand, Rulebook

MODEL = "model"
EDGE = 1e-4
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
}
# Below this chance a step was left out; up to the model's own threshold it may have been done.
DOUBT = 0.4
# However usual a step is, some sentence must sound like it.
LEAST = 0.1
# Steps of calls that the agent makes; an agent who is called says similar words for other reasons.
OUTBOUND, CALLBACK = "outbound", "other.callback"
NEED_RANK = {"必须": 0, "条件": 1, "建议": 2, "": 3}


@dataclass(frozen=True)
class Done:
    """Where a step was fulfilled and what says so (a rule's number, or ``model``)."""

    turn: int
    quote: str
    evidence: str
    confidence: float


def done_steps(
    evidence: Evidence, book: Rulebook, label: Label | None = None, weighed: np.ndarray | None = None
) -> dict[str, Done]:
    """Steps fulfilled in the call; a rule's word goes before the model's.

    With the call's label the model's word is weighed with how usual a step is in such calls;
    ``weighed``: the result of ``step_probabilities``, where it is at hand.
    """
    found: dict[str, Done] = {}
    outbound = evidence.prepared.call.direction == "outbound" or (label is not None and label.subtype == CALLBACK)
    for hit in evidence.of_kind("step"):
        if label is not None and not hit.rule.concerns(label.subtype):
            continue
        if not outbound and book.steps[hit.rule.code].group == OUTBOUND:
            continue
        if hit.rule.code not in found or (found[hit.rule.code].confidence < hit.confidence):
            quote = evidence.prepared.quote(hit.turn, hit.start, hit.end)[2]
            found[hit.rule.code] = Done(hit.turn, quote, hit.rule.id, hit.confidence)
    weighed = step_probabilities(evidence, label) if weighed is None else weighed
    labels = evidence.model.sentences.labels
    for column in np.flatnonzero(weighed >= evidence.model.confirm).tolist():
        step = labels[column]
        if step in found or step == RESTATE or step not in book.steps:
            continue
        row = int(evidence.probabilities[:, column].argmax())
        if evidence.probabilities[row, column] >= LEAST:
            turn = evidence.prepared.agent_turns[row]
            quote = evidence.prepared.quote(turn, *evidence.clause(turn, step))[2]
            found[step] = Done(turn, quote, MODEL, round(float(weighed[column]), 4))
    if label is not None and RESTATE in book.steps and RESTATE not in found and (best := restated(evidence, label)):
        turn, span, chance = best
        found[RESTATE] = Done(turn, evidence.prepared.quote(turn, *span)[2], MODEL, round(chance, 4))
    return found


def step_probabilities(evidence: Evidence, label: Label | None) -> np.ndarray:
    """For each label of the sentence model: the probability that the step was done somewhere in the call."""
    model = evidence.model
    if not len(evidence.probabilities):
        return np.zeros(len(model.sentences.labels))
    best = np.clip(evidence.probabilities.max(axis=0).astype(np.float64), EDGE, 1 - EDGE)
    if label is None or label.subtype not in model.calls.columns:
        unweighed: np.ndarray = best
        return unweighed
    usual = model.usual[model.calls.columns[label.subtype]].astype(np.float64)
    if label.needs_review and label.runner_up is not None and label.runner_up.subtype in model.calls.columns:
        usual = (usual + model.usual[model.calls.columns[label.runner_up.subtype]]) / 2
    odds = model.settings["step_weight"] * np.log(best / (1 - best)) + usual
    result: np.ndarray = 1 / (1 + np.exp(-odds))
    return result


def step_verdicts(
    evidence: Evidence, label: Label, done: Mapping[str, Done], book: Rulebook, chances: np.ndarray | None = None
) -> list[StepVerdict]:
    """A verdict for every demanded step, and for every other step that was done (need "").

    ``chances``: the result of ``step_probabilities``, where it is at hand.
    """
    chances = step_probabilities(evidence, label) if chances is None else chances
    weighed = dict(zip(evidence.model.sentences.labels, chances.tolist(), strict=True))
    demands = {demand.step: demand for demand in book.demands_for(label.subtype)}
    signals = set(evidence.signals)
    shared = _shared_demands(label, signals, book)
    verdicts = []
    for step in book.steps:
        demand = demands.get(step)
        if step in done:
            d = done[step]
            need = demand.need if demand else ""
            verdicts.append(StepVerdict(step, need, "pass", d.turn, d.quote, d.evidence, d.confidence))
        elif demand:
            verdict = _missing(demand, evidence, signals, shared, weighed)
            confidence = round(1.0 - weighed.get(step, 0.0), 4)
            verdicts.append(StepVerdict(step, demand.need, verdict, None, "", None, confidence))
    return sorted(verdicts, key=lambda v: NEED_RANK[v.need])


def _missing(
    demand: Demand, evidence: Evidence, signals: set[str], shared: set[str] | None, weighed: Mapping[str, float]
) -> str:
    if not evidence.prepared.agent_turns:
        return "insufficient"
    if not _applies(demand, signals) or OFFERED.get(demand.step) in signals:
        return "not_applicable"
    if shared is not None and demand.step not in shared:
        return "insufficient"
    return "insufficient" if _doubtful(demand.step, weighed) else "violation"


def _applies(demand: Demand, signals: set[str]) -> bool:
    return demand.need == "必须" or (demand.need == "条件" and demand.condition in signals)


def _shared_demands(label: Label, signals: set[str], book: Rulebook) -> set[str] | None:
    """When the subtype is doubtful: the steps that both candidates demand in this call; otherwise None."""
    if not label.needs_review or label.runner_up is None:
        return None
    return {d.step for d in book.demands_for(label.runner_up.subtype) if _applies(d, signals)}


def _doubtful(step: str, weighed: Mapping[str, float]) -> bool:
    return weighed.get(step, 0.0) >= DOUBT
