"""A result folder is read into places of calls by measure; what is none is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_nlp.errors import UsageError
from qa_nlp.trend.periods import FAULT, GRADE, OVERALL, RULE, STEP, SUBTYPE, TEAM, read_period, read_periods
from tests.trend.conftest import Make, calls, line


def test_what_is_counted_and_over_what(make: Make) -> None:
    suspected = {"rule_id": "R-9", "code": "cold", "status": "suspected", "points": 0.0}
    suppressed = {"rule_id": "R-8", "code": "cold", "status": "suppressed", "points": 2.0}
    unscored = line(3, score=None, grade="未评", missing=None, team="", started_at="2026-04-01T08:00:00")
    period = read_period(
        make(
            "a",
            [line(1, fault="blame", missing=True), line(2, findings=[suspected, suppressed], missing=False), unscored],
        )
    )
    assert (period.name, period.calls, period.first, period.last) == ("a", 3, "2026-03-05", "2026-04-01")
    assert list(period.shares[FAULT, "blame", ""].hits) == [0]
    assert (FAULT, "cold", "") not in period.shares
    assert list(period.shares[RULE, "R-9", ""].hits) == [1]
    assert (RULE, "R-8", "") not in period.shares
    assert period.base((FAULT, "blame", "")) is None
    assert list(period.base((STEP, "greet", "")) or ()) == [0, 1]
    assert list(period.shares[STEP, "greet", ""].hits) == [0]
    assert list(period.base((GRADE, "优秀", "")) or ()) == [0, 1]
    assert list(period.shares[SUBTYPE, "repair.outage_single", ""].hits) == [0, 1, 2]
    assert list(period.means[TEAM, "一班", "score"].values) == [90.0, 90.0]
    assert list(period.shares[OVERALL, "unscored", ""].hits) == [2]


@pytest.mark.parametrize(
    ("break_", "number"),
    [
        (lambda folder: (folder / "run.json").unlink(), "U031"),
        (lambda folder: (folder / "calls.jsonl").unlink(), "U032"),
        (lambda folder: (folder / "calls.jsonl").write_bytes(b'{"call_id":"1"}\n'), "U033"),
        (lambda folder: (folder / "calls.jsonl").write_bytes(b"\xff\xfe{"), "U033"),
        (lambda folder: (folder / "calls.jsonl").write_bytes(b""), "U034"),
    ],
)
def test_what_is_no_result_is_refused(make: Make, break_, number: str) -> None:  # type: ignore[no-untyped-def]
    folder = make("a", calls(3))
    break_(folder)
    with pytest.raises(UsageError, match=number):
        read_period(folder)


def test_a_damaged_run_json_only_loses_its_facts(make: Make) -> None:
    folder = make("a", calls(3))
    (folder / "run.json").write_text("[1", encoding="utf-8")
    assert read_period(folder).facts == {}


def test_periods_of_one_name_are_told_apart(make: Make) -> None:
    folders = [make("三月/out", calls(3)), make("四月/out", calls(3))]
    assert [period.name for period in read_periods(folders)] == ["三月/out", "四月/out"]


def test_one_folder_twice_is_refused(make: Make, tmp_path: Path) -> None:
    folder = make("a", calls(3))
    with pytest.raises(UsageError, match="U035"):
        read_periods([folder, tmp_path / "x" / ".." / "a"])
