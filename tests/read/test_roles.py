"""Who of two nameless speakers is the agent."""

import pytest
from msgspec.structs import replace

from qa_nlp.read import open_calls
from qa_nlp.read.roles import INFERRED, with_roles
from qa_nlp.records import Call, Turn
from tests.conftest import ROOT

LABELLED = sorted((ROOT / "data" / "samples").rglob("*.jsonl"))


def nameless(*said: str) -> Call:
    """``0您好`` is speaker 0 saying 您好."""
    turns = tuple(Turn("unknown", words[1:]) for words in said)
    return Call("A", turns, meta={"speakers": [words[0] for words in said]})


def roles(call: Call) -> list[str]:
    return [turn.role for turn in with_roles(call).turns]


def test_plain_cases() -> None:
    """A greeting, polite address and closing against somebody who tells of his home; who speaks first is no matter."""
    said = ("1喂我家没电了", "0您好，请问您的地址是哪里", "1我们小区三号楼", "0我给您登记，感谢您的来电")
    assert roles(nameless(*said)) == ["customer", "agent", "customer", "agent"]
    assert with_roles(nameless(*said)).notes == (INFERRED,)


@pytest.mark.parametrize(
    "said",
    [
        ("0嗯", "1好"),
        ("0您好", "1您好"),
        ("0您好请问有什么可以帮您", "1您好请问有什么可以帮您"),
        ("0您好请问有什么可以帮您，工号1", "1我家没电", "2喂"),
        ("0您好请问有什么可以帮您，工号1，感谢您的来电",),
    ],
)
def test_what_is_not_plain_stays_unknown(said: tuple[str, ...]) -> None:
    """No cue, equal cues, three speakers, one speaker."""
    assert set(roles(nameless(*said))) == {"unknown"}


def test_known_roles_are_never_changed() -> None:
    call = nameless("0我家没电了", "1您好请问有什么可以帮您，工号1")
    known = replace(call, turns=(Turn("agent", "我家没电了"), call.turns[1]))
    assert with_roles(known) is known
    event = replace(call, turns=(Turn("system", "[静音 6秒]"), *call.turns), meta={"speakers": ["", "0", "1"]})
    assert roles(event) == ["system", "customer", "agent"]


@pytest.mark.skipif(not LABELLED, reason="no labelled calls here")
def test_hardly_ever_wrong_on_labelled_calls() -> None:
    """Labelled calls without their roles: most are decided, at most 0.3 % the wrong way round."""
    decided = total = wrong = 0
    for call in open_calls(LABELLED):
        if (
            not isinstance(call, Call)
            or {turn.role for turn in call.turns} != {"agent", "customer"}
            or len(call.turns) < 6
        ):
            continue
        names = ["0" if turn.role == "agent" else "1" for turn in call.turns]
        blind = replace(
            call, turns=tuple(replace(turn, role="unknown") for turn in call.turns), meta={"speakers": names}
        )
        found = with_roles(blind)
        total += 1
        if found.notes != blind.notes:
            decided += 1
            wrong += [turn.role for turn in found.turns] != [turn.role for turn in call.turns]
    assert wrong <= total * 0.003
    assert decided > total * 0.8
