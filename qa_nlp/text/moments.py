"""Points on the calendar in folded text: 明天上午, 今晚八点前, 下周三, 月底前, 明天这个时候."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from qa_nlp.text.numerals import ONE, read_numeral

DAYS = {
    "今天": 0, "今日": 0, "今儿": 0, "今晚": 0, "今夜": 0, "当天": 0, "当日": 0, "当晚": 0,
    "明天": 1, "明日": 1, "明儿": 1, "明早": 1, "明晚": 1, "明晨": 1, "后天": 2, "后日": 2, "后儿": 2, "大后天": 3,
}  # fmt: skip
# The hour by which a part of the day is over.
PARTS = {
    "凌晨": 6, "清晨": 9, "早上": 10, "早晨": 10, "早": 10, "上午": 12, "晌午": 14, "中午": 14, "下午": 18,
    "午后": 18, "傍晚": 19, "晚上": 23 + 59 / 60, "晚": 23 + 59 / 60, "夜里": 23 + 59 / 60, "夜": 23 + 59 / 60,
}  # fmt: skip
EVENTS = {"下班": 18, "天黑": 19, "收工": 18, "开门": 9, "上班": 9}
_AFTERNOON = ("下午", "午后", "傍晚", "晚上", "晚", "夜里", "夜")
_NIGHT = ("晚上", "晚", "夜里", "夜")
_WEEKDAYS = {char: index for index, char in enumerate("一二三四五六日")} | {"天": 6, "末": 6}
_CN_DAY = r"[0-9一二三四五六七八九十]{1,3}"
_WEEK = r"(?:周|个?星期|个?礼拜)"
_CLOCK = rf"(?:[0-9]{{1,2}}:[0-9]{{2}}|{ONE}(?:点钟?(?:半|[一三]刻|{ONE}分?)?|时(?!候|间|限|段)))"
_MOMENT = re.compile(
    r"(?:"
    rf"(?P<day>大后天|{'|'.join(key for key in DAYS if key != '大后天')})儿?"
    rf"|(?<![上每])(?<![上每]个)(?P<weeks>[这本]|下下?)?(?P<week>{_WEEK})(?P<weekday>[一二三四五六日天末])"
    rf"|(?P<whole>[这本]|下下?){_WEEK}"
    rf"|(?P<month>下个?月(?:底|初|末)?|这个月(?:底|末)?|本月(?:底|末)?|月底|月末|月内|年底|年内|年前)"
    rf"|(?P<m>{_CN_DAY})月(?P<d>{_CN_DAY})[号日]"
    rf"|(?P<n>{_CN_DAY})号(?=[上中下前早晚白之以]|$)"
    r"|(?=早上|早晨|上午|中午|下午|傍晚|晚上|夜里|天黑|下班|[0-9一二两三四五六七八九十]{1,3}(?:点|:))"
    r")"
    r"(?P<within>[之以]?[内里前])?的?"
    r"(?P<part>凌晨|清晨|早上|早晨|上午|晌午|中午|下午|午后|傍晚|晚上|夜里|早|晚|夜)?"
    rf"(?P<clock>{_CLOCK})?"
    r"(?P<event>下班|天黑|收工|(?:上午)?开门|上班|这个?(?:时候|点儿?|钟头)|此时|这会儿|这时候?)?"
    r"(?P<before>[之以]?[前内]|左右|为止)?"
)
_NOW = ("这", "此")


@dataclass(frozen=True)
class Moment:
    """A point on the calendar and its half-open span.

    ``days`` counts from the day of the call (None when the words need a date to tell);
    ``hour`` is None when no time of the day is said, and above 24 for 今晚一点; ``same_hour``: 明天这个时候.
    """

    start: int
    end: int
    days: int | None
    hour: float | None
    same_hour: bool
    words: tuple[str, ...]

    def due(self, base: datetime) -> date | datetime:
        """The date, or date and time, that the words mean when said at ``base``."""
        day = base.date() + timedelta(days=self.days) if self.days is not None else _date(self.words, base.date())
        if self.same_hour:
            return datetime.combine(day, base.timetz())
        if self.hour is None:
            return day
        due = datetime.combine(day, time(0), base.tzinfo) + timedelta(minutes=round(self.hour * 60))
        # 八点前 said at nine in the morning is eight in the evening.
        return due + timedelta(hours=12) if self.days == 0 and self.hour <= 12 and due < base else due


def find_moments(text: str, start: int = 0, end: int | None = None) -> Iterator[Moment]:
    """Every point on the calendar between two positions of plain folded text, in order."""
    for match in _MOMENT.finditer(text, start, len(text) if end is None else end):
        if match.end() > match.start() and (moment := _moment(match)):
            yield moment


def _moment(match: re.Match[str]) -> Moment | None:
    day, event = match["day"], match["event"]
    named = day or match["weekday"] or match["whole"] or match["month"] or match["m"] or match["n"]
    if not named and not (match["before"] and (match["clock"] or event)):
        return None
    part = match["part"] or (
        "晚" if day in ("今晚", "明晚", "当晚", "今夜") else "早" if day in ("明早", "明晨") else ""
    )
    hour = _hour(match["clock"], part)
    if hour is None and event and not event.startswith(_NOW):
        hour = float(EVENTS[event[-2:]])
    if match["clock"] and hour is None:
        return None
    words = tuple(match[name] or "" for name in ("weeks", "weekday", "whole", "month", "m", "d", "n"))
    days = DAYS[day] if day else None if named else 0
    return Moment(match.start(), match.end(), days, hour, bool(event and event.startswith(_NOW)), words)


def _hour(clock: str | None, part: str) -> float | None:
    if not clock:
        return float(PARTS[part]) if part else None
    if ":" in clock:
        hours, minutes = clock.split(":")
        hour = int(hours) + int(minutes) / 60
    else:
        said, _, rest = clock.replace("时", "点").partition("点")
        ends = read_numeral(said)
        if ends is None:
            return None
        hour = ends[1] + _minutes(rest.removeprefix("钟"))
    if hour < 5 and part in _NIGHT:
        return hour + 24
    if hour < 12 and (part in _AFTERNOON or (part in ("中午", "") and 1 <= hour < 7)):
        hour += 12
    return hour if hour <= 24 else None


def _minutes(text: str) -> float:
    if text == "半":
        return 0.5
    if text.endswith("刻"):
        return 0.25 if text[0] == "一" else 0.75
    ends = read_numeral(text.removesuffix("分"))
    return min(ends[1], 59) / 60 if ends else 0.0


def _date(words: tuple[str, ...], today: date) -> date:
    weeks, weekday, whole, month, m, d, n = words
    monday = today - timedelta(days=today.weekday())
    if weekday:
        day = monday + timedelta(days=_WEEKDAYS[weekday] + 7 * weeks.count("下"))
        return day if day >= today or weeks else day + timedelta(days=7)
    if whole:
        return monday + timedelta(days=6 + 7 * whole.count("下"))
    if m:
        return _coming(today, int(_value(m)), int(_value(d)))
    if n:
        wanted = int(_value(n))
        first = today if wanted >= today.day else _month_end(today) + timedelta(days=1)
        return first.replace(day=min(max(wanted, 1), _month_end(first).day))
    if month.startswith("年"):
        return date(today.year, 12, 31)
    if month.startswith("下"):
        following = _month_end(today) + timedelta(days=1)
        return following.replace(day=10) if month.endswith("初") else _month_end(following)
    return _month_end(today)


def _value(text: str) -> float:
    ends = read_numeral(text)
    return ends[1] if ends else 1.0


def _coming(today: date, month: int, day: int) -> date:
    month = min(max(month, 1), 12)
    year = today.year + (month < today.month)
    return date(year, month, min(max(day, 1), monthrange(year, month)[1]))


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
