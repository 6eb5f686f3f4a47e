"""Where thousands of words stand in the text of many calls, found in a few vectorised passes.

A word is looked for by its *gram*, its first ``LONGEST`` characters. The grams that begin at a place of the text
are hashed there (one rolling hash for each length) and looked up in one table.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from qa_nlp.rulebook.anchors import BREAK
from qa_nlp.text import tables
from qa_nlp.text.prepared import Prepared

LONGEST = 5
# Places of a table for each key: few of the keys that it does not hold fall on a place that is taken.
ROOM = 4
ANY = "any"
ROLES = ("agent", "customer", ANY)
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_ROLE = {role: nth for nth, role in enumerate(ROLES)}
_BREAK = np.array([ord(BREAK)], dtype=np.int32)


@dataclass(frozen=True)
class Joined:
    """The folded text of several calls in a row, a newline before every turn and at the end.

    ``codes`` (characters,) are code points as rules are matched on; ``turns`` (characters,) counts through all calls;
    ``roles`` (turns,) are indexes of ``ROLES``.
    """

    codes: tables.Array
    turns: Ints
    roles: Ints

    @classmethod
    def of(cls, prepared: Sequence[Prepared]) -> Joined:
        """Join calls."""
        parts = chain.from_iterable((_BREAK, p.folded.codes) for p in prepared if p.roles)
        codes = tables.match_table().take(np.concatenate([*parts, _BREAK]))
        roles = [_ROLE.get(role, len(ROLES) - 1) for p in prepared for role in p.roles]
        return cls(codes, np.cumsum(codes == _BREAK[0]) - 1, np.array(roles, dtype=np.int64))


class Lists:
    """For each of ``size`` keys a list of numbers, from pairs of both."""

    def __init__(self, keys: Ints, numbers: Ints, size: int) -> None:
        self._numbers = numbers[np.argsort(keys, kind="stable")]
        self._counts = np.bincount(keys, minlength=size)
        self._begins = np.cumsum(self._counts) - self._counts

    def of(self, keys: Ints) -> tuple[Ints, Ints]:
        """(index into ``keys``, number) for every number of every key."""
        rows, at = spread(self._begins.take(keys), self._counts.take(keys))
        return rows, self._numbers.take(at)


def spread(begins: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """(index of the range, member) for every member of ranges."""
    rows = np.repeat(np.arange(len(counts)), counts)
    return rows, (begins - np.cumsum(counts) + counts).take(rows) + np.arange(len(rows))


class Table:
    """A set of 64-bit keys: which of many others are in it, and as which number."""

    def __init__(self, keys: Keys) -> None:
        keys = np.unique(keys)
        bits = max(1, len(keys) * ROOM).bit_length()
        self._shift = np.uint64(64 - bits)
        slots = self._slots(keys)
        order = np.argsort(slots, kind="stable")
        self._first = np.full(1 << bits, -1, dtype=np.int32)
        self._first[slots[order][::-1]] = np.arange(len(keys), dtype=np.int32)[::-1]
        self._keys = keys[order]
        self._shared = np.append(np.diff(slots[order]) == 0, False)

    def find(self, keys: Keys) -> tuple[Ints, Ints]:
        """Where ``keys`` holds one of the set's, and its number there."""
        first = self._first.take(self._slots(keys))
        at = np.flatnonzero(first >= 0)
        numbers, sought = first.take(at).astype(np.int64), keys.take(at)
        wrong = np.flatnonzero(self._keys.take(numbers) != sought)
        # The keys of one place stand in a row.
        while len(wrong := wrong[self._shared[numbers[wrong]]]):
            numbers[wrong] += 1
            wrong = wrong[self._keys[numbers[wrong]] != sought[wrong]]
        same = np.flatnonzero(self._keys.take(numbers) == sought)
        return at.take(same), numbers.take(same)

    def _slots(self, keys: Keys) -> Ints:
        return ((keys * _MIX) >> self._shift).view(np.int64)


class Grams:
    """The grams of all ``words``, numbered."""

    def __init__(self, words: Iterable[str]) -> None:
        grams = sorted({word[:LONGEST] for word in words}, key=len)
        lengths = list(map(len, grams))
        self._lengths = sorted(set(lengths))
        hashes = np.zeros(len(grams), np.uint64)
        for length in self._lengths:
            begin, end = bisect_left(lengths, length), bisect_right(lengths, length)
            hashes[begin:end] = _rolled(_codes("".join(grams[begin:end])), length)[length - 1][::length]
        self._table = Table(hashes)
        self._numbers: dict[str, int] = dict(zip(grams, self._table.find(hashes)[1].tolist(), strict=True))

    def __len__(self) -> int:
        """How many different grams there are."""
        return len(self._numbers)

    def numbers(self, words: Iterable[str]) -> list[int]:
        """The numbers of the grams by which words are found."""
        return [self._numbers[word[:LONGEST]] for word in words]

    def find(self, codes: tables.Array) -> tuple[Ints, Ints]:
        """Places of a text where grams begin, ascending, and their numbers; a hash may very rarely be mistaken."""
        hashes = _rolled(codes, LONGEST)
        at, numbers = self._table.find(np.stack([hashes[n - 1] for n in self._lengths], axis=1).ravel())
        return at // len(self._lengths), numbers


def _codes(text: str) -> tables.Array:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.int32)


def _rolled(codes: tables.Array, longest: int) -> list[Keys]:
    """For lengths from 1 the hashes of the stretches that begin at each place; those that leave the text are nothing."""
    letters = np.append(codes, np.zeros(longest, np.int32)).astype(np.uint64)
    rolled = [letters[: len(codes)]]
    for length in range(2, longest + 1):
        rolled.append(rolled[-1] * _MULTIPLIER + letters[length - 1 :][: len(codes)])
    return rolled
