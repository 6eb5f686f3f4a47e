"""The coverage sheet is whole, true, and the page is made from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.coverage import Item, complaints, read_items, render
from qa_nlp.rulebook.load import PROFILES, load_book

DOCS = Path(__file__).resolve().parent.parent / "docs"
SITUATIONS = [f"H{n:02d}{side}" for n in range(1, 35) for side in "应禁"]
ARTICLES = [f"T{n}" for n in range(30, 65)]
SOURCES = {
    "热线客服标准",
    "客户端作业规范",
    "话务服务规范",
    "典型案例分析",
    "第五章电力客服",
    "措辞差错口径",
    "反问与质问口径",
}


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return read_items(DOCS)


@pytest.fixture(scope="module")
def books() -> list[Rulebook]:
    return [load_book(profile) for profile in PROFILES]


def test_every_situation_and_article_is_there_once(items: list[Item]) -> None:
    count = Counter(item.id for item in items)
    assert [number for number in (*SITUATIONS, *ARTICLES) if count[number] != 1] == []
    assert [number for number, times in count.items() if times > 1] == []


def test_every_document_is_there(items: list[Item]) -> None:
    assert {item.row["文件"] for item in items} == SOURCES


def test_everything_named_exists_and_every_saying_is_judged_as_promised(
    items: list[Item], books: list[Rulebook]
) -> None:
    assert complaints(items, books) == []


def test_every_situation_of_the_books_has_its_row(items: list[Item], books: list[Rulebook]) -> None:
    named = {name for item in items for name in item.references["情景"]}
    assert {situation.id for book in books for situation in book.situations} <= named


def test_every_profile_rule_serves_an_item(items: list[Item], books: list[Rulebook]) -> None:
    """Rules written for one hotline come from a document; the few others say their basis in the row."""
    named = {name for item in items for name in item.references["规则"]}
    own = [rule for book in books for rule in book.rules if rule.id[:3] in ("HOT", "TEL", "POW")]
    assert all(rule.basis for rule in own)
    assert len({rule.id for rule in own}) >= 60
    assert len({rule.id for rule in own} & named) >= 0.8 * len({rule.id for rule in own})


def test_the_page_is_up_to_date(items: list[Item], books: list[Rulebook]) -> None:
    written = (DOCS / "rules-coverage.md").read_text(encoding="utf-8")
    assert written == render(items, books), "请运行 python -m qa_nlp.rulebook.coverage"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"规则": "XXX-001"}, "规则没有“XXX-001”"),
        ({"情景": "H99"}, "情景没有“H99”"),
        ({"规则": ""}, "没有着落，也没有说明"),
        ({"说法": "请您放心"}, "说法“请您放心”没有被"),
        ({"方面": "应答"}, "标准说法“谁让您不早交”被命中"),
        ({"方面": "应答与不可以", "说法": "✗请您放心"}, "说法“请您放心”没有被"),
    ],
)
def test_a_false_row_is_complained_about(
    tmp_path: Path, books: list[Rulebook], change: dict[str, str], complaint: str
) -> None:
    good = {"编号": "A1", "文件": "某规范", "条目": "", "方面": "差错", "说法": "谁让您不早交", "规则": "BLA-001"}
    header = ("编号", "文件", "条目", "方面", "说法", "规则", "情景", "步骤", "行为", "时限", "说明")
    for row, expected in ((good, ""), (good | change, complaint)):
        lines = [",".join(header), ",".join(row.get(name, "") for name in header)]
        (tmp_path / "rules-coverage.csv").write_text("\n".join(lines), encoding="utf-8-sig")
        found = complaints(read_items(tmp_path), books)
        assert (expected in "\n".join(found)) if expected else found == []


def test_render_escapes_what_would_break_a_table(items: list[Item]) -> None:
    row = replace(items[0].row, cells=items[0].row.cells | {"条目": "甲|乙"})
    assert "甲\\|乙" in render([replace(items[0], row=row)], [])
