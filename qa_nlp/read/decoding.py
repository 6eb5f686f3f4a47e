"""Bytes → text: which encoding a file is in, and its lines without ever holding a monstrous one."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

SAMPLE = 1 << 18
MAX_LINE = 32 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
NOT_ASCII = re.compile(rb"[\x80-\xff]")
CONTROL = re.compile("[\x01-\x08\x0e-\x19\x1c-\x1f]")
# Order is preference: nearly any bytes decode as GB18030, so a rival must read clearly better.
RIVALS = ("gb18030", "big5hkscs")
COMMON = frozenset(
    "的一是不了在人有我他这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感"
    "您好请问电客户服务谢喂嗯停帮查号元费"
    "這個們來時為說國著後會過對學麼發當沒從無現動經長兒給間與話請問電戶務謝費號"
)


def sample(path: Path, size: int = SAMPLE) -> bytes:
    """The beginning of a file; where that is all ASCII, a later part that is not, appended."""
    with path.open("rb") as file:
        head = file.read(size)
        if not head.isascii() or len(head) < size:
            return head
        while block := file.read(1 << 20):
            if wide := NOT_ASCII.search(block):
                return head + block[wide.start() : wide.start() + size]
    return head


def encoding_of(data: bytes) -> str | None:
    """The Python codec that reads ``data`` (the beginning of a file), or None for binary data."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    if wide := _wide(data):
        return wide
    if b"\x00" in data and data.count(b"\x00") * 10 > len(data):
        return None
    text = data.decode("utf-8", "replace")
    bad, good = text.rstrip("\ufffd").count("\ufffd"), len(text) - len(text.encode("ascii", "ignore"))
    if bad * 4 <= good - bad:
        return "utf-8" if _printable(text) else None
    return _chinese(data)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: its line ends and digits leave NULs, and it reads as Chinese one way only."""
    part = data[:4000]
    if b"\x00" not in part:
        return None
    shares = {name: _share(part, name) for name in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] > 0.9 and min(shares.values()) < 0.8 else None


def _share(data: bytes, name: str) -> float:
    """How much of ``data`` reads as ASCII, 汉字 or Chinese punctuation."""
    text = data[: len(data) // 2 * 2].decode(name, "replace")
    known = sum(
        " " <= char < "\x7f"
        or char in "\t\r\n"
        or char in "“”‘’…—·×"
        or "\u3000" <= char <= "\u9fff"
        or "\uff00" <= char <= "\uffef"
        for char in text
    )
    return known / len(text) if text else 0.0


def _chinese(data: bytes) -> str | None:
    """GB18030 or Big5 by how many common characters come out; else what charset-normalizer says."""
    best, best_score = None, 0.05
    for name in RIVALS:
        text = data.decode(name, "replace")
        wide = [char for char in text if char > "\x7f"]
        if not wide or text.count("\ufffd") * 20 > len(wide):
            continue
        score = sum(char in COMMON for char in wide) / len(wide)
        if score > best_score * (1.3 if best else 1.0):
            best, best_score = name, score
    if best and _printable(data.decode(best, "replace")):
        return best
    return _guess(data[:20000])


def _guess(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    match = from_bytes(data, cp_isolation=["gb18030", "big5hkscs", "utf_16", "utf_8", "shift_jis", "euc_kr"]).best()
    return match.encoding if match and _printable(str(match)) else None


def _printable(text: str) -> bool:
    """Whether control characters are rare enough for a text file."""
    return len(CONTROL.findall(text)) * 20 <= len(text) + 20


def byte_lines(
    path: Path, limit: int = MAX_LINE, start: int = 0, stop: int | None = None
) -> Iterator[tuple[int, bytes | None]]:
    """(line number from 1, line) of a file in an ASCII-compatible encoding; None for a line over ``limit`` bytes.

    Only the lines that begin within the bytes ``start`` to ``stop`` (exclusive), numbered from 1 as well: the lines
    of adjoining ranges are the lines of the file, each once.
    """
    with path.open("rb") as file:
        if start:
            file.seek(start - 1)
            _pass_line(file, file.readline(1 << 20), stop)
        number = 0
        while (stop is None or file.tell() < stop) and (line := file.readline(limit + 1)):
            number += 1
            if len(line) <= limit:
                yield number, line
                continue
            _pass_line(file, line)
            yield number, None


def _pass_line(file: BinaryIO, line: bytes, stop: int | None = None) -> None:
    """Go to the end of a line of which a part was read, or past ``stop``."""
    while line and not line.endswith(b"\n") and (stop is None or file.tell() < stop):
        line = file.readline(1 << 20)


def text_lines(path: Path, encoding: str, limit: int = MAX_LINE) -> Iterator[tuple[int, str | None]]:
    """(line number from 1, line with its end) decoded with U+FFFD for bad bytes; None for a line over ``limit``."""
    with path.open(encoding=encoding, errors="replace", newline=None) as file:
        number = 0
        while line := file.readline(limit + 1):
            number += 1
            if len(line) <= limit:
                yield number, line
                continue
            while line and not line.endswith("\n"):
                line = file.readline(1 << 20)
            yield number, None


def whole(path: Path, encoding: str) -> str:
    """The text of a file, U+FFFD for bad bytes."""
    return path.read_bytes().decode(encoding, "replace")
