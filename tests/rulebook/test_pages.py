"""Rule pages: the fixed headings, in order, filled from the row; trials written down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import PROFILES, load_book
from qa_nlp.rulebook.pages import HEADINGS, page, rule_page, trial_lines
from qa_nlp.rulebook.rule import read_example
from qa_nlp.rulebook.trial import try_sentence
from tests.rulebook.test_matcher import BASE

FULL = replace(
    BASE, name="谁让你", unless="请问", along="不交", customer_before="停电", message="责备客户", suggestion="我来核实",
    basis="话务服务规范", hits=(read_example("客：停电／座：【谁让你】不交", "agent"),),
    misses=(read_example("请问谁让你不交", "agent"),), points=3.0,
)  # fmt: skip


def sections(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    heading = ""
    for line in text.splitlines():
        if line in HEADINGS:
            heading = line
            found[heading] = ""
        elif heading:
            found[heading] += line + "\n"
    return found


def test_a_page_says_everything_of_the_row(book: Rulebook) -> None:
    found = sections(rule_page(FULL, book))
    assert tuple(found) == HEADINGS
    assert "“谁让你”" in found["查到什么"]
    assert "停电" in found["查到什么"]
    assert "责备客户" in found["为什么"]
    assert "扣 3 分" in found["为什么"]
    assert "✗ 客：停电／座：【谁让你】不交" in found["例句"]
    assert "不算：请问谁让你不交" in found["例句"]
    assert "我来核实" in found["换个说法"]
    assert "话务服务规范" in found["依据"]
    assert "除非出现：请问" in found["写法"]


def test_a_suspicion_says_that_it_costs_nothing(book: Rulebook) -> None:
    assert "不扣分" in rule_page(replace(FULL, severity="suspected"), book)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_rule_and_situation_has_a_whole_page(profile: str) -> None:
    book = load_book(profile)
    for number in (*book.by_id, *(situation.id for situation in book.situations)):
        text = page(number, book)
        assert text is not None
        found = sections(text)
        assert tuple(found) == HEADINGS, number
        assert all(body.strip() for body in found.values()), number


def test_an_unknown_number_has_no_page(book: Rulebook) -> None:
    assert page("XXX-999", book) is None


def test_trial_tells_place_match_and_remark(book: Rulebook) -> None:
    one = replace(book, rules=(replace(BASE, pattern="不归我们管", along="这"),), situations=())
    told = "\n".join(trial_lines(try_sentence(one, "这不贵我们馆"), lambda hit: "转述"))
    assert "“不贵我们馆” 第 2–6 字，同音" in told
    assert "同时出现“这”" in told
    assert "（转述）" in told


def test_trial_without_hits_says_so(book: Rulebook) -> None:
    assert trial_lines(try_sentence(book, "好"))[0] == "没有命中任何规则。"
