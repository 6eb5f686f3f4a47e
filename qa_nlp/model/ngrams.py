"""Character n-grams of a whole call in one vectorised pass.

Every n-gram of 1 to 4 characters becomes a 64-bit hash of its folded code points and of the
*field* it stands in (the turn itself, the customer's turn before it …). Punctuation and spaces
are left out: recognisers put them where they like, or nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from qa_nlp.text import tables
from qa_nlp.text.prepared import Prepared

MAX_N = 4
Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


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


def call_ngrams(prepared: Prepared) -> tuple[Hashes, Ints, Ints]:
    """Hashes of all n-grams of a call.

    Returns:
        ``hashes`` (k,), ``turns`` (k,): the turn each n-gram stands in, ascending within each n;
        ``lengths`` (k,): its n.
    """
    letters, turns, _ = _letters(prepared)
    hashes, owners, lengths, _ = ngrams(letters, turns)
    return hashes, owners, lengths


def placed_ngrams(prepared: Prepared) -> tuple[Hashes, Ints, Ints]:
    """Hashes, turns, and the position in the joined text at which each n-gram begins."""
    letters, turns, positions = _letters(prepared)
    hashes, owners, _, first = ngrams(letters, turns)
    return hashes, owners, positions[first]


def _letters(prepared: Prepared) -> tuple[Hashes, Ints, Ints]:
    codes = tables.match_table()[prepared.folded.codes]
    positions = np.flatnonzero(_kept()[codes])
    starts = np.asarray(prepared.folded.starts, dtype=np.int64)
    return codes[positions].astype(np.uint64), np.searchsorted(starts, positions, side="right") - 1, positions


def ngrams(letters: Hashes, turns: Ints, max_n: int = MAX_N) -> tuple[Hashes, Ints, Ints, Ints]:
    """n-grams of 1..max_n letters that do not cross a turn: hashes, turns, n, index of the first letter."""
    hashes: list[Hashes] = []
    first: list[Ints] = []
    rolling = np.zeros(len(letters), dtype=np.uint64)
    for n in range(1, min(max_n, len(letters)) + 1):
        size = len(letters) - n + 1
        rolling = rolling[:size] * _MULTIPLIER + letters[n - 1 :] + np.uint64(n)
        inside = np.flatnonzero(turns[:size] == turns[n - 1 :])
        hashes.append(rolling[inside])
        first.append(inside)
    if not hashes:
        nothing = np.zeros(0, np.int64)
        return np.zeros(0, np.uint64), nothing, nothing, nothing
    starts = np.concatenate(first)
    lengths = np.repeat(np.arange(1, len(first) + 1), [len(part) for part in first])
    return np.concatenate(hashes), turns[starts], lengths, starts


def in_field(hashes: Hashes, field: int) -> Hashes:
    """The same n-grams as seen in another field, well mixed."""
    mixed = hashes ^ np.multiply(np.array([field + 1], dtype=np.uint64), _MULTIPLIER)
    mixed = (mixed ^ (mixed >> np.uint64(31))) * _MIX
    return mixed ^ (mixed >> np.uint64(29))


def token_hash(tokens: Sequence[int], field: int) -> Hashes:
    """Hashes of plain features (a position, a flag) given as small numbers."""
    return in_field(np.asarray(tokens, dtype=np.uint64) + np.uint64(1 << 40), field)
