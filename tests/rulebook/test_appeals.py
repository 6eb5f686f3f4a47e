"""Settled sentences: honoured in every run, checked as rows, appended without harm to the sheet."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.errors import UsageError
from qa_nlp.privacy import MASK
from qa_nlp.records import Finding
from qa_nlp.rulebook.appeals import (
    COLUMNS,
    COVERED,
    accept_appeal,
    case_problems,
    cleared,
    fulfilled,
    key,
    read_cases,
    run_cases,
)
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import PROFILES, load_book
from qa_nlp.rulebook.rule import Place
from qa_nlp.rulebook.sheet import Row, read_sheet
from qa_nlp.text.prepared import prepare
from tests.conftest import make_call

CALL = make_call("座：您好\n客：我没交\n座：谁让您不早交\n客：好吧")
GOOD = ("APL-001", "座：谁让您不早交", "blame", "不命中", "客户要求这样说", "2026-03-01")


def with_cases(book: Rulebook, *rows: tuple[str, ...]) -> Rulebook:
    made = tuple(
        Row(dict(zip(COLUMNS, row, strict=True)), Place("common/cases.csv", n)) for n, row in enumerate(rows, 2)
    )
    return replace(book, tables={**book.tables, "cases": made})


def finding(code: str = "blame", status: str = "confirmed") -> Finding:
    return Finding("BLA-001", code, "major", 5.0, 2, 0, 3, "谁让您", "", "", "", "exact", 1.0, status)


def statuses(book: Rulebook, text: str, *findings: Finding) -> list[tuple[str, float]]:
    prepared = prepare(make_call(f"座：您好\n客：我没交\n座：{text}"))
    return [(f.status, f.points) for f in cleared(findings, prepared, book)]


@pytest.mark.parametrize(
    ("text", "code", "status", "expected"),
    [
        ("谁让您不早交", "blame", "confirmed", "suppressed"),
        ("谁让您不早交", "blame", "suspected", "suppressed"),
        ("誰讓你不早交？", "blame", "confirmed", "suppressed"),
        (" 谁让 您不早交。", "blame", "confirmed", "suppressed"),
        ("谁让您不早交钱", "blame", "confirmed", "confirmed"),
        ("谁让您不早交", "rhetorical", "confirmed", "confirmed"),
    ],
)
def test_an_accepted_sentence_is_suppressed(book: Rulebook, text: str, code: str, status: str, expected: str) -> None:
    found = statuses(with_cases(book, GOOD), text, finding(code, status))
    assert found == [(expected, 0.0 if expected == "suppressed" else 5.0)]


@pytest.mark.parametrize(
    ("stored", "text", "held"),
    [
        ("●●●先生，●●●●●●●●●●●，谁让您不早交", "王建国先生，13912345678，谁让您不早交", True),
        ("●●●先生，●●●●●●●●●●●，谁让您不早交", "李梅先生，13700001111，谁让你不早交。", True),
        ("●先生，谁让您不早交", "王先生谁让您不早交", True),
        ("谁让您不早交，●●●●●●●●●●", "谁让您不早交，建设路12号3单元", True),
        ("谁让您不早交，●●●●●●●●●●", "谁让您不早交，真是笨死算了不要再打", False),
        ("谁让您不早交，●●●●●●●●●●", "谁让您不早交，你就等着吧12天", False),
        ("●●●●，谁让您不早交", "你有病，谁让您不早交", False),
        ("●先生，谁让您不早交", "王先生，谁让您不早交钱", False),
        ("●先生，谁让您不早交", "那个王先生，谁让您不早交", False),
        ("●●●●●●●●●●●，快说", "13912345678，快说", False),
        ("●●●", "王建国", False),
    ],
)
def test_what_a_case_covers_stands_for_people_only(book: Rulebook, stored: str, text: str, held: bool) -> None:
    cases = with_cases(book, (GOOD[0], f"座：{stored}", *GOOD[2:]))
    assert statuses(cases, text, finding()) == [("suppressed", 0.0) if held else ("confirmed", 5.0)]


def test_the_mark_is_the_one_that_masking_writes() -> None:
    assert COVERED == MASK


def test_only_rows_marked_not_a_fault_are_honoured(book: Rulebook) -> None:
    wanted = with_cases(book, (*GOOD[:3], "命中", "", ""))
    assert statuses(wanted, "谁让您不早交", finding()) == [("confirmed", 5.0)]


STEP = ("APL-002", "客：谢谢\n座：小事一桩".replace("\n", "／"), "respond_thanks", "做到", "当地的说法", "2026-03-01")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("座：您好\n客：谢谢\n座：小事一桩。", [("respond_thanks", 2, "APL-002")]),
        ("座：您好\n客：谢谢\n座：小事两桩", []),
        ("座：您好\n客：小事一桩", []),
    ],
)
def test_an_accepted_sentence_fulfils_its_step(book: Rulebook, text: str, found: list[tuple[str, int, str]]) -> None:
    with_step = with_cases(book, GOOD, STEP)
    assert list(fulfilled(prepare(make_call(text)), with_step)) == found
    assert [case.id for case in read_cases(with_step)] == ["APL-001"]
    assert case_problems(with_step) == []


def test_a_step_that_nobody_knows_is_told(book: Rulebook) -> None:
    wrong = with_cases(book, (*STEP[:2], "blame", *STEP[3:]))
    assert "代码" in case_problems(wrong)[0].place
    assert list(fulfilled(prepare(make_call("座：小事一桩")), wrong)) == []


def test_each_book_has_its_own_cases(book: Rulebook) -> None:
    with_one, without = with_cases(book, GOOD), with_cases(book)
    for _ in range(2):
        assert statuses(with_one, "谁让您不早交", finding())[0][0] == "suppressed"
        assert statuses(without, "谁让您不早交", finding())[0][0] == "confirmed"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (("", *GOOD[1:]), "编号"),
        ((GOOD[0], "", *GOOD[2:]), "对话"),
        ((GOOD[0], "座：您好／客：谁让您", *GOOD[2:]), "对话"),
        ((*GOOD[:2], "rude", *GOOD[3:]), "代码"),
        ((*GOOD[:3], "也许", *GOOD[4:]), "应该"),
    ],
)
def test_a_bad_cell_is_named(book: Rulebook, cells: tuple[str, ...], column: str) -> None:
    bad = with_cases(book, cells)
    assert [f"列“{column}”" in str(problem) for problem in case_problems(bad)] == [True]
    assert read_cases(bad) == ()


def test_cases_are_judged_by_the_whole_book(book: Rulebook) -> None:
    rows = [
        ("REG-001", "座：谁让您不早交", "blame", "命中", "", ""),
        ("REG-002", "座：谁让您不早交", "blame", "不命中", "", ""),
        ("REG-003", "座：请您放心", "blame", "命中", "", ""),
        ("REG-004", "客：谁让你们停电／座：请您放心", "blame", "不命中", "", ""),
    ]
    outcomes = list(run_cases(with_cases(book, *rows)))
    assert [(o.passed, o.held_by_appeal) for o in outcomes] == [
        (True, False), (True, True), (False, False), (True, False),
    ]  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES)
def test_shipped_cases_hold_without_any_appeal(profile: str) -> None:
    book = load_book(profile)
    assert case_problems(book) == []
    assert [str(o) for o in run_cases(book) if not o.passed or o.held_by_appeal] == []


def accept(folder: Path, book: Rulebook, turn: int = 2, code: str = "blame", reason: str = "特殊约定") -> str | None:
    return accept_appeal(folder, CALL, turn, code, reason, "2026-03-02", book)


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    (tmp_path / "common").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("start", "encoding", "newline"),
    [
        (None, "utf-8-sig", "\r\n"),
        ("编号,对话,代码,应该,理由,日期\r\n", "utf-8-sig", "\r\n"),
        ("编号,对话,代码,应该,理由,日期\n", "utf-8", "\n"),
        ("编号,对话,代码,应该,理由,日期\r\nREG-001,座：好,cold,不命中,,\r\n", "gb18030", "\r\n"),
        ("编号,对话,代码,应该,理由,日期", "utf-8-sig", "\n"),
        ("日期,备注,理由,应该,代码,对话,编号\r\n", "utf-8-sig", "\r\n"),
    ],
)
def test_appending_keeps_the_sheet_as_it_was(
    sheets: Path, book: Rulebook, start: str | None, encoding: str, newline: str
) -> None:
    path = sheets / "common/cases.csv"
    before = b"" if start is None else start.encode(encoding)
    if start is not None:
        path.write_bytes(before)
    assert accept(sheets, with_cases(book)) == "APL-001"
    data = path.read_bytes()
    assert data.startswith(before)
    text = data.decode(encoding)
    assert text.endswith(newline)
    assert ("\r\n" in text) == (newline == "\r\n")
    rows = read_sheet(sheets / "common", "cases", COLUMNS, problems := [])
    assert problems == []
    assert rows[-1].cells.items() >= dict(
        zip(COLUMNS, ("APL-001", "客：我没交／座：谁让您不早交", "blame", "不命中", "特殊约定", "2026-03-02"), strict=True)
    ).items()  # fmt: skip
    assert list((sheets / "common").iterdir()) == [path]


def test_what_is_stored_is_covered_and_still_known(sheets: Path, book: Rulebook) -> None:
    call = make_call("座：您好\n客：我叫王建国\n座：王建国，谁让您不早交")
    words = ["您好", "我叫●●●", "●●●，谁让您不早交"]
    assert accept_appeal(sheets, call, 2, "blame", "约定", "2026-03-02", with_cases(book), words) == "APL-001"
    rows = read_sheet(sheets / "common", "cases", COLUMNS, [])
    assert rows[-1]["对话"] == "客：我叫●●●／座：●●●，谁让您不早交"
    known = with_cases(book, tuple(rows[-1][name] for name in COLUMNS))
    assert statuses(known, "王建国，谁让您不早交", finding()) == [("suppressed", 0.0)]
    assert accept_appeal(sheets, call, 2, "blame", "约定", "2026-03-02", known, words) is None


@pytest.mark.parametrize("covered", ["●●●●●●●谁让", "●●●，●●●●●●●", "●●●，你快点●●●"])
def test_a_sentence_that_would_not_be_known_again_is_refused(sheets: Path, book: Rulebook, covered: str) -> None:
    call = make_call("座：您好\n客：好\n座：王建国，谁让您不早交")
    with pytest.raises(UsageError, match="U029"):
        accept_appeal(sheets, call, 2, "blame", "约定", "2026-03-02", with_cases(book), ["您好", "好", covered])
    assert not list((sheets / "common").iterdir())


def test_numbers_go_on_and_a_sentence_is_recorded_once(sheets: Path, book: Rulebook) -> None:
    old = with_cases(
        book, ("APL-007", "座：别的话", "cold", "不命中", "", ""), ("REG-009", "座：话", "cold", "不命中", "", "")
    )
    assert accept(sheets, old) == "APL-008"
    known = with_cases(book, GOOD)
    assert accept(sheets, known) is None


@pytest.mark.parametrize(
    ("turn", "code", "number"), [(9, "blame", "U021"), (-1, "blame", "U021"), (1, "blame", "U022"), (2, "rude", "U023")]
)
def test_what_cannot_be_accepted(sheets: Path, book: Rulebook, turn: int, code: str, number: str) -> None:
    with pytest.raises(UsageError, match=number):
        accept(sheets, book, turn, code)
    assert not list((sheets / "common").iterdir())


def test_a_workbook_or_a_strange_sheet_is_refused_untouched(sheets: Path, book: Rulebook) -> None:
    path = sheets / "common/cases.csv"
    path.write_bytes("编号,对话\r\n".encode())
    with pytest.raises(UsageError, match="缺少列：代码"):
        accept(sheets, book)
    assert path.read_bytes() == "编号,对话\r\n".encode()
    path.unlink()
    (sheets / "common/cases.xlsx").write_bytes(b"")
    with pytest.raises(UsageError, match="U024"):
        accept(sheets, book)


@given(st.text(min_size=1, max_size=40))
def test_what_is_written_clears_the_very_sentence(words: str) -> None:
    """Whatever the turn holds (quotes, 客：, newlines, 【】), reading the row back gives its key."""
    from qa_nlp.records import Call, Turn
    from qa_nlp.rulebook.appeals import _dialogue
    from qa_nlp.rulebook.rule import read_example

    call = Call("T", (Turn("customer", words), Turn("agent", words)))
    line = io.StringIO(newline="")
    csv.writer(line).writerow([_dialogue(call, 1)])
    cell = next(csv.reader(io.StringIO(line.getvalue(), newline="")))[0].strip()
    assert key(read_example(cell, "agent").text) == key(words)
