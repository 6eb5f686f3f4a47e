"""Each call id once a batch: which ones were there, in some 20 bytes a call however long the batch is."""

from __future__ import annotations

from array import array
from hashlib import blake2b

from qa_nlp.read.source import Source
from qa_nlp.records import Skipped

PLACES = 1 << 12
FREE = 0


class Marks:
    """64-bit numbers, in a table of open addressing: 12 to 24 bytes each, where a set of ints takes 80.

    Reference: D. Knuth, The Art of Computer Programming 3, 6.4, algorithm L (linear probing).
    """

    def __init__(self) -> None:
        self._places, self._count = array("Q", bytes(8 * PLACES)), 0

    def add(self, mark: int) -> bool:
        """Take a number; whether it is new. 0 counts as 1, for it stands for a free place."""
        mark = mark or 1
        at = self._place(mark)
        if self._places[at] != FREE:
            return False
        self._places[at] = mark
        self._count += 1
        if self._count * 3 > len(self._places) * 2:
            self._grow()
        return True

    def _place(self, mark: int) -> int:
        """Where a number stands or belongs."""
        places, last = self._places, len(self._places) - 1
        at = mark & last
        while places[at] != FREE and places[at] != mark:
            at = (at + 1) & last
        return at

    def _grow(self) -> None:
        old, self._places = self._places, array("Q", bytes(16 * len(self._places)))
        for mark in old:
            if mark != FREE:
                self._places[self._place(mark)] = mark


class Once:
    """Remembers call ids by their hash, for each is inspected once a batch."""

    def __init__(self) -> None:
        self._seen = Marks()

    def again(self, call_id: str, line: int | None, source: Source) -> Skipped | None:
        """None the first time that an id is asked for; then why its call is left out."""
        mark = int.from_bytes(blake2b(call_id.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        if self._seen.add(mark):
            return None
        advice = "确认是不是同一通话；不是则改成不同的编号"
        return source.skip("通话编号重复，只保留了第一次出现的", advice, line, call_id)
