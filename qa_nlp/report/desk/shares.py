"""A share with its Wilson interval, and whether two of them can be told apart (E. Wilson, JASA 1927)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from qa_nlp.stats import Interval, wilson

FEW = 5


@dataclass(frozen=True)
class Share:
    """``part`` of ``whole``; ``low`` and ``high`` bound the 95 % interval, all between 0 and 1."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def low(self) -> float:
        """Lower bound; 0 of nothing."""
        return self._interval.low

    @property
    def high(self) -> float:
        """Upper bound; 1 of nothing."""
        return self._interval.high

    @property
    def enough(self) -> bool:
        """Whether there are at least ``FEW`` calls behind it."""
        return self.whole >= FEW

    @property
    def text(self) -> str:
        """As a reader sees it: ``12.5%``, or ``—`` of nothing."""
        return f"{self.value:.1%}" if self.whole else "—"

    @property
    def bounds(self) -> str:
        """The interval as a reader sees it: ``8%–19%``, or ``—`` where there are too few calls."""
        return f"{self.low:.0%}–{self.high:.0%}" if self.enough else "—"

    @cached_property
    def _interval(self) -> Interval:
        return wilson(self.part, self.whole)


def side(one: Share, other: Share) -> int:
    """1 where the first is surely greater, -1 where smaller, 0 where the intervals overlap or a sample is too small."""
    if not (one.enough and other.enough):
        return 0
    return (one.low > other.high) - (one.high < other.low)
