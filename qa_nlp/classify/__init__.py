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
        customer_turns: look at the customer's first turns only (what a live desk knows then).
        heard: the same calls as the model reads them, where somebody has done it already.
    """
    if not prepared:
        return []
    probabilities = subtype_probabilities(prepared, model, customer_turns, heard=heard)
    limits = model.settings["starts_review_below"], model.settings["review_below"]
    return [
        _label(row, model, limits[_is_whole(p, customer_turns)]) for row, p in zip(probabilities, prepared, strict=True)
    ]


def subtype_probabilities(
    prepared: Sequence[Prepared], model: Model, customer_turns: int | None = None, *, heard: Reading | None = None
) -> np.ndarray:
    """Calibrated probabilities (calls, subtypes) in the order of ``model.calls.labels``."""
    heard = heard or reading(prepared, model)
    by_customer = heard.starts(customer_turns) * heard.sure(customer_turns)
    whole = [i for i, p in enumerate(prepared) if _is_whole(p, customer_turns)]
    if whole:
        share = model.settings["starts_share"]
        by_customer[whole] = heard.calls[whole] * model.settings["calls_scale"] + share * by_customer[whole]
    return _softmax(by_customer)


def _is_whole(prepared: Prepared, customer_turns: int | None) -> bool:
    return customer_turns is None and len(prepared.agent_turns) >= LEAST_AGENT_TURNS


def _softmax(margins: np.ndarray) -> np.ndarray:
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    result: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return result


def _label(row: np.ndarray, model: Model, review_below: float) -> Label:
    labels = model.calls.labels
    order = np.argsort(-row, kind="stable")
    best, second = int(order[0]), int(order[1])
    confidence = float(row[best])
    return Label(
        labels[best].split(".")[0],
        labels[best],
        round(confidence, 4),
        RunnerUp(labels[second], round(float(row[second]), 4)),
        confidence < review_below,
    )


__all__ = ["classify", "subtype_probabilities"]
