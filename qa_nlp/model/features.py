"""Which n-grams describe a sentence, and which describe a call.

A *segment* is what a linear model scores: one agent turn, or one whole call. Its features are
slots (a 22-bit part of the n-gram's hash) with values normalised to length 1 in each field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_nlp.model.ngrams import Hashes, Ints, call_ngrams, in_field, token_hash
from qa_nlp.text.prepared import Prepared

SLOT_BITS = 22
SLOTS = 1 << SLOT_BITS
Floats = npt.NDArray[np.float32]

# fields of a sentence: itself, the customer before it, the customer after it, its position
OWN, BEFORE, AFTER, PLACE = range(4)
SENTENCE_WEIGHTS = {OWN: 1.0, BEFORE: 0.5, AFTER: 0.5, PLACE: 0.5}
# fields of a call: what the customer said, what the agent said, the customer's first turns
CUSTOMER, AGENT, FIRST, EARLY = range(10, 14)
CALL_WEIGHTS = {CUSTOMER: 1.0, AGENT: 1.0, FIRST: 0.5, EARLY: 0.5}
EARLY_TURNS = 3
CONTEXT_N = 3


@dataclass(frozen=True)
class Features:
    """Slots (k,), the segment each belongs to (k,), values (k,); ``size`` segments in all."""

    slots: Ints
    segments: Ints
    values: Floats
    size: int


def sentence_features(prepared: Prepared) -> Features:
    """One segment for each agent turn, in the order of ``prepared.agent_turns``."""
    hashes, turns, lengths = call_ngrams(prepared)
    agents = prepared.agent_turns
    count = len(prepared.roles)
    own = np.full(count, -1, dtype=np.int64)
    own[list(agents)] = np.arange(len(agents))
    before = np.full(count, -1, dtype=np.int64)
    after = np.full(count, -1, dtype=np.int64)
    for segment, turn in enumerate(agents):
        before[list(prepared.before[turn])] = segment
        if turn + 1 < count and prepared.roles[turn + 1] == "customer":
            after[turn + 1] = segment
    short = lengths <= CONTEXT_N
    parts = [
        _field(hashes, own[turns], OWN, SENTENCE_WEIGHTS[OWN], len(agents)),
        _field(hashes[short], before[turns[short]], BEFORE, SENTENCE_WEIGHTS[BEFORE], len(agents)),
        _field(hashes[short], after[turns[short]], AFTER, SENTENCE_WEIGHTS[AFTER], len(agents)),
        _places(len(agents)),
    ]
    return _joined(parts, len(agents))


def call_features(prepared: Prepared, customer_turns: int | None = None) -> Features:
    """One segment for the whole call, or for the customer's first turns alone."""
    hashes, turns, _ = call_ngrams(prepared)
    customer = prepared.customer_turns
    agent = prepared.agent_turns
    if customer_turns is not None:
        customer, agent = customer[:customer_turns], ()
    groups = {
        CUSTOMER: customer,
        AGENT: agent,
        FIRST: customer[:1],
        EARLY: customer[:EARLY_TURNS],
    }
    parts = []
    for field, chosen in groups.items():
        member = np.full(len(prepared.roles), -1, dtype=np.int64)
        member[list(chosen)] = 0
        parts.append(_field(hashes, member[turns], field, CALL_WEIGHTS[field], 1))
    return _joined(parts, 1)


def stack(parts: list[Features]) -> Features:
    """Segments of several calls behind one another."""
    shift = np.cumsum([0] + [part.size for part in parts])
    if not parts:
        return Features(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32), 0)
    return Features(
        np.concatenate([part.slots for part in parts]),
        np.concatenate([part.segments + at for part, at in zip(parts, shift, strict=False)]),
        np.concatenate([part.values for part in parts]),
        int(shift[-1]),
    )


Part = tuple[Ints, Ints, Floats]


def _field(hashes: Hashes, segments: Ints, field: int, weight: float, size: int) -> Part:
    """Distinct n-grams of each segment with values 1 + log(count), scaled to length ``weight``."""
    inside = segments >= 0
    slots = (in_field(hashes[inside], field) >> np.uint64(64 - SLOT_BITS)).astype(np.int64)
    keys, counts = np.unique(segments[inside] * SLOTS + slots, return_counts=True)
    owners = keys >> SLOT_BITS
    values = 1.0 + np.log(counts)
    norms = np.sqrt(np.bincount(owners, weights=values * values, minlength=size))
    scaled = (values / norms[owners] * weight).astype(np.float32)
    return keys & (SLOTS - 1), owners, scaled


def _places(size: int) -> Part:
    """Whether a turn stands among the agent's first or last three."""
    if not size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    nth = np.arange(size)
    tokens = np.concatenate([np.minimum(nth, 3), 10 + np.minimum(size - 1 - nth, 3)])
    slots = (token_hash(tokens.tolist(), PLACE) >> np.uint64(64 - SLOT_BITS)).astype(np.int64)
    values = np.full(2 * size, SENTENCE_WEIGHTS[PLACE] / np.sqrt(2), dtype=np.float32)
    return slots, np.concatenate([nth, nth]), values


def _joined(parts: list[Part], size: int) -> Features:
    return Features(
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
        size,
    )
