"""What a call is about: category, subtype, how sure, and whether a person should look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa_nlp.model.features import Features, call_features, stack
from qa_nlp.model.linear import Linear
from qa_nlp.model.store import Model
from qa_nlp.records import Label, RunnerUp
from qa_nlp.text.prepared import Prepared

# With so few agent turns the agent's words say little: the customer-only model decides alone.
LEAST_AGENT_TURNS = 2


def classify(prepared: Sequence[Prepared], model: Model, customer_turns: int | None = None) -> list[Label]:
    """Label calls.

    Args:
        prepared: calls in any order; the labels come back in the same order.
        model: the trained model.
        customer_turns: look at the customer's first turns only (what a live desk knows then).
    """
    if not prepared:
        return []
    probabilities = subtype_probabilities(prepared, model, customer_turns)
    return [_label(row, model) for row in probabilities]


def subtype_probabilities(prepared: Sequence[Prepared], model: Model, customer_turns: int | None = None) -> np.ndarray:
    """Calibrated probabilities (calls, subtypes) in the order of ``model.calls.labels``."""
    starts = stack([call_features(p, customer_turns if customer_turns is not None else 10_000) for p in prepared])
    by_customer = _softmax(model.starts.margins(starts) * model.settings["starts_scale"])
    whole = [i for i, p in enumerate(prepared) if customer_turns is None and len(p.agent_turns) >= LEAST_AGENT_TURNS]
    if whole:
        share = model.settings["starts_share"]
        features = stack([call_features(prepared[i]) for i in whole])
        margins = model.calls.margins(features) * model.settings["calls_scale"]
        margins += share * model.starts.margins(_take(starts, whole)) * model.settings["starts_scale"]
        by_customer[whole] = _softmax(margins)
    return by_customer


def _take(features: Features, chosen: list[int]) -> Features:
    position = np.full(features.size, -1, dtype=np.int64)
    position[chosen] = np.arange(len(chosen))
    kept = position[features.segments] >= 0
    return Features(features.slots[kept], position[features.segments[kept]], features.values[kept], len(chosen))


def _softmax(margins: np.ndarray) -> np.ndarray:
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    result: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return result


def _label(row: np.ndarray, model: Model) -> Label:
    labels = model.calls.labels
    order = np.argsort(-row, kind="stable")
    best, second = int(order[0]), int(order[1])
    confidence = float(row[best])
    return Label(
        labels[best].split(".")[0],
        labels[best],
        round(confidence, 4),
        RunnerUp(labels[second], round(float(row[second]), 4)),
        confidence < model.settings["review_below"],
    )


__all__ = ["Linear", "classify", "subtype_probabilities"]
