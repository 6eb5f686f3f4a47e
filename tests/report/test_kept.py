"""Which calls a page keeps of a large batch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.report.kept import Kept

SCORES = st.lists(st.one_of(st.none(), st.integers(0, 100).map(float)), max_size=60)


def kept(scores: list[float | None], count: int, size: int = 10_000) -> tuple[list[int], int]:
    calls = Kept(count, size)
    for number, score in enumerate(scores):
        calls.add(f"T{number}", score, f"{number:04d}".encode)
    blobs, worst = calls.chosen()
    return [int(blob) for blob in blobs], worst


@given(SCORES, st.integers(2, 30))
def test_the_worst_are_always_among_them(scores: list[float | None], count: int) -> None:
    numbers, worst = kept(scores, count)
    assert numbers == sorted(set(numbers))
    assert len(numbers) == min(count, len(scores))
    if len(scores) > count:
        lowest = sorted(score for score in scores if score is not None)[: count // 2]
        chosen = sorted(scores[n] for n in numbers if scores[n] is not None)  # type: ignore[type-var]
        assert worst == len(lowest)
        assert chosen[: len(lowest)] == lowest
    assert kept(scores, count) == (numbers, worst)


def test_size_is_a_limit_too() -> None:
    numbers, worst = kept([float(n) for n in range(100)], 50, size=40)
    assert len(numbers) == 10
    assert worst == 5
    assert set(range(5)) <= set(numbers)


def test_a_small_batch_is_kept_whole_and_in_order() -> None:
    assert kept([None, 3.0, 1.0], 10) == ([0, 1, 2], 0)


def test_calls_that_are_not_kept_are_not_encoded() -> None:
    calls, made = Kept(10), []
    for number in range(2_000):
        calls.add(f"T{number}", 80.0, lambda: made.append(1) or b"x")  # type: ignore[func-returns-value]
    assert len(made) < 200
