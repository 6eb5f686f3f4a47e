"""Who speaks: nameless speakers, exchanged labels, third persons, gaps; and when it is better to say nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from qa_nlp.model.roles import UNCONFIRMED
from qa_nlp.read import describe, open_calls, write_native
from qa_nlp.read.roles import (
    DOUBTFUL,
    INFERRED,
    NO_SPEAKERS,
    ONE_SPEAKER,
    PARTLY,
    STRETCH,
    SWAPPED,
    UNDECIDED,
    with_all_roles,
    with_roles,
)  # fmt: skip
from qa_nlp.records import ROLES, Call, Turn
from qa_nlp.training.corpus import read_labelled
from tests.conftest import ROOT

OTHER = {"agent": "customer", "customer": "agent"}
LOCKED = ROOT / "data" / "samples" / "labelled" / "locked.jsonl"
SAID = (
    ("agent", "您好，供电服务热线，请问有什么可以帮您？"),
    ("customer", "我家从下午就没电了，隔壁都亮着"),
    ("agent", "请问您家的地址是哪里，户号方便报一下吗？"),
    ("customer", "我们小区三号楼，户号我不知道"),
    ("agent", "您看一下家里的空气开关有没有跳"),
    ("customer", "看过了，没跳，是你们外头的线坏了吧"),
    ("agent", "好的，我给您登记了，抢修人员会尽快跟您联系"),
    ("customer", "你们快一点啊，我家孩子要写作业"),
    ("agent", "请您保持电话畅通，还有其他可以帮您的吗？"),
    ("customer", "没有了，麻烦你"),
)


def call(*said: tuple[str, str], speakers: list[str] | None = None) -> Call:
    turns = tuple(Turn(role, text) for role, text in said)
    return Call("A", turns, meta={"speakers": speakers} if speakers else {})


def nameless(*said: str) -> Call:
    """``0您好`` is speaker 0 saying 您好."""
    return call(*(("unknown", words[1:]) for words in said), speakers=[words[0] for words in said])


def roles(found: Call) -> list[str]:
    return [turn.role for turn in found.turns]


def exchanged(given: Call, at: range | None = None) -> Call:
    turns = [replace(t, role=OTHER[t.role]) if at is None or i in at else t for i, t in enumerate(given.turns)]
    return replace(given, turns=tuple(turns))


def test_plain_cases() -> None:
    """A greeting, polite address and closing against somebody who tells of his home; who speaks first is no matter."""
    said = ("1喂我家没电了", "0您好，请问您的地址是哪里", "1我们小区三号楼", "0我给您登记，感谢您的来电")
    found = with_roles(nameless(*said))
    assert roles(found) == ["customer", "agent", "customer", "agent"]
    assert found.notes == (INFERRED,)


@pytest.mark.parametrize(
    ("said", "note"),
    [
        (("0嗯", "1好"), UNDECIDED),
        (("0您好", "1您好"), UNDECIDED),
        (("0您好请问有什么可以帮您", "1您好请问有什么可以帮您"), UNDECIDED),
        (("0您好请问有什么可以帮您，工号1，感谢您的来电",), ONE_SPEAKER),
        (("0您好请问有什么可以帮您", "0我家没电了", "0请问户号是多少"), ONE_SPEAKER),
    ],
)
def test_what_is_not_plain_stays_unknown(said: tuple[str, ...], note: str) -> None:
    """Fillers, the same words on both sides, one speaker."""
    found = with_roles(nameless(*said))
    assert set(roles(found)) == {"unknown"}
    assert found.notes == (note,)


def test_turns_that_nobody_is_named_for() -> None:
    found = with_roles(call(("unknown", "您好，请问有什么可以帮您"), ("unknown", "我家没电了")))
    assert set(roles(found)) == {"unknown"}
    assert found.notes == (NO_SPEAKERS,)


def test_a_call_that_is_labelled_right_is_the_same_object() -> None:
    given = call(*SAID)
    assert with_roles(given) is given


def test_exchanged_labels_are_put_right_with_a_note() -> None:
    found = with_roles(exchanged(call(*SAID)))
    assert roles(found) == roles(call(*SAID))
    assert found.notes == (SWAPPED,)


def test_an_exchanged_stretch_is_put_right_with_a_note() -> None:
    found = with_roles(exchanged(call(*SAID), range(4, 8)))
    assert roles(found) == roles(call(*SAID))
    assert found.notes == (STRETCH.format("5—8"),)


def test_events_of_the_recorder_stay_events() -> None:
    given = exchanged(call(*SAID))
    event = Turn("system", "[静音 6秒]")
    found = with_roles(replace(given, turns=(event, *given.turns[:3], event, *given.turns[3:])))
    assert roles(found)[0] == roles(found)[4] == "system"
    assert [role for role in roles(found) if role != "system"] == roles(call(*SAID))


def test_a_rude_agent_is_still_the_agent() -> None:
    """What an agent must not say sounds like no agent: his labels are believed all the same."""
    said = (
        ("agent", "喂，说"),
        ("customer", "我家没电了，想问什么时候来"),
        ("agent", "我怎么知道，你自己不会看公告啊"),
        ("customer", "你这什么态度，我要投诉你"),
        ("agent", "你去投诉好了，随便你，我就这态度"),
        ("customer", "你工号多少"),
    )
    found = with_roles(call(*said))
    assert roles(found) == [role for role, _ in said]


def test_words_against_the_labels_that_settle_nothing() -> None:
    """Neither believed nor put right: nobody is accused, and the note says so."""
    found = with_roles(call(("customer", "在"), ("agent", "停电了啊")))
    assert set(roles(found)) == {"unknown"}
    assert found.notes == (DOUBTFUL,)


def test_too_few_words_to_check_the_labels() -> None:
    given = call(("agent", "喂"), ("customer", "嗯"))
    found = with_roles(given)
    assert roles(found) == roles(given)
    assert found.notes == (UNCONFIRMED,)


def test_a_colleague_and_a_relative() -> None:
    """More than two speakers: each by what he says; one who hardly says a word stays unknown."""
    given = [("unknown", text) for _, text in SAID] + [("unknown", "嗯")]
    names = ["a", "b", "a", "b", "a", "b", "c", "b", "c", "b", "d"]
    found = with_roles(call(*given, speakers=names))
    assert roles(found) == [role for role, _ in SAID] + ["unknown"]
    assert found.notes == (INFERRED,)


def test_gaps_among_labels() -> None:
    """A turn without a label gets one where it is plain; a filler does not."""
    given = [("unknown" if i == 6 else role, text) for i, (role, text) in enumerate(SAID)]
    found = with_roles(call(*given, ("unknown", "嗯")))
    assert roles(found) == [*(role for role, _ in SAID), "unknown"]
    assert found.notes == (PARTLY,)


def test_everything_under_one_label() -> None:
    """A mono recording labelled as the agent's: a customer's words are not held against him."""
    found = with_roles(call(*(("agent", text) for _, text in SAID)))
    assert set(roles(found)) == {"unknown"}
    assert found.notes == (ONE_SPEAKER,)
    alone = call(*(pair for pair in SAID if pair[0] == "agent"))
    assert with_roles(alone) is alone
    assert with_roles(call(("customer", "我家没电了"), ("customer", "喂"))).notes == ()


def test_nobody_is_wrong_on_calls_never_trained_on() -> None:
    """Locked calls: right labels are left alone, numbers and exchanged labels set right, every one."""
    for one in (c for c in read_labelled(LOCKED) if len(c.turns) >= 6):
        truth = roles(one)
        assert with_roles(one) is one
        assert roles(with_roles(exchanged(one))) == truth
        bare = tuple(replace(turn, role="unknown") for turn in one.turns)
        names = [{"agent": "0", "customer": "1"}[role] for role in truth]
        assert roles(with_roles(replace(one, turns=bare, meta={"speakers": names}))) == truth


def test_most_stretches_are_found_in_calls_never_trained_on() -> None:
    """Five turns running exchanged, anywhere: at most one call in twenty-five keeps a wrong role that nobody told of."""
    chance = random.Random(0)
    calls = [c for c in read_labelled(LOCKED) if len(c.turns) >= 10] * 3
    wrong = right = 0
    for one in calls:
        start = chance.randint(0, len(one.turns) - 5)
        told = roles(with_roles(exchanged(one, range(start, start + 5))))
        pairs = [(t, w) for t, w in zip(told, roles(one), strict=True) if t != "unknown"]
        wrong += any(t != w for t, w in pairs)
        right += len(pairs) > len(told) / 2
    assert wrong <= len(calls) * 0.04
    assert right >= len(calls) * 0.9


def test_calls_together_are_judged_as_each_alone() -> None:
    said = [
        call(),
        call(*SAID),
        call(("customer", "喂")),
        exchanged(call(*SAID)),
        call(("agent", ""), ("customer", "嗯")),
    ]
    said += [nameless("0您好请问有什么可以帮您", "1我家没电了"), call(*(("agent", text * 90) for _, text in SAID))]
    said += read_labelled(LOCKED)
    assert with_all_roles(said) == [with_roles(one) for one in said]
    assert with_all_roles([]) == []


def test_reading_again_says_nothing_new(tmp_path: Path) -> None:
    one = [replace(exchanged(call(*SAID)), call_id="1"), replace(call(("agent", "喂"), ("customer", "嗯")), call_id="2"),
             replace(call(("unknown", "喂"), ("unknown", "嗯")), call_id="3")]  # fmt: skip
    once, twice = tmp_path / "once.jsonl", tmp_path / "twice.jsonl"
    write_native([with_roles(c) for c in one], once)
    write_native([c for c in open_calls([once]) if isinstance(c, Call)], twice)
    assert once.read_bytes() == twice.read_bytes()


def test_a_look_at_the_file_tells_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_native([exchanged(call(*SAID)), exchanged(replace(call(*SAID), call_id="B"), range(4, 8))], path)
    assert describe(path)[0].notes == {SWAPPED: 1, STRETCH.format("").replace("第  句", "有几句"): 1}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(["", "0", "1", "2"]), st.text(max_size=12)), max_size=14)
)
def test_words_times_and_events_never_change(turns: list[tuple[str, str, str]]) -> None:
    """Only roles of speakers are decided; nothing is lost, and deciding again changes nothing."""
    given = call(*((role, text) for role, _, text in turns), speakers=[name for _, name, _ in turns])
    found = with_roles(given)
    assert [turn.text for turn in found.turns] == [turn.text for turn in given.turns]
    assert [turn.role == "system" for turn in found.turns] == [turn.role == "system" for turn in given.turns]
    assert set(roles(found)) <= set(ROLES)
    assert with_roles(found).notes[: len(found.notes)] == found.notes
