"""Rows of the workbook's sheets as SpreadsheetML, so that any process can make them and one only appends them.

A row does not know yet where it will stand: ``ROW`` stands for its number, which XML cannot hold otherwise.
Text stands in its cell instead of in a table of all texts. XlsxWriter, an object a cell, takes five times as long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from qa_nlp.records import Call, Verdict
from qa_nlp.report.naming import missing_names, step_name
from qa_nlp.report.part_rows import PartRows
from qa_nlp.report.tables import Table, all_tables
from qa_nlp.rulebook.book import Rulebook

ROW = b"\0"
CELL = 32_000
# The cell formats by number; ``sheets`` registers them in this order.
STYLES = ("text", "wrap", "whole", "tenth", "percent", "link", "head")
NUMBER = {name: number for number, name in enumerate(STYLES, 1)}
ONE_DECIMAL = {"得分", "平均分", "平均分区间±", "扣分", "语速", "语言能力", "判断能力", "业务能力", "主动能力"}
PERCENT = {"把握", "可信度"}
WRAPPED = {"理由", "建议说法", "原话", "缺少步骤", "最多的差错", "最常缺的步骤", "文件", "原因", "怎么办"}
# What somebody has to look at; steps that were done would be most of the sheet.
OPEN = ("violation", "insufficient")
CALL_ID, MISSING = "通话编号", "缺少步骤"
BACK = (CALL_ID,)
# Text that XML or Excel takes otherwise than it stands there; what it begins with is looked for first.
ODD, ESCAPE = "[&<>\0-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]", "_x"
SPECIAL = re.compile(f"{ODD}|{ESCAPE}[0-9a-fA-F]{{4}}_")
is_odd = re.compile(ODD).search
NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def plain(text: str) -> str:
    """Text that Excel can hold: no lone surrogates, not longer than a cell (the CSV has all of it)."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    # Excel counts UTF-16 units, hence the margin below its 32,767.
    return text if len(text) <= CELL // 2 else text[: CELL // 2] + "……（太长，全文见 CSV）"


def text_cell(text: str) -> str:
    """What follows the style of a cell that holds a text; Excel reads ``_x0007_`` as the character of that number."""
    if is_odd(text) or ESCAPE in text or len(text) > CELL // 2:
        text = SPECIAL.sub(_name, plain(text))
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f'" t="inlineStr"><is><t{kept}>{text}</t></is></c>'


def _name(match: re.Match[str]) -> str:
    found = match[0]
    return NAMES.get(found) or (f"_x005F{found}" if len(found) > 1 else f"_x{ord(found):04X}_")


def letters(column: int) -> str:
    """A column's name, counted from 0: A … Z, AA …"""
    return chr(65 + column) if column < 26 else letters(column // 26 - 1) + chr(65 + column % 26)


class RowMaker:
    """Makes the rows of one table."""

    def __init__(self, table: Table) -> None:
        self._table, self._headers = table, table.headers
        self._columns = [
            (f'<c r="{letters(place)}\0" s="', *_styles(header)) for place, header in enumerate(self._headers)
        ]
        self._own_cells = PartRows(table, self._cell)

    def row(self, item: object, linked: Sequence[str] = ()) -> bytes:
        """The row of one item; cells under the headers ``linked`` look like links."""
        return self._row(self._cells(self._table.values(item), linked))

    def parts(self, verdict: Verdict, parts: Sequence[object], links: int | None = None) -> list[bytes]:
        """The rows of parts of a verdict; the first ``links`` of them (or all) look like links to the call."""
        if not parts:
            return []
        shared = self._table.shared_values(verdict)
        link, plain = self._cells(shared, BACK), "" if links is None else self._cells(shared)
        own = self._own_cells(verdict, parts)
        return [self._row((link if links is None or n < links else plain) + cells) for n, cells in enumerate(own)]

    def _row(self, cells: str) -> bytes:
        return f'<row r="\0">{cells}</row>'.encode()

    def _cells(self, values: Sequence[object], linked: Sequence[str] = ()) -> str:
        """The cells that a row begins with."""
        places = [self._headers.index(header) for header in linked]
        return "".join([self._cell(place, value, place in places) for place, value in enumerate(values)])

    def _cell(self, place: int, value: object, linked: bool = False) -> str:
        """One cell; nothing for a value that leaves it blank."""
        if value is None or value == "":
            return ""
        start, text_style, number_style = self._columns[place]
        if linked or type(value) is str or not isinstance(value, int | float):
            return f"{start}{NUMBER['link'] if linked else text_style}{text_cell(str(value))}"
        if not math.isfinite(value):
            return ""
        odd = number_style == NUMBER["whole"] and value != int(value)
        return f'{start}{NUMBER["tenth"] if odd else number_style}"><v>{value:.16G}</v></c>'


def _styles(header: str) -> tuple[int, int]:
    """(of text, of numbers)."""
    text = "wrap" if header in WRAPPED else "text"
    number = "tenth" if header in ONE_DECIMAL else "percent" if header in PERCENT else "whole"
    return NUMBER[text], NUMBER[number]


def listed_tables(book: Rulebook) -> dict[str, Table]:
    """The tables that calls add rows to, as the workbook shows them."""
    shipped = all_tables(book)
    return {
        "calls": replaced(shipped["calls"], 缺少步骤=lambda v: "、".join(missing_names(v.steps, book))),
        "findings": shipped["findings"],
        "steps": replaced(shipped["steps"], 步骤=lambda v, s: step_name(s.step, book)),
        "promises": shipped["promises"],
    }


def replaced(table: Table, **cells: Callable[..., object]) -> Table:
    """The table with some cells made otherwise."""
    columns = [replace(c, cell=cells[c.header]) if c.header in cells else c for c in table.columns]
    return replace(table, columns=tuple(columns))


class SheetRows:
    """Makes the rows of one call: of the call itself, its findings, its open steps, its promises."""

    def __init__(self, book: Rulebook) -> None:
        self._makers = {name: RowMaker(table) for name, table in listed_tables(book).items()}

    def __call__(self, call: Call, verdict: Verdict) -> list[list[bytes]]:
        """The rows of each of ``listed_tables``; links go from a call to its parts and back."""
        steps = [step for step in verdict.steps if step.need and step.verdict in OPEN]
        there = (CALL_ID,) * bool(verdict.findings) + (MISSING,) * bool(steps)
        return [
            [self._makers["calls"].row(verdict, linked=there)],
            self._makers["findings"].parts(verdict, verdict.findings),
            # Steps are many: one link back a call keeps within Excel's number of links.
            self._makers["steps"].parts(verdict, steps, links=1),
            self._makers["promises"].parts(verdict, verdict.promises),
        ]
