"""Which calls of a large batch a page can hold: the worst ones and a random sample that is the same every time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

COUNT = 1_000
SIZE = 5_000_000

Entry = tuple[float, int, int, bytes]


@dataclass
class Heap:
    """The entries with the greatest keys, at most ``count`` of them and ``size`` bytes together."""

    count: int
    size: int
    entries: list[Entry] = field(default_factory=list)
    held: int = 0
    floor: tuple[float, int] = (float("-inf"), 0)

    def wants(self, key: tuple[float, int]) -> bool:
        """Whether an entry with this key is worth making: nothing greater was dropped before."""
        full = len(self.entries) >= self.count and bool(self.entries) and key < self.entries[0][:2]
        return not full and key >= self.floor

    def add(self, entry: Entry) -> None:
        """Take the entry; drop those with the smallest keys that are too many."""
        heapq.heappush(self.entries, entry)
        self.held += len(entry[3])
        while len(self.entries) > self.count or self.held > self.size:
            dropped = heapq.heappop(self.entries)
            self.held -= len(dropped[3])
            self.floor = max(self.floor, dropped[:2])


class Kept:
    """Calls as encoded, at most ``count`` and ``size`` bytes: up to half the worst, the rest chosen by hash."""

    def __init__(self, count: int = COUNT, size: int = SIZE) -> None:
        self.count, self.size, self.seen = count, size, 0
        self._worst, self._sample = Heap(count // 2, size // 2), Heap(count, size)

    def add(self, call_id: str, score: float | None, encode: Callable[[], bytes]) -> None:
        """Offer one call, encoded only if it is kept; ``score`` is None where it was not scored (never a worst one)."""
        number, self.seen = self.seen, self.seen + 1
        digest = blake2b(f"{number}:{call_id}".encode("utf-8", "replace"), digest_size=6).digest()
        chance = int.from_bytes(digest, "big")
        bad = score is not None and self._worst.wants((-score, chance))
        lucky = self._sample.wants((float(chance), chance))
        blob = encode() if bad or lucky else b""
        if bad and score is not None:
            self._worst.add((-score, chance, number, blob))
        if lucky:
            self._sample.add((float(chance), chance, number, blob))

    def chosen(self) -> tuple[list[bytes], int]:
        """The kept calls in the order of the input, and how many of them are there for being the worst."""
        if len(self._sample.entries) == self.seen:
            return [entry[3] for entry in sorted(self._sample.entries, key=_number)], 0
        picked = {entry[2]: entry[3] for entry in self._worst.entries}
        worst, held = len(picked), self._worst.held
        for _, _, number, blob in sorted(self._sample.entries, reverse=True):
            if len(picked) < self.count and held + len(blob) <= self.size and number not in picked:
                picked[number] = blob
                held += len(blob)
        return [picked[number] for number in sorted(picked)], worst


def _number(entry: Entry) -> int:
    return entry[2]
