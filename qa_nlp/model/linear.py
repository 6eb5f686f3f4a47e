"""A linear model over hashed n-grams: the weights of every label in one table.

Training chooses the weights (scikit-learn); scoring is one sparse-dense product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from qa_nlp.model.features import SLOTS, Features

Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Linear:
    """Weights (v, k) of ``slots`` (v,) for ``labels`` (k,), with bias, and Platt's sigmoid.

    ``scale`` and ``shift`` turn a margin into a probability: 1 / (1 + exp(-(scale·margin + shift))).
    Reference: J. Platt, Probabilistic outputs for support vector machines, 1999.
    """

    labels: tuple[str, ...]
    slots: npt.NDArray[np.int64]
    weights: Weights
    bias: Weights
    scale: Weights = field(default_factory=lambda: np.zeros(0, np.float32))
    shift: Weights = field(default_factory=lambda: np.zeros(0, np.float32))

    @cached_property
    def table(self) -> npt.NDArray[np.int32]:
        """Slot → row of ``weights``, -1 where the slot was not seen in training."""
        table = np.full(SLOTS, -1, dtype=np.int32)
        table[self.slots] = np.arange(len(self.slots), dtype=np.int32)
        return table

    def margins(self, features: Features) -> Weights:
        """Signed distances (segments, k)."""
        rows = self.table[features.slots]
        known = rows >= 0
        matrix = sparse.csr_matrix(
            (features.values[known], (features.segments[known], rows[known])),
            shape=(features.size, len(self.slots)),
            dtype=np.float32,
        )
        result: Weights = matrix @ self.weights + self.bias
        return result

    def probabilities(self, margins: Weights) -> Weights:
        """Calibrated probability of each label by itself, (segments, k)."""
        result: Weights = 1.0 / (1.0 + np.exp(-(self.scale * margins + self.shift)))
        return result

    def index(self, label: str) -> int:
        """Column of a label."""
        return self.labels.index(label)


def to_matrix(features: Features, slots: npt.NDArray[np.int64]) -> sparse.csr_matrix:
    """Features as a sparse matrix (segments, v) over known slots, for training."""
    table = np.full(SLOTS, -1, dtype=np.int32)
    table[slots] = np.arange(len(slots), dtype=np.int32)
    rows = table[features.slots]
    known = rows >= 0
    return sparse.csr_matrix(
        (features.values[known], (features.segments[known], rows[known])), shape=(features.size, len(slots))
    )


def vocabulary(features: Features, least: int = 2) -> npt.NDArray[np.int64]:
    """Slots that occur in at least ``least`` segments, ascending."""
    slots, counts = np.unique(features.slots, return_counts=True)
    return slots[counts >= least]
