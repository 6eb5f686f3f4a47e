"""The phrase language of the rulebook: what QA staff write in the column 词语.

    你必须                  the words themselves
    你…必须  你…<12>必须     a gap of up to 8 (or 12) characters inside one sentence
    你[都]不会用             an optional part
    (不归|不属于)我们管       alternatives; a new line in the cell is an alternative too
    {您}怎么不早说           a named word class of classes.csv
    ^喂$                    start and end of the turn

``parse`` gives a tree, ``to_regex`` a bounded regular expression over folded text, and
``anchors`` the literal parts of which every match contains at least one: they feed the
automaton, so that a call pays for the rules that may fire and for no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from qa_nlp.text.fold import fold, sound

GAP = 8
MAX_GAP = 40
MAX_ANCHORS = 64
# A gap stays inside one sentence. '.' is what the fold makes of '。'.
GAP_CHARS = r"[^.!?\n]"
WIDE_SYNTAX = str.maketrans("（）［］｛｝｜＜＞＾＄", "()[]{}|<>^$")


class SyntaxProblem(ValueError):  # noqa: N818 - a finding about a cell, not a failure
    """The pattern cannot be read; the message is Chinese and says what may be written."""


@dataclass(frozen=True)
class Literal:
    """Folded words, exactly as they stand."""

    text: str


@dataclass(frozen=True)
class Gap:
    """Up to ``size`` characters of the same sentence."""

    size: int


@dataclass(frozen=True)
class Edge:
    """``^`` or ``$``: the start or the end of the turn."""

    char: str


@dataclass(frozen=True)
class Seq:
    """Parts in order."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Alt:
    """One of several; with an empty Seq among them the part is optional."""

    choices: tuple[Node, ...]


Node = Literal | Gap | Edge | Seq | Alt


def parse(pattern: str, classes: Mapping[str, tuple[str, ...]]) -> Node:
    """Read one cell. Raises SyntaxProblem with the reason and what may be written."""
    text = pattern.strip().translate(WIDE_SYNTAX).replace("......", "…").replace("……", "…").replace("...", "…")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise SyntaxProblem("词语为空，请写要查的说法")
    node = (
        Alt(tuple(_Parser(line, classes).parse() for line in lines))
        if len(lines) > 1
        else _Parser(lines[0], classes).parse()
    )
    if min_length(node) == 0:
        raise SyntaxProblem("整条都是可选部分，会命中任何话，请至少写一个必有的词")
    if anchors(node) is None:
        raise SyntaxProblem(
            "没有固定的词可供查找（只有间隔或单个可选词），请至少写出一个两字以上的词，或给出更具体的说法"
        )
    return node


class _Parser:
    def __init__(self, text: str, classes: Mapping[str, tuple[str, ...]]) -> None:
        self.text, self.at, self.classes = text, 0, classes

    def parse(self) -> Node:
        node = self._alternatives()
        if self.at < len(self.text):
            raise SyntaxProblem(f"第{self.at + 1}个字“{self.text[self.at]}”多余，括号要成对")
        return node

    def _alternatives(self) -> Node:
        choices = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            choices.append(self._sequence())
        return choices[0] if len(choices) == 1 else Alt(tuple(choices))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while (char := self._peek()) and char not in "|)]":
            self.at += 1
            if char == "[":
                parts.append(Alt((self._group("]"), Seq(()))))
            elif char == "(":
                parts.append(self._group(")"))
            elif char == "{":
                parts.append(self._word_class())
            elif char == "…":
                parts.append(Gap(self._gap_size()))
            elif char in "^$":
                parts.append(Edge(char))
            elif char in "}>":
                raise SyntaxProblem(f"第{self.at}个字“{char}”多余，括号要成对")
            else:
                parts.append(self._literal())
        return _join(parts)

    def _literal(self) -> Literal:
        begin = self.at - 1
        while (char := self._peek()) and char not in "|)]([{}…^$<>":
            self.at += 1
        return Literal(fold(self.text[begin : self.at]).replace(" ", ""))

    def _group(self, closing: str) -> Node:
        node = self._alternatives()
        if self._peek() != closing:
            raise SyntaxProblem(f"缺少“{closing}”，括号要成对")
        self.at += 1
        return node

    def _word_class(self) -> Node:
        end = self.text.find("}", self.at)
        if end < 0:
            raise SyntaxProblem("缺少“}”，词类写作 {词类名}")
        name = self.text[self.at : end].strip()
        self.at = end + 1
        if name not in self.classes:
            raise SyntaxProblem(f"没有名为“{name}”的词类，可用的有：{'、'.join(sorted(self.classes)) or '（无）'}")
        return Alt(tuple(Literal(fold(word)) for word in self.classes[name]))

    def _gap_size(self) -> int:
        if self._peek() != "<":
            return GAP
        end = self.text.find(">", self.at)
        digits = self.text[self.at + 1 : end] if end > 0 else ""
        if not digits.isascii() or not digits.isdigit() or not 1 <= int(digits) <= MAX_GAP:
            raise SyntaxProblem(f"间隔的字数写作 …<12>，数字在 1 到 {MAX_GAP} 之间")
        self.at = end + 1
        return int(digits)

    def _peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""


