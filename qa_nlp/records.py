"""The values that flow from stage to stage. All are frozen; none knows how it is made.

Glossary of names: ``call``, ``turn``, ``label``, ``finding``, ``step``, ``verdict``,
``rule``, ``book`` (a Rulebook) and ``model`` mean the same thing in every module.
"""

from __future__ import annotations

from typing import Any

import msgspec

ROLES = ("agent", "customer", "system", "unknown")
CATEGORIES = {"repair": "故障报修", "complaint": "投诉", "consult": "业务咨询", "other": "其他"}
DIMENSIONS = ("语言能力", "判断能力", "业务能力", "主动能力")
# Left out around a quote that is told in a sentence.
MARKS = "，。！；：、,.!;: "


class Tag(msgspec.Struct, frozen=True):
    """One annotated fault (or near miss) of an agent turn; ``start``/``end`` are half-open."""

    code: str
    quote: str
    start: int
    end: int


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """One utterance. Times are seconds from the start of the call, or None when unknown."""

    role: str
    text: str
    start: float | None = None
    end: float | None = None
    acts: tuple[str, ...] = ()
    faults: tuple[Tag, ...] = ()
    near_misses: tuple[Tag, ...] = ()


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """One transcript. ``labels`` is read by training and evaluation only."""

    call_id: str
    turns: tuple[Turn, ...]
    direction: str = ""
    agent_id: str = ""
    team: str = ""
    started_at: str = ""
    labels: dict[str, Any] = {}
    meta: dict[str, Any] = {}
    notes: tuple[str, ...] = ()


class Skipped(msgspec.Struct, frozen=True):
    """Something that could not be read or inspected: where, why, and what to do."""

    source: str
    line: int | None
    call_id: str
    reason: str
    advice: str


class RunnerUp(msgspec.Struct, frozen=True):
    """The second-best subtype."""

    subtype: str
    confidence: float


class Label(msgspec.Struct, frozen=True):
    """What the call is about. ``confidence`` is a calibrated probability in [0, 1]."""

    category: str
    subtype: str
    confidence: float
    runner_up: RunnerUp | None = None
    needs_review: bool = False


class Finding(msgspec.Struct, frozen=True):
    """One observation with its evidence; ``quote == turns[turn].text[start:end]``."""

    rule_id: str
    code: str
    severity: str
    points: float
    turn: int
    start: int
    end: int
    quote: str
    message: str
    suggestion: str
    basis: str
    match: str
    confidence: float
    status: str


class StepVerdict(msgspec.Struct, frozen=True):
    """Whether a step was done: pass | violation | not_applicable | insufficient."""

    step: str
    need: str
    verdict: str
    turn: int | None
    quote: str
    evidence: str | None
    confidence: float


class Promise(msgspec.Struct, frozen=True):
    """A time the agent promised: the amount, its unit, and when it falls due (ISO, or empty)."""

    subject: str
    turn: int
    start: int
    end: int
    quote: str
    amount: float | None
    unit: str
    due: str
    limit: str
    status: str


class Checked(msgspec.Struct, frozen=True):
    """Everything the checks found in one call, before it is scored."""

    findings: tuple[Finding, ...] = ()
    steps: tuple[StepVerdict, ...] = ()
    promises: tuple[Promise, ...] = ()
    conduct: dict[str, Any] = {}
    signals: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """The result for one call: one line of ``calls.jsonl``."""

    call_id: str
    category: str
    subtype: str
    confidence: float
    runner_up: RunnerUp | None
    needs_review: bool
    score: float | None
    grade: str
    veto: str | None
    not_scored: str | None
    dimensions: dict[str, float | None]
    findings: tuple[Finding, ...]
    steps: tuple[StepVerdict, ...]
    step_points: dict[str, float]
    promises: tuple[Promise, ...]
    conduct: dict[str, Any]
    signals: tuple[str, ...]
    summary: str
    agent_id: str
    team: str
    started_at: str
    direction: str
    turns: int
    notes: tuple[str, ...]
    versions: dict[str, str]
