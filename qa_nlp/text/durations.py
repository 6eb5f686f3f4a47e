"""Amounts of time in folded text: 四十五分钟, 半小时, 三到五个工作日, 十天半个月, 一个小时十分钟."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa_nlp.text.numerals import NUMERAL, read_numeral

HOURS = {"分钟": 1 / 60, "小时": 1.0, "天": 24.0, "工作日": 24.0, "周": 168.0, "月": 720.0, "年": 8760.0}
_WEEKDAY = "[一二三四五六日天末]"
# Spellings of every unit; a month needs 个 or 半 before it (三月 is March, 三个月 three months).
_UNITS = {
    "分钟": r"分钟|分(?=[之以]?[内里]|左右|到[,.\s]|$)",
    "小时": r"(?:个[多来]?)?(?:小时|钟头)|个钟(?!头)|钟头?(?=[之以]?[内里]|左右|到)",
    "刻": r"刻钟",
    "工作日": r"个?工作[日天]",
    "天": r"天(?!然|气|到晚|天)|个?自然日|日(?=[之以]?[内里前后]|左右)",
    "周": rf"(?:个[多来]?)?(?:星期|礼拜)(?!{_WEEKDAY}(?![个两三]))|周(?!{_WEEKDAY}(?![个两三])|[边围岁年])",
    "月": r"个[多来]?月|拉月|(?<=[半把])月|(?<=[俩仨])月",
    "年": r"年(?=[之以]?[内里])",
}
_AMOUNT = re.compile(
    rf"(?<![第几周哪某0-9a-z×])(?<![0-9]\.)(?P<n>{NUMERAL}|[一1]?个把)(?P<m>[来多]?)(?:"
    + "|".join(f"(?P<u{i}>{pattern})" for i, pattern in enumerate(_UNITS.values()))
    + r")(?P<half>半(?![夜天路道个拉月]))?"
)
# 四、五、六三个月: the digit before belongs to a list, not to the amount.
_LISTED = re.compile("[零一二两三四五六七八九]{2,}")
# 四周灯都灭了 is all around; 四周内答复 is a month.
_SPAN_AFTER = re.compile(r"[之以]?[内里后前]|左右|时间|的|[吧呢啊]|[,.!?~\s]|$")
_NAMES = tuple(_UNITS)
_MINUTES_AFTER = re.compile(rf"(?:零|又)?(?P<n>{NUMERAL})(?:分钟?|(?=[之以]?[内里]))")
_BETWEEN = re.compile(r"(?:到|至|[-~]|或者?)?$")


@dataclass(frozen=True)
class Duration:
    """An amount of time with both ends (``low == high`` for a plain one) and its half-open span.

    ``unit`` is a key of ``HOURS``; 刻钟 are minutes.
    """

    start: int
    end: int
    low: float
    high: float
    unit: str

    @property
    def hours(self) -> float:
        """The upper end in hours; a 工作日 counts 24."""
        return self.high * HOURS[self.unit]


def find_durations(text: str, start: int = 0, end: int | None = None) -> Iterator[Duration]:
    """Every amount of time between two positions of plain folded text, in order.

    Neighbours that make one range (三天五天, 一周到十天, 十天半个月) come as one, in the unit of the
    later; an hour followed by minutes comes in minutes.
    """
    held: Duration | None = None
    for match in _AMOUNT.finditer(text, start, len(text) if end is None else end):
        found = None if held is not None and match.start() < held.end else _duration(text, match)
        if found is None:
            continue
        if held is not None and _one_range(text, held, found):
            held = Duration(
                held.start, found.end, held.low * HOURS[held.unit] / HOURS[found.unit], found.high, found.unit
            )
            continue
        if held is not None:
            yield held
        held = found
    if held is not None:
        yield held


def _duration(text: str, match: re.Match[str]) -> Duration | None:
    numeral = "一" if match["n"].endswith("个把") else match["n"]
    ends = read_numeral(numeral)
    if ends is None:
        return None
    unit = next(name for i, name in enumerate(_NAMES) if match[f"u{i}"])
    if unit in ("天", "周", "月", "工作日") and _LISTED.fullmatch(numeral) and ends[1] > 9:
        return None
    if numeral == "四" and match.group().endswith("周") and not _SPAN_AFTER.match(text, match.end()):
        return None
    low, high = ends
    if match["half"]:
        low, high = low + 0.5, high + 0.5
    if unit == "刻":
        low, high, unit = low * 15, high * 15, "分钟"
    stop = match.end()
    if unit == "小时" and (more := _MINUTES_AFTER.match(text, stop)) and (minutes := read_numeral(more["n"])):
        low, high, unit, stop = low * 60 + minutes[0], high * 60 + minutes[1], "分钟", more.end()
    return Duration(match.start(), stop, low, high, unit)


def _one_range(text: str, first: Duration, second: Duration) -> bool:
    """Whether two amounts side by side are the ends of one range."""
    gap = text[first.end : second.start]
    return len(gap) <= 2 and _BETWEEN.match(gap) is not None and first.hours < second.hours
