"""Sums over a batch for the workbook and the page, gathered as verdicts stream by; nothing is kept per call."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from qa_nlp.records import Promise, Skipped, Verdict
from qa_nlp.report.counted import Counted
from qa_nlp.report.totals import AgentTotal, Tally, Totals

PROMISES = 300
SKIPS = 200
BIN = 5
POINTS = 62


@dataclass
class Mean:
    """A count of calls and the mean score of the scored ones among them."""

    calls: int = 0
    scored: int = 0
    points: float = 0.0

    def add(self, score: float | None) -> None:
        """Count one call; ``score`` is None where it was not scored."""
        self.calls += 1
        if score is not None:
            self.scored += 1
            self.points += score

    @property
    def mean(self) -> float | None:
        """Mean score, rounded to 0.1; None with no scored call."""
        return round(self.points / self.scored, 1) if self.scored else None


@dataclass
class SubtypeTotal(Mean):
    """Calls of one subtype, and per step how often it was decided and how often it was missing."""

    decided: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)


@dataclass
class Figures:
    """Everything that is counted over a batch."""

    totals: Totals = field(default_factory=Totals)
    everyone: AgentTotal = field(default_factory=lambda: AgentTotal("", ""))
    teams: dict[str, AgentTotal] = field(default_factory=dict)
    histogram: Counter[int] = field(default_factory=Counter)
    subtypes: dict[str, SubtypeTotal] = field(default_factory=dict)
    code_calls: Counter[str] = field(default_factory=Counter)
    days: dict[date, Mean] = field(default_factory=dict)
    hours: dict[int, Mean] = field(default_factory=dict)
    suspected: int = 0
    not_scored: Counter[str] = field(default_factory=Counter)
    promises: Counter[str] = field(default_factory=Counter)
    skips: list[Skipped] = field(default_factory=list)
    skipped: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    _due: list[tuple[str, int, int, str, str, Promise]] = field(default_factory=list)

    def add(self, verdict: Verdict | Counted) -> None:
        """Count one verdict."""
        self.versions = verdict.versions
        tally = Tally(verdict)
        self.totals.add(verdict, tally)
        if verdict.team not in self.teams:
            self.teams[verdict.team] = AgentTotal("", verdict.team)
        self.everyone.add(verdict, tally)
        self.teams[verdict.team].add(verdict, tally)
        if verdict.score is not None:
            self.histogram[min(int(verdict.score // BIN) * BIN, 100 - BIN)] += 1
        if verdict.not_scored:
            self.not_scored[verdict.not_scored] += 1
        self.suspected += "suspected" in [f.status for f in verdict.findings]
        for code in set(tally.codes):
            self.code_calls[code] += 1
        self._add_subtype(verdict)
        self._add_time(verdict)
        for promise in verdict.promises:
            self._add_promise(verdict, promise)

    def skip(self, item: Skipped) -> None:
        """Count something that was not inspected; the first ``SKIPS`` are kept."""
        self.skipped += 1
        if len(self.skips) < SKIPS:
            self.skips.append(item)

    def due(self) -> list[tuple[str, str, Promise]]:
        """(call id, agent, promise) of the last promises to fall due, by due time; at most ``PROMISES``."""
        return [(call_id, agent, promise) for _, _, _, call_id, agent, promise in sorted(self._due, key=_due_key)]

    def trend(self) -> tuple[str, list[tuple[str, Mean]]]:
        """The unit (日, 周 or 月: the finest that spans the batch in 62 steps) and its means in order of time.

        Days and weeks without a call are there too, so that the axis is true to time; months are not.
        """
        if not self.days:
            return "日", []
        first, last = min(self.days), max(self.days)
        if (last - first).days < POINTS:
            return "日", self._means(_day, first, last, 1)
        if (last - _monday(first)).days < POINTS * 7:
            return "周", self._means(_monday, _monday(first), last, 7)
        return "月", self._means(_first, first, first, 0)

    def _means(self, start: Callable[[date], date], first: date, last: date, apart: int) -> list[tuple[str, Mean]]:
        buckets: dict[date, Mean] = {}
        if apart:
            days = range(0, (last - first).days + 1, apart)
            buckets = {first + timedelta(days=day): Mean() for day in days}
        for day, mean in self.days.items():
            bucket = buckets.setdefault(start(day), Mean())
            bucket.calls += mean.calls
            bucket.scored += mean.scored
            bucket.points += mean.points
        return [(day.isoformat(), buckets[day]) for day in sorted(buckets)]

    def _add_subtype(self, verdict: Verdict | Counted) -> None:
        if verdict.subtype not in self.subtypes:
            self.subtypes[verdict.subtype] = SubtypeTotal()
        total = self.subtypes[verdict.subtype]
        total.add(verdict.score)
        for step in verdict.steps:
            if step.need and step.verdict in ("pass", "violation"):
                total.decided[step.step] += 1
                total.missing[step.step] += step.verdict == "violation"

    def _add_time(self, verdict: Verdict | Counted) -> None:
        try:
            at = datetime.fromisoformat(verdict.started_at.strip())
        except ValueError:
            return
        self.days.setdefault(at.date(), Mean()).add(verdict.score)
        self.hours.setdefault(at.hour, Mean()).add(verdict.score)

    def _add_promise(self, verdict: Verdict | Counted, promise: Promise) -> None:
        self.promises[promise.status] += 1
        if not promise.due:
            return
        # The running number breaks ties, so that promises are never compared.
        number = self.promises.total()
        entry = (promise.due, number, self.totals.calls, verdict.call_id, verdict.agent_id, promise)
        if len(self._due) < PROMISES:
            heapq.heappush(self._due, entry)
        else:
            heapq.heappushpop(self._due, entry)


def compared(mean: AgentTotal, everyone: AgentTotal) -> str:
    """高于 | 低于 where the two 95 % intervals do not overlap, 分不出 where they do, 样本不足 below 5 scored calls."""
    if mean.mean is None or mean.margin is None or everyone.mean is None or everyone.margin is None:
        return "样本不足"
    gap = mean.mean - everyone.mean
    if abs(gap) <= mean.margin + everyone.margin:
        return "分不出"
    return "高于" if gap > 0 else "低于"


def top(counter: Counter[str], count: int) -> list[tuple[str, int]]:
    """The most frequent entries that occurred at all, ties by name."""
    return sorted(((k, n) for k, n in counter.items() if n), key=lambda kv: (-kv[1], kv[0]))[:count]


def share(part: float, whole: float) -> float | None:
    """``part / whole``, or None of nothing."""
    return part / whole if whole else None


def missing_steps(subtypes: Iterable[SubtypeTotal]) -> tuple[Counter[str], Counter[str]]:
    """(missing, decided) per step over several subtypes."""
    missing: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    for total in subtypes:
        missing.update(total.missing)
        decided.update(total.decided)
    return missing, decided


def _due_key(entry: tuple[str, int, int, str, str, Promise]) -> tuple[str, int]:
    return entry[0], entry[1]


def _day(day: date) -> date:
    return day


def _monday(day: date) -> date:
    # 0001-01-01 is a Monday: no date has its Monday before the calendar begins.
    return day - timedelta(days=day.weekday())


def _first(day: date) -> date:
    return day.replace(day=1)
