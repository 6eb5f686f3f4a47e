"""A question is a repeated one only where something was told before; one's own bill is no secret."""

from __future__ import annotations

import pytest

from qa_nlp.check.given import is_own, was_given
from qa_nlp.text.prepared import prepare
from tests.conftest import make_call


@pytest.mark.parametrize(
    ("said", "question", "given"),
    [
        ("客：我家没电了，和平路18号", "请问您的联系电话是多少？", False),
        ("客：我家没电了，和平路18号", "请问您的户号是多少？", False),
        ("客：我家没电了，和平路18号", "请问您贵姓？", False),
        ("客：我家没电了", "您家地址在哪里？", False),
        ("客：我家没电了，和平路18号", "您家地址在哪里？", True),
        ("客：我姓刘，家里没电", "请问您贵姓？", True),
        ("客：电话就打139××××5566", "您的联系电话是多少？", True),
        ("客：户号尾号0417", "户号报一下", True),
        ("客：没电了\n座：请问您贵姓？\n客：别问了", "怎么称呼您？", True),
        ("客：三点停的", "几点停的电？", True),
    ],
)
def test_what_was_given(said: str, question: str, given: bool) -> None:
    prepared = prepare(make_call(f"{said}\n座：{question}"))
    assert was_given(prepared, len(prepared.roles) - 1) is given


@pytest.mark.parametrize(
    ("words", "own"),
    [
        ("您这个户号上个月用了350度", True),
        ("您家这个月欠费八十块", True),
        ("隔壁那户欠了三个月，您家没欠", False),
        ("户名是王建国，您认识吧", False),
        ("您家那片抢修的私人手机您记一下", False),
        ("您家原来的业主还欠着三百", False),
    ],
)
def test_what_is_the_callers_own(words: str, own: bool) -> None:
    prepared = prepare(make_call(f"客：查电费\n座：{words}"))
    assert is_own(prepared, 1, prepared.folded.starts[1], prepared.folded.ends[1]) is own
