"""Cells: numbers, blanks, and nothing that a spreadsheet would run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.report.tables import all_tables, neutralised, text_of
from qa_nlp.rulebook.book import Rulebook


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "+86"),
        ("-5", "-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\rx", "'\rx"),
        ("-cmd|x", "'-cmd|x"),
        ("您好", "您好"),
        ("", ""),
    ],
)
def test_formulas_are_neutralised(cell: str, safe: str) -> None:
    assert neutralised(cell) == safe


@given(st.text())
def test_no_cell_starts_a_formula(text: str) -> None:
    cell = neutralised(text)
    if cell[:1] in ("=", "@"):
        raise AssertionError(cell)


@pytest.mark.parametrize(("value", "text"), [(None, ""), (5.0, "5"), (0.97, "0.97"), (3, "3"), ("x", "x")])
def test_text_of(value: object, text: str) -> None:
    assert text_of(value) == text


def test_headers_are_unique(book: Rulebook) -> None:
    for table in all_tables(book).values():
        headers = [column.header for column in table.columns]
        assert len(headers) == len(set(headers)), table.name
