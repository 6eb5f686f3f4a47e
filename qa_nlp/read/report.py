"""What a file turned out to be, for a look before a batch."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from qa_nlp.errors import Problem, UsageError
from qa_nlp.read.detect import UnknownFormatError, detect
from qa_nlp.read.opening import read_file, walk
from qa_nlp.read.source import Source
from qa_nlp.records import Call, Skipped

FORMATS = {
    "jsonl": "JSON 行（JSONL）",
    "json": "JSON 文档",
    "csv": "CSV/TSV 表格",
    "workbook": "Excel 工作簿",
    "parquet": "Parquet 表",
    "subtitles": "字幕（SRT/WebVTT）",
    "dialogue": "对话文本",
    "annotated": "标注文本",
    "": "没有认出",
}
# Notes that differ only in the turns they name are counted as one.
NUMBERS, ANY_TURN = re.compile(r"第 [\d—、]+ 句"), "有几句"
MOST_NOTES = 10


@dataclass(frozen=True)
class FileReport:
    """One file: ``turns`` in all, of which ``timed`` have start and end.

    ``roles`` counts turns by role, ``notes`` calls by what reading them had to say, the
    ten most frequent remarks.
    """

    path: str
    format: str
    encoding: str
    calls: int
    turns: int
    timed: int
    roles: dict[str, int]
    skipped: tuple[Skipped, ...]
    first: Call | None
    notes: dict[str, int]


def describe(path: Path, most_skipped: int = 20) -> list[FileReport]:
    """A report for the file, or for each file of a folder; at most ``most_skipped`` reasons are kept a file.

    Raises:
        UsageError: when the path does not exist.
    """
    if not path.exists():
        raise UsageError(Problem("R001", str(path), "没有这个文件或文件夹", "检查路径有没有写错"))
    return [_report(source, most_skipped) for source in walk(path)]


def _report(source: Source, most_skipped: int) -> FileReport:
    kind, encoding = _kind(source)
    roles: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    skipped: list[Skipped] = []
    first: Call | None = None
    calls = timed = 0
    for _, item in read_file(source):
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        first = first or item
        calls += 1
        roles.update(turn.role for turn in item.turns)
        notes.update(NUMBERS.sub(ANY_TURN, note) for note in item.notes)
        timed += sum(turn.start is not None and turn.end is not None for turn in item.turns)
    kept = tuple(islice(skipped, most_skipped))
    said = dict(notes.most_common(MOST_NOTES))
    return FileReport(
        source.shown, FORMATS[kind], encoding, calls, roles.total(), timed, dict(roles), kept, first, said
    )


def _kind(source: Source) -> tuple[str, str]:
    try:
        found = detect(source)
    except (UnknownFormatError, OSError):
        return "", ""
    return found.kind, found.encoding
