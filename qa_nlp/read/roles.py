"""Who speaks: nameless speakers get roles, labels of the file are checked against what each side says.

All evidence is log odds from ``model/roles.py``. Labels are believed where the words bear them out; swapped ones, of
a whole call or of a stretch, are put right with a note; where words and labels disagree and neither is plain, the
roles become unknown and the call is not scored. Figures: ``docs/roles.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import compress, islice
from math import exp, log

from msgspec.structs import replace

from qa_nlp.model.roles import UNCONFIRMED, RoleModel, load_roles
from qa_nlp.paths import data_file
from qa_nlp.read.swaps import SURE, find_swaps
from qa_nlp.records import Call

INFERRED = "文件没有说明谁是座席，由双方的话推断"
PARTLY = "有的话文件没有说明是谁说的，由内容推断"
SWAPPED = "文件把座席和客户标反了，已由双方的话对调"
STRETCH = "文件把第 {} 句的座席和客户标反了，已由双方的话对调"
DOUBTFUL = "文件标的座席、客户与双方说的话对不上，又改不准，按说话人不明处理"
UNDECIDED = "文件没有说明谁是座席，由双方的话也推断不出"
ONE_SPEAKER = "整通只标了一个说话人（多半是单声道录音），分不出座席和客户"
NO_SPEAKERS = "文件没有说明每句是谁说的，分不出座席和客户"
OPEN_NOTES = {DOUBTFUL, UNDECIDED, ONE_SPEAKER, NO_SPEAKERS}
NAMES = 6
SURE_OF_THIRD = 6.0
SURE_OF_TURN = 6.0
LEFT_SHARE = 0.25
BETWEEN = 2.0
MOST, TINY = 20.0, 1e-12
MONO_TURNS, MONO_EVIDENCE, MONO_PLAIN = 3, -6.0, -2.0
OTHER = {"agent": "customer", "customer": "agent"}


def with_roles(call: Call, model: RoleModel | None = None) -> Call:
    """The call with the roles its words bear out; the very same call where there is nothing to say.

    Args:
        call: as read; ``meta["speakers"]`` names the speaker of each turn where roles are missing.
        model: weights; those of the installation when None.

    Raises:
        ModelError: when the weights are missing or damaged.
    """
    return with_all_roles([call], model)[0]


def with_all_roles(calls: Sequence[Call], model: RoleModel | None = None) -> list[Call]:
    """``with_roles`` of several calls; to weigh their words together takes a fraction of the time."""
    open_ones = [_is_open(call) for call in calls]
    texts = [turn.text for call in compress(calls, open_ones) for turn in call.turns]
    odds = iter((model or _shipped()).log_odds(texts) if texts else ())
    return [
        _judged(call, list(islice(odds, len(call.turns)))) if is_open else call
        for call, is_open in zip(calls, open_ones, strict=True)
    ]


def _is_open(call: Call) -> bool:
    """Whether the words have a say: not where all is known or no one could have been taken for another."""
    roles = {turn.role for turn in call.turns}
    return "unknown" in roles or "agent" in roles


def _judged(call: Call, odds: Sequence[float]) -> Call:
    roles = {turn.role for turn in call.turns}
    labels = roles.intersection(OTHER)
    if len(labels) == 2:
        call = _checked(call, odds)
    elif labels == {"agent"} and "unknown" not in roles:
        return _one_label(call, odds)
    if "unknown" not in roles or DOUBTFUL in call.notes:
        return call
    return _filled(call, odds) if labels else _named(call, odds)


@cache
def _shipped() -> RoleModel:
    return load_roles(data_file("models", "roles"))


def _checked(call: Call, odds: Sequence[float]) -> Call:
    """A call with labels of both sides: as it is, put right, or with unknown roles."""
    at = [i for i, turn in enumerate(call.turns) if turn.role in OTHER]
    labels = [call.turns[i].role for i in at]
    right = [odds[i] if role == "agent" else -odds[i] for i, role in zip(at, labels, strict=True)]
    swaps = find_swaps(right, labels)
    if swaps.kind == "right":
        return call
    if swaps.kind == "unconfirmed":
        return _noted(call, UNCONFIRMED)
    if swaps.kind == "doubtful":
        return _with(call, dict.fromkeys(at, "unknown"), DOUBTFUL)
    wrong = [at[i] for i in swaps.wrong]
    note = SWAPPED if len(wrong) == len(at) else STRETCH.format(_listed(wrong))
    mended = {i: OTHER[call.turns[i].role] for i in wrong} | dict.fromkeys((at[i] for i in swaps.open), "unknown")
    return _with(call, mended, note)


def _one_label(call: Call, odds: Sequence[float]) -> Call:
    """A call that is all the agent's: a customer's words in it show that nobody told the two apart."""
    at = [i for i, turn in enumerate(call.turns) if turn.role == "agent"]
    foreign = [odds[i] for i in at if odds[i] <= MONO_PLAIN]
    if len(at) < MONO_TURNS or len(foreign) < 2 or sum(foreign) > MONO_EVIDENCE:
        return call
    return _with(call, dict.fromkeys(at, "unknown"), ONE_SPEAKER)


def _named(call: Call, odds: Sequence[float]) -> Call:
    """A call without any label: each named speaker by all he says, given that there are both sides."""
    groups = _groups(call)
    if len(groups) < 2:
        return _noted(call, ONE_SPEAKER if groups else NO_SPEAKERS)
    chosen = sorted(groups, key=lambda name: -len(groups[name]))[:NAMES]
    sums = [sum(odds[i] for i in groups[name]) for name in chosen]
    least = SURE if len(groups) == 2 else SURE_OF_THIRD
    found = {name: role for name, value in zip(chosen, _given_both(sums), strict=True) if (role := _role(value, least))}
    left = sum(len(at) for name, at in groups.items() if name not in found)
    if set(found.values()) != set(OTHER) or left > LEFT_SHARE * len(call.turns):
        return _noted(call, UNDECIDED)
    return _with(call, {i: role for name, role in found.items() for i in groups[name]}, INFERRED)


def _filled(call: Call, odds: Sequence[float]) -> Call:
    """A call with some labels: the turns without, where their speaker or the turn itself is plain."""
    groups = _groups(call)
    roles = [turn.role for turn in call.turns]
    if len(groups) == 1 and (other := _other_side(roles, [odds[i] for at in groups.values() for i in at])):
        return _checked(_with(call, {i: other for at in groups.values() for i in at}, PARTLY), odds)
    found: dict[int, str] = {}
    for at in groups.values():
        if role := _role(sum(odds[i] for i in at), SURE_OF_THIRD):
            found |= dict.fromkeys(at, role)
    named = {i for at in groups.values() for i in at}
    for i, role in enumerate(roles):
        if role == "unknown" and i not in named and (own := _role(odds[i] + _turn_taking(roles, i), SURE_OF_TURN)):
            found[i] = own
    if not found or set(OTHER) - {*roles, *found.values()}:
        return call
    return _with(call, found, PARTLY)


def _other_side(roles: Sequence[str], odds: Sequence[float]) -> str:
    """The side that nobody is labelled with, for the one nameless speaker: his words need not say so by themselves.

    An agent has more to lose by it than a customer, and needs the words of one.
    """
    labels = {*OTHER}.intersection(roles)
    if labels == {"agent"}:
        return "customer" if len(odds) > 1 and sum(odds) <= 0 else ""
    return "agent" if labels == {"customer"} and sum(odds) >= SURE else ""


def _groups(call: Call) -> dict[str, list[int]]:
    """The turns without a role of each speaker that the file names."""
    speakers = call.meta.get("speakers")
    groups: dict[str, list[int]] = {}
    if isinstance(speakers, list) and len(speakers) == len(call.turns):
        for i, (turn, name) in enumerate(zip(call.turns, speakers, strict=True)):
            if turn.role == "unknown" and isinstance(name, str) and name not in ("", "unknown"):
                groups.setdefault(name, []).append(i)
    return groups


def _given_both(sums: Sequence[float]) -> list[float]:
    """Log odds of each speaker being an agent, given that not all are agents and not all customers."""
    agent = [1 / (1 + exp(-max(-MOST, min(MOST, value)))) for value in sums]
    no_agent, all_agents = 1.0, 1.0
    for p in agent:
        no_agent, all_agents = no_agent * (1 - p), all_agents * p
    return [log((p - all_agents + TINY) / (1 - p - no_agent + TINY)) for p in agent]


def _role(value: float, least: float) -> str:
    return "agent" if value >= least else "customer" if value <= -least else ""


def _turn_taking(roles: Sequence[str], at: int) -> float:
    """Between two turns of one side mostly the other side speaks."""
    if 0 < at < len(roles) - 1 and roles[at - 1] == roles[at + 1] in OTHER:
        return BETWEEN if roles[at - 1] == "customer" else -BETWEEN
    return 0.0


def _with(call: Call, roles: Mapping[int, str], note: str) -> Call:
    turns = tuple(replace(turn, role=roles[i]) if i in roles else turn for i, turn in enumerate(call.turns))
    return _noted(replace(call, turns=turns), note)


def _noted(call: Call, note: str) -> Call:
    """With the note, unless an earlier reading of these very turns left it or another on the same matter."""
    known = OPEN_NOTES if note in OPEN_NOTES else {note}
    return call if known.intersection(call.notes) else replace(call, notes=(*call.notes, note))


def _listed(wrong: Sequence[int]) -> str:
    """``3—7、10`` for turns counted from 0."""
    runs: list[list[int]] = []
    for i in wrong:
        if runs and i == runs[-1][-1] + 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return "、".join(f"{run[0] + 1}—{run[-1] + 1}" if len(run) > 1 else f"{run[0] + 1}" for run in runs)
