"""Cells: numbers, blanks, and nothing that a spreadsheet would run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qa_nlp.inspector import Inspector
from qa_nlp.records import Verdict
from qa_nlp.report.tables import all_tables, neutralised, text_of, texts
from qa_nlp.rulebook.book import Rulebook
from tests.conftest import make_call


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
        ("\n=1+1", "'\n=1+1"),
        ("\n \r\t@SUM(A1)", "'\n \r\t@SUM(A1)"),
        ("\n＋1", "'\n＋1"),
        ("＝1+1", "'＝1+1"),
        ("＋cmd", "'＋cmd"),
        ("－cmd", "'－cmd"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("\n您好", "\n您好"),
        ("\n-5", "\n-5"),
        ("－5度", "'－5度"),
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


def cells(table: str, book: Rulebook, verdict: Verdict, part: object = None) -> dict[str, str]:
    """Header → cell of one row."""
    made = all_tables(book)[table]
    values = made.values(verdict) if part is None else made.part_values(verdict, [part])[0]
    return dict(zip((column.header for column in made.columns), texts(values), strict=True))


@pytest.mark.parametrize(
    ("text", "opening", "closing"),
    [
        ("座：您好，请问有什么可以帮您？\n客：没电了\n座：感谢您的来电，再见", "达标", "达标"),
        ("座：您好\n客：没电了\n座：再见", "不完整", "不完整"),
        ("座：讲\n客：没电了\n座：知道了", "缺失", "缺失"),
        ("客：没电了", "", ""),
    ],
)
def test_opening_and_closing_are_columns(
    text: str, opening: str, closing: str, inspector: Inspector, book: Rulebook
) -> None:
    row = cells("calls", book, inspector.inspect([make_call(text)])[0])
    assert (row["开场"], row["结束"]) == (opening, closing)


def test_promises_are_told_in_chinese(inspector: Inspector, book: Rulebook) -> None:
    text = "座：您好，请问有什么可以帮您？\n客：家里没电了，多久到\n座：市区的话九十分钟内到\n客：行\n座：结果出来三天内给您回电话，再见"
    verdict = inspector.inspect([make_call(text)])[0]
    rows = [cells("promises", book, verdict, promise) for promise in verdict.promises]
    assert rows[0]["承诺事项"] == "抢修到达现场"
    assert rows[0]["结论"] == "超出"
    assert not any(char.isascii() and char.isalpha() for row in rows for char in row["承诺事项"] + row["结论"])


@pytest.mark.parametrize(("match", "name"), [("order", "先后次序"), ("linked", "关联来电"), ("phonetic", "同音")])
def test_ways_of_matching_are_told_in_chinese(match: str, name: str, inspector: Inspector, book: Rulebook) -> None:
    verdict = inspector.inspect([make_call("座：这都不懂\n客：啊\n座：谁让您不交费")])[0]
    finding = replace(verdict.findings[0], match=match)
    assert cells("findings", book, verdict, finding)["命中方式"] == name
