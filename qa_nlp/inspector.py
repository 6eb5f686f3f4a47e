"""The only module that knows the order of work: calls → verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_nlp import __version__
from qa_nlp.check import check, gather
from qa_nlp.classify import classify
from qa_nlp.model.fits import refuse_foreign
from qa_nlp.model.store import Model
from qa_nlp.records import Call, Verdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.score import score, summarise
from qa_nlp.text.prepared import prepare


@dataclass(frozen=True)
class Inspector:
    """A rulebook and a model that fit each other."""

    book: Rulebook
    model: Model

    def __post_init__(self) -> None:
        """Refuse a model whose labels the rulebook does not know."""
        refuse_foreign(self.model, self.book.subtypes, self.book.steps, self.book.codes)

    def inspect(self, calls: Sequence[Call]) -> list[Verdict]:
        """Inspect calls, in their order. Calls must have at least one turn."""
        prepared = [prepare(call) for call in calls]
        labels = classify(prepared, self.model)
        verdicts = []
        for evidence, label in zip(gather(prepared, self.book, self.model), labels, strict=True):
            call = evidence.prepared.call
            checked = check(evidence, label, self.book)
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

    @property
    def versions(self) -> dict[str, str]:
        """What produced the result."""
        return {"qa_nlp": __version__, "rulebook": self.book.digest, "model": self.model.version}
