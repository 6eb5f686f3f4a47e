"""Parts of the input that processes far apart can read: whole files, lines of a JSONL file, rows of a Parquet file.

The calls of all pieces, in order, are the calls of ``open_calls`` before ids that occur twice are left out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from qa_nlp.read.decoding import byte_lines
from qa_nlp.read.detect import UnknownFormatError, detect
from qa_nlp.read.headers import headers_of, is_table
from qa_nlp.read.json_files import PLAIN, json_lines
from qa_nlp.read.opening import finished, guarded, not_transcript, read_file
from qa_nlp.read.parquet import MAX_GROUP, parquet_rows
from qa_nlp.read.source import Placed, Source, numbered
from qa_nlp.read.tables import table_calls
from qa_nlp.records import Call, Skipped

LINES, ROWS = "lines", "rows"


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file, or where ``part`` is set, its bytes (``lines``) or rows (``rows``) from ``start`` to ``stop``.

    ``size`` is that of the file (-1 for what is no file), ``weight`` the bytes of this piece. ``lines`` and
    ``unnamed`` count the lines and the calls without an id that come before it in the file, ``more`` says that
    something comes after it.
    """

    path: bytes
    shown: str
    name: str
    kind: str
    size: int
    weight: int
    part: str = ""
    start: int = 0
    stop: int = 0
    lines: int = 0
    unnamed: int = 0
    more: bool = False

    @property
    def source(self) -> Source:
        """The file as its reader wants it."""
        return Source(Path(os.fsdecode(self.path)), self.shown, self.name, self.kind)

    def visible(self) -> bool:
        """Whether this machine sees the file that was planned."""
        return _size(self.source.path) == self.size


class Survey(msgspec.Struct, frozen=True, array_like=True):
    """What lies in a piece: lines, items (calls and what is skipped) and calls without an id."""

    lines: int
    items: int
    unnamed: int


def cut(sources: Iterable[Source], split: int) -> Iterator[Piece]:
    """Every file as one piece, or as pieces of about ``split`` bytes where its calls can be told apart."""
    for source in sources:
        size = _size(source.path)
        path = os.fsencode(source.path.absolute())
        whole = Piece(path, source.shown, source.name, source.kind, size, max(size, 0))
        yield from _parts(source, whole, split) if size > split else [whole]


def survey(piece: Piece) -> Survey:
    """Count what is in a piece of lines."""
    lines = items = unnamed = 0

    def counted() -> Iterator[tuple[int, bytes | None]]:
        nonlocal lines
        for numbered_line in _lines(piece):
            lines += 1
            yield numbered_line

    for _, item in guarded(piece.source, lambda source: json_lines(counted(), source)):
        items += 1
        unnamed += isinstance(item, Call) and not item.call_id
    return Survey(lines, items, unnamed)


def settled(pieces: Sequence[Piece], surveys: Iterable[Survey]) -> list[Piece]:
    """The pieces of a batch, each piece of lines told what comes before and after it in its file.

    ``surveys`` has one for each piece of lines, in their order.
    """
    found = iter(surveys)
    counts = [next(found) if piece.part == LINES else None for piece in pieces]
    placed: list[Piece] = []
    lines = unnamed = 0
    for piece, count in zip(pieces, counts, strict=True):
        if count is None or piece.start == 0:
            lines = unnamed = 0
        placed.append(replace(piece, lines=lines, unnamed=unnamed))
        if count is not None:
            lines, unnamed = lines + count.lines, unnamed + count.unnamed
    more = False
    for number in reversed(range(len(placed))):
        if count := counts[number]:
            placed[number] = replace(placed[number], more=more)
            more = bool(placed[number].start) and (more or bool(count.items))
    return placed


def read_piece(piece: Piece) -> Iterator[Placed]:
    """(line, call or Skipped) of a piece as ``read_file`` gives them for the whole file."""
    source = piece.source
    if piece.part == LINES:
        items = guarded(source, lambda found: json_lines(_lines(piece), found))
        return finished(_named(items, piece), source)
    if piece.part == ROWS:
        rows = guarded(source, lambda found: table_calls(found, lambda: parquet_rows(found, piece.start, piece.stop)))
        return finished(rows, source)
    return read_file(source)


def _lines(piece: Piece) -> Iterator[tuple[int, bytes | None]]:
    for number, line in byte_lines(piece.source.path, start=piece.start, stop=piece.stop):
        yield number + piece.lines, line


def _named(items: Iterator[Placed], piece: Piece) -> Iterator[Placed]:
    """As ``numbered``, for a piece of a file."""
    if not (piece.unnamed or piece.more):
        yield from numbered(items, piece.name)
        return
    number = piece.unnamed
    for line, item in items:
        if isinstance(item, Skipped) or item.call_id:
            yield line, item
            continue
        number += 1
        yield line, replace(item, call_id=f"{piece.name}-{number:03d}")


def _size(path: Path) -> int:
    try:
        found = path.stat()
    except OSError:
        return -1
    return found.st_size if stat.S_ISREG(found.st_mode) else -1


def _parts(source: Source, whole: Piece, split: int) -> list[Piece]:
    try:
        found = None if not_transcript(source) else detect(source)
    except (UnknownFormatError, OSError):
        found = None
    if found and found.kind == "jsonl" and found.encoding in PLAIN:
        edges, part = [*range(0, whole.size, split), whole.size], LINES
    elif found and found.kind == "parquet":
        edges, part = _row_edges(source.path, split), ROWS
    else:
        return [whole]
    weight = whole.size // max(1, len(edges) - 1)
    parts = [replace(whole, part=part, start=a, stop=b, weight=weight) for a, b in pairwise(edges)]
    return parts if len(parts) > 1 else [whole]


def _row_edges(path: Path, split: int) -> list[int]:
    """Rows at which a Parquet file can be cut: where row groups begin, moved to where a call begins.

    Only where the rows of each call stand together; no edges otherwise.
    """
    try:
        pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        return []
    try:
        with pq.ParquetFile(path) as file:
            starts = _call_starts(file)
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
            rows = file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        return []
    if starts is None or max((group.total_byte_size for group in groups), default=0) > MAX_GROUP:
        return []
    edges, row, held = [0], 0, 0
    for group in groups:
        row, held = row + group.num_rows, held + group.total_byte_size
        at = starts.searchsorted(row)
        if held >= split and at < len(starts) and starts[at] > edges[-1]:
            edges.append(int(starts[at]))
            held = 0
    return [*edges, rows]


def _call_starts(file: Any) -> Any:
    """The first row of each call as an array; None when the file does not say so by an id of its own column."""
    pa, pc, np = import_module("pyarrow"), import_module("pyarrow.compute"), import_module("numpy")
    names = list(file.schema_arrow.names)
    headers = headers_of(names)
    columns = [name for name, header in zip(names, headers, strict=True) if header.name == "call_id"]
    if len(columns) != 1 or names.count(columns[0]) != 1 or not is_table(headers):
        return None
    kind = file.schema_arrow.field(columns[0]).type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)):
        return None
    column = file.read(columns=columns).column(0).cast(pa.large_string()).fill_null("")
    ids = pc.utf8_trim_whitespace(column).combine_chunks()
    starts = np.flatnonzero(pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)) + 1
    starts = np.concatenate([[0], starts])
    return starts if len(starts) == pc.count_distinct(ids).as_py() else None
