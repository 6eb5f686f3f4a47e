"""The phrase language of the rulebook: what QA staff write in the column 词语.

    你必须                  the words themselves
    你…必须  你…<12>必须     a gap of up to 8 (or 12) characters inside one sentence
    你[都]不会用             an optional part
    (不归|不属于)我们管       alternatives; a new line in the cell is an alternative too
    {您}怎么不早说           a named word class of classes.csv
    ^喂$                    start and end of the turn

``parse`` gives a tree of ``nodes``; ``nodes.to_regex`` makes a bounded regular expression over
folded text of it, and ``anchors.needs`` the literal words without which it cannot match.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from qa_nlp.rulebook.anchors import has_needs
from qa_nlp.rulebook.nodes import Alt, Edge, Gap, Literal, Node, Seq
from qa_nlp.text.fold import fold

GAP = 8
MAX_GAP = 40
WIDE_SYNTAX = (*zip("（）［］｛｝｜＜＞＾＄", "()[]{}|<>^$", strict=True), ("......", "…"), ("……", "…"), ("...", "…"))

# Words up to the next sign of the language; an alternative that is nothing else; a whole list of such alternatives.
WORDS = re.compile(r"[^|)\](\[{}…^$<>]++")
PLAIN = re.compile(rf"{WORDS.pattern}(?=[|)\]]|\Z)")
LIST = re.compile(rf"{WORDS.pattern}(?:\|{WORDS.pattern})*+(?=[)\]]|\Z)")


class SyntaxProblem(ValueError):  # noqa: N818 - a finding about a cell, not a failure
    """The pattern cannot be read; the message is Chinese and says what may be written."""


def parse(pattern: str, classes: Mapping[str, tuple[str, ...]]) -> Node:
    """Read one cell. Raises SyntaxProblem with the reason and what may be written."""
    text = pattern.strip()
    for wide, sign in WIDE_SYNTAX:
        text = text.replace(wide, sign)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise SyntaxProblem("词语为空，请写要查的说法")
    node = (
        Alt(tuple(_Parser(line, classes).parse() for line in lines))
        if len(lines) > 1
        else _Parser(lines[0], classes).parse()
    )
    if not has_needs(node):
        raise SyntaxProblem("整条都是可选部分，会命中任何话，请至少写一个必有的词")
    return node


@cache
def _literal(words: str) -> Literal:
    return Literal(fold(words).replace(" ", ""))


@cache
def _list(text: str) -> Node:
    """``不归|不属于`` by itself; the same lists stand in many cells."""
    words = tuple(map(_literal, text.split("|")))
    return words[0] if len(words) == 1 else Alt(words)


class _Parser:
    def __init__(self, text: str, classes: Mapping[str, tuple[str, ...]]) -> None:
        self.text, self.at, self.classes = text, 0, classes

    def parse(self) -> Node:
        node = self._alternatives()
        if self.at < len(self.text):
            raise SyntaxProblem(f"第{self.at + 1}个字“{self.text[self.at]}”多余，括号要成对")
        return node

    def _alternatives(self) -> Node:
        if words := LIST.match(self.text, self.at):
            self.at = words.end()
            return _list(words[0])
        choices = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            choices.append(self._sequence())
        return choices[0] if len(choices) == 1 else Alt(tuple(choices))

    def _sequence(self) -> Node:
        if words := PLAIN.match(self.text, self.at):
            self.at = words.end()
            return _literal(words[0])
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
            elif char in "}<>":
                raise SyntaxProblem(f"第{self.at}个字“{char}”多余，括号要成对")
            else:
                found = WORDS.match(self.text, self.at - 1)
                assert found is not None
                self.at = found.end()
                parts.append(_literal(found[0]))
        return _join(parts)

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
