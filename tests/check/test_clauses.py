"""Clauses of many turns at once: the same as one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.check.by_model import told
from qa_nlp.check.clauses import best_clauses, peaks
from qa_nlp.check.evidence import gather
from qa_nlp.model.store import Model
from qa_nlp.records import Label
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare
from tests.check.helpers import evidence_of
from tests.conftest import make_call


@given(st.lists(st.lists(st.integers(-3, 3), min_size=1), max_size=8))
def test_the_first_of_the_greatest_in_each_run(runs: list[list[int]]) -> None:
    values, sizes = np.array([v for run in runs for v in run]), np.array([len(run) for run in runs], dtype=np.int64)
    assert peaks(values, sizes).tolist() == [run.index(max(run)) for run in runs]


def test_the_clause_that_speaks_for_a_label(book: Rulebook, model: Model) -> None:
    call = make_call("座：您好，谁让您不早点交电费，请问地址在哪里？\n客：嗯\n座：……")
    evidence = evidence_of(call, book, model)
    column = model.sentences.index("blame")
    calls, turns = np.zeros(2, dtype=np.int64), np.array([0, 2])
    first, second = best_clauses([evidence], calls, turns, np.array([column, column]))
    assert evidence.prepared.quote(0, *first)[2] == "谁让您不早点交电费"
    assert evidence.prepared.quote(2, *second)[2] == "……"


def test_calls_together_and_alone(book: Rulebook, model: Model) -> None:
    """What the model says of a call does not depend on the calls read with it."""
    texts = (
        "座：您好，请问有什么可以帮您？\n客：没电了\n座：您家在哪个小区，几号楼？\n客：梅山小区",
        "客：喂",
        "座：谁让您不早点交电费，我也没办法\n客：你什么态度\n座：对不起，马上给您派单，师傅会跟您联系",
    )
    prepared = [prepare(make_call(text)) for text in texts]
    labels = [Label("repair", "repair.outage_area", 0.9), None, Label("complaint", "complaint.outage", 0.9)]
    gathered = gather(prepared, book, model)
    together = told(gathered, labels, book)
    alone = [told([evidence], [label], book)[0] for evidence, label in zip(gathered, labels, strict=True)]
    apart = [told(gather([p], book, model), [label], book)[0] for p, label in zip(prepared, labels, strict=True)]
    for one, other, third in zip(together, alone, apart, strict=True):
        assert one.steps == other.steps == third.steps
        assert one.faults == other.faults == third.faults
        assert np.array_equal(one.chances, other.chances)
    assert any(one.steps for one in together)
    assert any(one.faults for one in together)


def test_the_model_is_not_asked_for_what_a_rule_found(book: Rulebook, model: Model) -> None:
    evidence = evidence_of(make_call("座：您好\n客：没电\n座：好"), book, model, {(2, "dispatch"): 0.99}, rest=0.001)
    label = Label("repair", "repair.outage_area", 0.9)
    assert [h.label for h in told([evidence], [label], book)[0].steps] == ["dispatch"]
    assert told([evidence], [label], book, [{"dispatch"}])[0].steps == []
    assert told([replace(evidence, probabilities=evidence.probabilities * 0)], [label], book)[0].steps == []
    assert told([], [], book) == []
