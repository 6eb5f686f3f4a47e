"""What the agent said and did: phrasing, steps, situations, promises, conduct, handling.

``check`` is the one public function: (evidence of calls, their labels, the book) → Checked of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa_nlp.check.by_model import Told, told
from qa_nlp.check.conduct import conduct_findings
from qa_nlp.check.contradiction import without_contradiction
from qa_nlp.check.evidence import Evidence, gather
from qa_nlp.check.handling import handling_findings, tiers
from qa_nlp.check.phrasing import phrasing_findings
from qa_nlp.check.promises import find_promises
from qa_nlp.check.second_look import looked_again, to_look_again
from qa_nlp.check.situations import situation_verdicts
from qa_nlp.check.steps import Done, done_steps, step_verdicts, steps_by_rule
from qa_nlp.records import Checked, Label
from qa_nlp.rulebook.appeals import cleared
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare_all


def check(gathered: Sequence[Evidence], labels: Sequence[Label], book: Rulebook) -> list[Checked]:
    """Run every check on several calls at once; what is found in a call does not depend on the others.

    Calls whose sentences were cut are looked at a second time before anything is held against the agent.
    """
    checked = _check_once(gathered, labels, book)
    looks = [
        (nth, joined)
        for nth, (evidence, first) in enumerate(zip(gathered, checked, strict=True))
        for joined in to_look_again(evidence.prepared.call, first, book)
    ]
    if looks:
        whole = gather(prepare_all([joined.call for _, joined in looks]), book, gathered[0].model)
        again = _check_once(whole, [labels[nth] for nth, _ in looks], book)
        for (nth, joined), second in zip(looks, again, strict=True):
            checked[nth] = looked_again(gathered[nth].prepared.call, checked[nth], joined, second, book)
    return checked


def _check_once(gathered: Sequence[Evidence], labels: Sequence[Label], book: Rulebook) -> list[Checked]:
    by_rule = [steps_by_rule(evidence, book, label) for evidence, label in zip(gathered, labels, strict=True)]
    said = told(gathered, labels, book, by_rule)
    return [_checked(*call, book) for call in zip(gathered, labels, by_rule, said, strict=True)]


def _checked(evidence: Evidence, label: Label, by_rule: Mapping[str, Done], said: Told, book: Rulebook) -> Checked:
    done = done_steps(evidence, book, label, by_rule, said)
    promises, overdue = find_promises(evidence, label, book)
    judged = {(finding.turn, finding.code) for finding in overdue}
    phrasing = [f for f in phrasing_findings(evidence, book, said, label) if (f.turn, f.code) not in judged]
    conduct, figures = conduct_findings(evidence, label, book)
    steps = step_verdicts(evidence, label, done, book, said.chances)
    steps += situation_verdicts(evidence, label, book, steps, conduct)
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
