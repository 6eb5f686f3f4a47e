"""What the sentence model learns from: labels of turns, of clauses, and of faulty turns alone."""

from __future__ import annotations

import numpy as np

from qa_nlp.model.features import read
from qa_nlp.model.linear import rivalling
from qa_nlp.records import Call, Tag, Turn
from qa_nlp.text.prepared import prepare
from qa_nlp.training.corpus import Sample
from qa_nlp.training.sentences import among_faults, clause_targets

CODES = ("blame", "cold", "command")


def test_each_entry_meets_the_best_of_the_others() -> None:
    assert rivalling(np.array([[3.0, 1.0, 2.0], [0.0, 5.0, 5.0]])).tolist() == [[2.0, 3.0, 3.0], [5.0, 5.0, 5.0]]


def test_codes_are_not_asked_of_blameless_turns() -> None:
    found = among_faults(np.array([[0, 0, 0], [1, 0, 1]]))
    assert found.tolist() == [[-1, -1, -1, 0], [1, 0, 1, 1]]


def test_a_clause_has_the_faults_that_it_holds() -> None:
    text = "您好，谁让您不早点交电费，地址"
    at = text.index("谁让")
    turn = Turn("agent", text, faults=(Tag("blame", text[at : at + 9], at, at + 9), Tag("cold", "地址", 13, 15)))
    sample = Sample("a", prepare(Call("T", (Turn("customer", "没电"), turn))))
    batch = read([sample.prepared])
    assert clause_targets([sample], batch, CODES).tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
