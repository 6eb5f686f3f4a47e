"""Which calls are worth quoting: one clear example for each common fault, and good ones. Bounded, same every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from qa_nlp.records import Finding, StepVerdict, Verdict
from qa_nlp.report.figures import top

WORST = ("critical", "major", "minor", "trivial", "info")
KEPT = 6
RED = 2
LONG, SHORT = 60, 4

Entry = tuple[tuple[float, ...], bytes, Verdict]


@dataclass(frozen=True)
class Case:
    """One call to quote; ``code`` is what it is an example of, "" for a good one."""

    verdict: Verdict
    code: str = ""

    @property
    def findings(self) -> list[Finding]:
        """The fault it is an example of first, then the worst others found word by word; one a code."""
        mine: dict[str, Finding] = {}
        for finding in sorted(points_taken(self.verdict), key=lambda f: (f.code != self.code, *_clear(f))):
            if finding.code == self.code or finding.match not in ("model", "measured"):
                mine.setdefault(finding.code, finding)
        return list(mine.values())

    @property
    def done(self) -> list[StepVerdict]:
        """Steps done that can be quoted, the longest words first."""
        steps = [s for s in self.verdict.steps if s.verdict == "pass" and s.need and SHORT <= len(s.quote) <= LONG]
        return sorted(steps, key=lambda s: (s.need != "必须", -len(s.quote), s.step))


@dataclass
class Cases:
    """Offers calls one by one; keeps the few clearest a code, and the few best."""

    _by_code: dict[str, list[Entry]] = field(default_factory=dict)
    _good: list[Entry] = field(default_factory=list)
    vetoed: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Offer one call."""
        chance = blake2b(verdict.call_id.encode("utf-8", "replace"), digest_size=6).digest()
        best: dict[str, tuple[float, ...]] = {}
        for finding in points_taken(verdict):
            if finding.match != "measured":
                best[finding.code] = min(best.get(finding.code, (9.0,)), _clear(finding))
            if verdict.veto and finding.severity == "critical":
                self.vetoed[finding.code] += 1
        for code, key in best.items():
            _keep(self._by_code.setdefault(code, []), (key, chance, verdict))
        if _is_good(verdict):
            passed = sum(s.verdict == "pass" and bool(s.need) for s in verdict.steps)
            _keep(self._good, ((-(verdict.score or 0.0), -float(passed)), chance, verdict))

    def bad(self, codes: Iterable[str], count: int) -> list[Case]:
        """Examples of these codes in this order, each another call and, where possible, another agent."""
        chosen: list[Case] = []
        for code in codes:
            entries = sorted(self._by_code.get(code, ()), key=_order)
            free = [e[2] for e in entries if e[2].call_id not in {c.verdict.call_id for c in chosen}]
            seen = {c.verdict.agent_id for c in chosen}
            free.sort(key=lambda verdict: verdict.agent_id in seen)
            if free and len(chosen) < count:
                chosen.append(Case(free[0], code))
        return chosen

    def good(self, count: int) -> list[Case]:
        """The best calls that can be quoted."""
        cases = [Case(entry[2]) for entry in sorted(self._good, key=_order)]
        return [case for case in cases if case.done][:count]

    def order(self, code_calls: Counter[str]) -> list[str]:
        """Codes to show: the two red lines that occurred most, then the most frequent ones."""
        ranked = [code for code, _ in top(code_calls, len(code_calls))]
        red = [code for code, _ in top(self.vetoed, RED)]
        return [*red, *(code for code in ranked if code not in red)]


def points_taken(verdict: Verdict) -> list[Finding]:
    """The findings that cost something."""
    return [f for f in verdict.findings if f.status == "confirmed" and f.points > 0]


def _clear(finding: Finding) -> tuple[float, ...]:
    """Sort key, the clearest example first: more than a few words, grave, sure, found word by word, long."""
    rank = WORST.index(finding.severity) if finding.severity in WORST else len(WORST)
    short, length = len(finding.quote) < SHORT, min(len(finding.quote), 30)
    return (short, rank, -round(finding.confidence, 2), finding.match == "model", -length, finding.turn)


def _is_good(verdict: Verdict) -> bool:
    clean = not any(f.status in ("confirmed", "suspected") for f in verdict.findings)
    undone = any(s.verdict == "violation" for s in verdict.steps)
    return clean and not undone and not verdict.needs_review and verdict.score is not None


def _order(entry: Entry) -> tuple[Any, ...]:
    return entry[:2]


def _keep(entries: list[Entry], entry: Entry) -> None:
    entries.append(entry)
    entries.sort(key=_order)
    del entries[KEPT:]
