"""Annotated calls in the text form in which they are written (``docs/annotation.md``).

::

    ### T001 | repair.outage_single | agent=A07 | team=一班 | direction=inbound
    座| 您好，请问有什么可以帮您？ @greet
    客| 我家没电了
    座| 不是跟您说过了吗 !rhetorical[不是跟您说过了吗]

``@step`` a step fulfilled, ``!code[quote]`` a fault, ``~code[quote]`` a near miss. A line ``#``
begins a snippet (a few turns without a subtype); ``subtype|text`` is a short written request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from qa_nlp.errors import Problem, ReadError
from qa_nlp.records import Call, Tag, Turn

HEAD = re.compile(r"^### (\S+) \| (\S+) \| agent=(\S*) \| team=(\S*) \| direction=(\w+)\s*$")
TAG = re.compile(r"(?:^| )(?:@([a-z0-9_]+)|([!~])([a-z_]+)\[([^\]]*)\])$")
REQUEST = re.compile(r"^([a-z]+\.[a-z_]+)\s*\|\s*(.+)$")
SPEAKERS = {"座|": "agent", "客|": "customer"}


def read_annotated(path: Path) -> list[Call]:
    """All calls, snippets and requests of one file.

    Raises:
        ReadError: with file and line, where a line fits no form or a quote is not in its turn.
    """
    calls: list[Call] = []
    problems: list[Problem] = []
    for head, lines in _blocks(path):
        turns = [turn for number, line in lines if (turn := _turn(line, f"{path.name}:{number}", problems))]
        number = len(calls) + 1
        if head is None:
            calls.append(Call(f"{path.stem}-{number:04d}", tuple(turns)))
        elif head[1]:
            calls.append(
                Call(head[1], tuple(turns), head[5], head[3], head[4], labels={"subtype": head[2]})
            )  # fmt: skip
    calls += [
        Call(f"{path.stem}-{number:04d}", (Turn("customer", text),), labels={"subtype": subtype})
        for number, (subtype, text) in enumerate(_requests(path), 1)
    ]
    if problems:
        raise ReadError(problems)
    return calls


def _blocks(path: Path) -> Iterator[tuple[re.Match[str] | None, list[tuple[int, str]]]]:
    head: re.Match[str] | None = None
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        match = HEAD.match(line)
        if match or line.strip() == "#":
            if lines:
                yield head, lines
            head, lines = match, []
        elif line.strip() and not REQUEST.match(line):
            lines.append((number, line.strip()))
    if lines:
        yield head, lines


def _requests(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        match = REQUEST.match(line)
        if match:
            yield match[1], match[2].strip()


def _turn(line: str, place: str, problems: list[Problem]) -> Turn | None:
    role = SPEAKERS.get(line[:2])
    if role is None:
        problems.append(Problem("R201", place, f"不是一句对话：{line[:30]}", "以“座|”或“客|”开头"))
        return None
    text = line[2:].strip()
    acts: list[str] = []
    marks: list[tuple[str, str, str]] = []
    while match := TAG.search(text):
        if match[1]:
            acts.insert(0, match[1])
        else:
            marks.insert(0, (match[2], match[3], match[4]))
        text = text[: match.start()]
    tags: dict[str, list[Tag]] = {"!": [], "~": []}
    for mark, code, quote in marks:
        at = text.find(quote)
        if at < 0 or not quote:
            problems.append(Problem("R202", place, f"句中没有“{quote}”", "引文要与句中文字一字不差"))
            continue
        tags[mark].append(Tag(code, quote, at, at + len(quote)))
    return Turn(role, text, acts=tuple(dict.fromkeys(acts)), faults=tuple(tags["!"]), near_misses=tuple(tags["~"]))
