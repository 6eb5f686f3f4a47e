"""SRT and WebVTT: cues as turns, the speaker from ``<v 名>`` or a prefix like ``客服：``."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from qa_nlp.read.decoding import text_lines
from qa_nlp.read.dialogue import MAX_LINE, entries_of
from qa_nlp.read.entries import Entry, call_of
from qa_nlp.read.labels import speakers_in
from qa_nlp.read.source import Placed, Source
from qa_nlp.read.values import clock, plain

Times = tuple[float | None, float | None]
Cue = tuple[float | None, float | None, list[str]]
STAMP = r"(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
TIMING = re.compile(rf"^\s{{0,8}}({STAMP})\s{{0,4}}-->\s{{0,4}}({STAMP})")
VOICE = re.compile(r"<v(?:\.[^\s>]{1,40})?\s{1,4}([^>]{1,80})>")
MARKUP = re.compile(r"</?(?:[biucv]|ruby|rt|lang|font|\d)[^<>]{0,80}>|\{\\[^{}]{0,80}\}")


def read_subtitles(source: Source) -> Iterator[Placed]:
    """The one call of a subtitle file. A cue without a speaker is a turn of role unknown."""
    cues = list(_cues(source))
    speakers = speakers_in(line for *_, words in cues for line in words)
    yield 1, call_of(entry for *times, words in cues for entry in _turns((times[0], times[1]), words, speakers))


def _cues(source: Source) -> Iterator[Cue]:
    times: Times | None = None
    words: list[str] = []
    for _, line in text_lines(source.path, source.encoding, MAX_LINE):
        text = plain(line or "").rstrip()
        match = TIMING.match(text)
        if match or not text.strip():
            if times:
                # SRT puts the number of the next cue before its times, sometimes without a blank line.
                yield *times, words[:-1] if match and words[-1:] and words[-1].isdecimal() else words
            times, words = ((clock(match[1]), clock(match[2])) if match else None), []
        elif times:
            words.append(text.strip())
    if times:
        yield *times, words


def _turns(times: Times, words: list[str], speakers: frozenset[str]) -> Iterator[Entry]:
    """A cue's turns; where one cue holds several, only the outer times are known."""
    start, end = times
    voiced = "\n".join(VOICE.sub(lambda match: f"\n{match[1]}\t", line) for line in words)
    text = html.unescape(MARKUP.sub("", voiced))
    said = _voices(text) if "\t" in text else _prefixed(text, speakers)
    for i, (speaker, body) in enumerate(said):
        yield Entry(speaker, body, start if i == 0 else None, end if i == len(said) - 1 else None)


def _voices(text: str) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        speaker, tab, body = line.partition("\t")
        if tab:
            said.append((speaker.strip(), body.strip()))
        else:
            said.append((said[-1][0], said.pop()[1] + line) if said else ("", line))
    return said


def _prefixed(text: str, speakers: frozenset[str]) -> list[tuple[str, str]]:
    if entries := entries_of(text, speakers):
        return [(entry.speaker, entry.text) for entry in entries]
    lines = [line.removeprefix("-").strip() for line in text.split("\n") if line.strip()]
    return [("", " ".join(lines) if all(line.isascii() for line in lines) else "".join(lines))] if lines else []
