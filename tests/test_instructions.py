"""A batch takes no more instructions than when the number was last written down."""

from __future__ import annotations

import pytest

from bench.instructions import RENEW, TOLERANCE, count, key, known, missing, verdict


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_batch_takes_as_many_instructions_as_written_down() -> None:
    expected = known().get(key())
    if expected is None:
        pytest.skip(f"no number for {key()}; write it with `{RENEW}`")
    problem = verdict(count(), expected)
    assert not problem, problem


@pytest.mark.parametrize("change", [0.0, TOLERANCE - 0.001, 0.001 - TOLERANCE])
def test_a_small_change_passes(change: float) -> None:
    assert verdict(round(1e9 * (1 + change)), 10**9) == ""


@pytest.mark.parametrize(("change", "word"), [(TOLERANCE + 0.001, "slower"), (-TOLERANCE - 0.001, "out of date")])
def test_a_large_change_says_how_to_renew_the_number(change: float, word: str) -> None:
    problem = verdict(round(1e9 * (1 + change)), 10**9)
    assert word in problem and RENEW in problem
