"""Everything that speaks for a step or a fault in a call: rule hits first, model scores second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qa_nlp.model.reading import Reading, reading
from qa_nlp.model.store import Model
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.matcher import Hit
from qa_nlp.text.prepared import Prepared


@dataclass(frozen=True)
class Evidence:
    """Hits of all rules, and the model's probability of every label for every agent turn.

    ``probabilities`` is (agent turns, labels) in the order of ``prepared.agent_turns``; ``heard`` is how
    the model reads a batch in which the call's first turn has the number ``first_turn``.
    """

    prepared: Prepared
    hits: tuple[Hit, ...]
    probabilities: np.ndarray
    model: Model
    heard: Reading | None = None
    first_turn: int = 0

    def of_kind(self, kind: str) -> list[Hit]:
        """Hits of phrase, step, signal, subtype or situation rules."""
        return self._by_kind.get(kind, [])

    @cached_property
    def _by_kind(self) -> dict[str, list[Hit]]:
        found: dict[str, list[Hit]] = {}
        for hit in self.hits:
            found.setdefault(hit.rule.kind, []).append(hit)
        return found

    @cached_property
    def signals(self) -> dict[str, list[Hit]]:
        """Signal hits by the signal's name."""
        found: dict[str, list[Hit]] = {}
        for hit in self.of_kind("signal"):
            found.setdefault(hit.rule.code, []).append(hit)
        return found

    def probability(self, turn: int, label: str) -> float:
        """The model's probability of a label for an agent turn; 0 for a label it does not know."""
        column, row = self.model.sentences.columns.get(label), self.rows.get(turn)
        return 0.0 if column is None or row is None else float(self.probabilities[row, column])

    def chances(self, label: str) -> list[float]:
        """The model's probability of a label for every agent turn; 0 for a label it does not know."""
        column = self.model.sentences.columns.get(label)
        if column is None:
            return [0.0] * len(self.probabilities)
        chances: list[float] = self.probabilities[:, column].tolist()
        return chances

    @cached_property
    def rows(self) -> dict[int, int]:
        """Row of ``probabilities`` of each agent turn."""
        return {turn: row for row, turn in enumerate(self.prepared.agent_turns)}


def gather(
    prepared: Sequence[Prepared], book: Rulebook, model: Model, *, heard: Reading | None = None
) -> list[Evidence]:
    """Scan the rules and score the sentences of several calls at once.

    Args:
        prepared: the calls.
        book: whose rules are looked for.
        model: which scores the agent's turns.
        heard: the same calls as the model reads them, where somebody has done it already.
    """
    heard = heard or reading(prepared, model)
    scores = model.sentences.probabilities(heard.sentences)
    turns, rows = heard.batch.grams.first.tolist(), heard.batch.agents_before.tolist()
    return [
        Evidence(p, tuple(hits), scores[rows[i] : rows[i + 1]], model, heard, turns[i])
        for i, (p, hits) in enumerate(zip(prepared, book.matcher.scan_all(prepared), strict=True))
    ]
