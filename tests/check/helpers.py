"""Evidence built by hand: real rules, chosen model probabilities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qa_nlp.check.evidence import Evidence
from qa_nlp.model.store import Model
from qa_nlp.records import Call
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare


def evidence_of(
    call: Call, book: Rulebook, model: Model, scores: dict[tuple[int, str], float] | None = None, rest: float = 0.2
) -> Evidence:
    """Evidence in which the model gives ``scores`` for (turn, label) and ``rest`` (0.2: no opinion) elsewhere."""
    prepared = prepare(call)
    table = np.full((len(prepared.agent_turns), len(model.sentences.labels)), rest)
    for (turn, label), value in (scores or {}).items():
        table[prepared.agent_turns.index(turn), model.sentences.index(label)] = value
    return Evidence(prepared, tuple(book.matcher.scan(prepared)), table, model)


def by_rules_alone(call: Call, book: Rulebook, model: Model) -> Evidence:
    """Evidence in which the model hears nothing and doubts no step rule."""
    return evidence_of(call, book, replace(model, card=model.card | {"known_rules": {}}), rest=0.001)
