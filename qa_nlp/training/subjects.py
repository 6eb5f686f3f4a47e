"""What the call classifier learns from: whole calls, and beginnings as a live desk hears them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_nlp.model.features import call_fields, letters_heard, read, start_fields
from qa_nlp.training.corpus import Sample
from qa_nlp.training.matrix import LEAST, Features, counted, frequent, stack

ALL_TURNS = 10_000
PREFIXES = (1, 3, ALL_TURNS)


@dataclass(frozen=True)
class Subjects:
    """What the call classifier is fitted on: features, the samples they come from, their kind, the customer's letters."""

    features: Features
    samples: tuple[Sample, ...]
    kinds: np.ndarray
    letters: np.ndarray


def call_features(samples: Sequence[Sample], customer_turns: int | None = None) -> Features:
    """What the classifier sees of whole calls, or of all that is said until the customer's so-manieth turn."""
    batch = read([sample.prepared for sample in samples])
    return counted(batch, call_fields(batch, customer_turns), least=1 if customer_turns else LEAST)


def start_features(samples: Sequence[Sample], customer_turns: int) -> Features:
    """What it sees of the customer's first turns alone."""
    batch = read([sample.prepared for sample in samples])
    return counted(batch, start_fields(batch, customer_turns), least=1)


def whole_subjects(calls: Sequence[Sample]) -> Subjects:
    """Every call as a whole."""
    return Subjects(call_features(calls), tuple(calls), np.array(["whole"] * len(calls)), _letters(calls))


def starting_subjects(samples: Sequence[Sample]) -> Subjects:
    """Requests, and the customer's words of every call until his first, third and last turn."""
    heard = [s for s in samples if s.subtype and s.prepared.customer_turns]
    calls = [s for s in heard if not s.is_request]
    parts = [start_features(heard if count == ALL_TURNS else calls, count) for count in reversed(PREFIXES)]
    kinds = ["request" if s.is_request else str(ALL_TURNS) for s in heard]
    kinds += [str(count) for count in reversed(PREFIXES) if count != ALL_TURNS for _ in calls]
    letters = [_letters(heard if count == ALL_TURNS else calls, count) for count in reversed(PREFIXES)]
    samples_ = (*heard, *calls * (len(PREFIXES) - 1))
    return Subjects(frequent(stack(parts)), samples_, np.array(kinds), np.concatenate(letters))


def _letters(samples: Sequence[Sample], customer_turns: int | None = None) -> np.ndarray:
    return letters_heard(read([sample.prepared for sample in samples]), customer_turns)
