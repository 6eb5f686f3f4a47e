"""Chinese and Arabic numerals as they are spoken: 四十五, 两三, 三到五, 一个半, 1.5, 幺三九.

Works on folded text in either form (``Folded.plain`` or ``Folded.match``). A range keeps both
ends: 两三 → 2–3, 十七八 → 17–18, 三到五 → 3–5; only the plain form tells 三五 (3–5) from 35.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HAN_DIGITS = dict(zip("零〇一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
DIGITS = HAN_DIGITS | {"两": 2, "俩": 2, "仨": 3, "幺": 1} | {str(n): n for n in range(10)}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
# How number strings are read out: 幺=1, 拐=7, 洞=0, 勾=9.
SPOKEN = {char: str(n) for char, n in DIGITS.items()} | {"拐": "7", "洞": "0", "勾": "9"}

_CHARS = "0-9零〇一二两俩仨三四五六七八九十百千万亿幺"
# 一点五 is 1.5 only before a measure; 九点五十 is a time of the day.
_POINT = r"点[零一二三四五六七八九]+(?=个?(?:小时|钟头|分钟|天|周|月|倍|度|元|块|米|公里|千瓦|千伏|伏|安|平))"
ONE = rf"(?:半|[{_CHARS}]+(?:{_POINT}|\.[0-9]+|[几多来](?![0-9点])|个半|(?<=[两俩仨三])半(?=个?(?:小时|钟头)))?)"
LINK = r"(?:到|至|[-~])"
# Source of a regular expression for one numeral or a range of two; no groups. 几十 is no number: guard with (?<!几).
NUMERAL = rf"(?:{ONE}(?:{LINK}{ONE})?)"
_NUMERAL = re.compile(rf"(?<!几){NUMERAL}")
_LINK = re.compile(LINK)
_ARABIC = re.compile(r"[0-9]+(\.[0-9]+)?")
_TAIL = re.compile(r"(个?半|点[零一二三四五六七八九]+|[几多来])$")


@dataclass(frozen=True)
class Numeral:
    """A number or range (``low == high`` for a plain number) and its half-open span."""

    start: int
    end: int
    low: float
    high: float


def find_numerals(text: str, start: int = 0, end: int | None = None) -> Iterator[Numeral]:
    """Every numeral of folded text between two positions, in order; spans do not overlap."""
    for match in _NUMERAL.finditer(text, start, len(text) if end is None else end):
        value = read_numeral(match[0])
        if value is not None:
            yield Numeral(match.start(), match.end(), *value)


def read_numeral(text: str) -> tuple[float, float] | None:
    """The two ends of a numeral, or None where the text is no number.

    Example: ``read_numeral("三到五") == (3, 5)``, ``read_numeral("一个半") == (1.5, 1.5)``.
    """
    parts = _LINK.split(text, maxsplit=1)
    if len(parts) == 1:
        return _one(text)
    low, high = _one(parts[0]), _one(parts[1])
    if low is None or high is None:
        return None
    # 二到三十 and 十到二十 alike: the upper end is what counts.
    return min(low[0], high[0]), max(low[1], high[1])


def spoken_digits(text: str) -> str:
    """A string of digits as it is read out, in ASCII: 幺三九 → 139; other characters stay."""
    return "".join(SPOKEN.get(char, char) for char in text)


def _one(text: str) -> tuple[float, float] | None:
    if text == "半":
        return 0.5, 0.5
    tail = _TAIL.search(text)
    if tail is None:
        return _plain(text)
    head = _plain(text[: tail.start()])
    if head is None:
        return None
    return _with_tail(text[: tail.start()], head, tail[0])


def _with_tail(stem: str, head: tuple[float, float], tail: str) -> tuple[float, float]:
    low, high = head
    if tail.endswith("半"):
        return low + 0.5, high + 0.5
    if tail.startswith("点"):
        value = high + float(f"0.{spoken_digits(tail[1:])}")
        return value, value
    if tail in "几多" and stem[-1] in UNITS:
        step = UNITS[stem[-1]]
        return low + 1, high + step - 1
    # 三十来: about thirty; 两个多, 3多: a little above.
    return low, high


def _plain(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    if _ARABIC.fullmatch(text):
        return float(text), float(text)
    if not all(char in DIGITS or char in UNITS for char in text):
        return None
    if any(char in UNITS for char in text):
        return _with_units(text)
    if len(text) == 2 and _neighbours(text[0], text[1]):
        low, high = sorted((DIGITS[text[0]], DIGITS[text[1]]))
        return float(low), float(high)
    value = float(spoken_digits(text))
    return value, value


def _neighbours(first: str, second: str) -> bool:
    """Whether two spoken digits mean about so many: 两三, 七八, 三五, 三两 (not ASCII, not 二四)."""
    if first in "0123456789零〇幺" or second in "0123456789零〇幺":
        return False
    a, b = DIGITS[first], DIGITS[second]
    return b == a + 1 or (a, b) in ((3, 5), (3, 2))


def _with_units(text: str) -> tuple[float, float] | None:
    """Positional numerals; approximate digits (二三十, 二十五六, 二十三十) make a range."""
    if len(text) == 4 and text[1] == text[3] == "十" and _neighbours(text[0], text[2]):
        low, high = _number(text[:2]), _number(text[2:])
    elif len(text) >= 3 and text[0] in DIGITS and text[1] in DIGITS and _neighbours(text[0], text[1]):
        low, high = _number(text[0] + text[2:]), _number(text[1:])
    elif len(text) >= 3 and text[-1] in DIGITS and text[-2] in DIGITS and _neighbours(text[-2], text[-1]):
        low, high = _number(text[:-1]), _number(text[:-2] + text[-1])
    else:
        low = high = _number(text)
    return None if low is None or high is None else (min(low, high), max(low, high))


def _number(text: str) -> float | None:
    """一百二十 → 120, 一百二 → 120, 两千零五 → 2005, 1万2 → 12000, 二四 → 24; None where malformed."""
    total = section = 0.0
    digits = ""
    last = 1
    for char in text:
        if char in DIGITS:
            digits += str(DIGITS[char])
            continue
        unit = UNITS[char]
        if unit < 10_000 and section and unit >= last:
            return None
        if unit >= 10_000:
            section = (section + float(digits or 0)) or 1.0
            total, section = total + section * unit, 0.0
        else:
            section += (float(digits) if digits and float(digits) else 1.0) * unit
        digits, last = "", unit
    if len(digits) == 1 and last >= 100 and text[-2] in UNITS:
        return total + section + float(digits) * last / 10
    if len(digits) > 1 and last == 10 and digits[0] != "0":
        return None
    return total + section + float(digits or 0)
