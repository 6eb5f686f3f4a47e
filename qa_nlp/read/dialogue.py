"""Plain dialogue text: ``客服：…`` ``客 户:…``, several turns on a line, several calls in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from qa_nlp.read.decoding import MAX_LINE, text_lines
from qa_nlp.read.marks import (
    BREAK,
    CALLBACK,
    CLOSING,
    FIELDS,
    GREETING,
    HELLO,
    ID_FIELDS,
    RULE,
    SPEAKER,
    STOP,
    TIMED_NAME,
    TITLE,
)
from qa_nlp.read.source import Item, Source, numbered
from qa_nlp.read.values import clock, direction_of, plain, role_of, span
from qa_nlp.records import Call, Turn

CALL_FIELDS = ("call_id", "agent_id", "team", "started_at", "direction")


@dataclass
class Draft:
    """The call being put together."""

    turns: list[Turn] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    gaps: int = 0
    open: bool = False

    def closed(self) -> bool:
        """Whether one of the last turns says goodbye."""
        return any(CLOSING.search(turn.text) for turn in self.turns[-3:])

    def call(self) -> Call:
        """The call so far; its id stays empty when the text gives none."""
        fields = dict(self.fields)
        meta: dict[str, Any] = {}
        if any(turn.role == "unknown" for turn in self.turns):
            meta["speakers"] = self.names
        turns = tuple(
            Turn(turn.role, turn.text, *span(turn.start, turn.end)) if turn.start is not None else turn for turn in self.turns
        )
        call_id, agent_id, team, started_at, direction = (fields.pop(name, "") for name in CALL_FIELDS)
        return Call(call_id, turns, direction_of(direction), agent_id, team, started_at, meta={**fields, **meta})


def read_dialogue(source: Source) -> Iterator[Item]:
    """The calls of a text file; lines that are nobody's words are left out."""
    found = False
    for call in numbered(split_calls(_lines(source)), source.name):
        found = True
        yield source.check(call)
    if not found:
        yield source.skip("没有找到对话", "每句话前写上说话人，如“客服：”“客户：”")


def turns_of(text: str) -> Call:
    """The dialogue of one cell or field as one call without id; no turns when it has no speakers."""
    draft = Draft()
    for line in text.splitlines():
        for mark, body, match in _pieces(line.strip()):
            if mark == "speaker" and match:
                _add(draft, match, body)
            elif mark == "text" and body and draft.turns:
                _extend(draft, body)
    return draft.call()


def split_calls(lines: Iterable[str]) -> Iterator[Call]:
    """Calls of dialogue lines, told apart by headings, separators, repeated calls and new greetings."""
    draft = Draft()
    blank = False
    for line in lines:
        stripped = line.strip()
        if not stripped:
            blank = True
            draft.open = False
            continue
        for mark, body, match in _pieces(stripped):
            if mark == "speaker" and match:
                if _begins(draft, match, body, blank):
                    yield draft.call()
                    draft = Draft()
                elif blank and draft.turns:
                    draft.gaps += 1
                _add(draft, match, body)
            elif mark == "text":
                if body and draft.open:
                    _extend(draft, body)
            else:
                if draft.turns:
                    yield draft.call()
                    draft = Draft()
                _head(draft, mark, body)
            blank = False
    if draft.turns:
        yield draft.call()


def _begins(draft: Draft, match: re.Match[str], body: str, blank: bool) -> bool:
    """Whether this turn opens another call: a greeting after a goodbye, or after a rare blank line."""
    if len(draft.turns) < 2:
        return False
    agent = role_of(match["name"]) != "customer"
    if draft.closed():
        return (agent and bool(GREETING.search(body[:60]))) or (blank and bool(HELLO.match(body)))
    rare = blank and draft.gaps == 0 and len(draft.turns) >= 4
    return rare and agent and bool(GREETING.search(body[:60]))


def _add(draft: Draft, match: re.Match[str], body: str) -> None:
    name = match["name"].strip()
    start = clock(match["before"] or match["after"] or match["tail"] or "")
    draft.turns.append(Turn(role_of(name), body, start))
    draft.names.append(name)
    draft.open = True


def _extend(draft: Draft, body: str) -> None:
    last = draft.turns[-1]
    draft.turns[-1] = Turn(last.role, f"{last.text}{_glue(last.text, body)}{body}", last.start, last.end)


def _glue(left: str, right: str) -> str:
    return " " if left[-1:].isascii() and right[:1].isascii() and left and right else ""


def _head(draft: Draft, mark: str, body: str) -> None:
    if mark == "field":
        key, _, value = body.partition("\n")
        draft.fields[key] = value
    elif mark == "break" and CALLBACK.search(body):
        draft.fields.setdefault("direction", "outbound")
    elif mark == "break" and TITLE.match(body):
        draft.fields["title"] = body


def _pieces(line: str) -> Iterator[tuple[str, str, re.Match[str] | None]]:
    """(mark, text, match) in order: speaker, break, stop, field, or text that belongs to what stands before."""
    if RULE.match(line):
        yield "rule", "", None
        return
    if (head := FIELDS.match(line)) and head["key"].replace(" ", "").lower() in ID_FIELDS:
        yield "field", f"{ID_FIELDS[head['key'].replace(' ', '').lower()]}\n{head['value']}", None
        return
    if (timed := TIMED_NAME.match(line)) and role_or_number(timed["name"]):
        yield "speaker", "", timed
        return
    marks = sorted(
        [("speaker", m) for m in SPEAKER.finditer(line)]
        + [("break", m) for m in BREAK.finditer(line)]
        + [("stop", m) for m in STOP.finditer(line)],
        key=lambda pair: pair[1].start(),
    )
    if not marks or marks[0][1].start() > 0:
        yield "text", line[: marks[0][1].start() if marks else None].strip(), None
    for i, (mark, match) in enumerate(marks):
        end = marks[i + 1][1].start() if i + 1 < len(marks) else len(line)
        if mark == "speaker":
            yield mark, line[match.end() : end].strip(), match
        else:
            yield mark, line[match.start() : end].strip(), match


def role_or_number(name: str) -> bool:
    """Whether a name stands for a speaker: a known role, or 说话人 and a number."""
    return role_of(name) != "unknown" or bool(re.match(r"(?i)(说话人|发言人|讲话人|speaker|spk)", name))


def _lines(source: Source) -> Iterator[str]:
    for _, line in text_lines(source.path, source.encoding, MAX_LINE):
        yield plain(line or "").rstrip("\r\n")
