"""Rows of the workbook's sheets as SpreadsheetML, so that any process can make them and one only appends them.

A row does not know yet where it will stand: ``ROW`` stands for its number, which XML cannot hold otherwise.
Text stands in its cell instead of in a table of all texts. A library that makes an object a cell takes ten times as long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from qa_nlp.records import Call, Verdict
from qa_nlp.report.naming import missing_names, step_name
from qa_nlp.report.tables import Table, all_tables
from qa_nlp.rulebook.book import Rulebook

ROW = b"\0"
CELL = 32_000
# The cell formats by number; ``workbook`` registers them in this order.
STYLES = ("text", "wrap", "whole", "tenth", "percent", "link", "head")
NUMBER = {name: number for number, name in enumerate(STYLES, 1)}
ONE_DECIMAL = {"得分", "平均分", "平均分区间±", "扣分", "语速", "语言能力", "判断能力", "业务能力", "主动能力"}
PERCENT = {"把握", "可信度"}
WRAPPED = {"理由", "建议说法", "原话", "缺少步骤", "最多的差错", "最常缺的步骤", "文件", "原因", "怎么办"}
# What somebody has to look at; steps that were done would be most of the sheet.
OPEN = ("violation", "insufficient")
CALL_ID, MISSING = "通话编号", "缺少步骤"
BACK = (CALL_ID,)
# Text that XML or Excel takes otherwise than it stands there.
SPECIAL = re.compile("[&<>\0-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9a-fA-F]{4}_")
NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def plain(text: str) -> str:
    """Text that Excel can hold: no lone surrogates, not longer than a cell (the CSV has all of it)."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    # Excel counts UTF-16 units, hence the margin below its 32,767.
    return text if len(text) <= CELL // 2 else text[: CELL // 2] + "……（太长，全文见 CSV）"


def escaped(text: str) -> str:
    """Text as it stands in a cell's XML; Excel reads ``_x0007_`` as the character of that number."""
    if len(text) > CELL // 2 or SPECIAL.search(text):
        return SPECIAL.sub(_name, plain(text))
    return text


def _name(match: re.Match[str]) -> str:
    found = match[0]
    return NAMES.get(found) or (f"_x005F{found}" if len(found) > 1 else f"_x{ord(found):04X}_")


def letters(column: int) -> str:
    """A column's name, counted from 0: A … Z, AA …"""
    return chr(65 + column) if column < 26 else letters(column // 26 - 1) + chr(65 + column % 26)


class RowMaker:
    """Makes the rows of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = [
            (header, f'<c r="{letters(index)}\0" s="', *_styles(header)) for index, header in enumerate(table.headers)
        ]

    def row(self, *items: object, linked: Sequence[str] = ()) -> bytes:
        """One row; cells under the headers ``linked`` look like links."""
        cells = ['<row r="\0">']
        for value, (header, start, text_style, number_style) in zip(
            self._table.values(*items), self._columns, strict=True
        ):
            if value is None or value == "":
                continue
            if header in linked:
                value, text_style = str(value), NUMBER["link"]
            if not isinstance(value, int | float):
                text = escaped(str(value))
                kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
                cells.append(f'{start}{text_style}" t="inlineStr"><is><t{kept}>{text}</t></is></c>')
            elif math.isfinite(value):
                odd = number_style == NUMBER["whole"] and value != int(value)
                cells.append(f'{start}{NUMBER["tenth"] if odd else number_style}"><v>{value:.16G}</v></c>')
        cells.append("</row>")
        return "".join(cells).encode()


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
            [self._makers["findings"].row(verdict, finding, linked=BACK) for finding in verdict.findings],
            # Steps are many: one link back a call keeps within Excel's number of links.
            [self._makers["steps"].row(verdict, step, linked=() if n else BACK) for n, step in enumerate(steps)],
            [self._makers["promises"].row(verdict, promise, linked=BACK) for promise in verdict.promises],
        ]
