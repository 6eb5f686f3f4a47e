"""Plain dialogue text: ``客服：…`` ``客 户:…``, several turns on a line, several calls in a file."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from qa_nlp.read import marks
from qa_nlp.read.decoding import text_lines
from qa_nlp.read.entries import Entry, call_of
from qa_nlp.read.labels import NOBODY, SPOKEN, key_of, labelled, speakers_in
from qa_nlp.read.names import said_role, titled
from qa_nlp.read.source import Placed, Source
from qa_nlp.read.values import clock, direction_of, moment_of, plain, role_of
from qa_nlp.records import Call

MAX_LINE = 4 << 20
# (mark, text, match): speaker, break, stop, rule, field, or text that belongs to what stands before it.
Piece = tuple[str, str, re.Match[str] | None]


@dataclass
class Draft:
    """The call being put together."""

    line: int = 0
    speakers: list[str] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    times: list[tuple[float | None, float | None]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    ahead: list[str] = field(default_factory=list)
    zero: datetime | None = None
    gaps: int = 0
    speaking: bool = False

    def add(self, match: re.Match[str], body: str) -> None:
        """Begin a turn; what was said right before the first named speaker is somebody's turn as well."""
        if self.ahead and not self.texts:
            self._begin("", self.ahead[0], (None, None))
            for line in self.ahead[1:]:
                self.extend(line)
        name = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", match["name"].strip())
        self._begin(name, body, self._times(match))
        self.speaking = True

    def _begin(self, speaker: str, body: str, times: tuple[float | None, float | None]) -> None:
        self.speakers.append(speaker)
        self.texts.append([body])
        self.times.append(times)

    def extend(self, body: str) -> None:
        """Add a line to the last turn; Latin words keep a space between lines."""
        parts = self.texts[-1]
        left = next((part for part in reversed(parts) if part), "")
        parts += [" ", body] if left[-1:].isascii() and left and body[:1].isascii() else [body]

    def closed(self) -> bool:
        """Whether one of the last turns says goodbye."""
        return any(marks.CLOSING.search("".join(parts)[-400:]) for parts in self.texts[-3:])

    def entries(self) -> list[Entry]:
        """The turns so far."""
        return [
            Entry(speaker, "".join(parts).strip(), *times)
            for speaker, parts, times in zip(self.speakers, self.texts, self.times, strict=True)
        ]

    def call(self) -> Call:
        """The call so far; its id stays empty when the text gives none."""
        fields = dict(self.fields)
        if self.zero:
            fields.setdefault("started_at", self.zero.isoformat())
        call_id, agent_id, team, started_at, direction = (
            fields.pop(name, "") for name in ("call_id", "agent_id", "team", "started_at", "direction")
        )
        return call_of(
            self.entries(),
            call_id,
            by_time=False,
            direction=direction_of(direction),
            agent_id=agent_id,
            team=team,
            started_at=started_at,
            meta=fields,
        )

    def _times(self, match: re.Match[str]) -> tuple[float | None, float | None]:
        start = clock(match["before"] or match["after"] or match["tail"] or "")
        if match["date"] and (moment := moment_of(f"{match['date']} {match['before']}")):
            self.zero = self.zero or moment
            start = max(0.0, (moment - self.zero).total_seconds())
        return start, clock(match["until"] or "")


def read_dialogue(source: Source) -> Iterator[Placed]:
    """The calls of a text file; lines that are nobody's words are left out."""
    too_long: list[int] = []
    found = False
    speakers = speakers_in(line for _, line in _lines(source, []))
    for line, call in split_calls(_lines(source, too_long), speakers):
        found = True
        yield line, call
    for number in too_long:
        yield number, source.skip(f"这一行超过 {MAX_LINE >> 20} MB，没有读", "检查导出时是否漏了换行", number)
    if not found and not too_long:
        yield None, source.skip("没有找到对话", "每句话前写上说话人，如“客服：”“客户：”")


def turns_of(text: str) -> Call:
    """The dialogue of one cell or field as one call without id; no turns when it names no speakers."""
    return _drafted(text, speakers_in(plain(text).splitlines())).call()


def entries_of(text: str, speakers: frozenset[str]) -> list[Entry]:
    """The turns of a text that is part of a call with these speakers; none when it names nobody."""
    return _drafted(text, speakers).entries()


def _drafted(text: str, speakers: frozenset[str]) -> Draft:
    draft = Draft()
    for line in text.splitlines():
        for mark, body, match in _pieces(plain(line).strip(), speakers):
            if mark == "speaker" and match:
                draft.add(match, body)
            elif mark != "field" and body and draft.texts:
                draft.extend(body)
            elif mark == "text" and body:
                draft.ahead.append(body)
    return draft


