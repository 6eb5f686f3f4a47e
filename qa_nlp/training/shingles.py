"""Which texts share much of their wording: sets of 8-character shingles, compared all at once.

A. Broder, On the resemblance and containment of documents, 1997; the share counts the shingles of
the smaller set, so a short copy of a part of a long call is found too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from qa_nlp.records import Call
from qa_nlp.text.prepared import Prepared, prepare

LENGTH = 8
MOST = 0.3
LEAST_SHINGLES = 12
BLOCK = 2000
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
MIX = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True)
class Pair:
    """Two texts by their position, ``first < second``, and the share of shingles they have in common (0–1)."""

    first: int
    second: int
    share: float


def shingles(prepared: Prepared) -> np.ndarray:
    """Distinct hashes of the 8-character pieces of a call's folded letters and digits, ascending."""
    text = "".join(char for char in prepared.folded.plain if char.isalnum())
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    size = len(codes) - LENGTH + 1
    if size < 1:
        return np.zeros(0, np.uint64)
    hashes = np.zeros(size, dtype=np.uint64)
    for at in range(LENGTH):
        hashes = hashes * MULTIPLIER + codes[at : at + size]
    mixed = (hashes ^ (hashes >> np.uint64(31))) * MIX
    return np.unique(mixed ^ (mixed >> np.uint64(29)))


def call_shingles(call: Call) -> np.ndarray:
    """Shingles of a call that is not prepared yet."""
    return shingles(prepare(call))


def shared_pairs(
    sets: Sequence[np.ndarray], most: float = MOST, *, least: int = LEAST_SHINGLES, stock: int | None = None
) -> list[Pair]:
    """Pairs that share more than ``most`` of the shingles of the smaller set, by position.

    Args:
        sets: shingles of each text.
        most: the share still allowed (0–1).
        least: texts with fewer shingles are too short to compare and left out.
        stock: a shingle in more texts than this is a phrase of the trade and does not count
            (it bounds the work on a large corpus); None counts all.
    """
    sizes = np.array([len(part) for part in sets], dtype=np.int64)
    owners = np.repeat(np.arange(len(sets)), sizes)
    keys = np.concatenate(list(sets)) if len(sets) else np.zeros(0, np.uint64)
    _, columns, counts = np.unique(keys, return_inverse=True, return_counts=True)
    repeated = counts > 1 if stock is None else (counts > 1) & (counts <= stock)
    kept = repeated[columns] & (sizes >= least)[owners]
    matrix = sparse.csr_matrix(
        (np.ones(int(kept.sum()), np.int32), (owners[kept], columns[kept])), shape=(len(sets), len(counts))
    )
    pairs: list[Pair] = []
    for begin in range(0, len(sets), BLOCK):
        shared = (matrix[begin : begin + BLOCK] @ matrix.T).tocoo()
        first, second = shared.row + begin, shared.col
        share = shared.data / np.maximum(np.minimum(sizes[first], sizes[second]), 1)
        found = np.flatnonzero((first < second) & (share > most))
        pairs += [Pair(int(first[i]), int(second[i]), round(float(share[i]), 4)) for i in found]
    return sorted(pairs, key=lambda pair: (pair.first, pair.second))
