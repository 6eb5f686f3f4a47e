"""The same expression as ``nodes.to_regex``, written so that ``re`` finds quickly where a match may begin.

``re`` skips to one of a few characters where every branch of an expression begins with one. Branches that begin
with a choice hide theirs: they are written out and put together by their first character.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable

from qa_nlp.rulebook.nodes import Alt, Edge, Literal, Node, Seq, to_regex
from qa_nlp.text.fold import sound

# An expression that grows by more is left as it was: to compile it takes longer than it spares.
GROWTH = 10
# What stands behind the first character of a turn: the mark that ``^`` passes over, or a letter.
MARKS, FIRST_OF_TURN = " ,.", r"(?:(?<=\n.)|(?<=\A.))"
# It takes some thousand searches to win back what the longer expression costs to compile.
OFTEN = 1_000
# First character ("" where a branch may hold nothing) and the expression of what follows it.
Branch = tuple[str, str]


class Sought:
    """The expression of a node, compiled: ``to_regex`` at first, ``to_search`` once it was asked often."""

    def __init__(self, node: Node, *, by_sound: bool = False) -> None:
        self._node, self._by_sound = node, by_sound
        self._left = OFTEN
        self._regex = re.compile(to_regex(node, by_sound=by_sound))
        self.search: Callable[..., re.Match[str] | None] = self._counted

    def _counted(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        self._left -= 1
        if not self._left:
            self.search = re.compile(to_search(self._node, by_sound=self._by_sound)).search
        return self._regex.search(text, start, end)


def to_search(node: Node, *, by_sound: bool = False) -> str:
    """An expression with the very matches of ``to_regex``, to be used with ``search``."""
    usual = to_regex(node, by_sound=by_sound)
    branches = _branches(node, by_sound)
    if branches is None or any(not first for first, _ in branches):
        return usual
    written = "(?:" + "|".join(re.escape(first) + rest for first, rest in _by_first(branches)) + ")"
    return written if len(written) <= GROWTH * len(usual) else usual


def _branches(node: Node, by_sound: bool) -> list[Branch] | None:
    """What a match may be, in the order of trying; None where it may begin with anything."""
    match node:
        case Literal(text):
            text = sound(text) if by_sound else text
            return [(text[:1], re.escape(text[1:]))]
        case Alt(choices):
            found = [_branches(choice, by_sound) for choice in choices]
            return [branch for part in found if part is not None for branch in part] if None not in found else None
        case Seq(()):
            return [("", "")]
        case Seq((Edge("^"), *rest)):
            return _at_begin(Seq(tuple(rest)), by_sound)
        case Seq((first, *rest)):
            return _in_row(_branches(first, by_sound), Seq(tuple(rest)), by_sound)
        case _:
            return None


def _at_begin(rest: Seq, by_sound: bool) -> list[Branch] | None:
    """The branches of what must begin where a turn does, perhaps behind a mark."""
    following = _branches(rest, by_sound)
    if following is None or any(not first for first, _ in following):
        return None
    marked = [(mark, FIRST_OF_TURN + to_regex(rest, by_sound=by_sound)) for mark in MARKS]
    return marked + [(first, FIRST_OF_TURN + own) for first, own in following]


def _in_row(first: list[Branch] | None, rest: Seq, by_sound: bool) -> list[Branch] | None:
    """The branches of a part and what follows it; where the part is optional, what follows may begin."""
    if first is None:
        return None
    behind = to_regex(rest, by_sound=by_sound)
    if all(char for char, _ in first):
        return [(char, own + behind) for char, own in _by_first(first)]
    following = _branches(rest, by_sound)
    if following is None:
        return None
    return [branch for char, own in first for branch in ([(char, own + behind)] if char else following)]


def _by_first(branches: Iterable[Branch]) -> list[Branch]:
    """One branch for each first character; those of one character stay in their order."""
    found: dict[str, list[str]] = {}
    for first, rest in branches:
        found.setdefault(first, []).append(rest)
    return [(first, rests[0] if len(rests) == 1 else f"(?:{'|'.join(rests)})") for first, rests in found.items()]
