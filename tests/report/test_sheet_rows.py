"""Rows of the workbook as XML: what a reader of workbooks gets is what was said."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from xlsxwriter import Workbook

from qa_nlp.report.sheet_rows import ROW, RowMaker, letters, plain, text_cell
from qa_nlp.report.sheets import Sheet, formats_of
from qa_nlp.report.tables import Column, Table

TABLE = Table("t", "", tuple(Column(header, "", lambda v, at=n: v[at]) for n, header in enumerate("甲乙丙")))
TEXTS = (
    "<b>&amp;</b>",
    ' "两端" ',
    "一行\n二行\t三",
    "铃\x07\x00",
    "_x0007_",
    "坏\ud800",
    "\ufffe",
    "=1+1",
    "😀𠮷",
    "a\rb",
)


def test_what_is_written_is_read_back() -> None:
    buffer = BytesIO()
    file = Workbook(buffer)
    sheet = Sheet(file, "表", TABLE, formats_of(file))
    for number, text in enumerate(TEXTS):
        sheet.add((text, number, number / 3))
    sheet.add(("末", None, float("inf")))
    sheet.close()
    file.close()
    rows = list(load_workbook(buffer)["表"].iter_rows(min_row=2, values_only=True))
    # openpyxl leaves Excel's escapes as they are.
    assert [row[0] for row in rows] == [
        "<b>&amp;</b>", ' "两端" ', "一行\n二行\t三", "铃_x0007__x0000_", "_x005F_x0007_", "坏?", "_xFFFE_", "=1+1",
        "😀𠮷", "a_x000D_b", "末",
    ]  # fmt: skip
    assert [row[1] for row in rows] == [*range(len(TEXTS)), None]
    assert rows[1][2] == pytest.approx(1 / 3)
    assert rows[-1] == ("末", None, None)


def test_only_the_place_of_a_row_is_open() -> None:
    row = RowMaker(TABLE).row(("\0甲", 1, None), linked=("甲",))
    assert row.count(ROW) == 3
    assert row.replace(ROW, b"7").startswith(b'<row r="7"><c r="A7" s="6" t="inlineStr"><is><t>_x0000_')


def test_text_that_excel_cannot_hold() -> None:
    assert plain("坏\ud800") == "坏?"
    assert len(plain("长" * 40_000)) < 32_767
    assert plain("长" * 40_000) in text_cell("长" * 40_000)


def test_columns_have_names() -> None:
    assert [letters(number) for number in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_numbers_are_shown_by_what_they_are() -> None:
    buffer = BytesIO()
    file = Workbook(buffer)
    headers = ("得分", "把握", "止", "起", "理由", "班组")
    table = Table("t", "", tuple(Column(header, "", lambda v, at=n: v[at]) for n, header in enumerate(headers)))
    sheet = Sheet(file, "表", table, formats_of(file))
    sheet.add((85.25, 0.5, 7, 7.5, "一句话", "一班"))
    sheet.close()
    file.close()
    cells = load_workbook(buffer)["表"][2]
    assert [cell.number_format for cell in cells] == ["0.0", "0%", "0", "0.0", "General", "@"]
    assert [bool(cell.alignment.wrap_text) for cell in cells] == [False] * 4 + [True, False]
