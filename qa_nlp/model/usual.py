"""How usual each step is in calls of a subtype, and how thorough an agent is, beside what the sentences sound like.

A doubtful sentence is likelier a step where agents usually do that step, and likelier with an agent who does more of
the other steps than is usual there. Figures: docs/training.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_nlp.model.linear import Weights

Floats = npt.NDArray[np.floating]
# Steps that are nearly always or never done say little of the agent.
LEAST_SPREAD = 0.01


@dataclass(frozen=True)
class Usual:
    """Log odds of a step in a call: ``weight`` · the best sentence's + ``prior`` + ``thorough`` · thoroughness.

    ``prior`` (subtypes, labels) is what calls of a subtype add; ``rates`` (subtypes, labels) is the share of them in
    which the step was done, 0 for what is no step.
    """

    weight: float
    prior: Weights
    rates: Weights
    thorough: float

    def odds(self, heard: Floats, subtypes: npt.NDArray[np.int64], by_rule: npt.NDArray[np.bool_]) -> Floats:
        """Log odds (calls, labels) that each step was done.

        Args:
            heard: (calls, labels) log odds of the sentence that sounds most like the step.
            subtypes: (calls, n) rows of ``prior`` and ``rates`` that are to be averaged.
            by_rule: (calls, labels) where a rule has found the step.
        """
        prior, rates = self.prior[subtypes].mean(axis=1), self.rates[subtypes].mean(axis=1)
        odds = self.weight * heard + prior
        result: Floats = odds + self.thorough * thoroughness(odds, rates, by_rule)
        return result


def thoroughness(odds: Floats, rates: Floats, by_rule: npt.NDArray[np.bool_]) -> Floats:
    """How many more of the other steps were done in a call than usual (calls, labels), in standard deviations."""
    chances = np.where(by_rule, 1.0, 1.0 / (1.0 + np.exp(-odds)))
    more = np.where(rates > 0, chances - rates, 0.0)
    spread = np.where(rates > 0, rates * (1.0 - rates) + LEAST_SPREAD, 0.0)
    others = spread.sum(axis=1, keepdims=True) - spread
    result: Floats = (more.sum(axis=1, keepdims=True) - more) / np.sqrt(others + LEAST_SPREAD)
    return result
