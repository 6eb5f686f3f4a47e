"""One period of a desk's calls: the aggregates of its result folders, and what could not be judged in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from qa_nlp.records import Verdict
from qa_nlp.report.desk.cases import Cases
from qa_nlp.report.figures import Figures
from qa_nlp.report.results import Results

SPANS = ((1, "日报"), (7, "周报"), (19, "报告"), (31, "月报"))


@dataclass
class Period:
    """Figures, calls worth quoting, and counts of what was left unjudged."""

    figures: Figures = field(default_factory=Figures)
    cases: Cases = field(default_factory=Cases)
    insufficient: Counter[str] = field(default_factory=Counter)
    paceless: int = 0
    repeated: int = 0
    profile: str = "power"
    rulebooks: set[str] = field(default_factory=set)
    due_days: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Count one call."""
        self.figures.add(verdict)
        self.cases.add(verdict)
        self.insufficient.update(s.step for s in verdict.steps if s.verdict == "insufficient" and s.need)
        self.paceless += verdict.conduct.get("agent_cpm") is None
        self.due_days.update(p.due[:10] for p in verdict.promises if p.due)
        self.rulebooks.add(verdict.versions.get("rulebook", ""))

    @property
    def undated(self) -> int:
        """Calls whose day is not known."""
        return self.figures.totals.calls - sum(mean.calls for mean in self.figures.days.values())

    @property
    def last(self) -> date | None:
        """The day of the last call."""
        return max(self.figures.days, default=None)

    @property
    def kind(self) -> str:
        """日报, 周报, 月报 (from 20 days on, since a month's calls may lack days), or 报告."""
        days = self.figures.days
        span = (max(days) - min(days)).days + 1 if days else 0
        return next((name for most, name in SPANS if 0 < span <= most), "报告")

    @property
    def text(self) -> str:
        """The days as a reader says them."""
        days = self.figures.days
        if not days:
            return "通话没有开始时间，期间不明"
        first, last = min(days), max(days)
        end = f"{last.month}月{last.day}日" if first.year == last.year else _day(last)
        return _day(first) if first == last else f"{_day(first)}至{end}"


def read_period(folders: Sequence[Path]) -> Period:
    """Everything in some result folders of ``qa-nlp score``.

    Raises:
        UsageError: when a folder holds no results, they do not go together, or a line is damaged.
    """
    results = Results(folders)
    period = Period(profile=results.profile)
    for verdict in results.verdicts():
        period.add(verdict)
    for item in results.skipped():
        period.figures.skip(item)
    period.repeated = results.repeated
    return period


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
