"""Bars and intervals as small PNG pictures. They hold no words, so no font is needed; the words stand beside them."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

Colour = tuple[int, int, int]
BLUE, RED, AMBER, GREEN, GREY = (46, 117, 182), (192, 57, 43), (183, 121, 31), (62, 125, 68), (176, 186, 196)
PAPER, TRACK = (255, 255, 255), (240, 243, 246)
DENSITY = 11811  # pixels a metre: 300 dpi


@lru_cache(maxsize=1024)
def bar(share: float, colour: Colour = BLUE, size: tuple[int, int] = (400, 36)) -> bytes:
    """A lying bar that fills ``share`` (0–1) of the width."""
    width, height = size
    filled = _at_least_a_hair(share, width)
    row = [colour] * filled + [TRACK] * (width - filled)
    return png([row] * height)


@lru_cache(maxsize=1024)
def column(share: float, colour: Colour = BLUE, size: tuple[int, int] = (60, 300)) -> bytes:
    """A standing column of ``share`` (0–1) of the height, on a base line."""
    width, height = size
    filled = _at_least_a_hair(share, height)
    above, body = [PAPER] * width, [colour] * width
    return png([above] * (height - filled) + [body] * filled + [[GREY] * width] * 3)


@lru_cache(maxsize=1024)
def interval(low: float, middle: float, high: float, line: float | None, size: tuple[int, int] = (480, 48)) -> bytes:
    """A dot at ``middle`` on a stroke from ``low`` to ``high``; ``line`` is the others' mean. All 0–1 of the width."""
    width, height = size
    x = [round(min(1.0, max(0.0, share)) * (width - 1)) for share in (low, middle, high)]
    guide = None if line is None else round(min(1.0, max(0.0, line)) * (width - 1))
    return png([_interval_row(y, x, guide, size) for y in range(height)])


def png(rows: list[list[Colour]]) -> bytes:
    """Rows of RGB pixels as a PNG file."""
    raw = b"".join(b"\0" + bytes(value for pixel in row for value in pixel) for row in rows)
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    density = struct.pack(">IIB", DENSITY, DENSITY, 1)
    parts = ((b"IHDR", header), (b"pHYs", density), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _at_least_a_hair(share: float, length: int) -> int:
    """Pixels for a share: something that occurred is never invisible."""
    return 0 if share <= 0 else max(3, min(length, round(share * length)))


def _interval_row(y: int, x: list[int], guide: int | None, size: tuple[int, int]) -> list[Colour]:
    width, height = size
    low, middle, high = x
    row = [PAPER] * width
    if guide is not None and y // 8 % 2 == 0:
        row[max(0, guide - 2) : guide + 3] = [GREY] * (min(width, guide + 3) - max(0, guide - 2))
    if abs(y - height // 2) <= 3:
        row[low : high + 1] = [BLUE] * (high + 1 - low)
    radius = height * 0.3
    for place in range(max(0, int(middle - radius)), min(width, int(middle + radius) + 1)):
        if (place - middle) ** 2 + (y - height // 2) ** 2 <= radius**2:
            row[place] = BLUE
    return row
