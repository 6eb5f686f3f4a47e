"""Character n-grams of a batch of calls in one vectorised pass.

Every n-gram of 1 to 4 characters becomes a *slot*: 22 bits of a hash of its folded code points. It lies within one
clause; the mark before the clause and the one behind it belong to its n-grams (how a clause begins, and whether it ends
as a question, tells much), the edge of a turn counts as a mark. Where a recogniser writes no marks, the turn is one clause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from qa_nlp.text import tables
from qa_nlp.text.fold import SEPARATOR, SPACE
from qa_nlp.text.prepared import Prepared

MAX_N = 4
SLOT_BITS = 22
SLOTS = 1 << SLOT_BITS
NO_SLOT = SLOTS
# What ends a clause in folded text, where the full-width forms are these as well.
MARKS, COMMA, QUESTION = ",.!?;:~… ", ord(","), ord("?")
PARTICLES = tuple(map(ord, "吗么嘛呢"))
Ints = npt.NDArray[np.int64]
Slots = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True)
class Grams:
    """The n-grams of several calls, clause after clause.

    ``slots`` (symbols, MAX_N) holds the slots of the n-grams of 1 … MAX_N symbols that begin at each letter or mark,
    NO_SLOT where one would leave its clause; ``sizes`` (clauses,) counts these symbols, ``letters`` (clauses,) the
    letters among them. ``turns`` (clauses,) counts turns through all calls, ascending; ``begins`` and ``ends``
    (clauses,) are the span of the clause in the joined text of its call, marks left out; ``asks`` (clauses,) tells
    whether a question mark or particle ends it. ``first`` (calls + 1,) is the number of each call's first turn.
    """

    slots: Slots
    sizes: Ints
    letters: Ints
    turns: Ints
    begins: Ints
    ends: Ints
    asks: Mask
    first: Ints

    def count(self, max_n: int = MAX_N) -> Ints:
        """How many n-grams of 1 … max_n symbols each turn has (turns,)."""
        return self._in_turns(self.count_in_clauses(max_n))

    def count_in_clauses(self, max_n: int = MAX_N) -> Ints:
        """How many n-grams of 1 … max_n symbols each clause has (clauses,)."""
        total = np.concatenate([[0], np.cumsum((self.slots[:, :max_n] < NO_SLOT).sum(axis=1))])
        ends = np.cumsum(self.sizes)
        result: Ints = total[ends] - total[ends - self.sizes]
        return result

    @cached_property
    def letters_of(self) -> Ints:
        """How many letters each turn has (turns,)."""
        return self._in_turns(self.letters)

    @cached_property
    def clauses_before(self) -> Ints:
        """How many clauses stand before each turn (turns + 1,)."""
        return np.searchsorted(self.turns, np.arange(int(self.first[-1]) + 1))

    @cached_property
    def sizes_of(self) -> Ints:
        """How many rows of ``slots`` each turn has (turns,)."""
        return self._in_turns(self.sizes)

    def of_turns(self, chosen: Mask) -> Slots:
        """The rows of ``slots`` of the chosen turns, turn after turn; ``sizes_of`` says how many each has."""
        return self.slots.take(np.flatnonzero(np.repeat(chosen, self.sizes_of)), axis=0)

    def _in_turns(self, values: Ints) -> Ints:
        result: Ints = np.bincount(self.turns, values, int(self.first[-1])).astype(np.int64)
        return result


def ngrams(prepared: Sequence[Prepared]) -> Grams:
    """All n-grams of several calls; what a call yields does not depend on the others."""
    first = np.cumsum([0, *(len(p.roles) for p in prepared)], dtype=np.int64)
    codes, places, turns = _symbols(prepared, first)
    is_mark = _marks()[codes]
    is_letter = ~is_mark
    opens = is_letter & np.roll(is_mark, 1)
    begins, ends = np.flatnonzero(opens), np.flatnonzero(is_letter & np.roll(is_mark, -1))
    # An n-gram belongs to the clause of its first letter: a mark opens the clause behind it.
    clause: Ints = np.cumsum(opens) - is_letter
    slots = _slots(codes.astype(np.uint64), is_letter)
    sizes = np.bincount(clause, minlength=len(begins) + 1)[: len(begins)]
    asks = (codes[ends + 1] == QUESTION) | np.isin(codes[ends], PARTICLES)
    return Grams(
        slots[: int(sizes.sum())], sizes, ends - begins + 1, turns[begins], places[begins], places[ends] + 1, asks, first
    )  # fmt: skip


def _symbols(prepared: Sequence[Prepared], first: Ints) -> tuple[npt.NDArray[np.int32], Ints, Ints]:
    """Letters and marks of all turns, their places in their calls, and their turns.

    A separator stands before every turn and behind the last; of several marks in a row only the first is there.
    """
    edge = np.array([SEPARATOR], dtype=np.int32)
    sizes = np.array([len(p.folded.codes) + 1 for p in prepared], dtype=np.int64)
    bases = np.cumsum(sizes) - sizes
    codes = tables.match_table()[np.concatenate([edge, *(part for p in prepared for part in (p.folded.codes, edge))])]
    codes[codes == SPACE] = COMMA
    starts = np.array([start for p in prepared for start in p.folded.starts], dtype=np.int64)
    starts += np.repeat(bases, np.diff(first))
    kept = np.flatnonzero(_kept()[codes[:-1]])
    marks = _marks()[codes[kept]]
    again = marks & np.roll(marks, 1)
    at = np.searchsorted(kept, starts)
    again[at] = False
    places = kept - np.repeat(bases, np.diff(np.searchsorted(kept, bases), append=len(kept))) - 1
    turns = np.repeat(np.arange(len(starts)), np.diff(at, append=len(kept)))
    chosen = ~again
    return np.append(codes[kept[chosen]], edge), np.append(places[chosen], 0), np.append(turns[chosen], 0)


def _slots(symbols: npt.NDArray[np.uint64], is_letter: Mask) -> Slots:
    """Slots of the n-grams that begin at each symbol: no mark within, and a letter at one end at least."""
    count = len(symbols)
    slots = np.full((count, MAX_N), NO_SLOT, dtype=np.int32)
    rolling = np.zeros(count, dtype=np.uint64)
    marks = np.concatenate([[0], np.cumsum(~is_letter)])
    some_letter = is_letter.copy()
    some_letter[:-1] |= is_letter[1:]
    for n in range(1, min(MAX_N, count) + 1):
        size = count - n + 1
        rolling = rolling[:size] * _MULTIPLIER + symbols[n - 1 :] + np.uint64(n)
        mixed = (rolling ^ (rolling >> np.uint64(31))) * _MIX
        inside = is_letter if n == 1 else some_letter[:size] & (marks[n - 1 : n - 1 + size] == marks[1 : 1 + size])
        found = (mixed ^ (mixed >> np.uint64(29))) >> np.uint64(64 - SLOT_BITS)
        slots[:size, n - 1] = np.where(inside, found.astype(np.int32), NO_SLOT)
    return slots


@cache
def _kept() -> Mask:
    """Which code points are letters, digits (anything but ASCII and CJK punctuation) or marks."""
    kept = np.ones(tables.SIZE, dtype=bool)
    kept[:0x30] = False
    kept[0x3A:0x61] = False
    kept[0x7B:0xAA] = False
    kept[0x2000:0x2070] = False
    kept[0x3000:0x3040] = False
    kept[0xFFFD] = False
    return kept | _marks()


@cache
def _marks() -> Mask:
    marks = np.zeros(tables.SIZE, dtype=bool)
    marks[[SEPARATOR, *map(ord, MARKS)]] = True
    return marks
