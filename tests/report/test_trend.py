"""The comparison as lines, CSV and page."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from qa_nlp.report.trend import FELL, FEW, ROSE, SAME, Cell, Row, Trend, lines, wide, write_csv
from qa_nlp.report.trend_page import write_page


def row(group: str, name: str, verdict: str, good: int = -1, gap: float | None = 5.0, unit: str = "%") -> Row:
    cells = (Cell(10.0, 10, 100), Cell(15.0, 15, 100))
    bounds = (None, None) if gap is None else (gap - 2, gap + 2)
    p = None if verdict == FEW else 0.01 if verdict in (ROSE, FELL) else 0.5
    return Row(group, name, name, unit, good, cells, 25, verdict, "", gap, *bounds, p, p, "两比例检验")


ROWS = (
    row("总体", "平均分", FELL, 1, -3.0, "分"),
    row("总体", "触及红线", SAME),
    row("差错", "推诿", ROSE),
    row("差错", "冷淡", SAME),
    row("规则", "=cmd()|'<b>'", FEW, gap=None),
    row("业务", "单户停电", ROSE, 0),
)
TREND = Trend(("三月", "<四月>"), ("2026-03-01 至 2026-03-31", ""), (100, 100), None, ROWS, ("规则表不同（a → b）。",))


def test_lines_show_the_main_figures_and_what_changed() -> None:
    told = list(lines(TREND))
    text = "\n".join(told)
    assert told[0] == "三月：100 通（2026-03-01 至 2026-03-31）"
    assert "注意：规则表不同" in text
    assert re.search(r"平均分 +10\.0 +15\.0 +-3\.0（-5\.0 至 -1\.0） +下降（变差）", text)
    assert re.search(r"推诿 .*\+5\.0 个百分点（\+3\.0 至 \+7\.0） +上升（变差）", text)
    assert re.search(r"单户停电.* 上升$", text, re.MULTILINE)
    assert "冷淡" not in text and "触及红线" in text
    assert "共 6 项：3 项有变化，2 项看不出变化，1 项样本或次数太少，没有判断；没有列出的 2 项加 --all 列出。" in text
    assert "冷淡" in "\n".join(lines(TREND, everything=True))


def test_columns_stand_below_each_other() -> None:
    """Chinese characters take two columns."""
    table = [text for text in lines(TREND) if re.search(r"推诿|平均分|触及", text)]
    starts = {wide(text[: re.search(r" {2}10\.0", text).end()]) for text in table}  # type: ignore[union-attr]
    assert len(starts) == 1


@pytest.mark.parametrize("verdict", [SAME, FEW])
def test_noise_is_neither_better_nor_worse(verdict: str) -> None:
    text = "\n".join(
        lines(Trend(("a", "b"), ("", ""), (9, 9), None, (row("总体", "x", verdict),), ()), everything=True)
    )
    assert not re.search(r"上升|变好|变差|下降(?!。)", text.replace("不能说上升或下降", ""))


def test_the_csv_opens_in_excel_and_runs_nothing(tmp_path: Path) -> None:
    write_csv(TREND, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    assert table[0][:7] == ["类别", "项目", "编号", "单位", "三月 数值", "三月 次数", "三月 通话数"]
    assert len({len(line) for line in table}) == 1
    assert len(table) == 1 + len(ROWS)
    named = {line[1]: dict(zip(table[0], line, strict=True)) for line in table[1:]}
    assert named["推诿"]["判断"] == "上升" and named["推诿"]["好坏"] == "变差" and named["推诿"]["差"] == "5"
    assert "'=cmd()|'<b>'" in named
    assert named["'=cmd()|'<b>'"]["p"] == ""


def test_the_page_stands_alone_and_escapes(tmp_path: Path) -> None:
    write_page(TREND, tmp_path / "t.html")
    text = (tmp_path / "t.html").read_text(encoding="utf-8")
    write_page(TREND, tmp_path / "u.html")
    assert (tmp_path / "u.html").read_text(encoding="utf-8") == text
    assert not re.search(r"<script|https?://|src=|@import", text)
    assert "&lt;四月&gt;" in text and "<四月>" not in text and "<b>" not in text
    assert "有变化的（3 项）" in text
    assert text.count("<svg") == 3 + 5
    assert "default-src 'none'" in text


def test_a_page_of_many_periods_has_lines(tmp_path: Path) -> None:
    cells = tuple(Cell(value, None, 50) for value in (80.0, None, 82.0))
    found = Row("总体", "score", "平均分", "分", 1, cells, 9, ROSE, SAME, 2.0, 1.0, 3.0, 0.01, 0.02, "线性趋势")
    write_page(Trend(("a", "b", "c"), ("", "", ""), (50, 50, 50), None, (found,), ()), tmp_path / "t.html")
    text = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert "<polyline" in text and "趋势" in text and "—" in text
