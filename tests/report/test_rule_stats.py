"""Figures of a finished run: hits by rule, silent rules, the share that is only suspected."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from qa_nlp.errors import UsageError
from qa_nlp.report.rule_stats import dead_rules, lines, read_stats, run_profile
from qa_nlp.rulebook.book import Rulebook
from tests.rulebook.test_matcher import BASE


def finding(rule: str, status: str = "confirmed", code: str = "blame") -> dict[str, str]:
    return {"rule_id": rule, "code": code, "status": status, "quote": "……"}


CALLS = [
    {"findings": [finding("TST-001"), finding("TST-001", "suspected"), finding("MODEL-cold", "suspected", "cold")]},
    {"findings": [finding("TST-001", "suppressed")], "steps": [{"step": "greet", "evidence": "TST-003"}]},
    {
        "findings": [],
        "steps": [{"step": "close", "evidence": "model"}, {"step": "H01", "evidence": "H01 缺：问候"}, {"step": "x"}],
    },
]


@pytest.fixture
def result(tmp_path: Path) -> Path:
    (tmp_path / "run.json").write_text('{"profile": "hotline"}', encoding="utf-8")
    (tmp_path / "calls.jsonl").write_text("\n".join(json.dumps(c, ensure_ascii=False) for c in CALLS), encoding="utf-8")
    return tmp_path


def small(book: Rulebook) -> Rulebook:
    rules = [
        replace(BASE, id="TST-001"),
        replace(BASE, id="TST-002"),
        replace(BASE, id="TST-003", kind="step", code="greet"),
    ]
    return replace(book, rules=(*rules, replace(BASE, id="TST-004", kind="signal")))


def test_counts(result: Path) -> None:
    stats = read_stats(result)
    use = stats.uses["TST-001"]
    assert (stats.calls, use.hits, use.calls) == (3, 3, 2)
    assert dict(use.by_status) == {"confirmed": 1, "suspected": 1, "suppressed": 1}
    assert use.suspected == 0.5
    assert set(stats.uses) == {"TST-001", "TST-003", "MODEL-cold"}
    assert [u.rule_id for u in stats.ranked()] == ["TST-001", "MODEL-cold", "TST-003"]
    assert stats.suspected == pytest.approx(2 / 3)


def test_dead_rules_are_those_that_could_have_spoken(result: Path, book: Rulebook) -> None:
    assert [rule.id for rule in dead_rules(read_stats(result), small(book))] == ["TST-002"]


def test_lines_name_rules_codes_and_the_silent(result: Path, book: Rulebook) -> None:
    told = lines(read_stats(result), small(book))
    assert told[0] == "3 通；措辞与步骤规则 3 条，2 条命中过；疑似占 67%"
    assert any(line.startswith("TST-001") and "确认 1，疑似 1，排除 1" in line for line in told)
    assert any(line.startswith("MODEL-cold") and "生硬冷漠" in line for line in told)
    assert "  blame：TST-002" in told


def test_the_profile_of_the_run_is_known(result: Path) -> None:
    assert run_profile(result) == "hotline"
    (result / "run.json").write_text("{", encoding="utf-8")
    assert run_profile(result) == ""


def test_an_empty_run_has_no_shares(result: Path, book: Rulebook) -> None:
    (result / "calls.jsonl").write_bytes(b"")
    stats = read_stats(result)
    assert stats.suspected is None
    assert "疑似占 无" in lines(stats, small(book))[0]


@pytest.mark.parametrize(("missing", "number"), [("run.json", "U031"), ("calls.jsonl", "U032")])
def test_what_is_no_result_is_refused(result: Path, missing: str, number: str) -> None:
    (result / missing).unlink()
    with pytest.raises(UsageError, match=number):
        read_stats(result)


def test_a_damaged_line_is_named(result: Path) -> None:
    with (result / "calls.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n{oops")
    with pytest.raises(UsageError, match="第4行"):
        read_stats(result)
