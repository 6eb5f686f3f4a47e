"""One row of a rule sheet: what it finds, where it looks, what it says, how it tests itself."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

SPEAKERS = {"座席": "agent", "客户": "customer", "任意": "any"}
MODES = ("词语", "原字", "分词", "正则")
SEVERITIES = {
    "红线": "critical",
    "严重": "major",
    "一般": "minor",
    "轻微": "trivial",
    "提示": "info",
    "疑似": "suspected",
}
SCOPE = re.compile(r"^(全程|开场|结束|首(\d+)句|末(\d+)句)$")
OPENING, CLOSING = 2, 2
# How dialogues are written in cells.
ROLES = {"座": "agent", "客": "customer"}
NEXT_TURN, NAMED = re.compile(r"[／/](?=[座客][:：])"), re.compile(r"^([座客])[:：]\s*(.*)$", re.DOTALL)
QUOTED = re.compile(r"【(.*?)】", re.DOTALL)


@dataclass(frozen=True)
class Scope:
    """Which of the speaker's turns are looked at: the first ``first`` or the last ``last``."""

    first: int = 0
    last: int = 0

    def holds(self, nth: int, total: int) -> bool:
        """Whether the ``nth`` of ``total`` turns of the speaker is inside."""
        if self.first and nth >= self.first:
            return False
        return not (self.last and nth < total - self.last)


def read_scope(text: str) -> Scope | None:
    """``首3句`` → Scope(first=3); None where the text is no scope."""
    match = SCOPE.match(text.strip() or "全程")
    if not match:
        return None
    if match[2]:
        return Scope(first=int(match[2]))
    if match[3]:
        return Scope(last=int(match[3]))
    return {"全程": Scope(), "开场": Scope(first=OPENING), "结束": Scope(last=CLOSING)}[match[1]]


@dataclass(frozen=True)
class Place:
    """Where a row stands, so that a message can point at it."""

    file: str
    row: int

    def __str__(self) -> str:
        return f"{self.file} 第{self.row}行"


@dataclass(frozen=True)
class Example:
    """A self-test: turns before it, the turn itself, and the exact quote expected (or None)."""

    before: tuple[tuple[str, str], ...]
    text: str
    quote: str | None


@dataclass(frozen=True)
class Rule:
    """One rule. ``kind`` is phrase | step | signal | subtype and says what ``code`` names."""

    id: str
    name: str
    kind: str
    code: str
    speaker: str
    scope: Scope
    subtypes: tuple[str, ...]
    mode: str
    pattern: str
    unless: str
    along: str
    customer_before: str
    severity: str
    points: float
    message: str
    suggestion: str
    basis: str
    hits: tuple[Example, ...]
    misses: tuple[Example, ...]
    place: Place

    @cached_property
    def fingerprint(self) -> str:
        """Changes with what the rule finds (not with what it says)."""
        parts = (self.code, self.speaker, self.mode, self.pattern, self.unless, self.along, self.customer_before)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]

    def concerns(self, subtype: str) -> bool:
        """Whether the rule applies to calls of a subtype (no list: to all)."""
        if not self.subtypes:
            return True
        return any(s == subtype or (s.endswith(".*") and subtype.startswith(s[:-1])) for s in self.subtypes)


def read_turns(dialogue: str, speaker: str = "agent") -> list[tuple[str, str]]:
    """``客：何时来／座：快了`` → who says what; words before which nobody is named are the ``speaker``'s."""
    turns = []
    for part in NEXT_TURN.split(dialogue.strip()):
        match = NAMED.match(part)
        turns.append((ROLES[match[1]], match[2]) if match else (speaker, part))
    return turns


def read_example(line: str, speaker: str) -> Example:
    """``客：何时来／座：【快了快了】吧`` → context, text and expected quote."""
    *before, (_, last) = read_turns(line, speaker if speaker != "any" else "agent")
    quote = QUOTED.search(last)
    return Example(
        tuple((role, _unmarked(words)) for role, words in before), _unmarked(last), quote[1] if quote else None
    )


def _unmarked(words: str) -> str:
    return words.replace("【", "").replace("】", "")
