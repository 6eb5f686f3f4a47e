"""Take a rule away, and its own examples must notice; nobody else answers under its number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.coverage import overlaps
from qa_nlp.rulebook.load import PROFILES, load_book
from qa_nlp.rulebook.matcher import Matcher
from qa_nlp.rulebook.rule import Example, Rule, read_example
from qa_nlp.rulebook.selftest import example_call
from tests.rulebook.test_matcher import BASE


def found(matcher: Matcher, rule: Rule, example: Example) -> bool:
    """Whether the rule's own number answers with the example's quote, amid all rules of the matcher."""
    prepared = example_call(rule, example)
    last = len(prepared.roles) - 1
    hits = [hit for hit in matcher.scan(prepared) if hit.turn == last and hit.rule.id == rule.id]
    return example.quote in [prepared.quote(hit.turn, hit.start, hit.end)[2] for hit in hits]


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_without_a_rule_its_examples_fail(profile: str) -> None:
    book = load_book(profile)
    matcher, mutants = book.matcher, 0
    for rule in book.rules:
        assert all(found(matcher, rule, example) for example in rule.hits), rule.id
        # A whole new automaton for every rule would take minutes; its own sheet's neighbours do.
        rest = Matcher([r for r in book.rules if r.code == rule.code and r.id != rule.id], book.classes)
        assert not any(found(rest, rule, example) for example in rule.hits), rule.id
        mutants += 1
    assert mutants == len(book.rules)


@pytest.mark.slow
def test_a_rule_that_finds_nothing_is_noticed() -> None:
    """The other way round: a pattern gone wrong fails the examples of that rule and of no other."""
    book = load_book("power")
    for rule in book.rules[::20]:
        broken = replace(rule, pattern="无人会说的话语", mode="原字")
        matcher = Matcher([broken if r.id == rule.id else r for r in book.rules], book.classes)
        assert not any(found(matcher, rule, example) for example in rule.hits), rule.id
        neighbour = next(r for r in book.rules if r.code == rule.code or r.id != rule.id)
        if neighbour.id != rule.id:
            assert all(found(matcher, neighbour, example) for example in neighbour.hits)


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_few_rules_are_answered_for_by_others(profile: str) -> None:
    found = overlaps(load_book(profile))
    assert sum(o.redundant for o in found) <= 0.05 * len(found), [o.rule.id for o in found if o.redundant]


def rule(number: str, pattern: str, *hits: str, code: str = "blame") -> Rule:
    return replace(
        BASE, id=number, pattern=pattern, code=code, hits=tuple(read_example(hit, "agent") for hit in hits)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("other", "shared", "redundant"),
    [
        (rule("TST-002", "让你"), 2, True),
        (rule("TST-002", "让你不"), 1, False),
        (rule("TST-002", "让你", code="provoke"), 0, False),
        (rule("TST-002", "早交"), 0, False),
    ],
)
def test_overlap_counts_the_same_place_and_code_only(book: Rulebook, other: Rule, shared: int, redundant: bool) -> None:
    own = rule("TST-001", "谁让你", "【谁让你】不早交", "【谁让您】来的")
    first = overlaps(replace(book, rules=(own, other), situations=()))[0]
    assert (first.examples, first.shared, first.redundant) == (2, shared, redundant)
