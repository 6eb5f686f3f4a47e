"""The parts of a text that name a person, and the text with them covered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

MASK = "●"
NUMERIC = ("mobile", "landline", "id_card", "bank_card", "account")
KINDS = (*NUMERIC, "name", "address", "plate", "email", "agent")


class Span(NamedTuple):
    """A half-open span of raw text and what it is: one of ``KINDS``."""

    start: int
    end: int
    kind: str


class Masked(NamedTuple):
    """``text`` is as long as what was masked, so every offset stays good; ``spans`` are in order, apart."""

    text: str
    spans: tuple[Span, ...]


def covered(text: str, spans: Iterable[Span]) -> Masked:
    """The text with every span covered, character for character; of overlapping spans the first and longest counts."""
    kept: list[Span] = []
    if not (spans := list(spans)):
        return Masked(text, ())
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if kept and span.start < kept[-1].end:
            kept[-1] = Span(kept[-1].start, max(kept[-1].end, span.end), kept[-1].kind)
        elif span.start < span.end:
            kept.append(span)
    if not kept:
        return Masked(text, ())
    chars = list(text)
    for start, end, _ in kept:
        chars[start:end] = MASK * (end - start)
    return Masked("".join(chars), tuple(kept))


def occurrences(words: Iterable[str], text: str) -> Iterator[tuple[int, int]]:
    """Spans of words in a text, apart and in order; where several begin, the longest. The words are not empty."""
    # No expression: the words differ from call to call, and compiling costs more than looking.
    there = [word for word in words if word in text]
    end = 0
    while places := [(start, -len(word)) for word in there if (start := text.find(word, end)) >= 0]:
        start, length = min(places)
        end = start - length
        yield start, end
