"""Tables of dialogue, one row a turn or one row a call, under Chinese or English headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from qa_nlp.read.decoding import text_lines
from qa_nlp.read.dialogue import entries_of
from qa_nlp.read.entries import Entry, call_of
from qa_nlp.read.headers import HEADER_WITHIN, Header, header_line, headers_of, is_details, is_table
from qa_nlp.read.labels import speakers_in
from qa_nlp.read.recognise import calls_of
from qa_nlp.read.rows import Row, RowsError, csv_rows, workbook_sheets
from qa_nlp.read.source import Placed, Source
from qa_nlp.read.values import clock, direction_of, iso_of, moment_of, plain, seconds, serial_of, tidy_meta
from qa_nlp.read.vendors_cn import loads
from qa_nlp.records import Call, Skipped

Cells = dict[str, str]
Rows = Callable[[], Iterator[Row]]
META_FIELDS = ("recorded_type", "hangup_by", "ring_seconds", "caller")


class Line(NamedTuple):
    """One row: its number in the file, its cells by name here, and the cells of unknown columns."""

    number: int
    cells: Cells
    others: Cells


ONE_TABLE = "表里没有通话编号列，整张表算作一通"
# What Excel makes of a long number when it saves a CSV.
MANGLED = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2,3}")


def read_csv(source: Source) -> Iterator[Placed]:
    """The calls of a CSV or TSV file. Rows of a call need not stand together."""
    calls = table_calls(source, csv_source(source))
    first = next(calls, None)
    if first is None:
        yield None, source.skip("只有列名，下面没有内容", "可不处理；不该是空的时请重新导出")
        return
    yield first
    yield from calls


def csv_source(source: Source) -> Rows:
    """The rows of a CSV file, as often as wanted; the delimiter is the one that makes a header of a first line."""
    delimiter, _ = header_line(line or "" for _, line in text_lines(source.path, source.encoding))
    return lambda: csv_rows(source.path, source.encoding, delimiter)


def read_workbook(source: Source) -> Iterator[Placed]:
    """The calls of every sheet of a workbook that is a table of dialogue."""
    found = False
    try:
        for sheet, rows in workbook_sheets(source.path):
            if any(is_table(headers_of(cells)) for _, cells in rows[:HEADER_WITHIN]):
                found = True
                for line, item in table_calls(source, rows.__iter__):
                    yield (
                        line,
                        replace(item, reason=f"工作表“{sheet}”：{item.reason}") if isinstance(item, Skipped) else item,
                    )
    except RowsError as error:
        yield error.line, source.skip(error.reason, error.advice, error.line)
        return
    if not found:
        yield None, source.skip("工作簿里没有对话表", "第一行要有列名，如：通话编号、角色、内容")


def table_calls(source: Source, rows: Rows) -> Iterator[Placed]:
    """Calls of rows below a header; they are gone through twice, held in memory only when unsorted."""
    errors: list[RowsError] = []
    together = _together(parse_rows(rows(), errors))
    groups = _runs(parse_rows(rows(), [])) if together else iter(_gather(parse_rows(rows(), [])))
    for call_id, lines in groups:
        if MANGLED.fullmatch(call_id):
            for line in lines:
                reason = f"通话编号 {call_id} 是被 Excel 改成科学计数的，几通电话会变成同一个编号"
                yield line.number, source.skip(reason, "在 Excel 里把编号一列设为“文本”，重新导出", line.number)
            continue
        if call_id or not any("call_id" in line.cells for line in lines):
            yield lines[0].number, _call(source, call_id, lines)
            continue
        for line in lines:
            skipped = source.skip("这一行没有通话编号", "补上通话编号，同一通话的各行编号相同", line.number)
            yield line.number, skipped
    for error in errors:
        yield error.line, source.skip(error.reason, error.advice, error.line)


def parse_rows(rows: Iterator[Row], errors: list[RowsError], seen: list[Header] | None = None) -> Iterator[Line]:
    """Rows below the header by column name; where the rows break off, the reason goes to ``errors``.

    The header goes to ``seen``.
    """
    headers: list[Header] = [] if seen is None else seen
    above = 0
    try:
        for number, cells in rows:
            if headers:
                yield _line(number, headers, cells)
                continue
            found = headers_of(cells)
            headers += found if is_table(found) or is_details(found) else []
            above += 1
            if above == HEADER_WITHIN and not headers:
                return
    except RowsError as error:
        errors.append(error)


def _line(number: int, headers: list[Header], cells: list[str]) -> Line:
    named: Cells = {}
    others: Cells = {}
    for header, cell in zip(headers, cells, strict=False):
        if header.scale != 1.0:
            value = seconds(cell.strip(), header.scale)
            named[header.name] = "" if value is None else str(value)
        elif header.name:
            named[header.name] = cell if header.name == "text" else cell.strip()
        if (not header.name or header.name == "agent_name") and header.shown and cell.strip():
            others[header.shown] = cell.strip()
    return Line(number, named, others)


def _key(line: Line) -> str:
    return line.cells.get("call_id", "")


def _together(lines: Iterable[Line]) -> bool:
    seen: set[int] = set()
    last: str | None = None
    for line in lines:
        key = _key(line)
        if key != last:
            if hash(key) in seen:
                return False
            seen.add(hash(key))
            last = key
    return True


def _runs(lines: Iterable[Line]) -> Iterator[tuple[str, list[Line]]]:
    run: list[Line] = []
    for line in lines:
        if run and _key(run[0]) != _key(line):
            yield _key(run[0]), run
            run = []
        run.append(line)
    if run:
        yield _key(run[0]), run


def _gather(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(_key(line), []).append(line)
    return list(groups.items())


def _call(source: Source, call_id: str, lines: list[Line]) -> Call | Skipped:
    cells: Cells = {}
    for line in lines:
        for key, value in line.cells.items():
            if value and not cells.get(key):
                cells[key] = value
    inner = _nested(source, cells, lines)
    if isinstance(inner, Skipped):
        return inner
    whole_call = inner is not None or len(lines) == 1
    start = cells.get("start", "")
    if whole_call and not cells.get("started_at") and (moment_of(start) or ("." in start and serial_of(start))):
        cells["started_at"] = start
    if inner is None:
        zero = _zero(lines, cells)
        speakers = speakers_in(
            said for line in lines if not line.cells.get("role") for said in _text(line).splitlines()
        )
        alone = (ONE_TABLE,) if len(lines) > 1 and not call_id else ()
        inner = call_of((entry for line in lines for entry in _entries(line, zero, speakers)), notes=alone)
    others = {key: value for line in reversed(lines) for key, value in line.others.items()}
    call = with_fields(inner, cells, others)
    return replace(call, call_id=call_id or call.call_id)


def _nested(source: Source, cells: Cells, lines: list[Line]) -> Call | Skipped | None:
    """The call of a single row whose cell holds JSON: a list of turns, or a whole vendor result."""
    text = (cells.get("turns") or cells.get("text") or "").strip()
    if len(lines) > 1 or not text.startswith(("[", "{")):
        return None
    value = loads(text)
    if isinstance(value, list) and "turns" in cells:
        value = {"call_id": cells.get("call_id") or source.name, "turns": value}
    if not isinstance(value, list | dict) or not value:
        return None
    return next((item for _, item in calls_of(value, source, lines[0].number)), None)


def with_fields(call: Call, cells: Cells, others: Cells) -> Call:
    """The call with what a table says of it; empty cells leave what the call has."""
    meta: dict[str, Any] = {**call.meta, **others, **{key: cells[key] for key in META_FIELDS if cells.get(key)}}
    return replace(
        call,
        meta=tidy_meta(meta),
        direction=direction_of(cells.get("direction")) or call.direction,
        labels={**call.labels, "subtype": cells["subtype"]} if cells.get("subtype") else call.labels,
        agent_id=cells.get("agent_id") or call.agent_id or cells.get("agent_name", ""),
        team=cells.get("team") or call.team,
        started_at=_started(cells["started_at"]) if cells.get("started_at") else call.started_at,
    )


def _started(cell: str) -> str:
    return serial_of(cell) or iso_of(cell)


def _entries(line: Line, zero: datetime | None, speakers: frozenset[str]) -> Iterator[Entry]:
    """The turns of one row: one, or as many as its text names speakers (where no column says who spoke)."""
    text, role = _text(line), line.cells.get("role", "")
    start, end = _time(line.cells.get("start", ""), zero), _time(line.cells.get("end", ""), zero)
    inner = entries_of(text, speakers) if text.strip() and not role else []
    if not inner:
        yield Entry(role, text.strip(), start, end)
        return
    for entry in inner:
        yield entry if len(inner) > 1 else entry._replace(start=start, end=end)


def _text(line: Line) -> str:
    return plain(line.cells.get("text", ""))


def _zero(lines: list[Line], cells: Cells) -> datetime | None:
    """The moment from which absolute times count: the start of the call, else its first turn."""
    moments = [moment for line in lines if (moment := moment_of(line.cells.get("start", "")))]
    started = moment_of(_started(cells.get("started_at", "")))
    if started and moments and started <= min(moments):
        return started
    return min(moments, default=None)


def _time(value: str, zero: datetime | None) -> float | None:
    if not value:
        return None
    number = seconds(value)
    number = clock(value) if number is None else number
    if number is not None:
        return number
    moment = moment_of(value)
    return seconds((moment - zero).total_seconds()) if moment and zero else None
