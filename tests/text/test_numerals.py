"""Numerals as they are spoken and as recognisers write them, in both folded forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.text.fold import fold_turns
from qa_nlp.text.numerals import Numeral, find_numerals, read_numeral, spoken_digits

CASES = {
    "四十五": (45, 45), "二十四": (24, 24), "十": (10, 10), "十五": (15, 15), "九十": (90, 90), "两百": (200, 200),
    "一百二": (120, 120), "一百二十": (120, 120), "一百零五": (105, 105), "两千四": (2400, 2400), "一万二": (12000, 12000),
    "一千零一": (1001, 1001), "三百六十五": (365, 365), "一万两千三百": (12300, 12300), "一亿": (1e8, 1e8),
    "24": (24, 24), "1.5": (1.5, 1.5), "2十4": (24, 24), "4十5": (45, 45), "3千": (3000, 3000),
    "半": (0.5, 0.5), "一个半": (1.5, 1.5), "两个半": (2.5, 2.5), "俩": (2, 2), "仨": (3, 3),
    "零点五": (0.5, 0.5), "一点五": (1.5, 1.5),
    "两三": (2, 3), "三五": (3, 5), "七八": (7, 8), "三两": (2, 3), "一两": (1, 2),
    "二三十": (20, 30), "三四百": (300, 400), "十七八": (17, 18), "二十五六": (25, 26), "二十三十": (20, 30),
    "三到五": (3, 5), "三至五": (3, 5), "3-5": (3, 5), "二十到三十": (20, 30), "半到一": (0.5, 1),
    "十来": (10, 10), "十几": (11, 19), "二十多": (21, 29), "一百多": (101, 199), "三十来": (30, 30),
    "二四": (24, 24), "幺三九": (139, 139), "一三九": (139, 139),
}  # fmt: skip


@pytest.mark.parametrize(("text", "ends"), CASES.items())
def test_reads_both_ends(text: str, ends: tuple[float, float]) -> None:
    assert read_numeral(text) == ends


@pytest.mark.parametrize(
    "text", ["", "天", "几", "几十", "十十", "1.5.2", "三点", "到", "个半", "一二三十四五六十", "3到"]
)
def test_no_numeral(text: str) -> None:
    assert read_numeral(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("市区四十五分钟，农村90分钟", ["四十五", "90"]),
        ("等个一个半小时", ["一个半"]),
        ("俩半小时", ["俩半"]),
        ("一点五小时", ["一点五"]),
        ("九点五十到", ["九", "五十"]),
        ("三到五个工作日", ["三到五"]),
        ("几十分钟", []),
        ("尾号零四幺七", ["零四幺七"]),
        ("没有数", []),
    ],
)
def test_finds_in_text(text: str, found: list[str]) -> None:
    assert [text[n.start : n.end] for n in find_numerals(text)] == found


def test_finds_between_two_positions() -> None:
    assert list(find_numerals("三天五天", 2)) == [Numeral(2, 3, 5, 5)]


def test_spoken_digits() -> None:
    assert spoken_digits("幺三九的尾号拐洞幺勾") == "139的尾号7019"


def in_chinese(number: int) -> str:
    """A number below 100 000 as it is written out in full."""
    digits, said, gap = "零一二三四五六七八九", "", False
    for unit, name in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            said += ("零" if gap else "") + digits[digit] + name
        gap = bool(said) and not digit
    return said or "零"


@given(st.integers(0, 99_999))
def test_every_number_is_read_in_either_form(number: int) -> None:
    said = in_chinese(number)
    folded = fold_turns([said])
    assert read_numeral(folded.plain) == (number, number)
    assert read_numeral(folded.match) == (number, number)
    assert read_numeral(str(number)) == (number, number)


@given(st.text(alphabet="0123456789零一二两三五十百千万亿半几来多个点到-.幺天", max_size=30))
def test_spans_and_ends_always_hold(text: str) -> None:
    last = 0
    for numeral in find_numerals(text):
        assert last <= numeral.start < numeral.end <= len(text)
        assert numeral.low <= numeral.high
        assert read_numeral(text) is None or numeral.high >= 0
        last = numeral.end
