"""Labels of a call against what was said: right, exchanged for the whole call, exchanged for a stretch, or doubtful.

Each turn's label is in one of two states, *right* or *wrong*; the words speak for one or the other, and changing from
one state to the other has a price: low where two turns running bear one label (an exchange that begins between two
turns leaves such a pair behind), high where the labels take turns. Forward and backward sums over all such stories
give each turn the odds that its label is wrong (L. Rabiner, A tutorial on hidden Markov models, 1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, log
from typing import NamedTuple

# Log odds. SURE: the words alone bear the labels out. START: how unlikely a call that begins with wrong labels is.
# CERTAIN: when a label is put right. Chosen on voices left out, see docs/roles.md.
SURE = 2.5
START = 2.5
CERTAIN = 3.0
AT_PAIR, EACH_MORE, ELSEWHERE = 2.0, 1.0, 10.0
USUAL_PAIRS = 2
# A shorter call is exchanged as a whole or not at all: nothing around a stretch would show it.
STRETCH_WITHIN = 8
MOST = 20.0
OPEN_SHARE = 0.2


class Swaps(NamedTuple):
    """``kind`` is right | unconfirmed | doubtful | wrong.

    For *wrong*, ``wrong`` holds the turns whose label is wrong, ``open`` those that may or may not be.
    """

    kind: str
    wrong: tuple[int, ...] = ()
    open: tuple[int, ...] = ()


RIGHT, UNCONFIRMED, DOUBTFUL = Swaps("right"), Swaps("unconfirmed"), Swaps("doubtful")


def find_swaps(odds: Sequence[float], labels: Sequence[str]) -> Swaps:
    """Judge the labels of one call.

    Args:
        odds: for each labelled turn the log odds that its label is right, by its words.
        labels: agent or customer for each of them; both occur.
    """
    prices = _prices(labels)
    # Most calls end here: no run of turns speaks against its labels as loudly as a change of state costs.
    if sum(odds) >= SURE and _worst(odds) > -min(prices) / 2:
        return RIGHT
    values = [max(-MOST, min(MOST, value)) for value in odds]
    doubts = _doubts(values, prices)
    wrong = tuple(i for i, doubt in enumerate(doubts) if doubt >= CERTAIN)
    if not wrong:
        if max(doubts) > 0:
            return DOUBTFUL
        return RIGHT if sum(values) >= SURE else UNCONFIRMED
    left = tuple(i for i, doubt in enumerate(doubts) if -CERTAIN < doubt < CERTAIN)
    return DOUBTFUL if len(left) > OPEN_SHARE * len(odds) else Swaps("wrong", wrong, left)


def _worst(odds: Sequence[float]) -> float:
    """The smallest sum of a run of turns."""
    worst = run = 0.0
    for value in odds:
        run += value
        if run > 0.0:
            run = 0.0
        elif run < worst:
            worst = run
    return worst


def _prices(labels: Sequence[str]) -> list[float]:
    """What a change of state costs between each turn and the next; pairs mean less where there are many."""
    pairs = [one == other for one, other in pairwise(labels)]
    more = EACH_MORE * max(0, sum(pairs) - USUAL_PAIRS)
    low = min(ELSEWHERE, AT_PAIR + more) if len(labels) >= STRETCH_WITHIN else ELSEWHERE
    return [low if pair else ELSEWHERE for pair in pairs]


def _doubts(odds: Sequence[float], prices: Sequence[float]) -> list[float]:
    """Log odds that each label is wrong."""
    ahead = [(odds[0] / 2, -odds[0] / 2 - START)]
    for value, price in zip(odds[1:], prices, strict=True):
        right, wrong = ahead[-1]
        ahead.append((_sum(right, wrong - price) + value / 2, _sum(wrong, right - price) - value / 2))
    behind = [(0.0, 0.0)]
    for value, price in zip(odds[:0:-1], prices[::-1], strict=True):
        right, wrong = behind[-1][0] + value / 2, behind[-1][1] - value / 2
        behind.append((_sum(right, wrong - price), _sum(wrong, right - price)))
    return [a[1] + b[1] - a[0] - b[0] for a, b in zip(ahead, reversed(behind), strict=True)]


def _sum(one: float, other: float) -> float:
    """ln(e^one + e^other)."""
    most = max(one, other)
    return most + log(exp(one - most) + exp(other - most))
