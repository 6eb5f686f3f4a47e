"""Everything that speaks for a step or a fault in a call: rule hits first, model scores second."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_nlp.model.features import OWN, SLOT_BITS, sentence_features, stack
from qa_nlp.model.ngrams import in_field, ngrams
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

    @property
    def signals(self) -> dict[str, list[Hit]]:
        """Signal hits by the signal's name."""
        found: dict[str, list[Hit]] = {}
        for hit in self.of_kind("signal"):
            found.setdefault(hit.rule.code, []).append(hit)
        return found

    def clause(self, turn: int, label: str) -> tuple[int, int]:
        """Joined span of the clause of a turn that speaks most for a label."""
        folded = self.prepared.folded
        base, end = folded.starts[turn], folded.end_of(turn)
        spans = [m.span() for m in CLAUSE.finditer(folded.match, base, end)]
        if not spans:
            return base, end
        weights = [self._weight(folded.match[a:b], label) for a, b in spans]
        best = int(np.argmax(weights))
        return spans[best]

    def _weight(self, text: str, label: str) -> float:
        linear = self.model.sentences
        codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.int32).astype(np.uint64)
        hashes, _, _ = ngrams(codes, np.zeros(len(codes), np.int64))
        slots = (in_field(hashes, OWN) >> np.uint64(64 - SLOT_BITS)).astype(np.int64)
        rows = linear.table[slots]
        return float(linear.weights[rows[rows >= 0], linear.index(label)].sum())


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
