"""Who speaks, measured on voices the weights have not seen: ``python bench/roles.py data/samples/labelled``.

Every call with both sides is offered without its labels, with right, exchanged and partly exchanged labels, with a third
speaker and with gaps. *Wrong* is a call with one wrong role in it that nobody is told about. The table of docs/roles.md.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from qa_nlp.model.roles import UNCONFIRMED, RoleModel
from qa_nlp.read.roles import with_roles
from qa_nlp.records import Call, Turn
from qa_nlp.training.corpus import Sample, read_corpus
from qa_nlp.training.noise import SoundAlikes, damaged
from qa_nlp.training.roles import unseen_models

OTHER = {"agent": "customer", "customer": "agent"}
OUTCOMES = ("right", "unconfirmed", "unknown", "wrong")
BOTH = {"agent", "customer"}
FILLERS = ("嗯", "好", "对", "哦", "是", "嗯嗯", "好的", "是的", "嗯，您说", "明白")
SIZES = {"2-3": (2, 3), "4-5": (4, 5), "6+": (6, 999)}


@dataclass(frozen=True)
class Case:
    """A call as a recorder might hand it over, and who really speaks."""

    call: Call
    truth: tuple[str, ...]


def _case(call: Call, roles: list[str], names: list[str] | None = None, turns: tuple[Turn, ...] = ()) -> Case:
    turns = turns or call.turns
    seen = tuple(replace(turn, role=role) for turn, role in zip(turns, roles, strict=True))
    meta = {"speakers": names} if names else {}
    return Case(replace(call, turns=seen, meta=meta), tuple(turn.role for turn in turns))


def numbered(call: Call, _: random.Random) -> Case:
    return _case(call, ["unknown"] * len(call.turns), ["0" if t.role == "agent" else "1" for t in call.turns])


def intact(call: Call, _: random.Random) -> Case:
    return _case(call, [t.role for t in call.turns])


def swapped(call: Call, _: random.Random) -> Case:
    return _case(call, [OTHER[t.role] for t in call.turns])


def cut_up(call: Call, chance: random.Random) -> Case:
    """Right labels; a third of the turns cut in two, as recognisers do at pauses."""
    turns: list[Turn] = []
    for turn in call.turns:
        at = len(turn.text) // 2
        cut = at > 2 and chance.random() < 1 / 3
        turns += [replace(turn, text=part) for part in ((turn.text[:at], turn.text[at:]) if cut else (turn.text,))]
    return _case(call, [t.role for t in turns], turns=tuple(turns))


def stretch(call: Call, chance: random.Random) -> Case | None:
    """Exchanged labels for 3 to 6 turns running; at least four others stay right."""
    if len(call.turns) < 8:
        return None
    size = chance.randint(3, min(6, len(call.turns) - 4))
    start = chance.randint(0, len(call.turns) - size)
    return _case(call, [OTHER[t.role] if start <= i < start + size else t.role for i, t in enumerate(call.turns)])


def half(call: Call, chance: random.Random) -> Case | None:
    """Exchanged labels from some turn to the end."""
    if len(call.turns) < 8:
        return None
    start = chance.randint(4, len(call.turns) - 4)
    return _case(call, [OTHER[t.role] if start <= i else t.role for i, t in enumerate(call.turns)])


def third(side: str) -> Callable[[Call, random.Random], Case | None]:
    """Numbers only; the later half of one side is another person: a colleague, or somebody of the family."""

    def make(call: Call, _: random.Random) -> Case | None:
        mine = [i for i, t in enumerate(call.turns) if t.role == side]
        if len(call.turns) < 6 or len(mine) < 2:
            return None
        later = set(mine[len(mine) // 2 :])
        names = ["2" if i in later else "0" if t.role == "agent" else "1" for i, t in enumerate(call.turns)]
        return _case(call, ["unknown"] * len(names), names)

    return make


def stranger(call: Call, chance: random.Random) -> Case | None:
    """Labels, but for the later half of one side, which stands under a name."""
    found = third(chance.choice(sorted(BOTH)))(call, chance)
    if found is None:
        return None
    names = found.call.meta["speakers"]
    roles = ["unknown" if name == "2" else role for name, role in zip(names, found.truth, strict=True)]
    return _case(call, roles, [name if name == "2" else role for name, role in zip(names, found.truth, strict=True)])


def gaps(call: Call, chance: random.Random) -> Case | None:
    """Labels, a fifth of them missing."""
    if len(call.turns) < 6:
        return None
    return _case(call, ["unknown" if chance.random() < 0.2 else t.role for t in call.turns])


def listening(labels: bool) -> Callable[[Call, random.Random], Case | None]:
    """Customer's turns cut in two, with a 嗯 or 好的 of the agent between the halves."""

    def make(call: Call, chance: random.Random) -> Case | None:
        if len(call.turns) < 6:
            return None
        turns: list[Turn] = []
        for turn in call.turns:
            at = len(turn.text) // 2
            if turn.role == "customer" and at >= 4:
                words = Turn("agent", chance.choice(FILLERS))
                turns += [replace(turn, text=turn.text[:at]), words, replace(turn, text=turn.text[at:])]
            else:
                turns.append(turn)
        roles, names = [t.role for t in turns], ["0" if t.role == "agent" else "1" for t in turns]
        return _case(call, roles if labels else ["unknown"] * len(turns), None if labels else names, tuple(turns))

    return make


