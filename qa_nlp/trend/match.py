"""Which calls the periods have in common, and what else a reader must know before believing a difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from qa_nlp.trend.periods import Period

# From this share of the smallest period on, what all have in common is compared call by call.
COMMON = 0.5
MADE_BY = {"rulebook": "规则表", "model": "模型", "qa_nlp": "程序版本", "profile": "档（--profile）"}
SHOWN = 12


@dataclass(frozen=True)
class Shared:
    """The calls that every period has: their number, and for each period the place of its calls among them (or -1)."""

    count: int
    places: tuple[np.ndarray, ...]


def shared_calls(periods: Sequence[Period]) -> Shared | None:
    """What all periods have in common; None where that is less than half of the smallest."""
    ids = [np.array(period.ids, dtype=np.int64) for period in periods]
    common = ids[0]
    for other in ids[1:]:
        common = np.intersect1d(common, other)
    if len(common) < COMMON * min(map(len, ids)):
        return None
    common = np.unique(common)
    places = []
    for own in ids:
        where = np.searchsorted(common, own).clip(max=len(common) - 1)
        places.append(np.where(common[where] == own, where, -1))
    return Shared(len(common), tuple(places))


def warnings(periods: Sequence[Period], shared: Shared | None) -> Iterator[str]:
    """What may mislead, each a Chinese sentence or two with what to do."""
    yield from _made_differently(periods, shared)
    yield from _same_calls(periods, shared)
    yield from _small_print(periods)


def _made_differently(periods: Sequence[Period], shared: Shared | None) -> Iterator[str]:
    changed = [name for name in MADE_BY if len({str(period.facts.get(name, "")) for period in periods}) > 1]
    for name in changed:
        values = " → ".join(_short(period.facts.get(name)) for period in periods)
        yield f"各期的{MADE_BY[name]}不同（{values}）。"
    if changed and shared is None:
        yield (
            "变化可能来自工具，不是通话。要分清：用现在的规则和模型把旧的通话重新检查一遍（qa-nlp score），再比较；"
            "只想看规则改动的影响，用 qa-nlp rules diff。"
        )
    elif changed:
        yield "通话是同一批，所以下面的变化来自规则、模型或程序，不是座席的表现。"


def _same_calls(periods: Sequence[Period], shared: Shared | None) -> Iterator[str]:
    if shared is not None:
        left = max(period.calls for period in periods) - shared.count
        rest = f"；只在其中一期的通话（最多 {left} 通）不参加比较" if left else ""
        yield f"各期是同一批通话（{shared.count} 通编号相同），逐通配对比较{rest}。"
        return
    for one, two in pairwise(periods):
        both = len(np.intersect1d(np.array(one.ids), np.array(two.ids)))
        if both:
            yield f"“{one.name}”与“{two.name}”有 {both} 通编号相同的通话，这些通话算了两次；请确认时段没有重叠。"


def _small_print(periods: Sequence[Period]) -> Iterator[str]:
    for one, two in pairwise(periods):
        if one.first and two.first and one.first > two.last:
            yield f"“{one.name}”的通话比“{two.name}”的晚，次序可能写反了：旧的写在前面。"
    if len({bool(period.facts.get("pseudonyms")) for period in periods}) > 1:
        yield "有的期用了化名，有的没有；按座席的比较要用同一个密钥。"


def _short(value: object) -> str:
    text = str(value) if value not in (None, "") else "未记录"
    return text[:SHOWN]
