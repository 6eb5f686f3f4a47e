"""What a phrase pattern is made of, and the bounded regular expression that it stands for."""

from __future__ import annotations

import re

import msgspec

from qa_nlp.text.fold import sound

# A gap stays inside one sentence. '.' is what the fold makes of '。'.
GAP_CHARS = r"[^.!?\n]"


class Literal(msgspec.Struct, frozen=True):
    """Folded words, exactly as they stand."""

    text: str


class Gap(msgspec.Struct, frozen=True):
    """Up to ``size`` characters of the same sentence."""

    size: int


class Edge(msgspec.Struct, frozen=True):
    """``^`` or ``$``: the start or the end of the turn."""

    char: str


class Seq(msgspec.Struct, frozen=True):
    """Parts in order."""

    parts: tuple[Node, ...]


class Alt(msgspec.Struct, frozen=True):
    """One of several; with an empty Seq among them the part is optional."""

    choices: tuple[Node, ...]


Node = Literal | Gap | Edge | Seq | Alt


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


def max_length(node: Node) -> int:
    """Characters that no match has more of; ``^`` may take one of punctuation."""
    match node:
        case Literal(text):
            return len(text)
        case Gap(size):
            return size
        case Edge(char):
            return 1 if char == "^" else 0
        case Seq(parts):
            return sum(map(max_length, parts))
        case Alt(choices):
            return max(map(max_length, choices))


def begins_turn(node: Node) -> bool:
    """Whether every match begins where its turn does."""
    match node:
        case Edge(char):
            return char == "^"
        case Seq(parts):
            return bool(parts) and begins_turn(parts[0])
        case Alt(choices):
            return all(map(begins_turn, choices))
        case _:
            return False
