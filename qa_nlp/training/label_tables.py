"""A table with a label column → calls: one call a row, one turn a row, or the names of call files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from qa_nlp.errors import Problem, UsageError
from qa_nlp.read import open_calls
from qa_nlp.read.detect import UnknownFormatError, detect
from qa_nlp.read.dialogue import turns_of
from qa_nlp.read.headers import HEADER_WITHIN, header_of
from qa_nlp.read.roles import with_roles
from qa_nlp.read.rows import Row, RowsError, workbook_sheets
from qa_nlp.read.source import Source
from qa_nlp.read.tables import csv_source
from qa_nlp.records import Call, Skipped, Turn

# Within a kind, the most telling header stands first.
LABEL_HEADERS = (
    "subtype", "子类", "标注子类", "业务子类", "业务标签", "业务", "标签", "标注业务", "标注", "label", "intent", "意图",
    "业务分类", "业务类型", "类别", "分类",
)  # fmt: skip
TEXT_HEADERS = ("诉求", "诉求内容", "客户诉求", "受理内容", "工单内容", "问题描述", "文字")
FILE_HEADERS = ("通话文件", "call_file", "文件", "文件名", "文件路径", "路径", "file", "path", "录音文件", "录音文件名")
ADVICE = "第一行要有列名：一列业务（业务、标签或 subtype），一列文字（文本、对话）或一列通话文件"
SUBTYPE_ONLY = "subtype"
BETWEEN = re.compile(r"[-—/>＞／、:：.\s]+")


@dataclass(frozen=True)
class Labels:
    """The ids of a rulebook and its Chinese names → ids."""

    ids: tuple[str, ...]
    names: Mapping[str, str]

    def id_of(self, label: str) -> str:
        """``单户停电``, ``故障报修-单户停电`` or an id in any case → the id; what is unknown stays as it is."""
        bare = label.strip()
        if bare in self.ids or not bare:
            return bare
        if bare.lower() in self.ids:
            return bare.lower()
        last = BETWEEN.split(bare)[-1]
        return self.names.get(bare) or self.names.get(last) or bare


@dataclass(frozen=True)
class Columns:
    """Positions of what a labelled table holds; -1 where it does not."""

    label: int
    text: int
    file: int
    call_id: int
    agent: int
    turns: bool


def read_table(path: Path, labels: Labels) -> tuple[list[Call], list[str]]:
    """Labelled calls of a table, and remarks (Chinese) on rows that were left out.

    Raises:
        UsageError: when the table cannot be read, lacks a column, or names files that do not exist.
    """
    calls: list[Call] = []
    remarks: list[str] = []
    for name, rows in _sheets(path):
        found = _columns(rows)
        if found is None:
            continue
        at, columns = found
        shown = f"{path.name} {name}".strip()
        if columns.turns:
            calls, bare = _of_turns(path, rows[at][1][columns.label])
        else:
            new, bare = _calls(path, shown, rows[at + 1 :], columns)
            calls += new
        if bare:
            remarks.append(f"{shown}：{bare} 行没有业务标签或没有文字，没有用。")
        if columns.turns:
            break
    if not calls:
        raise UsageError(Problem("T010", path.name, "表里没有标注过的通话", ADVICE))
    return [_with_label(call, labels.id_of(str(call.labels["subtype"]))) for call in calls], remarks


def _sheets(path: Path) -> list[tuple[str, list[Row]]]:
    try:
        source = detect(Source(path, str(path), path.stem), table=True)
        if source.kind == "workbook":
            return list(workbook_sheets(path))
        if source.kind == "csv":
            return [("", list(csv_source(source)()))]
        raise UsageError(Problem("T010", path.name, "不是表格", "请另存为 CSV 或 XLSX"))
    except (UnknownFormatError, RowsError) as error:
        raise UsageError(Problem("T011", path.name, error.reason, error.advice)) from error
    except OSError as error:
        raise UsageError(Problem("T011", path.name, f"读不出来：{error}", "检查文件和权限")) from error


def _columns(rows: list[Row]) -> tuple[int, Columns] | None:
    """Where the header stands among the first rows, and its columns."""
    for at, (_, cells) in enumerate(rows[:HEADER_WITHIN]):
        keys = [re.sub(r"\s+", "", cell).strip("\ufeff").lower() for cell in cells]
        names = [header_of(cell).name for cell in cells]
        text = _first(keys, TEXT_HEADERS)
        text = names.index("text") if "text" in names else text
        columns = Columns(
            _first(keys, LABEL_HEADERS), text, _first(keys, FILE_HEADERS),
            names.index("call_id") if "call_id" in names else -1,
            names.index("agent_id") if "agent_id" in names else -1,
            "role" in names or "turns" in names,
        )  # fmt: skip
        if columns.label >= 0 and max(columns.text, columns.file) >= 0:
            return at, columns
    return None


def _first(keys: list[str], wanted: Iterable[str]) -> int:
    return next((keys.index(name) for name in wanted if name in keys), -1)


def _calls(path: Path, shown: str, rows: list[Row], columns: Columns) -> tuple[list[Call], int]:
    calls, bare = [], 0
    problems: list[Problem] = []
    for number, cells in rows:
        label, text = _cell(cells, columns.label), _cell(cells, columns.text)
        name = _cell(cells, columns.file) if not text else ""
        if not label or not (text or name):
            bare += 1
            continue
        call_id = _cell(cells, columns.call_id) or f"{path.stem}-{number:04d}"
        call = _of_text(text) if text else _of_file(path, name, call_id, f"{shown} 第{number}行", problems)
        if call is not None:
            agent = _cell(cells, columns.agent) or call.agent_id
            calls.append(replace(call, call_id=call_id, agent_id=agent, labels={**call.labels, "subtype": label}))
    if problems:
        raise UsageError(problems)
    return calls, bare


def _cell(cells: list[str], at: int) -> str:
    return cells[at].strip() if 0 <= at < len(cells) else ""


def _of_turns(path: Path, header: str) -> tuple[list[Call], int]:
    """Calls of a table with one turn a row: the readers know them; the label is a cell they keep."""
    calls, bare = [], 0
    for item in open_calls([path]):
        if isinstance(item, Skipped):
            bare += 1
            continue
        label = str(item.labels.get("subtype") or item.meta.get(header.strip()) or item.meta.get("recorded_type") or "")
        if label:
            calls.append(replace(item, labels={**item.labels, "subtype": label}))
        else:
            bare += 1
    return calls, bare


def _of_text(text: str) -> Call:
    """A dialogue where speakers are named, else one written request of the customer."""
    call = turns_of(text)
    if call.turns:
        return with_roles(call) if "speakers" in call.meta else call
    return Call("", (Turn("customer", text),))


def _of_file(table: Path, name: str, call_id: str, place: str, problems: list[Problem]) -> Call | None:
    """The one call of the named file, or that of the same id; a relative name counts from the table's folder."""
    file = table.parent / name
    if not file.is_file():
        problems.append(Problem("T012", place, f"没有通话文件“{name}”", "检查文件名，路径从这张表所在的文件夹算起"))
        return None
    calls = list(_readable(file))
    chosen = [call for call in calls if call.call_id == call_id] or (calls if len(calls) == 1 else [])
    if not chosen:
        message = f"“{name}”里有 {len(calls)} 通电话，看不出是哪一通" if calls else f"“{name}”里没有能读的通话"
        problems.append(Problem("T013", place, message, "一行一通：用“通话编号”一列指明，或一个文件放一通"))
        return None
    return chosen[0]


def _readable(file: Path) -> Iterator[Call]:
    return (item for item in open_calls([file]) if isinstance(item, Call))


def _with_label(call: Call, subtype: str) -> Call:
    """The call with its label, marked as one whose turns nobody annotated."""
    return replace(call, labels={**call.labels, "subtype": subtype, "annotated": SUBTYPE_ONLY})
