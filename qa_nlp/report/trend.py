"""The comparison of periods as people read it: lines for the terminal, a CSV. Judges nothing."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_nlp.report.tables import neutralised, text_of

ROSE, FELL, SAME = "上升", "下降", "看不出变化"
# Not judged: too few calls, or enough calls and too few of them where it was so (or not so).
FEW, RARE = "样本不足", "次数太少"
BETTER = {1: "变好", -1: "变差", 0: ""}
NAME_WIDTH = 34


@dataclass(frozen=True)
class Cell:
    """One measure in one period: the mean, or the per cent of ``calls`` that are ``hits``; None of nothing."""

    value: float | None
    hits: int | None
    calls: int


@dataclass(frozen=True)
class Row:
    """One measure in every period. ``gap`` is last minus first with the bounds of its 95 % interval.

    ``unit`` is 分 or % (the gap of shares is in percentage points); ``good`` is 1 where more is better, -1 where
    worse. ``verdict`` is of the change between two periods, or of the trend over more (then ``ends`` is of last
    against first). ``adjusted`` is ``p`` after Benjamini and Hochberg.
    """

    group: str
    key: str
    name: str
    unit: str
    good: int
    cells: tuple[Cell, ...]
    weight: int
    verdict: str
    ends: str = ""
    gap: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    adjusted: float | None = None
    method: str = ""

    @property
    def changed(self) -> bool:
        """Whether the change is more than chance."""
        return self.verdict in (ROSE, FELL)

    @property
    def better(self) -> str:
        """变好 | 变差, or nothing where it did not change or is neither."""
        return BETTER[self.good * (1 if self.verdict == ROSE else -1)] if self.changed else ""


@dataclass(frozen=True)
class Trend:
    """The whole comparison; ``paired`` is the number of calls compared one by one, None where calls differ."""

    names: tuple[str, ...]
    spans: tuple[str, ...]
    calls: tuple[int, ...]
    paired: int | None
    rows: tuple[Row, ...]
    warnings: tuple[str, ...]


def lines(trend: Trend, everything: bool = False) -> Iterator[str]:
    """The table for the terminal: warnings, the main figures, then what changed (or every row)."""
    for name, span, calls in zip(trend.names, trend.spans, trend.calls, strict=True):
        yield f"{name}：{calls} 通" + (f"（{span}）" if span else "")
    yield from (f"注意：{warning}" for warning in trend.warnings)
    shown = [row for row in trend.rows if everything or row.changed or row.group in ("总体", "等级")]
    table = [_head(trend), *(_cells(row) for row in shown)]
    widths = [max(map(wide, column)) for column in zip(*table, strict=True)]
    group = ""
    for row, cells in zip((None, *shown), table, strict=True):
        if row is not None and row.group != group:
            group = row.group
            yield f"【{group}】"
        yield "  ".join(
            _padded(cell, width, at) for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
    yield from _foot(trend, shown, everything)


def _head(trend: Trend) -> list[str]:
    many = len(trend.names) > 2
    gap = "末期比首期（95% 区间）" if many else "差（95% 区间）"
    return [
        "项目",
        *(_cut(name, 16) for name in trend.names),
        gap,
        *(["末期比首期"] if many else []),
        "趋势" if many else "判断",
    ]


def _cells(row: Row) -> list[str]:
    ends = [row.ends] if len(row.cells) > 2 else []
    return [
        _cut(row.name, NAME_WIDTH),
        *(shown(cell, row.unit) for cell in row.cells),
        gap_text(row),
        *ends,
        verdict_text(row),
    ]


def _foot(trend: Trend, shown: Sequence[Row], everything: bool) -> Iterator[str]:
    changed = sum(row.changed for row in trend.rows)
    few = sum(row.verdict in (FEW, RARE) for row in trend.rows)
    same = len(trend.rows) - changed - few
    told = f"共 {len(trend.rows)} 项：{changed} 项有变化，{same} 项看不出变化，{few} 项样本或次数太少，没有判断"
    hidden = len(trend.rows) - len(shown)
    yield told + (f"；没有列出的 {hidden} 项加 --all 列出。" if hidden and not everything else "。")
    yield "“看不出变化”：差别没有超出偶然的范围，不能说上升或下降。区间是单项的，判断按全部项目校正过（docs/reports.md）。"


def shown(cell: Cell, unit: str) -> str:
    """A cell's figure: 86.2, or 12.5% with how many calls that is."""
    if cell.value is None:
        return "—"
    return f"{cell.value:.1f}" if unit == "分" else f"{cell.value:.1f}%（{cell.hits}/{cell.calls}）"


def gap_text(row: Row) -> str:
    """The difference with its interval, or nothing where it was not judged."""
    if row.gap is None or row.low is None or row.high is None:
        return ""
    unit = "" if row.unit == "分" else " 个百分点"
    return f"{_signed(row.gap)}{unit}（{_signed(row.low)} 至 {_signed(row.high)}）"


def _signed(value: float) -> str:
    text = f"{value:+.1f}"
    return "0.0" if float(text) == 0 else text


def verdict_text(row: Row) -> str:
    """上升（变差）and the like."""
    return f"{row.verdict}（{row.better}）" if row.better else row.verdict


def write_csv(trend: Trend, path: Path) -> None:
    """All rows as CSV for Excel: UTF-8 with BOM, every cell quoted, formulas neutralised.

    Raises:
        OSError: when the file cannot be written.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        for cells in csv_rows(trend):
            writer.writerow([neutralised(text_of(cell)) for cell in cells])


def csv_rows(trend: Trend) -> Iterable[list[object]]:
    """The header and a row for each measure; shares in per cent, gaps in percentage points."""
    periods = [f"{name} {what}" for name in trend.names for what in ("数值", "次数", "通话数")]
    yield ["类别", "项目", "编号", "单位", *periods, "差", "区间下限", "区间上限", "p", "校正后 p", "方法",
           "末期比首期", "判断", "好坏"]  # fmt: skip
    for row in trend.rows:
        cells = [part for cell in row.cells for part in (_rounded(cell.value, 3), cell.hits, cell.calls)]
        gaps = [_rounded(part, 3) for part in (row.gap, row.low, row.high)]
        ends = row.ends or (row.verdict if len(row.cells) == 2 else "")
        yield [row.group, row.name, row.key, row.unit, *cells, *gaps, _rounded(row.p, 6), _rounded(row.adjusted, 6),
               row.method, ends, row.verdict, row.better]  # fmt: skip


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def wide(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int, column: int) -> str:
    space = " " * (width - wide(text))
    return text + space


def _cut(text: str, width: int) -> str:
    if wide(text) <= width:
        return text
    while wide(text) > width - 1:
        text = text[:-1]
    return text + "…"