def _join(parts: list[Node]) -> Node:
    merged: list[Node] = []
    for part in parts:
        if isinstance(part, Literal) and merged and isinstance(merged[-1], Literal):
            merged[-1] = Literal(merged[-1].text + part.text)
        else:
            merged.append(part)
    return merged[0] if len(merged) == 1 else Seq(tuple(merged))


def to_regex(node: Node, *, by_sound: bool = False) -> str:
    """A regular expression over folded text (or its syllables), without unbounded repeats."""
    match node:
        case Literal(text):
            return re.escape(sound(text) if by_sound else text)
        case Gap(size):
            return f"{GAP_CHARS}{{0,{size}}}?"
        case Edge(char):
            return r"(?:(?<=\n)|\A)[ ,.]?" if char == "^" else r"(?=[ ,.!?~…]*(?:\n|\Z))"
        case Seq(parts):
            return "".join(to_regex(part, by_sound=by_sound) for part in parts)
        case Alt(choices):
            return "(?:" + "|".join(to_regex(choice, by_sound=by_sound) for choice in choices) + ")"


def min_length(node: Node) -> int:
    """Characters that every match has at least, gaps not counted."""
    match node:
        case Literal(text):
            return len(text)
        case Gap() | Edge():
            return 0
        case Seq(parts):
            return sum(map(min_length, parts))
        case Alt(choices):
            return min(map(min_length, choices))


def anchors(node: Node) -> frozenset[str] | None:
    """Literals of which every match contains one; None where there is no such set."""
    match node:
        case Literal(text):
            return frozenset({text}) if text else None
        case Gap() | Edge():
            return None
        case Alt(choices):
            sets = [anchors(choice) for choice in choices]
            if any(found is None for found in sets):
                return None
            return frozenset().union(*(found for found in sets if found))
        case Seq(parts):
            options = [found for run in _runs(parts) if (found := _spelled(run)) or (found := _single(run))]
            return max(options, key=_strength, default=None)


def _runs(parts: tuple[Node, ...]) -> Iterator[list[Node]]:
    """Every stretch of parts without a gap: the whole stretches, then each part alone."""
    run: list[Node] = []
    for part in (*parts, Gap(0)):
        if isinstance(part, Gap | Edge):
            for begin in range(len(run)):
                for end in range(begin + 1, len(run) + 1):
                    yield run[begin:end]
            run = []
        else:
            run.append(part)


def _single(run: list[Node]) -> frozenset[str] | None:
    return anchors(run[0]) if len(run) == 1 else None


def _spelled(run: list[Node]) -> frozenset[str] | None:
    """The run spelled out in full where that gives few strings."""
    spellings: list[frozenset[str]] = []
    total = 1
    for part in run:
        words = _words(part)
        if words is None or (total := total * len(words)) > MAX_ANCHORS:
            return None
        spellings.append(words)
    strings = frozenset("".join(choice) for choice in product(*spellings))
    return None if "" in strings else strings


def _words(node: Node) -> frozenset[str] | None:
    """All strings of a gapless node, or None where they are too many."""
    match node:
        case Literal(text):
            return frozenset({text})
        case Gap() | Edge():
            return None
        case Seq(parts):
            if not parts:
                return frozenset({""})
            return _spelled_any(parts)
        case Alt(choices):
            sets = [_words(choice) for choice in choices]
            if any(found is None for found in sets):
                return None
            union: frozenset[str] = frozenset().union(*(found for found in sets if found))
            return union if len(union) <= MAX_ANCHORS else None


def _spelled_any(parts: tuple[Node, ...]) -> frozenset[str] | None:
    result = frozenset({""})
    for part in parts:
        words = _words(part)
        if words is None or len(words) * len(result) > MAX_ANCHORS:
            return None
        result = frozenset(a + b for a in result for b in words)
    return result


def _strength(found: frozenset[str]) -> tuple[float, int]:
    """Long anchors beat short ones; few beat many."""
    return min(map(len, found)) - 0.02 * len(found), -len(found)
