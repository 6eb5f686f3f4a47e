"""What the agent said and did: phrasing, steps, situations, promises, conduct, handling.

``check`` is the one public function: (evidence of a call, its label, the book) → Checked.
"""

from __future__ import annotations

from qa_nlp.check.conduct import conduct_findings
from qa_nlp.check.contradiction import without_contradiction
from qa_nlp.check.evidence import Evidence, gather
from qa_nlp.check.handling import handling_findings, tiers
from qa_nlp.check.phrasing import phrasing_findings
from qa_nlp.check.promises import find_promises
from qa_nlp.check.situations import situation_verdicts
from qa_nlp.check.steps import done_steps, step_probabilities, step_verdicts
from qa_nlp.records import Checked, Label
from qa_nlp.rulebook.appeals import cleared
from qa_nlp.rulebook.book import Rulebook


def check(evidence: Evidence, label: Label, book: Rulebook) -> Checked:
    """Run every check on one call."""
    chances = step_probabilities(evidence, label)
    done = done_steps(evidence, book, label, chances)
    promises, overdue = find_promises(evidence, label, book)
    judged = {(finding.turn, finding.code) for finding in overdue}
    phrasing = [f for f in phrasing_findings(evidence, book) if (f.turn, f.code) not in judged]
    conduct, figures = conduct_findings(evidence, label, book)
    steps = step_verdicts(evidence, label, done, book, chances)
    steps += situation_verdicts(evidence, label, book, steps)
    findings = [
        *without_contradiction(phrasing, evidence),
        *cleared(overdue, evidence.prepared, book),
        *conduct,
        *handling_findings(evidence, label, done, book, steps),
    ]
    return Checked(
        tuple(sorted(findings, key=lambda f: (f.turn, f.start, f.code))),
        tuple(steps),
        tuple(promises),
        figures | tiers(evidence, done),
        tuple(sorted(evidence.signals)),
    )


__all__ = ["Evidence", "check", "gather"]
