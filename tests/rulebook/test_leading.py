"""Expressions written by their first characters: the same matches, found more quickly."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.rulebook import leading
from qa_nlp.rulebook.leading import GROWTH, Sought, to_search
from qa_nlp.rulebook.load import load_book
from qa_nlp.rulebook.nodes import Alt, Edge, Gap, Literal, Node, Seq, to_regex

LITERALS = st.text("你我,. 好a", min_size=1, max_size=3).map(Literal)
LEAVES = LITERALS | st.sampled_from([Gap(2), Edge("^"), Edge("$"), Seq(())])
NODES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda parts: (
        st.lists(parts, min_size=1, max_size=4).map(lambda own: Alt(tuple(own)))
        | st.lists(parts, min_size=1, max_size=4).map(lambda own: Seq(tuple(own)))
    ),
    max_leaves=10,
)


@given(NODES, st.text("你我,. 好a\n", max_size=12), st.integers(0, 3), st.booleans())
def test_matches_are_those_of_the_usual_expression(node: Node, text: str, start: int, by_sound: bool) -> None:
    usual, written = (re.compile(make(node, by_sound=by_sound)) for make in (to_regex, to_search))
    spans = [[match.span() for match in regex.finditer(text, min(start, len(text)))] for regex in (usual, written)]
    assert spans[0] == spans[1]


def test_what_is_asked_often_is_found_at_the_same_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leading, "OFTEN", 2)
    node = Seq((Alt((Literal("他"), Literal("同事"))), Gap(3), Literal("说")))
    sought = Sought(node)
    found = [sought.search("我同事没说,他说", 1, 8) for _ in range(4)]
    assert [match and match.span() for match in found] == [(1, 5)] * 4
    assert [match.re.pattern == to_search(node) for match in found if match] == [False, False, True, True]
    assert sought.search("同事", 0, 2) is None


def test_a_hidden_first_character_is_brought_forward() -> None:
    node = Alt((Seq((Alt((Literal("他"), Literal("同事"))), Gap(3), Literal("说"))), Seq((Edge("^"), Literal("喂")))))
    assert _skips(to_search(node))
    assert not _skips(to_regex(node))


def test_an_expression_does_not_grow_without_bound() -> None:
    many = Alt(tuple(Literal(chr(0x4E00 + n)) for n in range(100)))
    node = Alt((Seq((many, many)), Seq((Gap(1), many))))
    assert to_search(node) == to_regex(node)
    wide = Alt((Seq((many, Alt(tuple(Literal("好" * 9) for _ in range(50))))), Literal("你")))
    assert len(to_search(wide)) <= GROWTH * len(to_regex(wide))


@pytest.mark.parametrize("profile", ["power", "telecom"])
def test_conditions_of_the_rulebook_let_re_skip(profile: str) -> None:
    patterns = [c.pattern for c in load_book(profile).matcher.unless if c.pattern is not None and c.pattern.node]
    assert sum(_skips(to_search(pattern.node)) for pattern in patterns if pattern.node) > 0.9 * len(patterns)


def _skips(expression: str) -> bool:
    """Whether every branch begins with a plain character, to which ``re`` goes at once."""
    return all(branch[:1] == "\\" or branch[:1] not in "([.^$" for branch in _branches(expression))


def _branches(expression: str) -> list[str]:
    """The alternatives of the outermost group, or the expression itself."""
    inner = expression[3:-1] if expression.startswith("(?:") and expression.endswith(")") else expression
    found, depth, at = [""], 0, 0
    while at < len(inner):
        size = 2 if inner[at] == "\\" else 1
        if inner[at] == "[":
            size = inner.index("]", at + 2) + 1 - at
        depth += (inner[at] == "(") - (inner[at] == ")")
        if inner[at] == "|" and not depth:
            found.append("")
        else:
            found[-1] += inner[at : at + size]
        at += size
    return found
