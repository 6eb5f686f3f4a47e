"""What time limits hold for a subject on a day, and whether a promised time keeps them (``limits.csv``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil

from qa_nlp.check.promises.due import add_workdays
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.sheet import Row
from qa_nlp.text.durations import HOURS

# Subjects whose limit is the least that must be kept, not the most.
LEAST = ("outage_notice", "arrears_notice")
UNIT_NAMES = {
    "分": "分钟",
    "时": "小时",
    "钟头": "小时",
    "日": "天",
    "自然日": "天",
    "个工作日": "工作日",
    "星期": "周",
    "个月": "月",
}
WIDE = ("高压",)


@dataclass(frozen=True)
class Limit:
    """One row of ``limits.csv``; ``kind`` is what it applies to (城区, 居民 …; blank: everything).

    ``hint``: a local custom or a value nobody has checked against its source; going over it costs nothing.
    """

    subject: str
    name: str
    kind: str
    amount: float
    unit: str
    since: str
    until: str
    source: str
    hint: bool = False

    @property
    def text(self) -> str:
        """For people: 45分钟（城区）."""
        return f"{self.amount:g}{'个' if self.unit in ('工作日', '月') else ''}{self.unit}" + (
            f"（{self.kind}）" if self.kind else ""
        )


@dataclass(frozen=True)
class Editions:
    """The rows of one subject: those in force on the day of the call, and the older ones."""

    current: tuple[Limit, ...]
    older: tuple[Limit, ...]


def editions(book: Rulebook, subject: str, on: date | None) -> Editions:
    """Rows of a subject split by the day of the call (None: today's are those without an end).

    Where nothing is in force that day, the edition that ended last still serves as the measure.
    """
    rows = [limit for row in book.tables.get("limits", ()) if row["编号"] == subject and (limit := _limit(row))]
    current = tuple(row for row in rows if _in_force(row, on))
    older = tuple(
        row for row in rows if row not in current and row.until and (on is None or row.until <= on.isoformat())
    )
    if not current and older:
        last = max(row.until for row in older)
        current = tuple(row for row in older if row.until == last)
    return Editions(current, older)


def choose(limits: Iterable[Limit], kinds: tuple[str, ...], high_voltage: bool) -> Limit | None:
    """The row for the kind that was named in the call, otherwise the widest of those that may apply.

    Rows for high voltage apply only where the call speaks of it.
    """
    rows = list(limits)
    named = [row for kind in kinds for row in rows if row.kind == kind]
    if named:
        return named[0]
    rows = [row for row in rows if row.kind.startswith(WIDE) == high_voltage] or rows
    pick = min if rows and rows[0].subject in LEAST else max
    return pick(rows, key=lambda row: row.amount * HOURS[row.unit]) if rows else None


def breaks(limit: Limit, amount: float, unit: str, said: date | None = None) -> bool:
    """Whether a promised amount (its upper end) is over the limit, or under it for a notice.

    Days are held against working days on the calendar, from the day ``said`` where it is known.
    """
    if limit.subject in LEAST:
        return amount * HOURS[unit] < limit.amount * HOURS[limit.unit]
    if unit == limit.unit:
        return amount > limit.amount
    if limit.unit == "工作日":
        return amount * HOURS[unit] > allowed_days(limit, said) * 24
    # A promised working day lasts a day at the very least.
    return amount * HOURS[unit] > limit.amount * HOURS[limit.unit]


def allowed_days(limit: Limit, said: date | None) -> float:
    """A limit in calendar days: 5 working days take up to 7, and more over a public holiday."""
    if limit.unit != "工作日":
        return limit.amount * HOURS[limit.unit] / 24
    usual = limit.amount + 2 * ceil(limit.amount / 5)
    return usual if said is None else max(usual, (add_workdays(said, ceil(limit.amount)) - said).days)


def _limit(row: Row) -> Limit | None:
    unit = UNIT_NAMES.get(row["单位"], row["单位"])
    if unit not in HOURS or not re.fullmatch(r"\d+(\.\d+)?", row["数值"]):
        return None
    return Limit(
        row["编号"], row["事项"], row["适用"], float(row["数值"]), unit, _day(row["生效起"]), _day(row["生效止"]), row["来源"],
        row["只提示"] == "是",
    )  # fmt: skip


def _in_force(row: Limit, on: date | None) -> bool:
    if on is None:
        return not row.until
    day = on.isoformat()
    return row.since <= day and (not row.until or day < row.until)


def _day(cell: str) -> str:
    """ISO form of a date as a spreadsheet may have left it (2023/8/1); blank stays blank."""
    match = re.match(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", cell)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else ""
