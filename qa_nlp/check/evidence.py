"""Everything that speaks for a step or a fault in a call: rule hits first, model scores second."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qa_nlp.model.features import OWN, SLOT_BITS, sentence_features, stack
from qa_nlp.model.ngrams import in_field, placed_ngrams
from qa_nlp.model.store import Model
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.matcher import Hit
from qa_nlp.text.prepared import Prepared

CLAUSE = re.compile(r"[^,.!?;:~…\s]+")


@dataclass(frozen=True)
class Evidence:
    """Hits of all rules, and the model's probability of every label for every agent turn.

    ``probabilities`` is (agent turns, labels) in the order of ``prepared.agent_turns``.
    """

    prepared: Prepared
    hits: tuple[Hit, ...]
    probabilities: np.ndarray
    model: Model

    def of_kind(self, kind: str) -> list[Hit]:
        """Hits of phrase, step, signal or subtype rules."""
        return [hit for hit in self.hits if hit.rule.kind == kind]

    @cached_property
    def signals(self) -> dict[str, list[Hit]]:
        """Signal hits by the signal's name."""
        found: dict[str, list[Hit]] = {}
        for hit in self.of_kind("signal"):
            found.setdefault(hit.rule.code, []).append(hit)
        return found

    def probability(self, turn: int, label: str) -> float:
        """The model's probability of a label for an agent turn; 0 for a label it does not know."""
        linear = self.model.sentences
        if label not in linear.labels or turn not in self.prepared.agent_turns:
            return 0.0
        return float(self.probabilities[self.prepared.agent_turns.index(turn), linear.index(label)])

    def clause(self, turn: int, label: str) -> tuple[int, int]:
        """Joined span of the clause of a turn that speaks most for a label."""
        folded = self.prepared.folded
        base, end = folded.starts[turn], folded.end_of(turn)
        spans = [m.span() for m in CLAUSE.finditer(folded.match, base, end)]
        if not spans:
            return base, end
        if len(spans) == 1:
            return spans[0]
        rows, positions = self._ngrams_of(turn)
        weights = self.model.sentences.weights[rows, self.model.sentences.index(label)]
        sums = np.bincount(np.searchsorted([a for a, _ in spans], positions, side="right") - 1, weights)
        return spans[int(sums.argmax())] if len(sums) else spans[0]

    def _ngrams_of(self, turn: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the sentence model that a turn's own n-grams hit, and where each n-gram begins."""
        rows, turns, positions = self._own_ngrams
        inside = turns == turn
        return rows[inside], positions[inside]

    @cached_property
    def _own_ngrams(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        hashes, turns, positions = placed_ngrams(self.prepared)
        slots = (in_field(hashes, OWN) >> np.uint64(64 - SLOT_BITS)).astype(np.int64)
        rows = self.model.sentences.table[slots]
        known = rows >= 0
        return rows[known], turns[known], positions[known]


def gather(prepared: Sequence[Prepared], book: Rulebook, model: Model) -> list[Evidence]:
    """Scan the rules and score the sentences of several calls at once."""
    features = [sentence_features(p) for p in prepared]
    linear = model.sentences
    scores = linear.probabilities(linear.margins(stack(features)))
    result: list[Evidence] = []
    at = 0
    for p, part in zip(prepared, features, strict=True):
        result.append(Evidence(p, tuple(book.matcher.scan(p)), scores[at : at + part.size], model))
        at += part.size
    return result
