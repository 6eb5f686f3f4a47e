"""Rows of CSV, TSV and workbooks as lists of cells; nothing here knows what the columns mean."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from qa_nlp.read.decoding import text_lines
from qa_nlp.read.values import plain, text_of

MAX_FIELD = 32 << 20
MAX_UNPACKED = 1 << 30
MAX_RATIO = 200
Row = tuple[int, list[str]]


class RowsError(Exception):
    """Rows end here: what is wrong, what to do, and at which line."""

    def __init__(self, reason: str, advice: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.advice, self.line = reason, advice, line


def csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """(line number of the row's end, cells) of every row that is not blank.

    Raises:
        RowsError: where a quote is never closed or a line is too long; the rows before it were given.
    """
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(_lines(path, encoding), delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RowsError(
                f"表格在这一行断了（{error}）", "检查引号是否成对，或在 Excel 里重新另存为 CSV", reader.line_num
            ) from error
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _lines(path: Path, encoding: str) -> Iterator[str]:
    for number, line in text_lines(path, encoding, MAX_FIELD):
        if line is None:
            raise RowsError(f"这一行超过 {MAX_FIELD >> 20} MB", "检查导出时是否漏了换行", number)
        yield plain(line)


def guard(path: Path) -> None:
    """Refuse a workbook that unpacks to far more than it holds (a zip bomb).

    Raises:
        RowsError: when it is no readable zip file, or too large unpacked.
    """
    try:
        with zipfile.ZipFile(path) as book:
            sizes = [(info.file_size, info.compress_size) for info in book.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise RowsError("工作簿不完整，打不开", "请用 Excel 打开后重新保存为 .xlsx") from error
    total, packed = sum(size for size, _ in sizes), sum(size for _, size in sizes)
    if total > MAX_UNPACKED or (total > 50 << 20 and total > packed * MAX_RATIO):
        raise RowsError(
            f"工作簿解压后有 {total >> 20} MB，可能有害，没有打开", "请确认来源；数据量大时请分成几个文件或另存为 CSV"
        )


def workbook_sheets(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """(sheet name, rows) of a workbook, by python-calamine.

    Raises:
        RowsError: when the workbook cannot be opened or is too large.
    """
    import python_calamine

    if zipfile.is_zipfile(path):
        guard(path)
    elif path.stat().st_size > MAX_UNPACKED // 4:
        raise RowsError("工作簿太大", "请分成几个文件或另存为 CSV")
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            values = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            rows = [(number, [cell_text(value) for value in row]) for number, row in enumerate(values, 1)]
            yield name, [row for row in rows if any(cell.strip() for cell in row[1])]
    except RowsError:
        raise
    except Exception as error:  # calamine raises its own errors, and Rust panics as BaseException's children
        raise RowsError(
            f"工作簿打不开（{type(error).__name__}）", "请用 Excel 打开后重新保存为 .xlsx（去掉密码）"
        ) from error


def cell_text(value: object) -> str:
    """A cell as text: dates ISO, times of day and durations as seconds, whole floats without ``.0``."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return text_of(value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6)
    if isinstance(value, timedelta):
        return text_of(value.total_seconds())
    return plain(text_of(value)) if not isinstance(value, bool) else str(value)
