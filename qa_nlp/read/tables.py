"""Tables of dialogue: one row a turn, under Chinese or English headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from qa_nlp.read.decoding import text_lines
from qa_nlp.read.dialogue import turns_of
from qa_nlp.read.headers import Header, headers_of, is_table
from qa_nlp.read.rows import Row, RowsError, csv_rows, delimiter_of, workbook_sheets
from qa_nlp.read.source import Item, Source
from qa_nlp.read.values import clock, direction_of, in_time_order, plain, role_of, seconds, span
from qa_nlp.records import Call, Turn

Cells = dict[str, str]
CALL_FIELDS = ("agent_id", "team", "started_at")
NOT_META = ("call_id", "role", "text", "start", "end", "direction", "subtype", "turns", "order", "", *CALL_FIELDS)


@dataclass(frozen=True)
class Line:
    """One row: its number in the file, its cells by name here, and the cells of unknown columns."""

    number: int
    cells: Cells
    others: Cells


def read_csv(source: Source) -> Iterator[Item]:
    """The calls of a CSV or TSV file. Rows of a call need not stand together."""
    first = next((line for _, line in text_lines(source.path, source.encoding) if line and line.strip()), "")
    delimiter = delimiter_of(first)
    yield from _table(source, lambda: csv_rows(source.path, source.encoding, delimiter))


def read_workbook(source: Source) -> Iterator[Item]:
    """The calls of every sheet of a workbook that is a table of dialogue."""
    found = False
    try:
        for _, rows in workbook_sheets(source.path):
            if rows and is_table(headers_of(rows[0][1])):
                found = True
                yield from _table(source, lambda rows=rows: iter(rows))  # type: ignore[misc]
    except RowsError as error:
        yield source.skip(error.reason, error.advice, error.line)
        return
    if not found:
        yield source.skip("工作簿里没有对话表", "第一行要有列名，如：通话编号、角色、内容")


def _table(source: Source, rows: Callable[[], Iterator[Row]]) -> Iterator[Item]:
    """Calls of rows that can be gone through more than once; the first is the header."""
    errors: list[RowsError] = []
    together = _together(_parse(rows(), errors))
    groups = _runs(_parse(rows(), [])) if together else iter(_gather(_parse(rows(), [])))
    for call_id, lines in groups:
        yield from _call(source, call_id, lines)
    for error in errors:
        yield source.skip(error.reason, error.advice, error.line)


def _parse(rows: Iterator[Row], errors: list[RowsError]) -> Iterator[Line]:
    headers: list[Header] = []
    try:
        for number, cells in rows:
            if not headers:
                headers = headers_of(cells)
            else:
                yield _line(number, headers, cells)
    except RowsError as error:
        errors.append(error)


def _line(number: int, headers: list[Header], cells: list[str]) -> Line:
    named: Cells = {}
    others: Cells = {}
    for header, cell in zip(headers, cells, strict=False):
        if header.name in ("start", "end") and header.scale != 1.0:
            value = seconds(cell.strip(), header.scale)
            named[header.name] = "" if value is None else str(value)
        elif header.name:
            named[header.name] = cell if header.name == "text" else cell.strip()
        elif header.shown and cell.strip():
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


def _call(source: Source, call_id: str, lines: list[Line]) -> Iterator[Item]:
    if not call_id and any("call_id" in line.cells for line in lines):
        for line in lines:
            yield source.skip("这一行没有通话编号", "补上通话编号，同一通话的各行编号相同", line.number)
        return
    cells = _merged(lines)
    zero = _zero(lines, cells)
    turns: list[Turn] = []
    speakers: list[str] = []
    for line in lines:
        text = line.cells.get("text", "")
        role = line.cells.get("role", "")
        if role or not text.strip():
            turns.append(Turn(role_of(role), plain(text).strip(), *_times(line.cells, zero)))
            speakers.append(role)
        else:
            inner = turns_of(text)
            turns += inner.turns or (Turn("unknown", plain(text).strip(), *_times(line.cells, zero)),)
            speakers += [turn.role for turn in inner.turns] or [""]
    yield source.check(_finished(call_id or source.name, in_time_order(turns), speakers, cells, lines), lines[0].number)


def _finished(call_id: str, turns: tuple[Turn, ...], speakers: list[str], cells: Cells, lines: list[Line]) -> Call:
    meta: dict[str, Any] = {key: value for key, value in cells.items() if key not in NOT_META and value}
    if "ring_seconds" in meta:
        meta["ring_seconds"] = seconds(meta["ring_seconds"])
    if "hangup_by" in meta:
        meta["hangup_by"] = role_of(meta["hangup_by"])
    for line in lines:
        for key, value in line.others.items():
            meta.setdefault(key, value)
    if any(turn.role == "unknown" for turn in turns) and any(speakers):
        meta["speakers"] = speakers
    call = Call(call_id, turns, direction_of(cells.get("direction")), meta=meta)
    labels = {"subtype": cells["subtype"]} if cells.get("subtype") else {}
    return replace(call, labels=labels, **{name: cells.get(name, "") for name in CALL_FIELDS})


def _merged(lines: list[Line]) -> Cells:
    """The first value that is not empty in each column."""
    merged: Cells = {}
    for line in lines:
        for key, value in line.cells.items():
            if value and not merged.get(key):
                merged[key] = value
    return merged


def _zero(lines: list[Line], cells: Cells) -> datetime | None:
    """The moment from which absolute times count: the start of the call, else its first turn."""
    moments = [moment for line in lines if (moment := moment_of(line.cells.get("start", "")))]
    started = moment_of(cells.get("started_at", ""))
    if started and moments and started <= min(moments):
        return started
    return min(moments) if moments else None


def _times(cells: Cells, zero: datetime | None) -> tuple[float | None, float | None]:
    return span(_time(cells.get("start", ""), zero), _time(cells.get("end", ""), zero))


def _time(value: str, zero: datetime | None) -> float | None:
    if not value:
        return None
    number = seconds(value)
    number = clock(value) if number is None else number
    if number is not None:
        return number
    moment = moment_of(value)
    return seconds((moment - zero).total_seconds()) if moment and zero else None


def moment_of(value: str) -> datetime | None:
    """A date and time without zone, or None (``2026/3/5 9:12:03`` and ISO forms)."""
    text = value.strip().replace("/", "-").replace("年", "-").replace("月", "-").replace("日", " ").removesuffix("Z")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if len(text) > 10 else None
    except ValueError:
        return None
