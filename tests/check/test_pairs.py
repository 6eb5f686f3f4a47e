"""Pairs of characters that both sides use: none is lost, and calls are kept apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.check.pairs import characters, number, used_by_both
from qa_nlp.records import Call, Turn
from qa_nlp.text.prepared import Prepared, prepare

TURNS = st.tuples(st.sampled_from(["agent", "customer", "system"]), st.text("停电了，a 1𠮷您", max_size=6))
CALLS = st.lists(st.lists(TURNS, min_size=1, max_size=6), min_size=1, max_size=4)


def said_by(prepared: Prepared, role: str) -> set[str]:
    texts = [
        prepared.folded.match[start:end]
        for start, end in zip(prepared.folded.starts, prepared.folded.ends, strict=True)
    ]
    own = [text for text, speaker in zip(texts, prepared.roles, strict=True) if speaker == role]
    return {text[at : at + 2] for text in own for at in range(len(text) - 1)}


@given(CALLS)
def test_every_pair_of_both_sides_is_kept_in_its_turn(calls: list[list[tuple[str, str]]]) -> None:
    prepared = [prepare(Call("T", tuple(Turn(*turn) for turn in turns))) for turns in calls]
    for call, pairs in zip(prepared, used_by_both(prepared), strict=True):
        both = said_by(call, "agent") & said_by(call, "customer")
        for turn, role in enumerate(call.roles):
            words = call.folded.match[call.folded.starts[turn] : call.folded.ends[turn]]
            own = {words[at : at + 2] for at in range(len(words) - 1)}
            kept = {pair for pair in map(characters, pairs.of_turn(turn)) if "\n" not in pair}
            assert kept <= own
            assert role == "system" or own & both <= kept


def test_a_pair_is_a_number_and_back() -> None:
    assert characters(number("停电")) == "停电"
