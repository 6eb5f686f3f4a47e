"""The phrase language: what each form matches, and what is refused with a reason."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.rulebook.anchors import Need, anchors, needs
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
        ("你<好", "括号"),
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
        ("你…必须来", {"必须来"}, [("你", -9, -1)]),
        ("你[们]…<4>(乱|瞎)(接|拉)", {"乱接", "乱拉", "瞎接", "瞎拉"}, [("你", -6, -1)]),
        ("你…必须来[啊]…<3>吧", {"必须来"}, [("你", -9, -1), ("吧", 3, 7)]),
        ("^…<3>嗯往下$", {"嗯往下"}, [("\n", -5, -1)]),
        ("(哪个|哪家)…(营业厅|网点)[呀]…门", {"营业厅", "网点"}, [("哪个|哪家", -10, -2), ("门", 2, 12)]),
        ("请(你…说|问)", {"请"}, [("说|问", 1, 11)]),
    ],
)
def test_the_rarest_words_trigger_and_the_others_are_asked_for_nearby(
    pattern: str, trigger: set[str], others: list[tuple[str, int, int]]
) -> None:
    found = needs(parse(pattern, CLASSES))
    assert set().union(*(need.trigger for need in found)) == trigger
    said = [("|".join(sorted(near.words)), near.least, near.most) for need in found for near in need.others]
    assert sorted(said) == sorted(others)


@given(
    st.sampled_from(
        [
            "你…必须来",
            "(谁让|谁叫)你[啊|呀]…<3>(说|讲)",
            "^[嗯]你…好$",
            "不归[我|我们]管|没(人|谁)管",
            "别[再](问…我|找)了",
        ]
    ),
    st.data(),
)
def test_every_match_holds_all_that_an_alternative_needs(pattern: str, data: st.DataObject) -> None:
    node = parse(pattern, CLASSES)
    begins, ends = r"(?:(?<=\n)|\A)", r"(?:\n|\Z)"
    text = data.draw(st.from_regex(to_regex(node).replace(begins, "^").replace(ends, "$")))
    found = re.search(to_regex(node), text)
    said = text[: found.start()].split("\n")[-1:] if found else []
    assert found is None or any(_held("\n" + "".join(said) + found[0], need) for need in needs(node))


def _held(text: str, need: Need) -> bool:
    """Whether a trigger has everything it needs nearby; ``text`` is a turn with the break before it."""
    places = [at for at in range(len(text)) if text.startswith(tuple(need.trigger), at)]
    return any(
        all(
            any(text.startswith(tuple(near.words), to) for to in range(max(0, at + near.least), at + near.most + 1))
            for near in need.others
        )
        for at in places
    )
