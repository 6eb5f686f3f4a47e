"""Which texts share much of their wording."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.records import Call, Turn
from qa_nlp.training.shingles import Pair, call_shingles, shared_pairs

LONG = "我家住在河边的老房子里电压从上个月开始就忽高忽低晚上灯泡一闪一闪的冰箱也不敢开"
OTHER = "单位要报销请问去年十二月的电费发票还能不能补开需要带什么材料到哪个窗口去办理"


def text(words: str) -> Call:
    return Call("x", (Turn("customer", words),))


def pairs(*texts: str, most: float = 0.3, least: int = 1) -> list[Pair]:
    return shared_pairs([call_shingles(text(t)) for t in texts], most, least=least)


def test_copies_are_found_and_others_are_not() -> None:
    assert pairs(LONG, OTHER, LONG) == [Pair(0, 2, 1.0)]


def test_punctuation_and_spaces_hide_nothing() -> None:
    assert pairs(LONG, "，".join(LONG[i : i + 5] for i in range(0, len(LONG), 5)))[0].share == 1.0


def test_a_part_counts_against_the_shorter() -> None:
    assert pairs(LONG[:20], OTHER + LONG)[0].share == 1.0


def test_a_shared_greeting_is_no_copy() -> None:
    greeting = "您好请问有什么可以帮您"
    assert pairs(greeting + LONG, greeting + OTHER) == []


def test_short_texts_are_left_out() -> None:
    assert pairs("没电了", "没电了", least=1) == []
    assert pairs("我家里没有电了", "我家里没有电了", least=12) == []


def test_nothing_is_no_pair() -> None:
    assert shared_pairs([]) == []


@given(st.lists(st.text(alphabet="没电了表坏吗您好请问", min_size=0, max_size=40), max_size=6))
def test_the_share_is_that_of_sets(texts: list[str]) -> None:
    sets = [{t[i : i + 8] for i in range(len(t) - 7)} for t in texts]
    wanted = {
        (i, j): len(sets[i] & sets[j]) / min(len(sets[i]), len(sets[j]))
        for i in range(len(texts))
        for j in range(i + 1, len(texts))
        if sets[i] and sets[j]
    }
    found = {(p.first, p.second): p.share for p in pairs(*texts)}
    assert found == {key: round(share, 4) for key, share in wanted.items() if share > 0.3}
