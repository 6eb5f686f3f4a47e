"""Two rulebooks over the same calls: what came, what went, how scores moved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa_nlp.inspector import Inspector
from qa_nlp.privacy.shield import Shield
from qa_nlp.records import Call, Finding, Skipped, Verdict
from qa_nlp.rule_diff import Difference, changes, compare, lines
from qa_nlp.rulebook.rule import Rule
from tests.conftest import make_call
from tests.rulebook.test_matcher import BASE

NEW_RULE = replace(BASE, id="TST-900", code="misguide", pattern="把总表拧下来", points=6.0)
TEXT = "座：您好，请问有什么可以帮您\n客：表好像不准\n座：您把总表拧下来看看\n客：这行吗\n座：感谢您的来电，再见"
CALLS = [make_call(TEXT, "A", agent_id="A07"), make_call(TEXT.replace("总表", "灯泡"), "B", agent_id="A08")]


def with_rules(inspector: Inspector, *rules: Rule) -> Inspector:
    return Inspector(replace(inspector.book, rules=(*inspector.book.rules, *rules)), inspector.model)


@pytest.fixture(scope="module")
def difference(inspector: Inspector) -> Difference:
    return compare(CALLS, inspector, with_rules(inspector, NEW_RULE))


def test_a_new_rule_gains_its_finding(difference: Difference) -> None:
    (change,) = difference.changes
    assert (change.kind, change.call_id, change.turn, change.quote) == ("gained", "A", 2, "把总表拧下来")
    assert (change.rule_id, change.before, change.after) == ("TST-900", "", "confirmed 6")
    assert (difference.calls, difference.changed_calls) == (2, 1)


def test_scores_move_for_the_agent_concerned_only(difference: Difference) -> None:
    before, after = difference.shifts["A07"].means or (0.0, 0.0)
    assert after < before
    assert difference.shifts["A08"].before == difference.shifts["A08"].after


def test_the_other_way_round_it_is_lost(inspector: Inspector) -> None:
    found = compare(CALLS, with_rules(inspector, NEW_RULE), inspector)
    assert [(c.kind, c.before, c.after) for c in found.changes] == [("lost", "confirmed 6", "")]


def test_a_milder_rule_changes_its_finding(inspector: Inspector) -> None:
    milder = replace(NEW_RULE, severity="suspected")
    found = compare(CALLS, with_rules(inspector, NEW_RULE), with_rules(inspector, milder))
    assert [(c.kind, c.before, c.after) for c in found.changes] == [("changed", "confirmed 6", "suspected 0")]


@pytest.mark.parametrize("mask", [True, False])
def test_quotes_are_covered_unless_told_otherwise(mask: bool, inspector: Inspector) -> None:
    calls = [make_call("座：您把总表拧下来找王小明先生，再打13712345678", "A")]
    wide = with_rules(inspector, replace(NEW_RULE, pattern="把总表拧下来找王小明先生"))
    (change,) = compare(calls, inspector, wide, Shield(mask)).changes
    assert ("王小明" in change.quote) is not mask
    assert change.quote.startswith("把总表拧下来")


def test_the_same_book_differs_in_nothing(inspector: Inspector) -> None:
    found = compare([*CALLS, Skipped("x.txt", None, "", "坏了", "")], inspector, inspector)
    assert (found.changes, dict(found.steps)) == ([], {})
    assert len(found.skipped) == 1
    assert lines(found) == ["比较了 2 通，0 通的问题有变化：新增 0 处，消失 0 处，改变 0 处"]


def test_a_changed_step_rule_is_counted(inspector: Inspector) -> None:
    """Rules of a step gone: the step is missed where only they saw it."""
    kept = tuple(rule for rule in inspector.book.rules if rule.code != "close")
    blank = replace(BASE, id="TST-901", kind="step", code="ask_evidence", pattern="把灯泡拧下来")
    new = Inspector(replace(inspector.book, rules=(*kept, blank)), inspector.model)
    assert compare(CALLS, inspector, new).steps["ask_evidence", "", "pass"] == 1


def test_lines_tell_call_turn_quote_rule_and_shift(difference: Difference) -> None:
    told = lines(difference)
    assert told[0].startswith("比较了 2 通，1 通的问题有变化：新增 1 处")
    assert told[1] == "新增  A 第3句“把总表拧下来” misguide TST-900（确认扣6分）"
    assert told[2].startswith("座席 A07：1 通，平均 ")
    assert not any("A08" in line for line in told)


def verdict(*findings: Finding) -> Verdict:
    return Verdict(
        "A", "repair", "repair.urge", 1.0, None, False, 90.0, "优秀", None, None, {}, findings, (), {}, (), {}, (), "",
        "A07", "", "", "", 3, (), {},
    )  # fmt: skip


def finding(status: str, points: float, code: str = "cold") -> Finding:
    return Finding("R", code, "minor", points, 1, 0, 1, "喂", "", "", "", "exact", 1.0, status)


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ([finding("confirmed", 3)], [finding("confirmed", 3)], []),
        ([finding("suppressed", 0)], [], []),
        ([finding("confirmed", 3)], [finding("suppressed", 0)], ["lost"]),
        ([finding("confirmed", 3)], [finding("confirmed", 5)], ["changed"]),
        ([finding("confirmed", 3)], [finding("confirmed", 3, "blame")], ["gained", "lost"]),
    ],
)
def test_what_counts_as_a_change(before: list[Finding], after: list[Finding], kinds: list[str]) -> None:
    assert [change.kind for change in changes(verdict(*before), verdict(*after))] == kinds


def test_calls_stream_by(inspector: Inspector) -> None:
    def endless() -> list[Call]:
        return [replace_id(CALLS[1], n) for n in range(70)]

    assert compare(iter(endless()), inspector, inspector).calls == 70


def replace_id(call: Call, number: int) -> Call:
    return Call(f"B{number}", call.turns, agent_id=call.agent_id)
