"""A table of what the telephone system knows of each call, joined by call id."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from qa_nlp.read.headers import Header
from qa_nlp.read.parquet import parquet_rows
from qa_nlp.read.rows import RowsError, workbook_sheets
from qa_nlp.read.source import Source
from qa_nlp.read.tables import Cells, Line, Rows, csv_source, parse_rows, with_fields
from qa_nlp.records import Call, Skipped

Metadata = dict[str, tuple[Cells, Cells]]


@dataclass
class Joined:
    """How far a table went: ids in it, the header of the column that holds them, calls asked for and calls found."""

    ids: int = 0
    column: str = ""
    calls: int = 0
    found: int = 0


def read_metadata(source: Source, skipped: list[Skipped], joined: Joined) -> Metadata:
    """Cells by call id; a workbook's first sheet. The first row of an id counts. What is wrong goes to ``skipped``."""
    errors: list[RowsError] = []
    headers: list[Header] = []
    table: Metadata = {}
    try:
        for line in parse_rows(_rows(source)(), errors, headers):
            call_id = line.cells.get("call_id", "")
            if call_id:
                table.setdefault(call_id, (_named(line), line.others))
    except RowsError as error:
        errors.append(error)
    joined.ids, joined.column = len(table), next((header.shown for header in headers if header.name == "call_id"), "")
    skipped += [source.skip(f"随录表：{error.reason}", error.advice, error.line) for error in errors]
    if not table and not errors:
        skipped.append(
            source.skip("随录表里没有通话编号列，或没有数据", "第一行要有“通话编号”列，与通话文件里的编号一致")
        )
    return table


def join(call: Call, table: Metadata, joined: Joined | None = None) -> Call:
    """The call with the table's cells; where both say something the table counts."""
    found = table.get(call.call_id)
    if joined is not None:
        joined.calls += 1
        joined.found += found is not None
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
