"""A call made ready once and read by every stage: folded text, who spoke when, who came before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qa_nlp.records import Call
from qa_nlp.text.fold import Folded, fold_calls, fold_turns, to_sound


@dataclass(frozen=True)
class Prepared:
    """One call, ready for matching.

    ``nth[i]`` counts turn ``i`` among the turns of its own role (from 0); ``totals`` holds the
    number of turns of each role; ``before[i]`` lists the customer's turns directly before agent
    turn ``i`` (the agent's own earlier turns in the same run are passed over).
    """

    call: Call
    folded: Folded
    roles: tuple[str, ...]
    nth: tuple[int, ...]
    totals: dict[str, int]
    before: tuple[tuple[int, ...], ...]

    @cached_property
    def sound(self) -> str:
        """The joined text as fuzzy syllables."""
        return to_sound(self.folded)

    @cached_property
    def agent_turns(self) -> tuple[int, ...]:
        """Indexes of the agent's turns."""
        return tuple(i for i, role in enumerate(self.roles) if role == "agent")

    @cached_property
    def customer_turns(self) -> tuple[int, ...]:
        """Indexes of the customer's turns."""
        return tuple(i for i, role in enumerate(self.roles) if role == "customer")

    def quote(self, turn: int, start: int, end: int) -> tuple[int, int, str]:
        """Joined span → raw offsets into the turn and the raw words."""
        begin, stop = self.folded.raw_span(turn, start, end)
        return begin, stop, self.call.turns[turn].text[begin:stop]


def prepare(call: Call) -> Prepared:
    """Fold a call and note who spoke before whom; pure and cheap."""
    return _prepared(call, fold_turns([turn.text for turn in call.turns]))


def prepare_all(calls: Sequence[Call]) -> list[Prepared]:
    """The same for several calls at once."""
    folded = fold_calls([[turn.text for turn in call.turns] for call in calls])
    return [_prepared(call, own) for call, own in zip(calls, folded, strict=True)]


def _prepared(call: Call, folded: Folded) -> Prepared:
    roles = tuple(turn.role for turn in call.turns)
    totals: dict[str, int] = {}
    nth: list[int] = []
    before: list[tuple[int, ...]] = []
    heard: tuple[int, ...] = ()
    previous = ""
    for index, role in enumerate(roles):
        nth.append(totals.get(role, 0))
        totals[role] = nth[-1] + 1
        if role == "customer":
            heard = (*heard, index) if previous == "customer" else (index,)
        before.append(heard if role == "agent" else ())
        previous = role if role != "system" else previous
    return Prepared(call, folded, roles, tuple(nth), totals, tuple(before))
