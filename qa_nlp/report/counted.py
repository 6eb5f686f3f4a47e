"""What of a verdict the sums of a batch need."""

from __future__ import annotations

import msgspec

from qa_nlp.records import Promise


class CountedFinding(msgspec.Struct, frozen=True):
    """What is counted of a finding."""

    rule_id: str
    code: str
    points: float
    status: str


class CountedStep(msgspec.Struct, frozen=True):
    """What is counted of a step."""

    step: str
    need: str
    verdict: str


class Counted(msgspec.Struct, frozen=True):
    """What is counted of a verdict: reading this much of a line is far cheaper than reading all of it."""

    call_id: str
    category: str
    subtype: str
    needs_review: bool
    score: float | None
    grade: str
    veto: str | None
    not_scored: str | None
    findings: tuple[CountedFinding, ...]
    steps: tuple[CountedStep, ...]
    promises: tuple[Promise, ...]
    agent_id: str
    team: str
    started_at: str
    versions: dict[str, str]
