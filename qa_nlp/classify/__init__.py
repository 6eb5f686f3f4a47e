"""What a call is about: category, subtype, how sure, and whether a person should look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa_nlp.model.reading import Reading, reading
from qa_nlp.model.store import Model
from qa_nlp.records import Label, RunnerUp
from qa_nlp.text.prepared import Prepared

# With so few agent turns the agent's words say little: the customer-only model decides alone.
LEAST_AGENT_TURNS = 2


def classify(
    prepared: Sequence[Prepared], model: Model, customer_turns: int | None = None, *, heard: Reading | None = None
) -> list[Label]:
    """Label calls.

    Args:
        prepared: calls in any order; the labels come back in the same order.
        model: the trained model.
        customer_turns: listen only until the customer's so-manieth turn (what a live desk has heard by then).
        heard: the same calls as the model reads them, where somebody has done it already.
    """
    if not prepared:
        return []
    heard = heard or reading(prepared, model)
    both = heard.agent_turns(customer_turns) >= LEAST_AGENT_TURNS
    probabilities = _probabilities(heard, both, customer_turns)
    name = "review_below" if customer_turns is None else "early_review_below"
    limits = np.where(both, model.settings[name], model.settings["starts_review_below"])
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
    chances = np.take_along_axis(probabilities, best, axis=1)
    return [_label(*call, model) for call in zip(best.tolist(), chances.tolist(), limits.tolist(), strict=True)]


def subtype_probabilities(
    prepared: Sequence[Prepared], model: Model, customer_turns: int | None = None, *, heard: Reading | None = None
) -> np.ndarray:
    """Calibrated probabilities (calls, subtypes) in the order of ``model.calls.labels``."""
    heard = heard or reading(prepared, model)
    return _probabilities(heard, heard.agent_turns(customer_turns) >= LEAST_AGENT_TURNS, customer_turns)


def _probabilities(heard: Reading, both: np.ndarray, customer_turns: int | None) -> np.ndarray:
    """By the customer's words; where the agent has said enough (``both``), by all words and some of the former."""
    settings = heard.model.settings
    kind = "calls" if customer_turns is None else "early"
    margins = heard.starts(customer_turns) * heard.sure(customer_turns)
    if both.any():
        whole = heard.calls(customer_turns)[both] * settings[f"{kind}_scale"]
        margins[both] = whole + settings[f"{kind}_share"] * margins[both]
    return _softmax(margins)


def _softmax(margins: np.ndarray) -> np.ndarray:
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    result: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return result


def _label(columns: Sequence[int], chances: Sequence[float], review_below: float, model: Model) -> Label:
    best, second = (model.calls.labels[column] for column in columns)
    confidence, other = chances
    runner_up = RunnerUp(second, round(other, 4))
    return Label(best.split(".")[0], best, round(confidence, 4), runner_up, confidence < review_below)


__all__ = ["classify", "subtype_probabilities"]
