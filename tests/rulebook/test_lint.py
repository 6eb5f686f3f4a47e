"""Warnings: what each finds, and the near miss beside it that is fine."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.language import parse
from qa_nlp.rulebook.lint import spellings, warnings
from qa_nlp.rulebook.nodes import to_regex
from qa_nlp.rulebook.rule import Rule, Scope
from tests.rulebook.test_matcher import BASE


def codes_of(book: Rulebook, *rules: Rule) -> list[str]:
    """Warnings about these rules alone, codes without rules left aside."""
    found = warnings([replace(book, rules=rules, situations=())])
    return [w.code for w in found if w.code not in ("W305", "W306")]


def pair(first: dict[str, object], second: dict[str, object]) -> tuple[Rule, Rule]:
    one, two = replace(BASE, **first), replace(BASE, id="TST-002", **second)  # type: ignore[arg-type]
    return one, two


@pytest.mark.parametrize(
    ("pattern", "unless", "expected"),
    [
        ("谁让你", "谁让你", ["W301"]),
        ("谁让你", "让你", ["W301"]),
        ("(谁让|谁叫)你", "谁(让|叫)你", ["W301"]),
        ("你…必须", "必须", ["W301"]),
        ("完全不可以\n没门", "可以", ["W301"]),
        ("谁让你", "谁让你来的", []),
        ("谁让你", "^谁让你", []),
        ("谁让你", "让你$", []),
        ("你…必须", "你…<2>必须", []),
        ("谁让你", "", []),
        ("^喂$", "^喂$", ["W301"]),
    ],
)
def test_a_saying_that_its_own_exception_swallows(
    book: Rulebook, pattern: str, unless: str, expected: list[str]
) -> None:
    assert codes_of(book, replace(BASE, pattern=pattern, unless=unless)) == expected


def test_a_partly_dead_rule_names_the_dead_saying(book: Rulebook) -> None:
    rule = replace(BASE, pattern="完全不可以\n没门", unless="可以")
    found = warnings([replace(book, rules=(rule,), situations=())])
    assert "完全不可以" in str(found[0])
    assert "没门" not in str(found[0])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {}, ["W302"]),
        ({"pattern": "谁让你|谁叫你"}, {"pattern": "谁叫您\n谁让您"}, ["W302"]),
        ({}, {"code": "provoke"}, ["W302"]),
        ({}, {"speaker": "customer"}, []),
        ({}, {"customer_before": "停电"}, ["W303"]),
        ({"along": "不交"}, {"along": "不听"}, []),
        ({"kind": "signal", "code": "甲"}, {"kind": "signal", "code": "乙"}, []),
    ],
)
def test_two_rows_with_the_same_words(
    book: Rulebook, first: dict[str, object], second: dict[str, object], expected: list[str]
) -> None:
    assert codes_of(book, *pair(first, second)) == expected


@pytest.mark.parametrize(
    ("wide", "narrow", "contained"),
    [
        ({"pattern": "让你"}, {"pattern": "谁让你"}, True),
        ({"pattern": "你…<12>必须"}, {"pattern": "你…<8>必须"}, True),
        ({"pattern": "你…<8>必须"}, {"pattern": "你…<12>必须"}, False),
        ({"pattern": "让你|叫你"}, {"pattern": "谁(让|叫)[得]你"}, False),
        ({"pattern": "让你|叫你"}, {"pattern": "谁(让|叫)你"}, True),
        ({"pattern": "让你", "unless": "请问"}, {"pattern": "谁让你"}, False),
        ({"pattern": "让你", "unless": "请问"}, {"pattern": "谁让你", "unless": "麻烦|请问"}, True),
        ({"pattern": "让你", "along": "不交"}, {"pattern": "谁让你"}, False),
        ({"pattern": "让你", "customer_before": "停"}, {"pattern": "谁让你"}, False),
        ({"pattern": "让你", "scope": Scope(first=1)}, {"pattern": "谁让你"}, False),
        ({"pattern": "让你", "subtypes": ("repair.*",)}, {"pattern": "谁让你"}, False),
        ({"pattern": "让你", "severity": "suspected"}, {"pattern": "谁让你"}, False),
        ({"pattern": "让你", "speaker": "any"}, {"pattern": "谁让你"}, True),
        ({"pattern": "让你", "code": "provoke"}, {"pattern": "谁让你"}, False),
        ({"pattern": "让你", "mode": "分词"}, {"pattern": "谁让你"}, False),
        ({"pattern": "谁[让]你"}, {"pattern": "谁让你|谁你"}, True),
    ],
)
def test_a_rule_that_another_contains(
    book: Rulebook, wide: dict[str, object], narrow: dict[str, object], contained: bool
) -> None:
    found = warnings([replace(book, rules=pair(wide, narrow), situations=())])
    assert any(w.code == "W303" and w.place.endswith("TST-002") for w in found) == contained


def test_rules_that_contain_each_other_are_reported_once(book: Rulebook) -> None:
    assert codes_of(book, *pair({"pattern": "谁[让]你"}, {"pattern": "谁让你|谁你"})) == ["W303"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pattern": "谁让你(呀)?"}, ["W307"]),
        ({"pattern": "谁让你", "unless": "请.*你"}, ["W307"]),
        ({"pattern": "谁让你(呀)?", "mode": "正则"}, []),
        ({"pattern": "谁让你？"}, []),
    ],
)
def test_signs_of_regular_expressions(book: Rulebook, change: dict[str, object], expected: list[str]) -> None:
    assert codes_of(book, replace(BASE, **change)) == expected  # type: ignore[arg-type]


def test_classes_are_looked_up_in_every_sheet(book: Rulebook, tmp_path: Path) -> None:
    folder = tmp_path / "common"
    folder.mkdir()
    with (folder / "phrases.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([["编号", "词语"], ["TST-001", "｛称呼｝你好"]])
    one = replace(book, rules=(), classes={"称呼": ("先生",), "数": ("一",)})
    found = [w.place for w in warnings([one], tmp_path) if w.code == "W304"]
    assert found == ["classes“数”"]


def test_sheets_that_are_not_read(tmp_path: Path) -> None:
    """Copies and misplaced sheets are named; those that are read, and what no sheet is, are not."""
    (tmp_path / "common").mkdir()
    for name in ("common/phrases.csv", "common/cases.xlsx", "common/words.txt", "README.md", "common/~$phrases.xlsx"):
        (tmp_path / name).touch()
    assert not [w for w in warnings([], tmp_path) if w.code == "W308"]
    strange = ["common/phrases - 副本.csv", "common/phrases(1).csv", "phrases.csv"]
    for name in strange:
        (tmp_path / name).touch()
    assert sorted(w.place for w in warnings([], tmp_path) if w.code == "W308") == sorted(strange)


def test_codes_and_conditions_without_rules(book: Rulebook) -> None:
    found = {w.code: [] for w in warnings([replace(book, rules=(), situations=())])}
    for warning in warnings([replace(book, rules=(BASE,), situations=())]):
        found[warning.code].append(warning.place)
    assert "codes“blame”" not in found["W305"]
    assert "codes“cold”" in found["W305"]
    assert "checklist“客户道谢”" in found["W306"]


def test_what_one_profile_uses_counts_for_all(book: Rulebook) -> None:
    empty = replace(book, rules=())
    places = [w.place for w in warnings([empty, replace(book, rules=(BASE,))])]
    assert "codes“blame”" not in places


def test_a_warning_of_several_profiles_is_given_once(book: Rulebook) -> None:
    bad = replace(book, rules=(replace(BASE, unless="谁让你"),), situations=())
    assert [w.code for w in warnings([bad, bad])].count("W301") == 1


LITERALS = st.text("你我他不管说话", min_size=1, max_size=3)


@given(
    st.recursive(
        LITERALS, lambda p: st.lists(p, min_size=2, max_size=3).map(lambda ps: f"({'|'.join(ps)})"), max_leaves=4
    ),
    st.booleans(),
)
def test_every_spelling_matches_its_pattern(inner: str, full: bool) -> None:
    import re

    node = parse(f"就是{inner}…<3>没用", {})
    regex = re.compile(to_regex(node))
    assert all(regex.search(text) for text in spellings(node, full))
