"""Sets and tables of numbers answer like Python's own, in a fraction of their memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import partial
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.compact import BUCKETS, Latest, Marks

# Numbers that fall into the same bucket, beside any others.
NUMBERS = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 40).map(lambda n: n * BUCKETS + 7))


@given(st.lists(NUMBERS, max_size=300))
def test_marks_answer_like_a_set(numbers: list[int]) -> None:
    marks, seen = Marks(), set[int]()
    for number in numbers:
        assert marks.add(number) is (number not in seen)
        seen.add(number)


@given(st.lists(st.tuples(NUMBERS, st.binary(max_size=4)), max_size=200))
def test_latest_answers_like_a_dict(pairs: list[tuple[int, bytes]]) -> None:
    latest, known = Latest(1_000), dict[int, bytes]()
    for number, text in pairs:
        assert latest.get(number) == known.get(number)
        latest.put(number, text)
        known[number] = text
    assert all(latest.get(number) == text for number, text in known.items())


@given(st.lists(NUMBERS, max_size=200), st.integers(1, 20))
def test_the_last_are_known_and_the_first_forgotten(numbers: list[int], count: int) -> None:
    latest = Latest(count)
    for place, number in enumerate(numbers):
        latest.put(number, b"%d" % place)
    newest_first = list(dict.fromkeys(reversed(numbers)))
    known = [number for number in newest_first if latest.get(number) is not None]
    assert known == newest_first[: len(known)]
    assert min(count, len(newest_first)) <= len(known) <= count * 1.2 + 1


def test_they_take_few_bytes() -> None:
    assert memory_of(lambda: Marks().add) < 20
    assert memory_of(lambda: partial(Latest(10**6).put, text=b"x" * 50)) < 110


def memory_of(new: Callable[[], Callable[[int], object]]) -> float:
    """Bytes for each of 40,000 numbers."""
    random = Random(6)
    tracemalloc.start()
    try:
        take = new()
        for _ in range(40_000):
            take(random.getrandbits(64))
        return tracemalloc.get_traced_memory()[0] / 40_000
    finally:
        tracemalloc.stop()
