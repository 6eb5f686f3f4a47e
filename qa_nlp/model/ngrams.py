"""Character n-grams of a batch of calls in one vectorised pass.

Every n-gram of 1 to 4 characters becomes a *slot*: 22 bits of a hash of its folded code points.
Punctuation and spaces are left out: recognisers put them where they like, or nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from qa_nlp.text import tables
from qa_nlp.text.prepared import Prepared

MAX_N = 4
SLOT_BITS = 22
SLOTS = 1 << SLOT_BITS
NO_SLOT = SLOTS
Ints = npt.NDArray[np.int64]
Slots = npt.NDArray[np.int32]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True)
class Grams:
    """The n-grams of several calls, in the order of their first letters.

    ``slots`` (letters, MAX_N) holds the slots of the n-grams of 1 … MAX_N letters that begin at each
    letter, NO_SLOT where one would leave its turn. ``turns`` (letters,) counts turns through all
    calls, ascending; ``places`` (letters,) is the letter's position in the joined text of its call.
    ``first`` (calls + 1,) is the number of each call's first turn; ``letters_of`` (turns,) counts letters.
    """

    slots: Slots
    turns: Ints
    places: Ints
    first: Ints
    letters_of: Ints

    def count(self, max_n: int = MAX_N) -> Ints:
        """How many n-grams of 1 … max_n letters each turn has (turns,)."""
        result: Ints = sum(np.maximum(self.letters_of - less, 0) for less in range(max_n))  # type: ignore[assignment]
        return result

    def of_turns(self, turns: Ints) -> tuple[Slots, Ints, Ints]:
        """Slots (letters, MAX_N) and places of the letters of some turns, turn after turn; and how many each has."""
        sizes = self.letters_of[turns]
        shift = self._begins[turns] - (np.cumsum(sizes) - sizes)
        letters = np.arange(int(sizes.sum())) + np.repeat(shift, sizes)
        return self.slots[letters], self.places[letters], sizes

    @cached_property
    def _begins(self) -> Ints:
        return np.cumsum(self.letters_of) - self.letters_of


@cache
def _kept() -> npt.NDArray[np.bool_]:
    """Which code points are letters or digits (anything but ASCII and CJK punctuation)."""
    kept = np.ones(tables.SIZE, dtype=bool)
    kept[:0x30] = False
    kept[0x3A:0x61] = False
    kept[0x7B:0xAA] = False
    kept[0x2000:0x2070] = False
    kept[0x3000:0x3040] = False
    kept[0xFFFD] = False
    return kept


def ngrams(prepared: Sequence[Prepared]) -> Grams:
    """All n-grams of several calls; what a call yields does not depend on the others."""
    sizes = np.array([0, *(len(p.folded.codes) for p in prepared)], dtype=np.int64)
    bases = np.cumsum(sizes)
    first = np.cumsum([0, *(len(p.roles) for p in prepared)], dtype=np.int64)
    if not bases[-1]:
        nothing = np.zeros(0, np.int64)
        return Grams(np.zeros((0, MAX_N), np.int32), nothing, nothing, first, np.zeros(int(first[-1]), np.int64))
    codes = tables.match_table()[np.concatenate([p.folded.codes for p in prepared])]
    starts = np.concatenate([np.asarray(p.folded.starts, dtype=np.int64) for p in prepared])
    starts += np.repeat(bases[:-1], np.diff(first))
    positions = np.flatnonzero(_kept()[codes])
    begins = np.searchsorted(positions, starts)
    letters_of = np.diff(begins, append=len(positions))
    turns = np.repeat(np.arange(len(starts)), letters_of)
    call_of = np.searchsorted(first, turns, side="right") - 1
    slots = _slots(codes[positions].astype(np.uint64), turns)
    return Grams(slots, turns, positions - bases[call_of], first, letters_of)


def _slots(letters: npt.NDArray[np.uint64], turns: Ints) -> Slots:
    count = len(letters)
    slots = np.full((count, MAX_N), NO_SLOT, dtype=np.int32)
    rolling = np.zeros(count, dtype=np.uint64)
    for n in range(1, min(MAX_N, count) + 1):
        size = count - n + 1
        rolling = rolling[:size] * _MULTIPLIER + letters[n - 1 :] + np.uint64(n)
        mixed = (rolling ^ (rolling >> np.uint64(31))) * _MIX
        inside = turns[:size] == turns[n - 1 :]
        found = (mixed ^ (mixed >> np.uint64(29))) >> np.uint64(64 - SLOT_BITS)
        slots[:size, n - 1] = np.where(inside, found.astype(np.int32), NO_SLOT)
    return slots
