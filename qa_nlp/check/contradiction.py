"""Words that a step rule recognises as a step well done are no sure fault."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from qa_nlp.check.evidence import Evidence
from qa_nlp.records import Finding

# A question may be a step and yet ask what was said already.
BOTH = frozenset({"repeat_question"})


def without_contradiction(findings: Sequence[Finding], evidence: Evidence) -> list[Finding]:
    """Findings, those of the model alone made doubtful where a step rule hit the very words.

    In voices that the model had not heard, 5 of 16 such findings were right (of the others, half).
    """
    doubtful = {f.turn for f in findings if f.match == "model" and f.status == "confirmed" and f.code not in BOTH}
    if not doubtful:
        return list(findings)
    steps: dict[int, list[tuple[int, int]]] = {}
    for hit in evidence.of_kind("step"):
        if hit.turn not in doubtful:
            continue
        start, end, _ = evidence.prepared.quote(hit.turn, hit.start, hit.end)
        steps.setdefault(hit.turn, []).append((start, end))
    return [
        replace(finding, status="suspected", points=0.0)
        if finding.match == "model"
        and finding.status == "confirmed"
        and finding.code not in BOTH
        and any(start < finding.end and finding.start < end for start, end in steps.get(finding.turn, ()))
        else finding
        for finding in findings
    ]
