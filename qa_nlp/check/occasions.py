"""Occasions: where in a call a situation arose, by words, by events of the line, by metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from qa_nlp.check.line import NAME_KEYS, Line
from qa_nlp.rulebook.situations import WEAK, Situation

RING_SECONDS = 12.0
WAIT_SECONDS = 5.0
END_TURNS = 4
LONG_TURN, LONG_NUMBERS, COUNTED_ITEMS = 40, 2, 3
FAREWELL = re.compile(
    r"再见|拜拜|拜了|挂了|谢了|谢谢|多谢|感谢|没(?:有)?(?:别的|其他|其它|啥)?(?:事|问题|了)|就这些|就这样|就这事|不用了|知道了|明白了|清楚了|感谢[你]?的?来电|祝你|好的?$"
)
LONG_NUMBER = re.compile(r"[0-9]{6,}")
# 第1次, 第2档 … count something else than the items of a list.
COUNTED = re.compile(r"第([0-9十])(?![次遍回天年月日周季阶档级户期名位章时])|其([0-9])")


class Occasion(NamedTuple):
    """The turn where a situation arose.

    ``inclusive``: the turn itself belongs to the answer; ``weak``: the words only may mean it.
    """

    turn: int
    inclusive: bool
    weak: bool = False


def happenings(names: Iterable[str], line: Line) -> dict[str, list[Occasion]]:
    """Where each of the named events happened on the line; those that did not are left out."""
    if not line.prepared.agent_turns:
        return {}
    return {name: found for name in names if (found := _event(name, line))}


def occasions(situation: Situation, line: Line, happened: Mapping[str, list[Occasion]]) -> list[Occasion]:
    """Every place where a situation arose, in order, premises checked; ``happened``: see ``happenings``."""
    inclusive = situation.begin != "下句"
    found: dict[int, Occasion] = {}
    for hit in line.by_code.get(situation.id, ()):
        weak = hit.rule.id.endswith(WEAK)
        if hit.turn not in found or found[hit.turn].weak:
            found[hit.turn] = Occasion(hit.turn, inclusive and hit.rule.speaker == "agent", weak)
    for turn, start, end in line.notices:
        if situation.notice.found(line.prepared.folded.match, start, end):
            found[turn] = Occasion(turn, False)
    for event in situation.events:
        for occasion in happened.get(event, ()):
            found[occasion.turn] = occasion
    if not found:
        return []
    return [
        occasion
        for turn, occasion in sorted(found.items())
        if all(_premise(name, turn, line) for name in situation.premises)
    ]


def _event(name: str, line: Line) -> list[Occasion]:
    call, agents = line.prepared.call, line.prepared.agent_turns
    match name:
        case "接通":
            answered = call.direction != "outbound" and "customer" not in line.roles[: agents[0]]
            return [Occasion(agents[0], True)] if answered else []
        case "久振铃":
            seconds = call.meta.get("ring_seconds")
            late = isinstance(seconds, int | float) and seconds > RING_SECONDS
            return [Occasion(agents[0], True)] if late else []
        case "无声":
            return _no_voice(line)
        case "未挂机":
            return _still_there(line)
        case "姓名已知":
            known = any(isinstance(call.meta.get(key), str) and call.meta[key] for key in NAME_KEYS)
            return [Occasion(agents[0], True)] if known else []
        case "长信息":
            return [Occasion(i, True) for i in agents if line.length(i) >= LONG_TURN and _many_numbers(line.text(i))]
        case _:
            return [Occasion(agents[0], True)] if call.direction == "outbound" else []


def _many_numbers(text: str) -> bool:
    """What makes a long turn hard to keep in mind: long numbers or a counted list."""
    return len(LONG_NUMBER.findall(text)) >= LONG_NUMBERS or len(set(COUNTED.findall(text))) >= COUNTED_ITEMS


def _no_voice(line: Line) -> list[Occasion]:
    """The line is open and nobody speaks: silences, or the agent's turns one after another."""
    if "customer" in line.roles:
        return []
    first = next(i for i in line.spoken if line.roles[i] == "agent")
    silent = [i for i in line.silences if i > first]
    alone = len(line.spoken) >= 2
    return [Occasion(first, False)] if silent or alone else []


def _still_there(line: Line) -> list[Occasion]:
    """All is said, the customer is silent and has not hung up."""
    if not line.silences or "customer" not in line.roles:
        return []
    last = max(i for i in line.spoken if line.roles[i] == "customer")
    tail = sorted(i for i in line.silences if i > last)
    if tail:
        before = [i for i in line.spoken if i < tail[0]]
        ended = any(FAREWELL.search(line.text(i)) for i in before[-2:])
        return [Occasion(tail[0], False)] if ended else []
    return []


def _premise(name: str, turn: int, line: Line) -> bool:
    call = line.prepared.call
    match name:
        case "政企" | "家庭":
            return line.segment == name
        case "非家庭":
            return line.recorded_segment != "家庭"
        case "外呼":
            return call.direction == "outbound"
        case "呼入":
            return call.direction != "outbound"
        case "客户说过话":
            return any(role in ("customer", "unknown") for role in line.roles[:turn])
        case "末尾":
            return turn >= line.spoken[max(0, len(line.spoken) - END_TURNS)]
        case _:
            return True


def waited(turn: int, line: Line) -> bool:
    """Whether the customer really waited after a turn: recorded, timed, or (no clock) presumed."""
    later = [i for i, role in enumerate(line.roles) if role == "agent" and i > turn]
    if not later:
        return False
    if line.silent_between(turn, later[0]):
        return True
    gap = line.gap_after(turn, later[0])
    return gap is None or gap >= WAIT_SECONDS
