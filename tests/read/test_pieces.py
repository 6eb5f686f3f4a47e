"""Pieces of the input read like the whole of it, wherever it is cut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_nlp.read.decoding import byte_lines
from qa_nlp.read.opening import read_file, walk
from qa_nlp.read.pieces import LINES, ROWS, Piece, cut, read_piece, settled, survey
from qa_nlp.read.source import Placed

SAMPLES = Path(__file__).resolve().parent.parent.parent / "data" / "samples"
NAMED = '{"call_id": "A%d", "turns": [{"role": "agent", "text": "您好，%s"}]}'
NAMELESS = '{"messages": [{"role": "agent", "text": "您好%d"}, {"role": "customer", "text": "没电%s"}]}'
BROKEN = '{"call_id": "B%d", "turns%s'


def pieces_of(path: Path, split: int) -> list[Piece]:
    pieces = list(cut(walk(path), split))
    return settled(pieces, [survey(piece) for piece in pieces if piece.part == LINES])


def read_pieces(pieces: list[Piece]) -> list[Placed]:
    return [placed for piece in pieces for placed in read_piece(piece)]


def whole(path: Path) -> list[Placed]:
    return [placed for source in walk(path) for placed in read_file(source)]


lines = st.lists(st.tuples(st.sampled_from([NAMED, NAMELESS, BROKEN, "%d"[:0]]), st.integers(0, 30)), min_size=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(lines, st.integers(1, 900), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_read_alike_wherever_they_are_cut(
    tmp_path: Path, lines: list[tuple[str, int]], split: int, end: str, ended: bool
) -> None:
    path = tmp_path / "通话.jsonl"
    written = [form % (number, "啊" * size) if form else "" for number, (form, size) in enumerate(lines)]
    path.write_bytes((end.join(written) + end * ended).encode())
    assert read_pieces(pieces_of(path, split)) == whole(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(st.binary(max_size=60).map(lambda data: data.replace(b"\x00", b"\n")), st.integers(1, 20), st.integers(1, 9))
def test_byte_ranges_share_out_the_lines(tmp_path: Path, data: bytes, split: int, limit: int) -> None:
    path = tmp_path / "lines"
    path.write_bytes(data)
    ranges = [(at, min(at + split, len(data))) for at in range(0, len(data), split)]
    found = [line for a, b in ranges for _, line in byte_lines(path, limit, a, b)]
    assert found == [line for _, line in byte_lines(path, limit)]


def test_a_file_is_cut_only_where_it_is_large(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text("\n".join(NAMED % (n, "好") for n in range(50)), encoding="utf-8")
    size = path.stat().st_size
    assert [piece.part for piece in pieces_of(path, size)] == [""]
    parts = pieces_of(path, size // 4)
    assert {piece.part for piece in parts} == {LINES}
    assert [piece.start for piece in parts[1:]] == [piece.stop for piece in parts[:-1]]
    assert sum(piece.weight for piece in parts) == pytest.approx(size, abs=len(parts))


@pytest.mark.parametrize("split", [1, 3000, 10**9])
def test_every_sample_reads_alike_in_pieces(split: int) -> None:
    """Formats that cannot be cut stay whole."""
    folder = SAMPLES / "formats"
    assert read_pieces(pieces_of(folder, split)) == whole(folder)


def rows(calls: int) -> list[dict[str, object]]:
    return [
        {"通话编号": f"C{n:03d}", "角色": role, "内容": f"第{n}通{role}"}
        for n in range(calls)
        for role in ("客服", "客户") * (1 + n % 3)
    ]


@pytest.mark.parametrize(
    ("kind", "cuts"),
    [("turns", True), ("calls", True), ("numbers", True), ("apart", False), ("no id", False), ("same id", False)],
)
@pytest.mark.parametrize("split", [1, 500, 10**9])
def test_parquet_rows_read_alike_in_pieces(kind: str, cuts: bool, split: int, tmp_path: Path) -> None:
    """Cut between calls only, and only where the rows of each call stand together."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = rows(40)
    if kind == "calls":
        turns = [{"role": "agent", "text": "您好"}, {"role": "customer", "text": "没电"}]
        table = [{"call_id": f"C{n}", "turns": turns if n != 7 else []} for n in range(60)]
    elif kind == "numbers":
        table = [row | {"通话编号": int(str(row["通话编号"])[1:])} for row in table]
    elif kind == "apart":
        table = [*table[:50], table[0], *table[50:]]
    elif kind == "no id":
        table = [{name: row[name] for name in ("角色", "内容")} for row in table]
    elif kind == "same id":
        table = [{"call_id": "C1", "turns": json.dumps([{"role": "agent", "text": f"您好{n}"}])} for n in range(60)]
    path = tmp_path / "calls.parquet"
    pq.write_table(pa.Table.from_pylist(table), path, row_group_size=7)
    pieces = pieces_of(path, split)
    assert (len(pieces) > 1) == (cuts and split < 10**9)
    assert {piece.part for piece in pieces} == ({ROWS} if len(pieces) > 1 else {""})
    assert read_pieces(pieces) == whole(path)


def test_a_piece_knows_when_its_file_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text(NAMED % (1, "好"), encoding="utf-8")
    (piece,) = pieces_of(path, 10**9)
    assert piece.visible()
    path.write_text("shorter", encoding="utf-8")
    assert not piece.visible()
    path.unlink()
    assert not piece.visible()
