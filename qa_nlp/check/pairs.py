"""Pairs of neighbouring characters that both sides of a call use, for many calls at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_nlp.text import tables
from qa_nlp.text.fold import SEPARATOR
from qa_nlp.text.prepared import Prepared

# A pair is one number: sets of numbers are quick.
SHIFT = 21
# Pairs of a call are told apart by so many bits of a hash; where two fall together, one too many is kept.
BITS = 12
_MIX = 0x9E3779B1


@dataclass(frozen=True)
class Pairs:
    """Pairs of one call that may have been used by both sides, in the order of the text.

    ``ends[t]`` counts those in the turns before turn ``t``. A few that only one side uses may be among them.
    """

    pairs: list[int]
    ends: list[int]

    def of_turn(self, turn: int) -> list[int]:
        """Those of one turn."""
        return self.pairs[self.ends[turn] : self.ends[turn + 1]]


def used_by_both(prepared: Sequence[Prepared]) -> list[Pairs]:
    """For each call the pairs that may have been used by customer and agent."""
    separator = np.array([SEPARATOR], dtype=np.int32)
    codes = tables.match_table()[np.concatenate([part for p in prepared for part in (p.folded.codes, separator)])]
    pairs = (codes[:-1].astype(np.int64) << SHIFT) + codes[1:]
    sizes = [len(p.folded.codes) + 1 for p in prepared]
    lengths = [end - start + 1 for p in prepared for start, end in zip(p.folded.starts, p.folded.ends, strict=True)]
    roles = [role for p in prepared for role in p.roles]
    customer, agent = (np.repeat([role == side for role in roles], lengths)[:-1] for side in ("customer", "agent"))
    slots = (pairs * _MIX >> 15 & (1 << BITS) - 1) + (np.repeat(np.arange(len(sizes)), sizes)[:-1] << BITS)
    heard, said = np.zeros((2, len(sizes) << BITS), dtype=bool)
    heard[slots[customer]] = True
    said[slots[agent]] = True
    places = np.flatnonzero((agent & heard.take(slots)) | (customer & said.take(slots)))
    found = pairs.take(places).tolist()
    ends = np.searchsorted(places, np.cumsum([0, *lengths])).tolist()
    result, first = [], 0
    for p in prepared:
        own = ends[first : first + len(p.roles) + 1]
        result.append(Pairs(found[own[0] : own[-1]], [end - own[0] for end in own]))
        first += len(p.roles)
    return result


def number(pair: str) -> int:
    """The number of a pair of characters."""
    return (ord(pair[0]) << SHIFT) + ord(pair[1])


def characters(pair: int) -> str:
    """The two characters of a pair."""
    return chr(pair >> SHIFT) + chr(pair & (1 << SHIFT) - 1)
