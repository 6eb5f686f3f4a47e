"""Folding with offsets: one normal form to match on, every hit mapped back to the raw text.

``quote == raw[start:end]`` holds for any string; see ``tests/text/test_fold.py``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain

import numpy as np

from qa_nlp.text import tables

SPACE, SEPARATOR = 32, 10
LEAST_TOKENS = 4


@dataclass(frozen=True)
class Folded:
    """The turns of one call, folded and joined by newlines.

    ``plain`` is NFKC, simplified, lower case; ``match`` is ``plain`` with Chinese digits
    written as ASCII and 您/你, 他/她 … made one: what rules are matched on; ``codes`` holds the code points of ``plain``. All have one length.
    ``starts[i]`` is where turn ``i`` begins; ``origins[i]`` gives the raw offset of each
    folded character of turn ``i`` and is absent where nothing moved.
    """

    plain: str
    match: str
    codes: tables.Array
    starts: list[int]
    origins: dict[int, list[int]]

    def turn_at(self, position: int) -> int:
        """Index of the turn that holds a position of the joined text."""
        return bisect_right(self.starts, position) - 1

    @cached_property
    def ends(self) -> list[int]:
        """Position just behind the last character of each turn."""
        return [*(start - 1 for start in self.starts[1:]), len(self.plain)]

    def end_of(self, turn: int) -> int:
        """Position just behind the last character of a turn."""
        return self.ends[turn]

    def text_of(self, turn: int) -> str:
        """The plain folded text of one turn."""
        return self.plain[self.starts[turn] : self.end_of(turn)]

    def raw_span(self, turn: int, start: int, end: int) -> tuple[int, int]:
        """Half-open span in the joined text → half-open span in the turn's raw text."""
        base = self.starts[turn]
        start, end = start - base, end - base
        origin = self.origins.get(turn)
        if origin is None:
            return start, end
        return origin[start], origin[end - 1] + 1


def fold_turns(texts: Sequence[str]) -> Folded:
    """Fold the turns of one call in one pass; O(total length)."""
    joined = "\n".join(texts)
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.int32)
    codes = tables.fold_table()[raw]
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    starts = np.zeros(len(texts), dtype=np.int64)
    np.cumsum(lengths[:-1] + 1, out=starts[1:])
    origins: dict[int, list[int]] = {}
    codes[starts[1:] - 1] = SEPARATOR
    if codes.size and (codes.min() < 0 or _any_spaced_out(codes)):
        codes, starts = _refold(texts, origins)
    plain = _text(codes)
    match = _text(tables.match_table()[codes])
    return Folded(plain, match, codes, starts.tolist(), origins)


def fold_calls(calls: Sequence[Sequence[str]]) -> list[Folded]:
    """What ``fold_turns`` makes of the turns of each call, in one pass over all of them."""
    starts = [list(accumulate((len(text) + 1 for text in texts), initial=0)) for texts in calls]
    sizes = [own.pop() for own in starts]
    bases = np.cumsum([0, *sizes])
    raw = "\n".join(chain.from_iterable(calls)).encode("utf-32-le", "surrogatepass")
    codes = tables.fold_table().take(np.frombuffer(raw, dtype=np.int32))
    ends = np.fromiter((base + at for base, own in zip(bases.tolist(), starts, strict=False) for at in own), np.int64)
    codes[ends[1:] - 1] = SEPARATOR
    grown, spaces = np.flatnonzero(codes < 0), np.flatnonzero(codes == SPACE)
    codes[grown] = SPACE
    by_itself = np.diff(np.searchsorted(grown, bases)) > 0
    by_itself |= np.diff(np.searchsorted(spaces, bases)) >= LEAST_TOKENS - 1
    plain, match = _text(codes), _text(tables.match_table().take(codes))
    return [
        fold_turns(texts) if alone or not texts else Folded(plain[a:b], match[a:b], codes[a:b], own, {})
        for texts, alone, own, a, b in zip(
            calls, by_itself.tolist(), starts, bases.tolist(), (bases[1:] - 1).tolist(), strict=False
        )
    ]


def fold(text: str) -> str:
    """Fold one string as the matcher sees it, Chinese digits included; quick for short strings."""
    folded = text.translate(_FOLDED)
    return folded.replace(" ", "") if " " in folded and spaced_out(folded) else folded


def to_sound(folded: Folded) -> str:
    """The joined text with every 汉字 replaced by the code point of its fuzzy syllable."""
    return _text(tables.sound_table()[tables.match_table()[folded.codes]])


def sound(text: str) -> str:
    """Fold one string and map it to syllables; same length as ``fold(text)``."""
    return fold(text).translate(_HEARD)


class _Filled(dict[int, str]):
    """A table for ``str.translate`` that works out a character when it first occurs."""

    def __init__(self, work_out: Callable[[int], str]) -> None:
        self._work_out = work_out

    def __missing__(self, code: int) -> str:
        result = self[code] = self._work_out(code)
        return result


def _match_char(code: int) -> str:
    folded = int(tables.fold_table()[code])
    table = tables.match_table()
    return "".join(chr(int(table[ord(c)])) for c in (chr(folded) if folded >= 0 else tables.wide()[code]))


def _sound_char(code: int) -> str:
    return chr(int(tables.sound_table()[code]))


_FOLDED, _HEARD = _Filled(_match_char), _Filled(_sound_char)


def _refold(texts: Sequence[str], origins: dict[int, list[int]]) -> tuple[tables.Array, np.ndarray]:
    """The slow path, for turns in which characters vanish, grow or are spaced one by one."""
    parts: list[str] = []
    for index, text in enumerate(texts):
        folded, origin = _fold_slowly(text)
        if len(folded) != len(text) or origin != list(range(len(text))):
            origins[index] = origin
        parts.append(folded)
    joined = "\n".join(parts)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.int32)
    starts = np.zeros(len(parts), dtype=np.int64)
    np.cumsum(np.array([len(p) + 1 for p in parts[:-1]], dtype=np.int64), out=starts[1:])
    return codes, starts


def _fold_slowly(text: str) -> tuple[str, list[int]]:
    table, several = tables.fold_table(), tables.wide()
    chars: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        code = int(table[ord(char)])
        folded = chr(code) if code >= 0 else several[ord(char)]
        chars.extend(folded)
        origin.extend([index] * len(folded))
    if spaced_out("".join(chars)):
        kept = [i for i, char in enumerate(chars) if char != " "]
        return "".join(chars[i] for i in kept), [origin[i] for i in kept]
    return "".join(chars), origin


def _any_spaced_out(codes: tables.Array) -> bool:
    """Whether the spaces of any turn mean nothing; ``codes`` are the turns joined, none of them growing."""
    if np.count_nonzero(codes == SPACE) < LEAST_TOKENS - 1:
        return False
    return any(spaced_out(turn) for turn in _text(codes).split("\n"))


def spaced_out(text: str) -> bool:
    """Whether a recogniser put a space after every character or word: then spaces mean nothing."""
    tokens = text.split()
    if len(tokens) < LEAST_TOKENS:
        return False
    short = sum(len(token) <= 2 for token in tokens)
    return short * 4 >= len(tokens) * 3


def _text(codes: tables.Array) -> str:
    return codes.astype(np.int32, copy=False).tobytes().decode("utf-32-le")
