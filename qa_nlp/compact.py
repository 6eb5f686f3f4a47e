"""Sets and tables of many 64-bit numbers, in a fraction of the memory that Python's own take.

Numbers are spread over buckets by their last bits; a bucket is a short sorted array.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left

BUCKETS = 1 << 10
# So much longer than asked for a list may grow before it is cut.
SLACK = 0.2


class Marks:
    """A set of numbers below 2⁶⁴: some 10 bytes each, where a set of ints takes 80."""

    def __init__(self) -> None:
        self._buckets = [array("Q") for _ in range(BUCKETS)]

    def add(self, mark: int) -> bool:
        """Take a number; whether it is new."""
        bucket = self._buckets[mark % BUCKETS]
        at = bisect_left(bucket, mark)
        if at < len(bucket) and bucket[at] == mark:
            return False
        bucket.insert(at, mark)
        return True


class Latest:
    """The last text under each number, for the ``count`` numbers that were put last and up to a fifth more.

    Takes some 40 bytes beside the text, where a dict takes 130.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._clear()

    def _clear(self) -> None:
        self._texts, self._ends, self._numbers = bytearray(), array("Q"), array("Q")
        self._keys = [array("Q") for _ in range(BUCKETS)]
        self._rows = [array("L") for _ in range(BUCKETS)]

    def get(self, number: int) -> bytes | None:
        """The text that was put last under a number, if it is still known."""
        row = self._row(number)
        return None if row is None else self._text(row)

    def put(self, number: int, text: bytes) -> None:
        """Remember a text."""
        self._append(number, text)
        if len(self._numbers) > self._count * (1 + SLACK):
            self._forget()

    def _forget(self) -> None:
        last = array("L", (row for row, number in enumerate(self._numbers) if self._row(number) == row))
        texts, ends, numbers = self._texts, self._ends, self._numbers
        self._clear()
        for row in last[-self._count :]:
            self._append(numbers[row], bytes(texts[ends[row - 1] if row else 0 : ends[row]]))

    def _append(self, number: int, text: bytes) -> None:
        keys, rows = self._keys[number % BUCKETS], self._rows[number % BUCKETS]
        at, row = bisect_left(keys, number), len(self._numbers)
        if at < len(keys) and keys[at] == number:
            rows[at] = row
        else:
            keys.insert(at, number)
            rows.insert(at, row)
        self._texts += text
        self._ends.append(len(self._texts))
        self._numbers.append(number)

    def _row(self, number: int) -> int | None:
        keys = self._keys[number % BUCKETS]
        at = bisect_left(keys, number)
        return self._rows[number % BUCKETS][at] if at < len(keys) and keys[at] == number else None

    def _text(self, row: int) -> bytes:
        return bytes(self._texts[self._ends[row - 1] if row else 0 : self._ends[row]])
