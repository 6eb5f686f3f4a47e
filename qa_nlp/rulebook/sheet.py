"""One sheet of the rulebook as rows, from CSV or XLSX, whatever a spreadsheet did to it."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from qa_nlp.errors import Problem
from qa_nlp.rulebook.rule import Place

ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class Row:
    """One row: cells by header, and where it stands. Missing cells read as empty text."""

    cells: dict[str, str]
    place: Place

    def __getitem__(self, header: str) -> str:
        return self.cells.get(header, "")


def read_sheet(folder: Path, name: str, required: tuple[str, ...], problems: list[Problem]) -> list[Row]:
    """Rows of ``folder/name.csv`` or ``.xlsx`` (none when neither is there). Problems are collected."""
    as_csv, as_xlsx = folder / f"{name}.csv", folder / f"{name}.xlsx"
    if as_csv.exists() and as_xlsx.exists():
        problems.append(
            Problem(
                "B101",
                f"{folder.name}/{name}",
                "同名的 .csv 和 .xlsx 同时存在",
                "请只保留一个，以免改了一个却用着另一个",
            )
        )
        return []
    if as_csv.exists():
        grid = _read_csv(as_csv, problems)
    elif as_xlsx.exists():
        grid = _read_xlsx(as_xlsx, problems)
    else:
        return []
    path = as_csv if as_csv.exists() else as_xlsx
    return _rows(grid, f"{folder.name}/{path.name}", required, problems)


def _rows(grid: list[list[str]], file: str, required: tuple[str, ...], problems: list[Problem]) -> list[Row]:
    filled = [(i, row) for i, row in enumerate(grid, 1) if any(cell.strip() for cell in row)]
    if not filled:
        return []
    head_row, head = filled[0]
    headers = [unicodedata.normalize("NFKC", cell).strip() for cell in head]
    missing = [name for name in required if name not in headers]
    if missing:
        problems.append(
            Problem(
                "B102", f"{file} 第{head_row}行", f"缺少列：{'、'.join(missing)}", f"现有的列：{'、'.join(headers)}"
            )
        )
        return []
    return [
        Row({h: cell.strip() for h, cell in zip(headers, row, strict=False) if h}, Place(file, number))
        for number, row in filled[1:]
    ]


def _read_csv(path: Path, problems: list[Problem]) -> list[list[str]]:
    data = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        problems.append(Problem("B103", path.name, "文件编码无法识别", "请在 Excel 中另存为“CSV UTF-8（逗号分隔）”"))
        return []
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    except csv.Error as error:
        advice = "多半是少了一个引号；请用 Excel 打开，看哪一格特别长，改好后另存"
        problems.append(Problem("B105", path.name, f"表格读不下去：{error}", advice))
        return []


def _read_xlsx(path: Path, problems: list[Problem]) -> list[list[str]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        values = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError, IndexError) as error:
        problems.append(Problem("B104", path.name, f"工作簿打不开：{error}", "请用 Excel 重新保存为 .xlsx"))
        return []
    return [[_cell(value) for value in row] for row in values]


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
