"""Segments as rows of a sparse matrix, for training: the n-grams that ``features`` lets speak, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from qa_nlp.model.features import CLAUSE, LONGEST, PLACE, PLACE_VALUE, PLACES, Batch, places
from qa_nlp.model.ngrams import SLOTS, Grams, Ints, Slots

LEAST = 2


@dataclass(frozen=True)
class Features:
    """Values (segments, v) of the features ``keys`` (v,), ascending; see ``Linear``."""

    matrix: sparse.csr_matrix
    keys: Ints

    @property
    def size(self) -> int:
        """Number of segments."""
        return int(self.matrix.shape[0])

    def take(self, rows: np.ndarray) -> Features:
        """Some of the segments."""
        return Features(self.matrix[rows], self.keys)

    def over(self, keys: Ints) -> Features:
        """The same segments by these features alone, ascending; those that never occur here are 0."""
        columns = np.searchsorted(self.keys, keys)
        columns[columns == len(self.keys)] = 0
        known = self.keys[columns] == keys
        chosen = sparse.csr_matrix(
            (np.ones(int(known.sum()), np.float32), (columns[known], np.flatnonzero(known))),
            shape=(len(self.keys), len(keys)),
        )
        return Features((self.matrix @ chosen).tocsr(), keys)


def counted(
    batch: Batch, fields: Mapping[int, sparse.csr_matrix], *, with_places: bool = False, least: int = LEAST
) -> Features:
    """Features of segments described by fields, as far as they occur in at least ``least`` segments."""
    parts, keys = [], []
    grams = {n: _by_turn(batch.grams, n) for n in {LONGEST[field] for field in fields}}
    for field, weights in sorted(fields.items()):
        part = (weights @ grams[LONGEST[field]]).tocsr()
        part.sort_indices()
        kept = np.flatnonzero(np.bincount(part.indices, minlength=SLOTS) >= least)
        parts.append(part[:, kept])
        keys.append(field * SLOTS + kept)
    if with_places:
        parts.append(_places(batch))
        keys.append(PLACE * SLOTS + np.arange(PLACES))
    return Features(sparse.hstack(parts, format="csr"), np.concatenate(keys))


def counted_in_clauses(batch: Batch, *, least: int = LEAST) -> Features:
    """Features of the agents' clauses, as far as they occur in at least ``least`` of them."""
    grams, chosen = batch.grams, batch.agent_clauses
    matrix = _in_segments(grams.of_turns(batch.is_agent), grams.sizes[chosen])
    matrix.sum_duplicates()
    kept = np.flatnonzero(np.bincount(matrix.indices, minlength=SLOTS) >= least)
    scaled = sparse.diags(1.0 / np.sqrt(grams.count_in_clauses()[chosen])) @ matrix[:, kept]
    return Features(scaled.tocsr().astype(np.float32), CLAUSE * SLOTS + kept)


def stack(parts: list[Features]) -> Features:
    """Segments behind one another over all their features."""
    keys = np.unique(np.concatenate([part.keys for part in parts]))
    rows = []
    for part in parts:
        matrix = part.matrix.tocoo()
        columns = np.searchsorted(keys, part.keys)[matrix.col]
        rows.append(sparse.csr_matrix((matrix.data, (matrix.row, columns)), shape=(part.size, len(keys))))
    return Features(sparse.vstack(rows, format="csr"), keys)


def frequent(features: Features, least: int = LEAST) -> Features:
    """Only features that occur in at least ``least`` segments."""
    kept = np.flatnonzero(np.bincount(features.matrix.indices, minlength=len(features.keys)) >= least)
    return Features(features.matrix[:, kept], features.keys[kept])


def _by_turn(grams: Grams, max_n: int) -> sparse.csr_matrix:
    """How often each n-gram stands in each turn (turns, SLOTS)."""
    matrix = _in_segments(grams.slots[:, :max_n], grams.sizes_of)
    matrix.sum_duplicates()
    return matrix


def _in_segments(slots: Slots, sizes: Ints) -> sparse.csr_matrix:
    """Every n-gram in the segment that it stands in (segments, SLOTS); ``sizes``: rows of ``slots`` of each segment."""
    inside = slots < SLOTS
    ends = np.concatenate([[0], np.cumsum(inside.sum(axis=1))])[np.concatenate([[0], np.cumsum(sizes)])]
    values = np.ones(int(ends[-1]), np.float32)
    return sparse.csr_matrix((values, slots[inside], ends.astype(np.int64)), shape=(len(sizes), SLOTS))


def _places(batch: Batch) -> sparse.csr_matrix:
    early, late = places(batch)
    number = np.arange(len(early))
    values = np.full(2 * len(early), PLACE_VALUE, np.float32)
    return sparse.csr_matrix(
        (values, (np.concatenate([number, number]), np.concatenate([early, late]))), shape=(len(early), PLACES)
    )
