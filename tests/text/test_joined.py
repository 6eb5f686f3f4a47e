"""Cut sentences put together again, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.records import Call, Turn
from qa_nlp.text.joined import is_listening, join_runs
from tests.conftest import make_call


def texts(call: Call) -> list[str] | None:
    joined = join_runs(call)
    return None if joined is None else [turn.text for turn in joined.call.turns]


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("座：户主姓浦\n座：对吧。", ["户主姓浦，对吧。"]),
        ("座：户主姓浦，\n座：对吧。\n客：对", ["户主姓浦，对吧。", "对"]),
        ("座：听到这话，\n客：嗯\n座：谁都不舒服", ["听到这话，谁都不舒服"]),
        ("座：您好\n客：没电\n座：在哪", None),
        # An answer is no listener's sound, and a question waits for one.
        ("座：就您一家吗？\n客：是的\n座：好", None),
        ("座：好的\n客：师傅几点到\n座：两点", None),
    ],
)
def test_runs_become_one_turn(text: str, turns: list[str] | None) -> None:
    assert texts(make_call(text)) == turns


@pytest.mark.parametrize(("gap", "one"), [(0.5, True), (2.9, True), (3.0, False), (18.0, False)])
def test_a_pause_begins_a_new_turn(gap: float, one: bool) -> None:
    call = Call("1", (Turn("agent", "请稍等", 0.0, 1.0), Turn("agent", "查到了", 1.0 + gap, 3.0 + gap)))
    assert (texts(call) is not None) is one


@pytest.mark.parametrize(
    ("text", "nth", "listening"),
    [
        ("客：我家从昨天\n座：嗯\n客：就没电", 1, True),
        ("客：我家从昨天\n座：是的，您说。\n客：就没电", 1, True),
        ("客：师傅来不来？\n座：嗯\n客：到底来不来", 1, False),
        ("客：我家没电\n座：嗯", 1, False),
        ("客：我家没电\n座：哦那又怎样\n客：你", 1, False),
    ],
)
def test_listening(text: str, nth: int, listening: bool) -> None:
    assert is_listening(make_call(text), nth) is listening


@given(
    st.lists(
        st.tuples(st.sampled_from(["agent", "customer", "system"]), st.text("嗯好停电，。吗", min_size=1)), min_size=1
    )
)
def test_every_word_has_its_place(turns: list[tuple[str, str]]) -> None:
    call = Call("1", tuple(Turn(role, text) for role, text in turns))
    joined = join_runs(call)
    if joined is None:
        return
    for turn, (place, offset) in zip(call.turns, joined.places, strict=True):
        if place >= 0:
            assert joined.call.turns[place].text[offset : offset + len(turn.text)] == turn.text
            assert joined.call.turns[place].role == turn.role
