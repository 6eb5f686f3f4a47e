"""Each call id counts once; the table of marks answers like a set, in a fraction of its memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.read.once import PLACES, Marks, Once
from qa_nlp.read.source import Source

# Numbers that fall on the same place, beside any others.
NUMBERS = st.one_of(st.integers(1, 2**64 - 1), st.integers(0, 40).map(lambda n: n * PLACES + 7))


@given(st.lists(NUMBERS, max_size=300))
def test_marks_answer_like_a_set(numbers: list[int]) -> None:
    marks, seen = Marks(), set[int]()
    for number in numbers:
        assert marks.add(number) is (number not in seen)
        seen.add(number)


def test_marks_hold_more_than_their_first_places() -> None:
    random, marks = Random(5), Marks()
    numbers = {random.getrandbits(64) for _ in range(3 * PLACES)}
    assert all(marks.add(number) for number in numbers)
    assert not any(marks.add(number) for number in numbers)


def test_zero_is_a_number_too() -> None:
    marks = Marks()
    assert marks.add(0)
    assert not marks.add(0)


def test_a_mark_takes_few_bytes() -> None:
    random = Random(6)
    tracemalloc.start()
    try:
        marks = Marks()
        for _ in range(40_000):
            marks.add(random.getrandbits(64))
        assert tracemalloc.get_traced_memory()[0] / 40_000 < 25
    finally:
        tracemalloc.stop()


def test_the_second_call_of_an_id_is_skipped(tmp_path: Path) -> None:
    once, source = Once(), Source(tmp_path / "甲.jsonl", "甲.jsonl", "甲")
    assert once.again("A1", 1, source) is None
    assert once.again("A2", 2, source) is None
    again = once.again("A1", 3, source)
    assert again is not None
    assert (again.line, again.call_id) == (3, "A1")
