"""The phrase language: what each form matches, and what is refused with a reason."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.rulebook.anchors import anchors, needs
from qa_nlp.rulebook.language import SyntaxProblem, parse
from qa_nlp.rulebook.nodes import to_regex
from qa_nlp.text.fold import fold, sound

CLASSES = {"客户称谓": ("先生", "女士"), "单": ("我",)}


def found(pattern: str, text: str) -> str | None:
    match = re.search(to_regex(parse(pattern, CLASSES)), fold(text))
    return match[0] if match else None


@pytest.mark.parametrize(
    ("pattern", "text", "quote"),
    [
        ("你必须", "您必须马上来", "你必须"),
        ("你必须", "你们必须", None),
        ("你…必须", "你现在就必须来", "你现在就必须"),
        ("你…必须", "你好。必须来", None),
        ("你…<2>必须", "你现在就必须来", None),
        ("你[都]不会用", "你都不会用", "你都不会用"),
        ("你[都]不会用", "你不会用", "你不会用"),
        ("(不归|不属于)我们管", "这不属于我们管", "不属于我们管"),
        ("不归[我|我们]管", "不归管", "不归管"),
        ("谁让你|谁叫你", "谁叫您不早说", "谁叫你"),
        ("谁让你\n谁叫你", "谁叫您不早说", "谁叫你"),
        ("{客户称谓}你好", "女士您好", "女士你好"),
        ("^喂$", "喂？", "喂"),
        ("^喂$", "喂你好", None),
        ("打95598", "打九五五九八", "打95598"),
        ("說過了", "说过了", "说过了"),
    ],
)
def test_matches(pattern: str, text: str, quote: str | None) -> None:
    assert found(pattern, text) == quote


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "为空"),
        ("[你]", "可选"),
        ("…", "可选"),
        ("{没有}啊", "没有名为"),
        ("(你好", "括号"),
        ("你好)", "括号"),
        ("你…<99>好", "间隔"),
        ("{客户称谓", "缺少"),
    ],
)
def test_refused_with_a_reason(pattern: str, reason: str) -> None:
    with pytest.raises(SyntaxProblem, match=reason):
        parse(pattern, CLASSES)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("你必须", {"你必须"}),
        ("你…必须来", {"必须来"}),
        ("(谁让|谁叫)你", {"谁让你", "谁叫你"}),
        ("不归[我]管", {"不归我管", "不归管"}),
        ("a|bc", {"a", "bc"}),
    ],
)
def test_every_match_contains_an_anchor(pattern: str, expected: set[str]) -> None:
    assert anchors(parse(pattern, CLASSES)) == expected


def test_sound_twin_has_the_same_shape() -> None:
    pattern = to_regex(parse("不归我们管", {}), by_sound=True)
    assert re.search(pattern, sound("这不贵我们馆"))
    assert not re.search(pattern, sound("这归我们管"))


@pytest.mark.parametrize(
    ("pattern", "trigger", "others"),
    [
        ("你…必须来", {"必须来"}, [{"你"}]),
        ("你[们]…<4>(乱|瞎)(接|拉)", {"乱接", "乱拉", "瞎接", "瞎拉"}, [{"你"}]),
        ("^…<3>嗯往下$", {"嗯往下"}, []),
        ("(哪个|哪家)…(营业厅|网点)[呀]…门", {"营业厅", "网点"}, [{"哪个", "哪家"}, {"门"}]),
    ],
)
def test_the_rarest_words_trigger_and_the_others_are_asked_for(
    pattern: str, trigger: set[str], others: list[set[str]]
) -> None:
    (need,) = needs(parse(pattern, CLASSES))
    assert need.trigger == trigger
    assert sorted(map(sorted, need.others)) == sorted(map(sorted, others))


@given(
    st.sampled_from(["你…必须来", "(谁让|谁叫)你[啊|呀]…<3>(说|讲)", "^[嗯]你…好$", "不归[我|我们]管|没(人|谁)管"]),
    st.data(),
)
def test_every_match_holds_all_that_an_alternative_needs(pattern: str, data: st.DataObject) -> None:
    node = parse(pattern, CLASSES)
    text = data.draw(st.from_regex(to_regex(node).replace(r"(?:(?<=\n)|\A)", "^").replace(r"(?:\n|\Z)", "$")))
    found = re.search(to_regex(node), text)
    assert found is None or any(
        all(any(word in found[0] for word in words) for words in (need.trigger, *need.others)) for need in needs(node)
    )
