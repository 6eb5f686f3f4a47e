"""A file about to be read, what a reader yields from it, and how calls without an id get one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from qa_nlp.read.values import clean
from qa_nlp.records import Call, Skipped

Item = Call | Skipped
# A call or a Skipped, with the line (from 1) on which it begins, where lines mean anything.
Placed = tuple[int | None, Item]


@dataclass(frozen=True)
class Source:
    """``shown`` is the path in messages, ``name`` the base of call ids, ``kind`` the format found."""

    path: Path
    shown: str
    name: str
    kind: str = ""
    encoding: str = ""

    def skip(self, reason: str, advice: str, line: int | None = None, call_id: str = "") -> Skipped:
        """A Skipped of this file. ``line`` counts from 1."""
        return Skipped(self.shown, line, clean(call_id), reason, advice)


Reader = Callable[[Source], Iterator[Placed]]


def checked(placed: Placed, source: Source) -> Placed:
    """The same, or why the call cannot be inspected (no turn holds any text)."""
    line, item = placed
    if isinstance(item, Skipped) or any(turn.text.strip() for turn in item.turns):
        return placed
    if not item.turns:
        return line, source.skip("通话里没有一句对话", "检查导出时是否漏了对话内容", line, item.call_id)
    return line, source.skip("通话里每一句都是空的", "检查转写是否成功，再重新导出", line, item.call_id)


def numbered(items: Iterator[Placed], name: str) -> Iterator[Placed]:
    """Calls without an id of their own get ``name``, or ``name-001`` … when the file holds more."""
    number = 0
    for line, item in items:
        if isinstance(item, Skipped) or item.call_id:
            yield line, item
            continue
        number += 1
        if number > 1:
            yield line, replace(item, call_id=f"{name}-{number:03d}")
            continue
        following = next(items, None)
        yield line, replace(item, call_id=name if following is None else f"{name}-001")
        if following is not None:
            if isinstance(following[1], Call) and not following[1].call_id:
                number += 1
                following = (following[0], replace(following[1], call_id=f"{name}-002"))
            yield following