def split_calls(lines: Iterable[tuple[int, str]], speakers: frozenset[str] = NOBODY) -> Iterator[tuple[int, Call]]:
    """(first line, call) of dialogue lines, told apart by headings, separators, repeated calls and new greetings.

    ``speakers`` are labels that name speakers beside the role words that everybody knows.
    """
    draft = Draft()
    blank = False
    for number, line in lines:
        stripped = line.strip()
        if not stripped:
            blank, draft.speaking, draft.ahead = True, False, []
            continue
        for mark, body, match in _pieces(stripped, speakers):
            ends = _begins(draft, match, body, blank) if mark == "speaker" and match else mark != "text"
            if ends and draft.texts:
                yield draft.line, draft.call()
                draft = Draft()
            _take(draft, (mark, body, match), blank, number)
            blank = False
    if draft.texts:
        yield draft.line, draft.call()


def _take(draft: Draft, piece: Piece, blank: bool, number: int) -> None:
    mark, body, match = piece
    if mark == "speaker" and match:
        draft.gaps += blank and bool(draft.texts)
        draft.line = draft.line or number
        draft.add(match, body)
    elif mark == "text":
        if body and draft.speaking:
            draft.extend(body)
        elif body and not draft.texts and (draft.ahead or SPOKEN.search(body)):
            draft.line = draft.line or number
            draft.ahead.append(body)
    elif mark == "field" and match:
        draft.fields[marks.FIELD_OF[_key(match)]] = match["value"]
    elif mark == "break":
        if marks.CALLBACK.search(body):
            draft.fields.setdefault("direction", "outbound")
        elif marks.TITLE.match(body):
            draft.fields["title"] = body[:80]
    if mark != "text":
        draft.ahead = []


def _begins(draft: Draft, match: re.Match[str], body: str, blank: bool) -> bool:
    """Whether this turn opens another call: a greeting after a goodbye, or after a rare blank line."""
    if len(draft.texts) < 2:
        return False
    name = match["name"].strip()
    agent = said_role(name) != "customer" and not titled(name)
    greets = agent and bool(marks.GREETING.search(body[:60]))
    if greets or (blank and marks.HELLO.match(body)):
        rare = greets and blank and draft.gaps == 0 and len(draft.texts) >= 4
        return rare or draft.closed()
    return False


def _pieces(line: str, speakers: frozenset[str]) -> Iterator[Piece]:
    if marks.RULE.match(line):
        yield "rule", "", None
        return
    head = marks.FIELD.match(line)
    if head and _key(head) in marks.FIELD_OF:
        yield "field", "", head
        return
    timed = marks.TIMED_NAME.match(line)
    if timed and _is_speaker(timed["name"], speakers):
        yield "speaker", "", timed
        return
    found = [("speaker", match) for match in _speaking(line, speakers)]
    found += [("break", match) for match in marks.BREAK.finditer(line)]
    found += [("stop", match) for match in marks.STOP.finditer(line)]
    found.sort(key=lambda pair: pair[1].start())
    if not found or found[0][1].start() > 0:
        yield "text", line[: found[0][1].start() if found else None].strip(), None
    for i, (mark, match) in enumerate(found):
        end = found[i + 1][1].start() if i + 1 < len(found) else len(line)
        yield mark, line[match.end() if mark == "speaker" else match.start() : end].strip(), match


def _is_speaker(name: str, speakers: frozenset[str]) -> bool:
    return bool(role_of(name) != "unknown" or marks.NUMBERED_SPEAKER.match(name) or key_of(name) in speakers)


def _speaking(line: str, speakers: frozenset[str]) -> list[re.Match[str]]:
    found = list(marks.SPEAKER.finditer(line))
    more = labelled(line, speakers)
    if not more:
        return found
    starts, ends = [match.start() for match in found], [match.end() for match in found]
    # A label counts where no known speaker reaches into it: those behind it begin after its end, the others end before.
    return found + [m for m in more if bisect_left(starts, m.end()) == bisect_right(ends, m.start())]


def _key(match: re.Match[str]) -> str:
    return match["key"].replace(" ", "").lower()


def _lines(source: Source, too_long: list[int]) -> Iterator[tuple[int, str]]:
    for number, line in text_lines(source.path, source.encoding, MAX_LINE):
        if line is None:
            too_long.append(number)
        else:
            yield number, plain(line)
