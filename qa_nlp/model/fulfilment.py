"""The second layer for steps: all that speaks for a step in a call weighed together, one logistic regression a step.

The sentence that sounds most like a step says most; but what a doubtful sentence means depends on what else it sounds
like, on whether a rule found the step too, on how usual the step is in such calls, and on how thorough the agent is.
Figures: docs/training.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_nlp.model.linear import Weights, rivalling
from qa_nlp.model.ngrams import Ints, Mask
from qa_nlp.text.prepared import Prepared

Floats = npt.NDArray[np.floating]
# Probabilities are kept so far from 0 and 1, rates of steps so far.
EDGE, RATE_EDGE = 1e-5, 1e-3
# Log odds beyond these say no more.
LOUDEST, RIVAL_LEAST = 9.0, -4.0
# Steps that are nearly always or never done say little of the agent.
LEAST_SPREAD = 0.01
CLUES = (
    "heard", "surely", "by_rule", "rule_and_heard", "rival", "rival_of_heard", "second", "place", "letters", "usual",
    "thorough",
)  # fmt: skip


@dataclass(frozen=True)
class StepsHeard:
    """What sounds like each step in each call; arrays (calls, steps).

    ``best`` and ``second`` are log odds of the sentences that sound most like the step, ``rival`` those of the other
    step that the best sentence sounds most like; ``place`` is where it stands among the agent's turns (0 first, 1
    last), ``letters`` how many it has; ``by_rule`` where a rule has found the step.
    """

    best: Floats
    second: Floats
    rival: Floats
    place: Floats
    letters: Ints
    by_rule: Mask

    @classmethod
    def of(cls, probabilities: Floats, sizes: Ints, letters: Ints, by_rule: Mask) -> StepsHeard:
        """Gather it for several calls.

        Args:
            probabilities: (agent turns, steps) of calls that lie behind one another.
            sizes: how many agent turns each call has, at least one.
            letters: of each agent turn.
            by_rule: (calls, steps) where a rule has found the step.
        """
        sure = np.clip(probabilities.astype(np.float64), EDGE, 1 - EDGE)
        odds = np.log(sure / (1 - sure))
        begins, steps = np.cumsum(sizes) - sizes, np.arange(odds.shape[1])
        best = np.maximum.reduceat(odds, begins)
        numbers = np.arange(len(odds))[:, None]
        rows = np.minimum.reduceat(np.where(odds == np.repeat(best, sizes, axis=0), numbers, len(odds)), begins)
        rival = rivalling(odds)[rows, steps] if len(steps) > 1 else np.full(rows.shape, RIVAL_LEAST)
        odds[rows, steps] = -np.inf
        second = np.maximum(np.maximum.reduceat(odds, begins), -LOUDEST)
        place = (rows - begins[:, None]) / np.maximum(sizes - 1, 1)[:, None]
        return cls(best, second, rival, place, letters[rows], by_rule)


@dataclass(frozen=True)
class Fulfilment:
    """Log odds that a step was done in a call.

    ``columns`` (steps,) are the steps among the labels of the sentence model; ``rates`` (subtypes, steps) is the share
    of calls of a subtype in which the step was done; ``weights`` (CLUES, steps) and ``bias`` (steps,).
    """

    columns: Ints
    rates: Weights
    weights: Weights
    bias: Weights

    def odds(self, heard: StepsHeard, subtypes: Ints) -> Floats:
        """Log odds (calls, steps); ``subtypes`` (calls, n) are rows of ``rates`` that are to be averaged."""
        found = clues(heard, self.rates[subtypes].mean(axis=1))
        result: Floats = np.einsum("cks,ks->cs", found, self.weights) + self.bias
        return result

    @classmethod
    def untaught(cls, columns: Sequence[int], subtypes: int) -> Fulfilment:
        """Of too few calls: the best sentence's word stands, and a rule's above it."""
        weights = np.zeros((len(CLUES), len(columns)), dtype=np.float32)
        weights[CLUES.index("heard")], weights[CLUES.index("by_rule")] = 1.0, 2 * LOUDEST
        nothing = np.zeros(len(columns), dtype=np.float32)
        rates = np.zeros((subtypes, len(columns)), dtype=np.float32)
        return cls(np.array(columns, dtype=np.int64), rates, weights, nothing)


def clues(heard: StepsHeard, rates: Floats) -> Floats:
    """What the regression looks at (calls, CLUES, steps); ``rates`` (calls, steps) is how usual each step is there."""
    best, rival = np.clip(heard.best, -LOUDEST, LOUDEST), np.clip(heard.rival, RIVAL_LEAST, LOUDEST)
    parts = (
        best, np.maximum(best, 0.0), heard.by_rule, heard.by_rule * best, rival, rival * (best > 0), heard.second,
        heard.place, np.log1p(heard.letters), log_odds(rates), thoroughness(heard.best, rates, heard.by_rule),
    )  # fmt: skip
    return np.stack(parts, axis=1)


def log_odds(rates: Floats) -> Floats:
    """Of rates that may be 0 or 1."""
    result: Floats = np.log(rates + RATE_EDGE) - np.log(1 - rates + RATE_EDGE)
    return result


def thoroughness(odds: Floats, rates: Floats, by_rule: Mask) -> Floats:
    """How many more of the other steps were done in a call than usual (calls, steps), in standard deviations."""
    chances = np.where(by_rule, 1.0, 1.0 / (1.0 + np.exp(-odds)))
    more = np.where(rates > 0, chances - rates, 0.0)
    spread = np.where(rates > 0, rates * (1.0 - rates) + LEAST_SPREAD, 0.0)
    others = spread.sum(axis=1, keepdims=True) - spread
    result: Floats = (more.sum(axis=1, keepdims=True) - more) / np.sqrt(others + LEAST_SPREAD)
    return result


def agent_letters(prepared: Sequence[Prepared]) -> Ints:
    """How many characters each agent turn of several calls has."""
    folded = ((p.folded, turn) for p in prepared for turn in p.agent_turns)
    return np.array([text.ends[turn] - text.starts[turn] for text, turn in folded], dtype=np.int64)
