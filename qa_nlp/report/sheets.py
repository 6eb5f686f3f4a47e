"""One sheet of the workbook: a heading row, typed cells, links, colours. Knows nothing of calls."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from qa_nlp.report.tables import Table

ROWS = 1_048_576
LINKS = 65_000
CELL = 32_000
FONT = "Microsoft YaHei"
MARKS = {
    "bad": {"bg_color": "#F8D7DA", "font_color": "#7A1420"},
    "warn": {"bg_color": "#FFF0CC", "font_color": "#6B4A00"},
    "good": {"bg_color": "#DDF2E3", "font_color": "#14532D"},
    "calm": {"bg_color": "#E8EBEF", "font_color": "#414B57"},
}
# Colours of a cell by its text, in every sheet where the column is.
TONES: Mapping[str, Mapping[str, str]] = {
    "等级": {"优秀": "good", "良好": "good", "不合格": "bad", "未评": "calm"},
    "需复核": {"是": "warn"},
    "升级词": {"是": "warn"},
    "严重度": {"红线": "bad", "严重": "warn"},
    "结论": {"违规": "bad", "合格": "good", "证据不足": "warn", "不适用": "calm", "确认": "bad", "疑似（不扣分）": "warn",
             "排除（留痕）": "calm", "超出": "bad", "旧标准": "warn", "待核": "warn", "相符": "good", "无规定": "calm"},
    "开场": {"缺失": "bad", "不完整": "warn", "达标": "good"},
    "结束": {"缺失": "bad", "不完整": "warn", "达标": "good"},
    "与全批相比": {"高于": "good", "低于": "bad", "样本不足": "calm"},
}  # fmt: skip
WIDTHS = {
    "案例分析": 60, "理由": 40, "建议说法": 40, "原话": 36, "缺少步骤": 32, "依据": 22, "红线": 26, "未评原因": 22,
    "备注": 24, "业务": 18, "业务编号": 24, "开始时间": 26, "通话编号": 20, "步骤": 24, "问题": 16, "代码": 18,
    "规则号": 16, "名称": 20, "承诺事项": 20, "到期": 26, "规定时限": 24, "最多的差错": 40, "最常缺的步骤": 46,
    "文件": 40, "原因": 40, "怎么办": 50, "结论": 15, "步骤编号": 22, "证据": 14, "命中方式": 11, "与全批相比": 13,
    "平均分区间±": 13, "有差错通话数": 14, "红线通话数": 13, "评分通话数": 13, "确认问题数": 12, "疑似问题数": 12,
}  # fmt: skip
ONE_DECIMAL = {"得分", "平均分", "平均分区间±", "扣分", "语速", "语言能力", "判断能力", "业务能力", "主动能力"}
PERCENT = {"把握", "可信度"}


@dataclass(frozen=True)
class Formats:
    """The cell formats of a workbook."""

    head: Any
    text: Any
    wrap: Any
    whole: Any
    tenth: Any
    percent: Any
    link: Any
    marks: Mapping[str, Any]


def formats_of(book: Workbook) -> Formats:
    """Make the formats once for a workbook."""
    base = {"font_name": FONT, "font_size": 10, "valign": "top"}

    def add(**more: object) -> Any:
        return book.add_format(base | more)

    return Formats(
        head=add(bold=True, bg_color="#1F4E79", font_color="#FFFFFF", border=1, border_color="#FFFFFF", valign="vcenter"),
        text=add(num_format="@"),
        wrap=add(text_wrap=True),
        whole=add(num_format="0"),
        tenth=add(num_format="0.0"),
        percent=add(num_format="0%"),
        link=add(font_color="#0B5394", underline=1, num_format="@"),
        marks={name: book.add_format(mark) for name, mark in MARKS.items()},
    )  # fmt: skip


class Sheet:
    """Rows of one table, written as they come; ``full`` once Excel takes no more."""

    def __init__(self, sheet: Worksheet, table: Table, formats: Formats) -> None:
        self.sheet, self.table, self.formats = sheet, table, formats
        self.row = 1
        self.links = 0
        self.headers = [column.header for column in table.columns]
        self._columns = [(c.cell, c.header, *self._formats_for(c.header)) for c in table.columns]
        for index, column in enumerate(table.columns):
            sheet.write_string(0, index, column.header, formats.head)
            sheet.set_column(index, index, WIDTHS.get(column.header, 11))
        sheet.set_row(0, 22)

    def room_for(self, rows: int) -> bool:
        """Whether so many rows more still fit."""
        return self.row + rows <= ROWS

    def add(self, item: object, links: Mapping[str, str] | None = None) -> None:
        """Write one row; ``links`` maps headers to places in this workbook (``internal:'问题'!A2``)."""
        sheet, row = self.sheet, self.row
        for index, (cell, header, text_format, number_format) in enumerate(self._columns):
            value = cell(item)
            if value is None or value == "":
                continue
            target = links.get(header) if links else None
            if target and self.links < LINKS:
                self.links += 1
                sheet.write_url(row, index, target, self.formats.link, plain(str(value)))
            elif not isinstance(value, int | float):
                sheet.write_string(row, index, plain(str(value)), text_format)
            elif math.isfinite(value):
                odd = number_format is self.formats.whole and value != int(value)
                sheet.write_number(row, index, value, self.formats.tenth if odd else number_format)
        self.row += 1

    def _formats_for(self, header: str) -> tuple[Any, Any]:
        """(of text, of numbers)."""
        formats = self.formats
        text = formats.wrap if WIDTHS.get(header, 0) >= 30 and header != "案例分析" else formats.text
        number = formats.tenth if header in ONE_DECIMAL else formats.percent if header in PERCENT else formats.whole
        return text, number

    def close(self, frozen_columns: int = 1) -> None:
        """Freeze the heading, add the filter and the colours, set it up for printing."""
        sheet, last = self.sheet, max(1, self.row - 1)
        sheet.freeze_panes(1, frozen_columns)
        sheet.autofilter(0, 0, last, len(self.headers) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self.row}"})
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for index, header in enumerate(self.headers):
            for text, tone in TONES.get(header, {}).items():
                rule = {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": self.formats.marks[tone]}
                sheet.conditional_format(1, index, last, index, rule)
            if header in ("得分", "平均分"):
                low = {"type": "cell", "criteria": "between", "minimum": 0, "maximum": 59.9999}
                sheet.conditional_format(1, index, last, index, low | {"format": self.formats.marks["bad"]})
            if header == "红线":
                mark = {"type": "no_blanks", "format": self.formats.marks["bad"]}
                sheet.conditional_format(1, index, last, index, mark)
            if header in ("通话数", "确认"):
                bar = {"type": "data_bar", "bar_color": "#9DC3E6", "bar_solid": True}
                sheet.conditional_format(1, index, last, index, bar)


def plain(text: str) -> str:
    """Text that Excel can hold: no lone surrogates, not longer than a cell (the CSV has all of it)."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    # Excel counts UTF-16 units, hence the margin below its 32,767.
    return text if len(text) <= CELL // 2 else text[: CELL // 2] + "……（太长，全文见 CSV）"


def place(sheet: str, row: int) -> str:
    """A link to a row (counted from 0) of a sheet."""
    return f"internal:'{sheet}'!A{row + 1}"
