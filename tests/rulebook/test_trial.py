"""Trying a sentence: what fired, what nearly did, and the reason given for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.rule import Scope
from qa_nlp.rulebook.trial import read_dialogue, try_sentence
from tests.rulebook.test_matcher import BASE


def reasons(book: Rulebook, change: dict[str, object], text: str) -> tuple[str, ...]:
    rule = replace(BASE, **change)  # type: ignore[arg-type]
    trial = try_sentence(replace(book, rules=(rule,), situations=()), text)
    assert not trial.hits
    return trial.near[0].reasons if trial.near else ()


@pytest.mark.parametrize(
    ("change", "text", "reason"),
    [
        ({"unless": "受委屈"}, "谁让您受委屈了", "除非出现：句中有“受委屈”"),
        ({"along": "不交"}, "谁让您", "同时出现"),
        ({"customer_before": "停电"}, "客：喂／座：谁让您", "客户上句"),
        ({"scope": Scope(first=1)}, "座：您好／客：喂／座：谁让您", "范围：只查前 1 句，这是第 2 句"),
        ({}, "客：谁让你停电", "说话人：只查座席的话"),
        ({"pattern": "你…<2>必须"}, "你现在马上就必须", "间隔：隔得太远"),
        ({"pattern": "你…必须"}, "你说吧。必须来", "间隔：中间隔了句号"),
        ({"pattern": "^让你"}, "谁让你", "句首句尾"),
        ({"pattern": "包过", "mode": "分词"}, "面包过期了", "分词"),
        ({"pattern": "不归我们…<2>管", "unless": "抱歉"}, "抱歉，不贵我们馆", "除非出现：句中有“抱歉”"),
        ({"pattern": "不归我们…管的事"}, "不归我们部门", "写法：其余的字没有出现"),
    ],
)
def test_near_miss_says_what_failed(book: Rulebook, change: dict[str, object], text: str, reason: str) -> None:
    assert any(reason in told for told in reasons(book, change, text))


@pytest.mark.parametrize("text", ["请您放心", "谁呀", ""])
def test_far_misses_are_not_shown(book: Rulebook, text: str) -> None:
    assert reasons(book, {}, text) == ()


def test_two_reasons_are_both_told(book: Rulebook) -> None:
    told = reasons(book, {"unless": "请", "along": "不交"}, "请问谁让您")
    assert [text.split("：")[0] for text in told] == ["除非出现", "同时出现"]


def test_nearest_first_and_no_more_than_asked(book: Rulebook) -> None:
    trial = try_sentence(book, "谁让您受委屈了", nearest=2)
    assert len(trial.near) <= 2
    assert trial.near[0].rule.id == "BLA-001"
    assert try_sentence(book, "谁让您受委屈了", nearest=0).near == ()


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("快了", [("agent", "快了")]),
        ("客：快了", [("customer", "快了")]),
        ("客：何时来／座：快了", [("customer", "何时来"), ("agent", "快了")]),
        ("客：何时来/座:快了", [("customer", "何时来"), ("agent", "快了")]),
        ("和／或", [("agent", "和／或")]),
    ],
)
def test_dialogue_notation(text: str, turns: list[tuple[str, str]]) -> None:
    assert [(turn.role, turn.text) for turn in read_dialogue(text).turns] == turns
