"""The tables of grams: what is found is what stands there, and no rule loses a hit by them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.records import Call, Turn
from qa_nlp.rulebook.grams import LONGEST, Grams, Joined, Table
from qa_nlp.rulebook.leading import to_search
from qa_nlp.rulebook.matcher import Matcher
from qa_nlp.text.prepared import Prepared, prepare
from tests.rulebook.test_matcher import BASE

PATTERNS = (
    "谁让你", "^喂[,|，]你好", "你…必须来", "(谁|你)…<3>(说|不说)[了]$", "^[嗯](好|行)…(的|了)", "不归(我…管|你说)", "好。你",
    "[你|我](不|没)(说|来)[过|了](没|吗)", "必须来不归我管",
)  # fmt: skip
MATCHER = Matcher([replace(BASE, id=f"T{nth}", pattern=text) for nth, text in enumerate(PATTERNS)], {})
WORDS = st.lists(st.sampled_from(["谁让", *"你我好行嗯喂不没说来的了管吗，。？ ", "必须来", "不归", "x"]), max_size=14)
CALLS = st.lists(st.lists(WORDS.map("".join), min_size=1, max_size=4), max_size=4)


def called(texts: list[str], role: str = "agent") -> Prepared:
    return prepare(Call("c", tuple(Turn(role, text) for text in texts)))


@given(CALLS)
def test_no_filter_loses_a_match(calls: list[list[str]]) -> None:
    prepared = [called(texts) for texts in calls]
    for call, hits in zip(prepared, MATCHER.scan_all(prepared), strict=True):
        folded = call.folded
        expected = {
            (rule.id, turn, *match.span())
            for rule, pattern in zip(MATCHER.rules, MATCHER.patterns, strict=True)
            if pattern.node is not None
            for turn, (start, end) in enumerate(zip(folded.starts, folded.ends, strict=True))
            for match in re.compile(to_search(pattern.node)).finditer(folded.match, start, end)
        }
        assert {(hit.rule.id, hit.turn, hit.start, hit.end) for hit in hits if hit.match == "exact"} == expected


@given(CALLS)
def test_what_a_call_yields_does_not_depend_on_the_others(calls: list[list[str]]) -> None:
    prepared = [called(texts) for texts in calls]
    assert MATCHER.scan_all(prepared) == [MATCHER.scan(call) for call in prepared]


def test_a_call_without_turns_is_passed_over() -> None:
    empty, full = called([]), called(["谁让你"])
    assert [len(hits) for hits in MATCHER.scan_all([empty, full, empty])] == [0, 1, 0]


def test_without_rules_nothing_is_found() -> None:
    assert Matcher([], {}).scan_all([called(["谁让你"])]) == [[]]


@given(st.sets(st.text("你我他说好", min_size=1, max_size=8), min_size=1), st.text("你我他说好", max_size=40))
def test_grams_are_found_where_they_stand(words: set[str], text: str) -> None:
    grams = Grams(words)
    places, numbers = grams.find(np.array(list(map(ord, text)), dtype=np.int32))
    begins = {word[:LONGEST]: number for word, number in zip(words, grams.numbers(words), strict=True)}
    expected = {(at, number) for gram, number in begins.items() for at in range(len(text)) if text.startswith(gram, at)}
    assert set(zip(places.tolist(), numbers.tolist(), strict=True)) == expected
    assert places.tolist() == sorted(places.tolist())


@pytest.mark.parametrize("step", [1, 3, 1 << 40, 0x9E3779B97F4A7C15])
def test_a_table_finds_its_keys_and_no_others(step: int) -> None:
    keys = np.arange(1, 5001, dtype=np.uint64) * np.uint64(step)
    at, numbers = Table(keys[::2]).find(keys)
    assert at.tolist() == list(range(0, 5000, 2))
    assert sorted(numbers.tolist()) == list(range(2500))


def test_joined_counts_turns_through_all_calls() -> None:
    joined = Joined.of([called(["好", ""]), called(["你好"], "customer")])
    assert "".join(map(chr, joined.codes.tolist())) == "\n好\n\n你好\n"
    assert joined.turns[[1, 4, 5]].tolist() == [0, 2, 2]
    assert joined.roles.tolist() == [0, 0, 1]
