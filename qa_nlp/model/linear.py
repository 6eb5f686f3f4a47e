"""A linear model over n-grams: the weights of every label in one table.

Training chooses the weights (scikit-learn); scoring adds them up turn by turn, see ``reading``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from qa_nlp.model.ngrams import MAX_N, SLOTS, Ints, Slots

Weights = npt.NDArray[np.float32]
Coded = npt.NDArray[np.float32] | npt.NDArray[np.int8]


@dataclass(frozen=True)
class Linear:
    """Weights (v, k) of ``keys`` (v,) for ``labels`` (k,), with bias, and Platt's sigmoid.

    ``coded`` holds a weight in units of ``step`` (k,), as in the file, where it is one byte. A key is ``field · SLOTS + slot``, ascending. ``scale`` and ``shift`` turn a margin into a
    probability: 1 / (1 + exp(-(scale·margin + shift))).
    Reference: J. Platt, Probabilistic outputs for support vector machines, 1999.
    """

    labels: tuple[str, ...]
    keys: Ints
    coded: Coded
    bias: Weights
    scale: Weights = field(default_factory=lambda: np.zeros(0, np.float32))
    shift: Weights = field(default_factory=lambda: np.zeros(0, np.float32))
    step: Weights = field(default_factory=lambda: np.ones(1, np.float32))

    @property
    def weights(self) -> Weights:
        """The weights themselves (v, k)."""
        return self.coded.astype(np.float32) * self.step

    def in_field(self, number: int) -> tuple[Ints, Weights]:
        """Slots of one field, ascending, and their weights."""
        slots, coded, step = self.coded_in(number)
        return slots, coded.astype(np.float32) * step

    def coded_in(self, number: int) -> tuple[Ints, Coded, Weights]:
        """Slots of one field, ascending, their weights in steps, and the size of a step of each label."""
        begin, end = np.searchsorted(self.keys, [number * SLOTS, (number + 1) * SLOTS])
        return self.keys[begin:end] - number * SLOTS, self.coded[begin:end], self.step

    def probabilities(self, margins: Weights) -> Weights:
        """Calibrated probability of each label by itself, (segments, k)."""
        with np.errstate(over="ignore"):  # Of a long call: e^89 is infinite, its inverse 0, as it should be.
            result: Weights = 1.0 / (1.0 + np.exp(-(self.scale * margins + self.shift)))
        return result

    @cached_property
    def columns(self) -> dict[str, int]:
        """Column of each label."""
        return {label: column for column, label in enumerate(self.labels)}

    def index(self, label: str) -> int:
        """Column of a label."""
        return self.columns[label]


def rivalling(margins: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """For each entry (n, k) the highest of the others in its row; at least two columns."""
    second, best = np.partition(margins, -2, axis=1)[:, -2:].T
    result: npt.NDArray[Any] = np.where(margins == best[:, None], second[:, None], best[:, None])
    return result


def highest(values: npt.NDArray[Any], turns: Ints, asked: Ints, otherwise: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """For each column of ``values`` (clauses, k) the highest value of the clauses of each asked turn (asked, k).

    Args:
        values: of the clauses, in order.
        turns: the turn of each clause.
        asked: turns, ascending; every turn that has a clause is one of them.
        otherwise: (k,) of a turn without a clause.
    """
    result = np.tile(otherwise.astype(values.dtype), (len(asked), 1))
    begins = np.flatnonzero(np.diff(turns, prepend=-1))
    if len(begins):
        result[np.searchsorted(asked, turns[begins])] = np.maximum.reduceat(values, begins)
    return result


class Table:
    """Weights of several fields side by side, so that the n-grams of a turn are looked up once.

    ``rows`` (SLOTS + 1,) leads from a slot to its row, -1 where it is unknown. The weights of a row are decoded when a
    text first holds the n-gram: one call needs a hundredth of them, and all together fill 80 MB.
    """

    def __init__(self, parts: Sequence[tuple[Linear, int]], max_n: int = MAX_N) -> None:
        """Join fields of models; the columns follow one another in the order given."""
        self._parts = [linear.coded_in(number) for linear, number in parts]
        used = np.zeros(SLOTS + 1, dtype=bool)
        for slots, _, _ in self._parts:
            used[slots] = True
        self._slots = np.flatnonzero(used)
        self.rows = np.full(SLOTS + 1, -1, dtype=np.int32)
        self.rows[self._slots] = np.arange(len(self._slots), dtype=np.int32)
        self.max_n = max_n
        self.columns = sum(coded.shape[1] for _, coded, _ in self._parts)
        self._weights = np.zeros((len(self._slots), self.columns), dtype=np.float32)
        self._is_decoded = np.zeros(len(self._slots), dtype=bool)

    def weights(self, rows: npt.NDArray[np.int32]) -> Weights:
        """All weights (rows of the table, columns), of which those of ``rows`` may be read."""
        fresh = rows[~self._is_decoded.take(rows)]
        if len(fresh):
            self._decode(np.unique(fresh))
        return self._weights

    def _decode(self, rows: npt.NDArray[np.int32]) -> None:
        sought, begin = self._slots[rows], 0
        for slots, coded, step in self._parts:
            end = begin + coded.shape[1]
            if len(slots):
                at = np.searchsorted(slots[:-1], sought)
                known = np.flatnonzero(slots[at] == sought)
                self._weights[rows[known], begin:end] = coded[at[known]].astype(np.float32) * step
            begin = end
        self._is_decoded[rows] = True

    def known(self, slots: Slots, sizes: Ints) -> tuple[npt.NDArray[np.int32], Ints]:
        """Rows of the known n-grams in the order of the text, and how many each segment has.

        Args:
            slots: (symbols, MAX_N) of segments that lie behind one another.
            sizes: how many symbols each segment has.
        """
        found = self.rows.take(slots[:, : self.max_n].ravel())
        hits = np.flatnonzero(found >= 0)
        ends = np.searchsorted(hits, np.cumsum(sizes) * self.max_n)
        return found.take(hits), np.diff(ends, prepend=0)

    def sums(self, slots: Slots, sizes: Ints) -> Weights:
        """Sums of the weights of all n-grams of each segment (segments, columns); see ``known``.

        Each sum runs through the segment from front to back, whatever else is in the batch.
        """
        rows, counts = self.known(slots, sizes)
        ends = np.concatenate([[0], np.cumsum(counts)])
        matrix = sparse.csr_matrix((np.ones(len(rows), np.float32), rows, ends), shape=(len(counts), len(self._slots)))
        result: Weights = matrix @ self.weights(rows)
        return result
