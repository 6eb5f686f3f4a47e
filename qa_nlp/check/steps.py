"""Which steps were done, and which of those that the checklist demands were left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qa_nlp.check.evidence import Evidence
from qa_nlp.records import Label, StepVerdict
from qa_nlp.rulebook.book import Demand, Rulebook

MODEL = "model"
# What the customer gives unasked need not be asked for.
OFFERED = {
    "ask_address": "客户主动提供地址",
    "confirm_contact": "客户主动提供电话",
    "verify_account": "客户主动提供户号",
    "ask_surname": "客户主动说贵姓",
    "ask_other_needs": "客户表示没别的事",
}
NEED_RANK = {"必须": 0, "条件": 1, "建议": 2, "": 3}


@dataclass(frozen=True)
class Done:
    """Where a step was fulfilled and what says so (a rule's number, or ``model``)."""

    turn: int
    quote: str
    evidence: str
    confidence: float


def done_steps(evidence: Evidence, book: Rulebook) -> dict[str, Done]:
    """Steps fulfilled in the call; a rule's word goes before the model's."""
    found: dict[str, Done] = {}
    for hit in evidence.of_kind("step"):
        if hit.rule.code not in found or (found[hit.rule.code].confidence < hit.confidence):
            quote = evidence.prepared.quote(hit.turn, hit.start, hit.end)[2]
            found[hit.rule.code] = Done(hit.turn, quote, hit.rule.id, hit.confidence)
    linear = evidence.model.sentences
    for column, label in enumerate(linear.labels):
        if label not in book.steps or label in found or not len(evidence.probabilities):
            continue
        row = int(evidence.probabilities[:, column].argmax())
        probability = float(evidence.probabilities[row, column])
        if probability >= evidence.model.confirm[column]:
            turn = evidence.prepared.agent_turns[row]
            quote = evidence.prepared.quote(turn, *evidence.clause(turn, label))[2]
            found[label] = Done(turn, quote, MODEL, round(probability, 4))
    return found


def step_verdicts(evidence: Evidence, label: Label, done: Mapping[str, Done], book: Rulebook) -> list[StepVerdict]:
    """A verdict for every demanded step, and for every other step that was done (need "")."""
    demands = {demand.step: demand for demand in book.demands_for(label.subtype)}
    shared = _shared_demands(label, book)
    signals = set(evidence.signals)
    verdicts = []
    for step in book.steps:
        demand = demands.get(step)
        if step in done:
            d = done[step]
            need = demand.need if demand else ""
            verdicts.append(StepVerdict(step, need, "pass", d.turn, d.quote, d.evidence, d.confidence))
        elif demand:
            verdict = _missing(demand, evidence, signals, shared)
            confidence = round(1.0 - _best(evidence, step), 4)
            verdicts.append(StepVerdict(step, demand.need, verdict, None, "", None, confidence))
    return sorted(verdicts, key=lambda v: NEED_RANK[v.need])


def _missing(demand: Demand, evidence: Evidence, signals: set[str], shared: set[str] | None) -> str:
    if not evidence.prepared.agent_turns:
        return "insufficient"
    if shared is not None and demand.step not in shared:
        return "insufficient"
    if demand.need == "条件" and demand.condition not in signals:
        return "not_applicable"
    if demand.need == "建议":
        return "not_applicable"
    if OFFERED.get(demand.step) in signals:
        return "not_applicable"
    return "insufficient" if _doubtful(evidence, demand.step) else "violation"


def _shared_demands(label: Label, book: Rulebook) -> set[str] | None:
    """When the subtype is doubtful: the steps that both candidates demand; otherwise None."""
    if not label.needs_review or label.runner_up is None:
        return None
    other = {d.step for d in book.demands_for(label.runner_up.subtype) if d.need == "必须"}
    return other & {d.step for d in book.demands_for(label.subtype) if d.need == "必须"}


def _best(evidence: Evidence, step: str) -> float:
    linear = evidence.model.sentences
    if step not in linear.labels or not len(evidence.probabilities):
        return 0.0
    return float(evidence.probabilities[:, linear.index(step)].max())


def _doubtful(evidence: Evidence, step: str) -> bool:
    linear = evidence.model.sentences
    if step not in linear.labels:
        return False
    return _best(evidence, step) >= float(evidence.model.suspect[linear.index(step)])
