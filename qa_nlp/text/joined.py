"""A call whose neighbouring turns of one speaker are one: recognisers cut a sentence wherever somebody breathes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from msgspec.structs import replace

from qa_nlp.records import Call, Turn

SPEAKERS = ("agent", "customer")
# Seconds of silence after which the same speaker begins anew.
PAUSE = 3.0
# A listener's sound between two turns of the other does not end what that one says.
LISTENING = re.compile(
    r"(?:(?:[嗯哦噢喔唔啊哎诶欸呃对是好行呀]的?|明白|[您你](?:请?[说讲])|在听)[,，。.、！!…\s]*){1,4}"
)
LONGEST = 8
ASKING = "?？吗呢么"
ENDS = "，。！？；：、,.!?;:…~～—”』」）)"
MARK = "，"


@dataclass(frozen=True)
class Joined:
    """``call`` with longer turns; ``places[i]`` is where turn ``i`` of the first call begins: (turn, offset).

    Turns that were left out (a listener's sound, or what lies outside the part asked for) have the place (-1, 0).
    """

    call: Call
    places: tuple[tuple[int, int], ...]

    @property
    def joints(self) -> int:
        """How many turns went on with the one before."""
        return sum(offset > 0 for _, offset in self.places)

    def touches(self, turn: int) -> bool:
        """Whether a turn of the first call is but a part of one here."""
        own = self.places[turn]
        return own[0] >= 0 and (own[1] > 0 or sum(place[0] == own[0] for place in self.places) > 1)

    def run_of(self, turn: int) -> tuple[int, int]:
        """First and last turn of the first call that became one with ``turn``."""
        parts = [nth for nth, place in enumerate(self.places) if place[0] == self.places[turn][0]]
        return parts[0], parts[-1]

    def back(self, turn: int, quote: str, first: Call) -> int:
        """The turn of ``first`` that holds words of a turn here."""
        parts = [nth for nth, place in enumerate(self.places) if place[0] == turn]
        return next((nth for nth in parts if quote in first.turns[nth].text), parts[0])


def join_runs(call: Call, first: int = 0, last: int | None = None) -> Joined | None:
    """The call with each run of one speaker as one turn; None where no two turns belong together.

    ``first``, ``last``: only this part of the call.
    """
    turns: list[Turn] = []
    places: list[tuple[int, int]] = []
    for nth, turn in enumerate(call.turns):
        if nth < first or (last is not None and nth > last) or is_listening(call, nth):
            places.append((-1, 0))
        elif turns and _goes_on(turns[-1], turn):
            text = turns[-1].text
            text += "" if text.rstrip().endswith(tuple(ENDS)) else MARK
            places.append((len(turns) - 1, len(text)))
            turns[-1] = replace(turns[-1], text=text + turn.text, end=turn.end)
        else:
            places.append((len(turns), 0))
            turns.append(turn)
    joined = Joined(replace(call, turns=tuple(turns)), tuple(places))
    return joined if joined.joints else None


def is_sound(text: str) -> bool:
    """Whether words are but a listener's sound, wherever they stand."""
    return len(text) <= LONGEST and LISTENING.fullmatch(text) is not None


def is_listening(call: Call, nth: int) -> bool:
    """Whether a turn is but a listener's sound (嗯, 是的, 您说) while the other goes on speaking."""
    if not 0 < nth < len(call.turns) - 1 or not is_sound(call.turns[nth].text):
        return False
    before, own, after = call.turns[nth - 1 : nth + 2]
    apart = own.role in SPEAKERS and before.role in SPEAKERS and before.role == after.role != own.role
    return apart and before.text[-1:] not in ASKING


def _goes_on(before: Turn, turn: Turn) -> bool:
    if before.role != turn.role or turn.role not in SPEAKERS:
        return False
    return before.end is None or turn.start is None or turn.start - before.end < PAUSE
