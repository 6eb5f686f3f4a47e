"""One sheet of the workbook: a heading row, rows, links, colours. Knows nothing of calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from qa_nlp.report.sheet_rows import ROW, STYLES, RowMaker, letters
from qa_nlp.report.tables import Table

ROWS = 1_048_576
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


@dataclass(frozen=True)
class Formats:
    """The cell formats of a workbook."""

    head: Any
    marks: Mapping[str, Any]


def formats_of(book: Workbook) -> Formats:
    """Make the formats once for a workbook, before any other: rows name theirs by number."""
    base = {"font_name": FONT, "font_size": 10, "valign": "top"}
    head = {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1, "border_color": "#FFFFFF",
            "valign": "vcenter"}  # fmt: skip
    looks: dict[str, dict[str, object]] = {
        "text": {"num_format": "@"},
        "wrap": {"text_wrap": True},
        "whole": {"num_format": "0"},
        "tenth": {"num_format": "0.0"},
        "percent": {"num_format": "0%"},
        "link": {"font_color": "#0B5394", "underline": 1, "num_format": "@"},
        "head": head,
    }
    formats = {name: book.add_format(base | looks[name]) for name in STYLES}
    for form in formats.values():
        form._get_xf_index()
    return Formats(formats["head"], {name: book.add_format(mark) for name, mark in MARKS.items()})


class _Rows(Worksheet):  # type: ignore[misc]
    """A worksheet of XlsxWriter with rows and links of which the XML is there already."""

    def __init__(self) -> None:
        super().__init__()
        self.dim_rowmax: int | None = None
        self.made: list[bytes] = []
        self.links: list[str] = []

    def _write_rows(self) -> None:
        last = self.dim_rowmax
        self.dim_rowmax = 0
        super()._write_rows()
        self.dim_rowmax = last
        self.fh.flush()
        self.fh.buffer.writelines(self.made)

    def _write_hyperlinks(self) -> None:
        if self.links:
            self.fh.write(f"<hyperlinks>{''.join(self.links)}</hyperlinks>")


class Sheet:
    """Rows of one table, appended as they come."""

    def __init__(self, file: Workbook, name: str, table: Table, formats: Formats) -> None:
        self.name, self.headers, self.formats = name, table.headers, formats
        self.next = 2
        self._maker = RowMaker(table)
        self._sheet = sheet = file.add_worksheet(name, worksheet_class=_Rows)
        for index, header in enumerate(self.headers):
            sheet.write_string(0, index, header, formats.head)
            sheet.set_column(index, index, WIDTHS.get(header, 11))
        sheet.set_row(0, 22)

    def room_for(self, rows: int) -> bool:
        """Whether so many rows more still fit."""
        return self.next + rows <= ROWS + 1

    def append(self, row: bytes) -> None:
        """Append a row that ``RowMaker`` made."""
        self._sheet.made.append(row.replace(ROW, b"%d" % self.next))
        self.next += 1

    def add(self, item: object) -> None:
        """Append the row of one item."""
        self.append(self._maker.row(item))

    def link(self, header: str, row: int, sheet: Sheet, there: int) -> None:
        """Lead from the cell under a header to a row of another sheet; rows count from 1."""
        cell = f"{letters(self.headers.index(header))}{row}"
        self._sheet.links.append(f'<hyperlink ref="{cell}" location="\'{sheet.name}\'!A{there}"/>')

    def close(self, frozen_columns: int = 1) -> None:
        """Freeze the heading, add the filter and the colours, set it up for printing."""
        sheet, last = self._sheet, max(1, self.next - 2)
        sheet.dim_rowmax = self.next - 2
        sheet.freeze_panes(1, frozen_columns)
        sheet.autofilter(0, 0, last, len(self.headers) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self.next - 1}"})
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
