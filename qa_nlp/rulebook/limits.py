"""The rows of ``limits``: how long something may take, or how early it must be told, and since when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from qa_nlp.rulebook.sheet import Row
from qa_nlp.text.durations import HOURS

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

    def in_force(self, day: str) -> bool:
        """Whether the row holds on an ISO day; on no known day ("") where it has no end."""
        if not day:
            return not self.until
        return self.since <= day and (not self.until or day < self.until)


def read_limits(rows: Iterable[Row]) -> dict[str, tuple[Limit, ...]]:
    """Limits by subject, in the order of the sheet; rows without a number or a known unit are left out."""
    found: dict[str, list[Limit]] = {}
    for row in rows:
        unit = UNIT_NAMES.get(row["单位"], row["单位"])
        if unit in HOURS and re.fullmatch(r"\d+(\.\d+)?", row["数值"]):
            found.setdefault(row["编号"], []).append(
                Limit(
                    row["编号"], row["事项"], row["适用"], float(row["数值"]), unit, _day(row["生效起"]),
                    _day(row["生效止"]), row["来源"], row["只提示"] == "是",
                )
            )  # fmt: skip
    return {subject: tuple(limits) for subject, limits in found.items()}


def _day(cell: str) -> str:
    """ISO form of a date as a spreadsheet may have left it (2023/8/1); blank stays blank."""
    match = re.match(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", cell)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else ""
