"""A table of what the telephone system knows of each call, joined by call id."""

from __future__ import annotations

from msgspec.structs import replace

from qa_nlp.read.parquet import parquet_rows
from qa_nlp.read.rows import RowsError, workbook_sheets
from qa_nlp.read.source import Source
from qa_nlp.read.tables import Cells, Line, Rows, csv_source, parse_rows, with_fields
from qa_nlp.records import Call, Skipped

Metadata = dict[str, tuple[Cells, Cells]]


def read_metadata(source: Source, skipped: list[Skipped]) -> Metadata:
    """Cells by call id; a workbook's first sheet. The first row of an id counts. What is wrong goes to ``skipped``."""
    errors: list[RowsError] = []
    table: Metadata = {}
    try:
        for line in parse_rows(_rows(source)(), errors):
            call_id = line.cells.get("call_id", "")
            if call_id:
                table.setdefault(call_id, (_named(line), line.others))
    except RowsError as error:
        errors.append(error)
    skipped += [source.skip(f"随录表：{error.reason}", error.advice, error.line) for error in errors]
    if not table and not errors:
        skipped.append(
            source.skip("随录表里没有通话编号列，或没有数据", "第一行要有“通话编号”列，与通话文件里的编号一致")
        )
    return table


def join(call: Call, table: Metadata) -> Call:
    """The call with the table's cells; where both say something the table counts."""
    found = table.get(call.call_id)
    return replace(with_fields(call, *found)) if found else call


def _rows(source: Source) -> Rows:
    if source.kind == "workbook":
        _, rows = next(workbook_sheets(source.path), ("", []))
        return lambda: iter(rows)
    if source.kind == "parquet":
        return lambda: parquet_rows(source)
    return csv_source(source)


def _named(line: Line) -> Cells:
    """In a table without turns, 开始时间 is the start of the call and what looks like a speaker is none."""
    cells: Cells = {key: value for key, value in line.cells.items() if key not in ("role", "text", "order", "turns")}
    start = cells.pop("start", "")
    cells.pop("end", "")
    if start and not cells.get("started_at"):
        cells["started_at"] = start
    return cells
