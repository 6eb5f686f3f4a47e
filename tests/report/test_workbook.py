"""The workbook, opened again with openpyxl."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from qa_nlp.records import Skipped
from qa_nlp.report.figures import Figures
from qa_nlp.report.workbook import SHEETS, WorkbookSink
from qa_nlp.rulebook.book import Rulebook
from tests.report.conftest import Pairs, renamed

Write = Callable[..., Path]
# openpyxl knows no solid data bars; Excel does.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


@pytest.fixture
def sink(book: Rulebook) -> Callable[[Path], WorkbookSink]:
    return partial(WorkbookSink, book=book)


def column(sheet: Worksheet, header: str) -> int:
    return [cell.value for cell in sheet[1]].index(header) + 1


def test_sheets_and_their_rows(sink: Callable[[Path], WorkbookSink], batch: Pairs, written: Write) -> None:
    file = load_workbook(written(sink, batch[:60]) / "report.xlsx")
    assert file.sheetnames == ["总览", *SHEETS.values()]
    assert file["通话"].max_row == 61
    assert file["问题"].max_row == 1 + sum(len(v.findings) for _, v in batch[:60])
    assert file["承诺"].max_row == 1 + sum(len(v.promises) for _, v in batch[:60])
    assert len(file["总览"]._charts) == 7
    for name in SHEETS.values():
        assert file[name].freeze_panes == "B2"
        assert file[name].auto_filter.ref
    assert file["通话"].conditional_formatting


def test_numbers_are_numbers_and_ids_are_text(
    sink: Callable[[Path], WorkbookSink], batch: Pairs, written: Write
) -> None:
    sheet = load_workbook(written(sink, [renamed(batch[0], "00123")]) / "report.xlsx")["通话"]
    assert sheet.cell(2, 1).value == "00123"
    assert sheet.cell(2, 1).data_type == "s"
    score = sheet.cell(2, column(sheet, "得分"))
    assert (score.data_type, score.value) == ("n", batch[0][1].score)


def test_links_lead_to_the_findings_and_back(
    sink: Callable[[Path], WorkbookSink], batch: Pairs, written: Write
) -> None:
    file = load_workbook(written(sink, batch[:40]) / "report.xlsx")
    calls, findings = file["通话"], file["问题"]
    linked = 0
    for row in range(2, calls.max_row + 1):
        link = calls.cell(row, 1).hyperlink
        if link:
            linked += 1
            there = int(link.location.rsplit("A", 1)[1])
            assert findings.cell(there, 1).value == calls.cell(row, 1).value
            assert findings.cell(there, 1).hyperlink.location == f"'通话'!A{row}"
    assert linked == sum(bool(v.findings) for _, v in batch[:40])


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "https://example.org", "\t=1"])
def test_no_cell_runs(text: str, sink: Callable[[Path], WorkbookSink], batch: Pairs, written: Write) -> None:
    """Whatever a transcript says stays text: no formula, no link to the outside."""
    call, verdict = renamed(batch[1], text)
    finding = replace(batch[1][1].findings[0], message=text, quote=text) if batch[1][1].findings else None
    verdict = replace(
        verdict, agent_id=text, team=text, summary=text, notes=(text,), findings=(finding,) if finding else ()
    )
    file = load_workbook(written(sink, [(call, verdict)]) / "report.xlsx")
    for sheet in file.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                assert not (cell.hyperlink and cell.hyperlink.target), (sheet.title, cell.coordinate)
    assert file["通话"].cell(2, 2).value == text


def test_the_same_calls_give_the_same_bytes(sink: Callable[[Path], WorkbookSink], batch: Pairs, written: Write) -> None:
    first, second = written(sink, batch[:30], "a"), written(sink, batch[:30], "b")
    assert (first / "report.xlsx").read_bytes() == (second / "report.xlsx").read_bytes()


def test_a_full_workbook_says_so(book: Rulebook, batch: Pairs, written: Write) -> None:
    folder = written(partial(WorkbookSink, book=book, cells=2_000), batch[:50])
    file = load_workbook(folder / "report.xlsx")
    listed = file["通话"].max_row - 1
    assert 0 < listed < 50
    overview = "\n".join(str(cell.value) for (cell,) in file["总览"].iter_rows(max_col=1))
    assert f"明细只列前 {listed} 通（共 50 通）" in overview
    assert (
        sum(file["班组"].cell(row, column(file["班组"], "通话数")).value for row in range(2, file["班组"].max_row + 1))
        == 50
    )


def test_an_empty_batch_with_something_skipped(book: Rulebook, tmp_path: Path) -> None:
    figures, item = Figures(), Skipped("坏.json", 3, "", "不是 JSON", "请改好这一行")
    sink = WorkbookSink(tmp_path, book, figures)
    figures.skip(item)
    sink.skip(item)
    sink.finish()
    file = load_workbook(tmp_path / "report.xlsx")
    assert [cell.value for cell in file["跳过"][2]] == ["坏.json", 3, None, "不是 JSON", "请改好这一行"]