KINDS: dict[str, Callable[[Call, random.Random], Case | None]] = {
    "numbers only": numbered,
    "labels right": intact,
    "labels right, turns cut up": cut_up,
    "labels exchanged": swapped,
    "numbers, agent mostly listens": listening(False),
    "labels right, agent mostly listens": listening(True),
    "exchanged for 3-6 turns": stretch,
    "exchanged to the end": half,
    "numbers, transferred to a colleague": third("agent"),
    "numbers, somebody else at home": third("customer"),
    "labels, a third person under a name": stranger,
    "labels, a fifth missing": gaps,
}


def outcome(case: Case, model: RoleModel) -> str:
    """right | unconfirmed (roles as labelled, no score) | unknown (no roles, no score) | wrong."""
    found = with_roles(case.call, model)
    told = [turn.role for turn in found.turns]
    if UNCONFIRMED in found.notes:
        return "unconfirmed"
    if not set(told) >= BOTH:
        return "unknown"
    return "wrong" if any(t in BOTH and t != w for t, w in zip(told, case.truth, strict=True)) else "right"


def table(parts: list[tuple[RoleModel, list[Sample]]], noise: float) -> None:
    everything = [s.call for _, chosen in parts for s in chosen]
    alikes = SoundAlikes(t.text for call in everything for t in call.turns)
    for kind, make in KINDS.items():
        counts: dict[str, Counter[str]] = {size: Counter() for size in SIZES}
        for model, chosen in parts:
            for sample in chosen:
                if {t.role for t in sample.call.turns} != BOTH:
                    continue
                call = damaged(sample.call, alikes, noise, 1, punctuation=False) if noise else sample.call
                case = make(call, random.Random(call.call_id))
                if case is not None:
                    size = next(s for s, (low, high) in SIZES.items() if low <= len(call.turns) <= high)
                    counts[size][outcome(case, model)] += 1
        for size, count in counts.items():
            if total := count.total():
                share = "   ".join(f"{100 * count[k] / total:6.2f} %" for k in OUTCOMES)
                print(f"{kind:36s} {size:5s} {total:5d}   {share}   ({count['wrong']} wrong)", flush=True)


def main() -> None:
    parts = unseen_models(read_corpus([Path(arg) for arg in sys.argv[1:]]))
    for noise in (0.0, 0.1):
        print(f"\nsound-alike noise {noise:.0%}\n{'':36s} turns calls      right unconfirmed    unknown      wrong")
        table(parts, noise)
    model, calls = parts[0][0], [s.call for s in parts[0][1] if len(s.call.turns) >= 6]
    for kind in ("labels right", "numbers only"):
        cases = [case.call for call in calls if (case := KINDS[kind](call, random.Random(0)))]
        best = min(_seconds(cases, model) for _ in range(5))
        turns = sum(len(call.turns) for call in cases) / len(cases)
        print(f"\n{kind}: {1e3 * best / len(cases):.3f} ms a call of {turns:.1f} turns, best of 5")


def _seconds(calls: list[Call], model: RoleModel) -> float:
    """CPU time: what others do on the machine does not count."""
    began = time.process_time()
    for call in calls:
        with_roles(call, model)
    return time.process_time() - began


if __name__ == "__main__":
    main()
