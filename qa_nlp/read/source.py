"""A file about to be read, and the few ways of saying that something in it was skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qa_nlp.read.values import clean
from qa_nlp.records import Call, Skipped


@dataclass(frozen=True)
class Source:
    """``shown`` is the path in messages, ``name`` the base of call ids, ``kind`` the format found."""

    path: Path
    shown: str
    name: str
    kind: str = ""
    encoding: str = "utf-8"

    def skip(self, reason: str, advice: str, line: int | None = None, call_id: str = "") -> Skipped:
        """A Skipped of this file. ``line`` counts from 1."""
        return Skipped(self.shown, line, clean(call_id), reason, advice)

    def check(self, call: Call, line: int | None = None) -> Call | Skipped:
        """The call, or why it cannot be inspected (no turn holds any text)."""
        if not call.turns:
            return self.skip("通话里没有一句对话", "检查导出时是否漏了对话内容", line, call.call_id)
        if not any(turn.text.strip() for turn in call.turns):
            return self.skip("通话里每一句都是空的", "检查转写是否成功，再重新导出", line, call.call_id)
        return call


Item = Call | Skipped
Reader = Callable[[Source], Iterator[Item]]


def numbered(calls: Iterator[Call], name: str) -> Iterator[Call]:
    """Calls without an id of their own get ``name``, or ``name-001`` … when a file holds several."""
    first = next(calls, None)
    if first is None:
        return
    second = next(calls, None)
    if second is None:
        yield _named(first, name)
        return
    yield _named(first, f"{name}-001")
    yield _named(second, f"{name}-002")
    for number, call in enumerate(calls, 3):
        yield _named(call, f"{name}-{number:03d}")


def _named(call: Call, name: str) -> Call:
    from msgspec.structs import replace

    return call if call.call_id else replace(call, call_id=name)
