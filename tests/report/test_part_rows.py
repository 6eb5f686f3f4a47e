"""Rows made column by column are those made cell by cell."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from qa_nlp.inspector import Inspector
from qa_nlp.records import Verdict
from qa_nlp.report import part_rows
from qa_nlp.report.csv_tables import CsvRows, csv_line
from qa_nlp.report.part_rows import PartRows
from qa_nlp.report.sheet_rows import BACK, RowMaker
from qa_nlp.report.tables import Column, Table, all_tables
from qa_nlp.rulebook.book import Rulebook
from tests.conftest import make_call

CALL = "座：您好\n客：没电了，我要投诉你们\n座：急什么，自己看\n客：多久到\n座：两天内给您处理，再见"
PARTS = ("findings", "steps", "promises")
ODD = ("=1+1", '说"好"', "-5", "+x", "<&>", " 空 ", "\r\n", "铃\x07", "_x0041_", "")


@pytest.fixture(scope="module")
def verdict(inspector: Inspector) -> Verdict:
    found = inspector.inspect([make_call(CALL)])[0]
    assert all(getattr(found, name) for name in PARTS)
    return found


def odd_ones(verdict: Verdict, text: str) -> Verdict:
    """The verdict with an odd text in its cells."""
    parts = {name: tuple(replace(part, quote=text) for part in getattr(verdict, name)) for name in PARTS}
    findings = tuple(replace(f, message=text, basis=text) for f in parts["findings"])
    return replace(verdict, call_id=text + "1", agent_id=text, **parts | {"findings": findings})


@pytest.mark.parametrize("text", ODD)
def test_rows_of_csv(text: str, verdict: Verdict, book: Rulebook) -> None:
    odd, make = odd_ones(verdict, text), CsvRows(book)
    for made_for in (verdict, odd, verdict):
        rows = make(make_call(CALL), made_for)
        for name, made in zip(PARTS, rows[1:], strict=True):
            lines = map(csv_line, all_tables(book)[name].part_values(made_for, getattr(made_for, name)))
            assert made == "".join(lines).encode(), name


@pytest.mark.parametrize("text", ODD)
def test_rows_of_the_workbook(text: str, verdict: Verdict, book: Rulebook) -> None:
    odd = odd_ones(verdict, text)
    for name in PARTS:
        table = all_tables(book)[name]
        make, whole = RowMaker(table), RowMaker(replaced(table))
        for made_for in (verdict, odd, verdict):
            parts = getattr(made_for, name)
            values = table.part_values(made_for, parts)
            made = [whole.row(row, BACK if n < 1 else ()) for n, row in enumerate(values)]
            assert make.parts(made_for, parts, links=1) == made, name


def replaced(table: Table) -> Table:
    """The table as one of rows whose cells are there already."""
    cells = (Column(c.header, c.meaning, lambda row, at=n: row[at]) for n, c in enumerate(table.columns))
    return Table(table.name, table.meaning, tuple(cells))


def test_no_more_texts_are_kept_than_set(verdict: Verdict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_rows, "MOST", 3)
    made = []
    column = Column("第几句", "", lambda v, f: made.append(f.turn) or f.turn, ("turn",))
    rows = PartRows(Table("t", "", (column,)), lambda place, value: f"<{value}>")
    for turn in (1, 1, 2, 3, 3, 4, 5, 1):
        assert list(rows(verdict, [replace(verdict.findings[0], turn=turn)])) == [f"<{turn}>"]
    assert made == [1, 2, 3, 4, 5, 1]


def test_no_parts_no_rows(verdict: Verdict, book: Rulebook) -> None:
    bare = replace(verdict, findings=(), steps=(), promises=())
    assert CsvRows(book)(make_call(CALL), bare)[1:] == [b"", b"", b""]
