"""What is fuzzed: bytes as a file of each format, and as a sheet of the rulebook.

A target returns for any bytes; an exception is a finding. Readers are entered below the net of ``open_calls``, which
would turn every exception into a Skipped.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from qa_nlp.errors import Problem
from qa_nlp.read import open_calls
from qa_nlp.read.detect import UnknownFormatError, detect
from qa_nlp.read.opening import READERS, finished, metadata
from qa_nlp.read.source import Source, numbered
from qa_nlp.records import ROLES, Call
from qa_nlp.rulebook.sheet import read_sheet

FORMATS = Path(__file__).resolve().parents[2] / "data" / "samples" / "formats"
LEXICONS = FORMATS.parents[2] / "lexicons"
SUFFIXES = (".jsonl", ".json", ".txt", ".csv", ".tsv", ".xlsx", ".xls", ".parquet", ".srt", ".vtt")
_HOME = tempfile.TemporaryDirectory(prefix="fuzz")


def read(suffix: str, data: bytes) -> None:
    """Open the bytes as a call file and as a table of details."""
    path = _file(f"a{suffix}", data)
    source = Source(path, path.name, "a")
    try:
        found = detect(source)
        for _, item in finished(numbered(READERS[found.kind](found), "a"), source):
            if isinstance(item, Call):
                assert item.call_id
                assert any(turn.text.strip() for turn in item.turns)
                assert {turn.role for turn in item.turns} <= set(ROLES)
            else:
                assert item.reason and item.advice
    except UnknownFormatError as error:
        assert error.reason and error.advice
    metadata(path, [])
    for _ in open_calls([path]):
        pass


def sheet(suffix: str, data: bytes) -> None:
    """Read the bytes as a sheet of the rulebook: rows and problems, nothing else."""
    path = _file(f"sheet{suffix}", data)
    problems: list[Problem] = []
    for row in read_sheet(path.parent, path.stem, (), problems):
        assert all(isinstance(cell, str) for cell in row.cells.values())
    assert all(problem.message and problem.advice for problem in problems)


def _file(name: str, data: bytes) -> Path:
    path = Path(_HOME.name, Path(name).suffix.strip("."), name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


TARGETS: dict[str, Callable[[bytes], None]] = {
    **{f"read{suffix}": partial(read, suffix) for suffix in SUFFIXES},
    **{f"sheet{suffix}": partial(sheet, suffix) for suffix in (".csv", ".xlsx")},
}


def seeds(name: str) -> list[bytes]:
    """Files to start from: the samples of the format, or the smallest sheets."""
    kind, suffix = name.split(".")
    files = sorted(FORMATS.glob(f"*.{suffix}"))
    if kind == "sheet":
        files = sorted(LEXICONS.rglob("*.csv"), key=lambda path: path.stat().st_size)[:4] if suffix == "csv" else files
    return [path.read_bytes() for path in files]
