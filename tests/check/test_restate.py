"""Saying back what the customer said: told from new matter, common words and the agent's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.check.pairs import characters, number
from qa_nlp.check.restate import COMMON, restated
from qa_nlp.model.store import Model
from qa_nlp.records import Label
from qa_nlp.rulebook.book import Rulebook
from tests.check.helpers import evidence_of
from tests.conftest import make_call

REPAIR = Label("repair", "repair.outage_single", 0.99)
# The model has no opinion of its own (its usual rate for the step is about 0.03).
NO_OPINION = 0.03


def found(asked: str, answer: str, book: Rulebook, model: Model, label: Label = REPAIR) -> str | None:
    """The clause that repeats, or None."""
    evidence = evidence_of(make_call(f"座：您好\n客：{asked}\n座：{answer}"), book, model, rest=NO_OPINION)
    best = restated([evidence], [label])[0]
    return None if best is None else evidence.prepared.quote(best[0], *best[1])[2]


@pytest.mark.parametrize(
    ("asked", "answer", "clause"),
    [
        ("某某镇二龙沟，就在学校坡上，两根桩子中间", "二龙沟学校坡上，两根桩子中间，对吧", "二龙沟学校坡上"),
        ("房子没人住，电表上的字还在走", "您是说房子没人住，电表上的字还在走，是吗？", "电表上的字还在走"),
        (
            "下午三点报的，五点才到，灯还在闪",
            "您反映的是三点报修五点才到，灯还在闪，我记下了",
            "您反映的是三点报修五点才到",
        ),
    ],
)
def test_the_customers_words_said_back(asked: str, answer: str, clause: str, book: Rulebook, model: Model) -> None:
    assert found(asked, answer, book, model) == clause


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("我家没电了", "您家在哪个小区，几号楼？"),
        ("我家没电了", "我这就派人过去，城区四十五分钟内到"),
        ("我要投诉你们的工作人员", "您好，请问有什么可以帮您？"),
        ("师傅什么时候到", "师傅马上就到"),
        ("嗯", "嗯，好的"),
    ],
)
def test_new_matter_and_common_words_repeat_nothing(asked: str, answer: str, book: Rulebook, model: Model) -> None:
    assert found(asked, answer, book, model) is None


def test_the_agents_own_words_said_again_repeat_nothing(book: Rulebook, model: Model) -> None:
    call = make_call(
        "座：您说的是梅山小区六栋三零二的总开关跳闸了吗\n客：梅山小区六栋三零二\n座：嗯\n客：现在咋办\n座：梅山小区六栋三零二的师傅联系您"
    )
    best = restated([evidence_of(call, book, model, rest=0.001)], [REPAIR])[0]
    assert best is None or best[0] < 4


def test_a_call_without_customer_or_agent_has_none(book: Rulebook, model: Model) -> None:
    for text in ("座：您好\n座：喂", "客：没电了"):
        assert restated([evidence_of(make_call(text), book, model)], [REPAIR]) == [None]


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_clause_lies_in_the_turn(asked: str, answer: str) -> None:
    from qa_nlp.model.store import load_model
    from qa_nlp.paths import data_file
    from qa_nlp.rulebook.load import load_book

    call = make_call("座：您好\n客：x\n座：y")
    turns = (call.turns[0], type(call.turns[0])("customer", asked), type(call.turns[0])("agent", answer))
    evidence = evidence_of(
        type(call)("T", turns), load_book("power"), load_model(data_file("models", "power")), rest=0.9
    )
    best = restated([evidence], [REPAIR])[0]
    if best is not None:
        turn, (start, end), chance = best
        folded = evidence.prepared.folded
        assert folded.starts[turn] <= start <= end <= folded.end_of(turn)
        assert 0 < chance < 1


def test_common_pairs_are_pairs() -> None:
    assert all(characters(pair).isalnum() and number(characters(pair)) == pair for pair in COMMON)
