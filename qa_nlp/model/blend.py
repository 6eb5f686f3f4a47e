"""The second layer: every margin that concerns faults weighed together, one logistic regression a code.

A turn is heard whole and clause by clause, for each code, for a fault at all, and among faults. One code often comes
with another (a reproach in the form of a question), or shuts it out; and a question matters more where the words are
faulty anyway. Figures: docs/training.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_nlp.model.linear import Weights, highest, rivalling
from qa_nlp.model.ngrams import Ints, Mask

# The label that stands for any fault: the last column of ``Margins.among`` and of ``Margins.clauses``.
ANY = "fault"
# Margin of a turn in which nothing is asked.
SILENT = -2.0


@dataclass(frozen=True)
class Margins:
    """Margins of agent turns: ``own`` (turns, codes), ``among`` (turns, codes + 1), ``clauses`` (clauses, codes + 1).

    ``turns`` is the turn of each clause, ``asked`` whether the clause asks; ``agents`` are the turns, ascending;
    ``empty`` (codes + 1,) are the margins of a clause without words.
    """

    own: npt.NDArray[np.floating]
    among: npt.NDArray[np.floating]
    clauses: npt.NDArray[np.floating]
    turns: Ints
    asked: Mask
    agents: Ints
    empty: npt.NDArray[np.floating]

    def inputs(self) -> npt.NDArray[np.floating]:
        """What the second layer looks at (turns, 4 · codes + 4), the codes' own margins first."""
        worst = highest(self.clauses, self.turns, self.agents, self.empty)
        asking = np.where(self.asked[:, None], self.clauses[:, -1:], self.clauses.dtype.type(SILENT))
        asking = highest(asking, self.turns, self.agents, np.array([SILENT]))
        rivals = rivalling(self.among[:, :-1])
        return np.hstack([self.own, self.among, rivals, worst, asking, asking > SILENT])


@dataclass(frozen=True)
class Blend:
    """Log odds of each code: ``weights`` (inputs, codes) and ``bias`` (codes,); only the codes' own margins where short."""

    weights: Weights
    bias: Weights

    def odds(self, heard: Margins) -> npt.NDArray[np.floating]:
        """Log odds (turns, codes)."""
        inputs = heard.own if len(self.weights) == heard.own.shape[1] else heard.inputs()
        result: npt.NDArray[np.floating] = inputs @ self.weights + self.bias
        return result
