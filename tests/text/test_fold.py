"""Folding: one normal form, offsets that always lead back to the raw text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.text.fold import fold, fold_calls, fold_turns, sound, spaced_out

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("您好", "你好"),
        ("這裡是九五五九八", "这里是95598"),
        ("ＡＢＣ１２", "abc12"),
        ("不　是，跟您說過了嗎？", "不 是,跟你说过了吗?"),
        ("不 是 跟 您 说 过 了 吗", "不是跟你说过了吗"),
        ("喂_喂▁您好", "喂喂你好"),
        ("幺三九", "139"),
        ("①㎏", "1kg"),
        ("零\u200b宽", "0宽"),
    ],
)
def test_fold_table(raw: str, folded: str) -> None:
    assert fold(raw) == folded


@given(st.lists(ANY_TEXT, min_size=1, max_size=5))
def test_every_span_leads_back_to_the_raw_text(texts: list[str]) -> None:
    folded = fold_turns(texts)
    assert len(folded.plain) == len(folded.match) == len(folded.codes)
    for turn, text in enumerate(texts):
        start, end = folded.starts[turn], folded.end_of(turn)
        for a in range(start, end):
            begin, stop = folded.raw_span(turn, a, a + 1)
            assert 0 <= begin < stop <= len(text)
            assert folded.turn_at(a) == turn
            assert folded.match[a] in fold(text[begin:stop]) or folded.match[a] == " "
        if end > start:
            begin, stop = folded.raw_span(turn, start, end)
            assert 0 <= begin < stop <= len(text)


@given(st.lists(st.lists(ANY_TEXT | st.text("我a ①\n", max_size=12), max_size=4), max_size=4))
def test_calls_folded_together_are_as_each_by_itself(calls: list[list[str]]) -> None:
    for texts, folded in zip(calls, fold_calls(calls), strict=True):
        alone = fold_turns(texts)
        assert (folded.plain, folded.match, folded.starts) == (alone.plain, alone.match, alone.starts)
        assert folded.codes.tolist() == alone.codes.tolist()
        assert folded.origins == alone.origins


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(ANY_TEXT)
def test_sound_has_the_length_of_the_fold(text: str) -> None:
    assert len(sound(text)) == len(fold(text))


@given(ANY_TEXT)
def test_folded_turns_hold_no_line_breaks(text: str) -> None:
    assert "\n" not in fold(text)


@pytest.mark.parametrize(("a", "b"), [("电表", "电镖"), ("欠费", "前费"), ("复电", "付电"), ("是", "四"), ("您", "领")])
def test_sound_alikes_are_one(a: str, b: str) -> None:
    same = sound(a) == sound(b)
    assert same == (a not in ("您",))


def test_spaces_between_clauses_are_kept() -> None:
    assert not spaced_out("我家没电了 从早上开始 你们管不管")
    assert spaced_out("我 家 没 电 了")
