"""The sheet of situations: what it reads into, and every problem with its place."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from qa_nlp.errors import RulebookError
from qa_nlp.paths import data_file
from qa_nlp.rulebook.load import load_book
from qa_nlp.rulebook.selftest_situations import dialogue_call
from qa_nlp.rulebook.situations import read_dialogues

HEADERS = [
    "编号", "名称", "触发客户", "触发除非", "触发情况", "前提", "范围", "应答起", "应答轮数", "缺部分时", "扣分",
    "必有1名称", "必有1", "应答禁有", "建议说法", "应合格对话", "应违规对话", "不触发对话",
]  # fmt: skip
GOOD = {
    "编号": "H90", "名称": "试", "触发客户": "要个礼物", "必有1名称": "致歉", "必有1": "{致歉}", "应答禁有": "没门",
    "建议说法": "很抱歉。", "应合格对话": "客：要个礼物\n座：抱歉", "应违规对话": "客：要个礼物\n座：没门",
    "不触发对话": "客：查电费\n座：好",
}  # fmt: skip
DOCS = Path(__file__).resolve().parents[2] / "docs" / "situations.md"


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    """A copy of the shipped sheets without situations."""
    root = tmp_path / "lexicons"
    shutil.copytree(data_file("lexicons"), root)
    for sheet in root.glob("*/situations.csv"):
        sheet.unlink()
    return root


def write(path: Path, *rows: dict[str, str]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADERS)
        writer.writeheader()
        writer.writerows(rows)


def problems(root: Path) -> str:
    load_book.cache_clear()
    with pytest.raises(RulebookError) as caught:
        load_book("power", root)
    return str(caught.value)


def test_a_row_becomes_a_situation_with_defaults(lexicons: Path) -> None:
    write(lexicons / "common/situations.csv", GOOD)
    load_book.cache_clear()
    (situation,) = load_book("power", lexicons).situations
    assert (situation.id, situation.begin, situation.least, situation.most) == ("H90", "下句", 1, 2)
    assert (situation.partial, situation.cost) == ("violation", 2.0)
    assert [d.wanted for d in situation.dialogues] == ["pass", "violation", ""]
    assert situation.points[0].pattern.found("真抱歉", 0, 3)


def test_a_child_profile_switches_a_row_off(lexicons: Path) -> None:
    write(lexicons / "common/situations.csv", GOOD)
    with (lexicons / "power/situations.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*HEADERS, "启用"])
        writer.writeheader()
        writer.writerow({"编号": "H90", "启用": "否"})
    load_book.cache_clear()
    assert load_book("power", lexicons).situations == ()
    assert len(load_book("common", lexicons).situations) == 1


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("编号", "第5条", "不能作编号"),
        ("触发客户", "", "没有任何触发"),
        ("触发客户", "(要个", "括号"),
        ("触发情况", "下雨", "不认识"),
        ("前提", "富豪", "不认识"),
        ("范围", "中间", "不认识"),
        ("应答起", "上句", "不认识"),
        ("应答轮数", "许多", "不认识"),
        ("缺部分时", "原谅", "不认识"),
        ("必有1", "", "空白"),
        ("必有1", "{没有这个要点}", "没有名为"),
        ("应答禁有", "[没门]", "可选"),
        ("扣分", "二", "不是数"),
        ("应合格对话", "", "空白"),
        ("应违规对话", "客户说要礼物", "读不懂"),
    ],
)
def test_a_bad_cell_is_named_with_its_place(lexicons: Path, column: str, value: str, message: str) -> None:
    write(lexicons / "common/situations.csv", GOOD | {column: value})
    text = problems(lexicons)
    assert message in text
    assert "situations.csv 第2行" in text
    assert column in text


def test_all_problems_are_listed_at_once(lexicons: Path) -> None:
    bad = GOOD | {"编号": "x", "范围": "中间", "扣分": "二"}
    write(lexicons / "common/situations.csv", bad, bad | {"编号": "y"})
    assert problems(lexicons).count("B207") == 6


def test_dialogues_carry_events_and_metadata() -> None:
    first, second = read_dialogues(
        "元数据：ring_seconds=20 direction=outbound\n座：喂\n---\n系统：[静音 6秒]\n客：在", "H90", "应合格对话"
    )
    call = dialogue_call(first)
    assert (call.meta, call.direction) == ({"ring_seconds": 20.0}, "outbound")
    assert second.turns == (("system", "[静音 6秒]"), ("customer", "在"))
    assert second.name == "H90-应合格2"


@pytest.mark.parametrize(
    ("profile", "wanted"),
    [("power", {"H01", "H34"}), ("hotline", {"H01", "H10", "H14"}), ("telecom", {"H01", "T30", "T64"})],
)
def test_profiles_hold_their_situations(profile: str, wanted: set[str]) -> None:
    found = {situation.id for situation in load_book(profile).situations}
    assert wanted <= found
    assert ("H10" in found) == (profile == "hotline")


def test_the_documentation_lists_every_situation() -> None:
    page = DOCS.read_text(encoding="utf-8")
    for profile in ("hotline", "telecom"):
        for situation in load_book(profile).situations:
            (line,) = re.findall(rf"^\| {situation.id} \|.*$", page, re.MULTILINE)
            assert situation.name in line
            assert all(point.name in line for point in situation.points), situation.id
