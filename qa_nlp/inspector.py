"""The only module that knows the order of work: calls → verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from qa_nlp import __version__
from qa_nlp.check import check, gather
from qa_nlp.classify import classify
from qa_nlp.classify.by_rules import classify_by_rules, rules_decide
from qa_nlp.model.fits import refuse_foreign
from qa_nlp.model.reading import Reading, reading
from qa_nlp.model.store import Model
from qa_nlp.records import Call, Label, Verdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.matcher import Hit
from qa_nlp.score import score, summarise
from qa_nlp.text.joined import SPEAKERS
from qa_nlp.text.prepared import Prepared, prepare, prepare_all


def refuse_unfit(model: Model, book: Rulebook) -> None:
    """Raise ModelError when the model says what the book does not know.

    A model borrowed by a profile whose subtype_rules name the subtypes may know more than the book:
    only those of its steps and faults are used that the book knows.
    """
    if not rules_decide(book, model):
        refuse_foreign(model, book.subtypes, book.steps, book.codes)


def _as_told(call: Call) -> Call:
    """A call whose speakers nobody knows, as if the customer had said it all: what it is about stands in the words."""
    return replace(call, turns=tuple(replace(t, role="customer") if t.role == "unknown" else t for t in call.turns))


@dataclass(frozen=True)
class Inspector:
    """A rulebook and a model that fit each other."""

    book: Rulebook
    model: Model

    def __post_init__(self) -> None:
        """Refuse a model whose labels the rulebook does not know."""
        refuse_unfit(self.model, self.book)

    def inspect(self, calls: Sequence[Call]) -> list[Verdict]:
        """Inspect calls, in their order. Calls must have at least one turn."""
        prepared = prepare_all(calls)
        heard = reading(prepared, self.model)
        gathered = gather(prepared, self.book, self.model, heard=heard)
        labels = self._labels(prepared, [evidence.hits for evidence in gathered], heard=heard)
        for nth, call in enumerate(calls):
            if all(turn.role not in SPEAKERS for turn in call.turns):
                labels[nth] = replace(self.label([prepare(_as_told(call))])[0], needs_review=True)
        verdicts = []
        for evidence, label, checked in zip(gathered, labels, check(gathered, labels, self.book), strict=True):
            call = evidence.prepared.call
            result = score(call, label, checked, self.book)
            verdicts.append(
                Verdict(
                    call_id=call.call_id,
                    category=label.category,
                    subtype=label.subtype,
                    confidence=label.confidence,
                    runner_up=label.runner_up,
                    needs_review=label.needs_review,
                    score=result.value,
                    grade=result.grade,
                    veto=result.veto,
                    not_scored=result.not_scored,
                    dimensions=result.dimensions,
                    findings=checked.findings,
                    steps=checked.steps,
                    step_points=result.step_points,
                    promises=checked.promises,
                    conduct=checked.conduct,
                    signals=checked.signals,
                    summary=summarise(label, checked, result, self.book),
                    agent_id=call.agent_id,
                    team=call.team,
                    started_at=call.started_at,
                    direction=call.direction,
                    turns=len(call.turns),
                    notes=call.notes,
                    versions=self.versions,
                )
            )
        return verdicts

    def label(self, prepared: Sequence[Prepared], customer_turns: int | None = None) -> list[Label]:
        """Labels alone, in the order of the calls; ``customer_turns``: hear the customer's first turns only."""
        by_rules = rules_decide(self.book, self.model)
        hits = self.book.matcher.scan_all(prepared) if by_rules else [[] for _ in prepared]
        return self._labels(prepared, hits, customer_turns)

    def _labels(
        self, prepared: Sequence[Prepared], hits: Sequence[Sequence[Hit]], customer_turns: int | None = None,
        heard: Reading | None = None,
    ) -> list[Label]:  # fmt: skip
        """The model decides where it was trained for the profile or the profile has no subtype_rules."""
        if not rules_decide(self.book, self.model):
            return classify(prepared, self.model, customer_turns, heard=heard)
        return [classify_by_rules(p, h, self.book, customer_turns) for p, h in zip(prepared, hits, strict=True)]

    @property
    def versions(self) -> dict[str, str]:
        """What produced the result."""
        return {"qa_nlp": __version__, "rulebook": self.book.digest, "model": self.model.version}
