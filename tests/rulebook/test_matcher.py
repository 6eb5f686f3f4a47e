"""The matcher: speaker, scope, conditions, sounds, word edges; and its cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa_nlp.rulebook.matcher import Matcher
from qa_nlp.rulebook.rule import Place, Rule, Scope
from qa_nlp.text.prepared import prepare
from tests.conftest import make_call

BASE = Rule(
    id="TST-001", name="", kind="phrase", code="blame", speaker="agent", scope=Scope(), subtypes=(), mode="词语",
    pattern="谁让你", unless="", along="", customer_before="", severity="", points=-1, message="", suggestion="",
    basis="", hits=(), misses=(), place=Place("t", 1),
)  # fmt: skip


def quotes(rule: Rule, text: str) -> list[str]:
    prepared = prepare(make_call(text))
    return [prepared.quote(hit.turn, hit.start, hit.end)[2] for hit in Matcher([rule], {}).scan(prepared)]


@pytest.mark.parametrize(
    ("change", "text", "found"),
    [
        ({}, "座：谁让您不交", ["谁让您"]),
        ({}, "客：谁让你们停的", []),
        ({"speaker": "customer"}, "客：谁让你们停的", ["谁让你"]),
        ({"speaker": "any"}, "客：谁让你停\n座：谁让您", ["谁让你", "谁让您"]),
        ({"scope": Scope(first=1)}, "座：您好\n座：谁让你", []),
        ({"scope": Scope(last=1)}, "座：您好\n客：嗯\n座：谁让你", ["谁让你"]),
        ({"unless": "受委屈"}, "座：谁让你受委屈了", []),
        ({"along": "不交"}, "座：谁让你", []),
        ({"along": "不交"}, "座：谁让你不交", ["谁让你"]),
        ({"customer_before": "停电"}, "客：怎么停电了\n座：谁让你", ["谁让你"]),
        ({"customer_before": "停电"}, "客：停电了\n座：嗯\n座：谁让你", ["谁让你"]),
        ({"customer_before": "停电"}, "客：停电了\n座：嗯\n客：喂\n座：谁让你", []),
        ({"pattern": "不归我们管"}, "座：这不贵我们馆", ["不贵我们馆"]),
        ({"pattern": "不归我们管", "mode": "原字"}, "座：这不贵我们馆", []),
        ({"pattern": "包过", "mode": "分词"}, "座：面包过期了", []),
        ({"pattern": r"谁.{0,2}你", "mode": "正则"}, "座：谁叫你", ["谁叫你"]),
        ({"pattern": "說過了"}, "座：我說過了", ["說過了"]),
        ({"pattern": "12345"}, "座：您打12345热线", ["12345"]),
        ({"pattern": "12345"}, "座：手机13912345678", []),
        ({"pattern": "12345", "mode": "正则"}, "座：户号1234567890", ["12345"]),
    ],
)
def test_conditions(change: dict[str, object], text: str, found: list[str]) -> None:
    assert quotes(replace(BASE, **change), text) == found  # type: ignore[arg-type]


def test_sound_hits_say_so() -> None:
    hit = Matcher([replace(BASE, pattern="不归我们管")], {}).scan(prepare(make_call("座：不贵我们馆")))[0]
    assert hit.match == "phonetic"
    assert hit.confidence < 1


def test_a_customers_murmur_changes_no_hit() -> None:
    with_murmur = quotes(BASE, "座：您好\n客：嗯\n座：谁让你")
    assert with_murmur == quotes(BASE, "座：您好\n座：谁让你")
