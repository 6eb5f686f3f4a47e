"""n-grams and fields: bounded by clauses, and of one call whatever the batch."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_nlp.model.features import (
    AFTER,
    AGENT,
    BEFORE,
    CUSTOMER,
    FAR,
    OWN,
    Batch,
    call_fields,
    letters_heard,
    places,
    read,
    sentence_fields,
    sureness,
)
from qa_nlp.model.ngrams import NO_SLOT, ngrams
from qa_nlp.records import Call, Turn
from qa_nlp.text.prepared import Prepared, prepare
from qa_nlp.training.matrix import counted, frequent, stack
from tests.conftest import make_call

CALL = "客：停电了\n客：快来\n座：您别急\n座：地址报一下\n客：和平路\n座：好的"


def call(text: str) -> Prepared:
    return prepare(make_call(text))


def spoken(batch: Batch, field: int) -> list[list[int]]:
    """The turns that each segment of a sentence field looks at."""
    matrix = sentence_fields(batch)[field]
    return [sorted(matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tolist()) for i in range(matrix.shape[0])]


def test_ngrams_stay_in_their_clause_and_take_its_marks() -> None:
    grams = ngrams([call("座：您好，说\n客：停电")])
    # [edge]您好[,] holds 您 好, three pairs, two triples, one of four; [,]说[edge] 说, two pairs, one triple; 停电 as 您好.
    assert grams.count_in_clauses().tolist() == [8, 4, 8]
    assert grams.count().tolist() == [12, 8]
    assert grams.count(2).tolist() == [8, 5]
    assert grams.turns.tolist() == [0, 0, 1]
    assert grams.letters_of.tolist() == [3, 2]
    assert grams.clauses_before.tolist() == [0, 2, 3]
    assert list(zip(grams.begins.tolist(), grams.ends.tolist(), strict=True)) == [(0, 2), (3, 4), (5, 7)]


def test_a_question_is_not_a_statement() -> None:
    asked, said, bare = (ngrams([call(f"座：您交费了{mark}")]) for mark in ("？", "。", ""))
    common = np.intersect1d(asked.slots, said.slots)
    assert len(common) < len(np.unique(asked.slots))
    assert not np.array_equal(bare.slots, asked.slots)


def test_what_asks() -> None:
    grams = ngrams([call("座：您交费了吗，交了。交了？还没交呢")])
    assert grams.asks.tolist() == [True, False, True, True]


def test_marks_in_a_row_are_one_and_a_space_is_a_comma() -> None:
    one, many, spaced = (ngrams([call(f"座：您好{mark}请讲")]) for mark in ("，", "，，…", " "))
    assert np.array_equal(one.slots, many.slots) and np.array_equal(one.slots, spaced.slots)
    assert many.begins.tolist() == [0, 5]


@given(st.lists(st.lists(st.text("好，。 ？a1…“", max_size=8), min_size=1, max_size=4), min_size=1, max_size=4))
def test_clauses_lie_between_marks(calls: list[list[str]]) -> None:
    prepared = [prepare(Call("T", tuple(Turn("agent", text) for text in turns))) for turns in calls]
    grams = ngrams(prepared)
    found = list(zip(grams.turns.tolist(), grams.begins.tolist(), grams.ends.tolist(), strict=True))
    wanted, number = [], 0
    for one in prepared:
        for start, end in zip(one.folded.starts, one.folded.ends, strict=True):
            letters = re.compile(r"[^,.!?:;~…“\s](?:[^,.!?:;~…\s]*[^,.!?:;~…“\s])?")
            wanted += [(number, *m.span()) for m in letters.finditer(one.folded.match, start, end)]
            number += 1
    assert found == wanted


def test_whom_a_sentence_looks_at() -> None:
    batch = read([call(CALL), call(CALL)])
    assert spoken(batch, OWN) == [[2], [3], [5], [8], [9], [11]]
    assert spoken(batch, BEFORE) == [[0, 1], [0, 1], [4], [6, 7], [6, 7], [10]]
    assert spoken(batch, AFTER) == [[], [4], [], [], [10], []]


def test_nobody_was_heard_before_the_first_agent_turn() -> None:
    assert spoken(read([call("客：没电"), call("座：您好\n客：没电")]), BEFORE) == [[]]


def test_places_count_from_both_ends() -> None:
    early, late = places(read([call("\n".join(["座：您好"] * 6))]))
    assert early.tolist() == [0, 1, 2, 3, 3, 3]
    assert (late - FAR - 1).tolist() == [3, 3, 3, 2, 1, 0]


def test_a_call_cut_short_has_no_agent() -> None:
    batch = read([call(CALL)])
    assert set(call_fields(batch)) == {CUSTOMER, AGENT}
    assert call_fields(batch, 1)[CUSTOMER].indices.tolist() == [0]
    assert letters_heard(batch).tolist() == [8]
    assert letters_heard(batch, 1).tolist() == [3]


@pytest.mark.parametrize("prepared", [[], [call("客：嗯")], [call("座：。。。")]])
def test_little_or_nothing(prepared: list[Prepared]) -> None:
    batch = read(prepared)
    assert sentence_fields(batch)[OWN].shape[0] == sum(len(p.agent_turns) for p in prepared)
    assert call_fields(batch)[CUSTOMER].shape[0] == len(prepared)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("座客没电您好地址，", min_size=1, max_size=9), min_size=1, max_size=5))
def test_neighbours_change_nothing(texts: list[str]) -> None:
    alone = [call("\n".join(f"{'座客'[i % 2]}：{text}" for i in range(3))) for text in texts]
    together = ngrams(alone)
    for number, one in enumerate(alone):
        grams = ngrams([one])
        inside = (together.turns >= 3 * number) & (together.turns < 3 * number + 3)
        # A mark that ends a turn stands at the head of the next one's clauses; it begins no n-gram.
        slots = together.slots[np.repeat(inside, together.sizes)]
        assert (
            slots[(slots < NO_SLOT).any(axis=1)].tolist() == grams.slots[(grams.slots < NO_SLOT).any(axis=1)].tolist()
        )
        for name in ("letters", "begins", "ends"):
            assert getattr(together, name)[inside].tolist() == getattr(grams, name).tolist()
        assert together.count_in_clauses()[inside].tolist() == grams.count_in_clauses().tolist()


def test_counted_features_have_length_one_and_can_be_stacked() -> None:
    batch = read([call("客：停电了")])
    features = counted(batch, call_fields(batch, 1), least=1)
    assert abs(float(features.matrix.multiply(features.matrix).sum()) - 1) < 1e-6
    both = stack([features, features])
    assert both.size == 2
    assert frequent(both, 2).keys.tolist() == features.keys.tolist()
    assert len(frequent(features, 2).keys) == 0


def test_few_words_make_less_sure() -> None:
    values = sureness(np.array([0, 5, 60, 500]), {"starts_scale": 4.0, "starts_slope": 0.5})
    assert values.tolist() == sorted(values.tolist())
    assert values[-1] == values[-2] == 4.0
