"""Sheets as spreadsheets leave them: encodings, blank rows, both files, every problem at once."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import openpyxl
import pytest

from qa_nlp.errors import RulebookError
from qa_nlp.paths import data_file
from qa_nlp.rulebook.load import load_book
from qa_nlp.rulebook.selftest import run_examples

HEADERS = ["编号", "名称", "类别", "词语", "除非出现", "客户上句", "范围", "应命中例句", "不应命中例句"]
GOOD = ["TST-001", "测试", "blame", "谁让你瞎弄", "", "", "", "【谁让你瞎弄】的", "谁让你来的"]


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    """A copy of the shipped sheets whose phrase sheets are empty."""
    root = tmp_path / "lexicons"
    shutil.copytree(data_file("lexicons"), root)
    for sheet in root.glob("*/phrases.csv"):
        sheet.unlink()
    return root


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8-sig") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)


def phrases(root: Path) -> list[str]:
    load_book.cache_clear()
    return [rule.id for rule in load_book("power", root).rules if rule.kind == "phrase"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(lexicons: Path, encoding: str) -> None:
    write(lexicons / "common/phrases.csv", [HEADERS, GOOD], encoding)
    assert phrases(lexicons) == ["TST-001"]


@pytest.mark.parametrize(
    ("sheet", "old", "new", "code"),
    [
        ("common/scoring.csv", "权重,语言能力,0.25", "权重,语言能力,0.5", "B208"),
        ("common/scoring.csv", "权重,语言能力,0.25", "权重,语言能力,-0.25", "B208"),
        ("common/scoring.csv", "等级,优秀,90", "等级,优秀,70", "B209"),
    ],
)
def test_scores_must_be_possible(lexicons: Path, sheet: str, old: str, new: str, code: str) -> None:
    path = lexicons / sheet
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8-sig")
    with pytest.raises(RulebookError) as refused:
        phrases(lexicons)
    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize(("points", "code"), [("-3", "B210"), ("300", "B210"), ("五分", "B205")])
def test_points_are_taken_off_and_no_more_than_there_are(lexicons: Path, points: str, code: str) -> None:
    write(lexicons / "common/phrases.csv", [[*HEADERS, "扣分"], [*GOOD, points]])
    with pytest.raises(RulebookError) as refused:
        phrases(lexicons)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert any("扣分" in problem.place for problem in refused.value.problems)


def test_full_width_headers_and_blank_rows(lexicons: Path) -> None:
    head = ["编号", "名称", "类别", "词语　", "除非出现", "客户上句", "范围", "应命中例句", "不应命中例句"]
    write(lexicons / "common/phrases.csv", [[""] * 9, head, [""] * 9, GOOD])
    assert phrases(lexicons) == ["TST-001"]


def test_xlsx_loads_too(lexicons: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEADERS, GOOD):
        book.active.append(row)
    book.save(lexicons / "common/phrases.xlsx")
    assert phrases(lexicons) == ["TST-001"]


def test_both_files_are_an_error(lexicons: Path) -> None:
    write(lexicons / "common/phrases.csv", [HEADERS, GOOD])
    openpyxl.Workbook().save(lexicons / "common/phrases.xlsx")
    with pytest.raises(RulebookError, match="同时存在"):
        phrases(lexicons)


def test_child_switches_off_and_changes_rows(lexicons: Path) -> None:
    other = ["TST-002", *GOOD[1:]]
    write(lexicons / "common/phrases.csv", [HEADERS, GOOD, other])
    write(
        lexicons / "power/phrases.csv",
        [[*HEADERS, "启用"], ["TST-001", *[""] * 8, "否"], ["TST-002", "改名", *[""] * 8]],
    )
    load_book.cache_clear()
    rules = [rule for rule in load_book("power", lexicons).rules if rule.kind == "phrase"]
    assert [(rule.id, rule.name) for rule in rules] == [("TST-002", "改名")]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("编号", "MAR-012", "不能作编号"),
        ("编号", "12", "不能作编号"),
        ("类别", "rude", "没有“rude”"),
        ("范围", "中间", "不认识"),
        ("词语", "(谁让你", "括号"),
        ("词语", "[你]", "可选"),
        ("除非出现", "{没有}", "没有名为"),
        ("应命中例句", "", "空白"),
        ("应命中例句", "谁让你瞎弄", "没有【】"),
        ("不应命中例句", "", "空白"),
    ],
)
def test_a_bad_cell_is_named_with_its_place(lexicons: Path, column: str, value: str, message: str) -> None:
    row = list(GOOD)
    row[HEADERS.index(column)] = value
    write(lexicons / "common/phrases.csv", [HEADERS, row])
    with pytest.raises(RulebookError) as caught:
        phrases(lexicons)
    text = str(caught.value)
    assert message in text
    assert "第2行" in text
    assert column in text


def test_all_problems_are_listed_at_once(lexicons: Path) -> None:
    bad = ["x", "", "rude", "(", "", "", "哪里", "", ""]
    write(lexicons / "common/phrases.csv", [HEADERS, bad, ["y", *bad[1:]]])
    with pytest.raises(RulebookError) as caught:
        phrases(lexicons)
    assert len(caught.value.problems) >= 10


def test_unknown_profile() -> None:
    with pytest.raises(RulebookError, match="没有这个档"):
        load_book("银行")


@pytest.mark.parametrize("profile", ["common", "power", "hotline", "telecom"])
def test_every_shipped_rule_passes_its_own_examples(profile: str) -> None:
    load_book.cache_clear()
    failed = [str(outcome) for outcome in run_examples(load_book(profile)) if not outcome.passed]
    assert failed == []


CASE_HEADERS = ["编号", "对话", "代码", "应该", "理由", "日期"]


def test_a_broken_case_is_refused_with_its_place(lexicons: Path) -> None:
    write(lexicons / "common/phrases.csv", [HEADERS, GOOD])
    write(lexicons / "common/cases.csv", [CASE_HEADERS, ["REG-001", "座：好", "rude", "命中", "", ""]])
    with pytest.raises(RulebookError) as caught:
        phrases(lexicons)
    assert "common/cases.csv 第2行 列“代码”" in str(caught.value)


def test_a_case_of_another_profile_is_left_aside(lexicons: Path) -> None:
    write(lexicons / "common/phrases.csv", [HEADERS, GOOD])
    write(lexicons / "common/cases.csv", [CASE_HEADERS, ["REG-001", "座：好", "misguide", "不命中", "", ""]])
    load_book.cache_clear()
    assert "misguide" not in load_book("hotline", lexicons).codes
    assert "misguide" in load_book("power", lexicons).codes
