"""What every foreign format comes down to: who said what, when → one Call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from qa_nlp.read.names import roles_of
from qa_nlp.read.values import clean, iso_of, span, text_of
from qa_nlp.records import Call, Turn


class Entry(NamedTuple):
    """One utterance. ``speaker`` is whatever the file calls the speaker; times are seconds or None."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None


def call_of(
    entries: Iterable[Entry],
    call_id: str = "",
    *,
    by_time: bool = True,
    direction: str = "",
    agent_id: str = "",
    team: str = "",
    started_at: str = "",
    meta: dict[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> Call:
    """A call of utterances; ``by_time`` sorts them when each has a start (channels are often listed one by one).

    Where a speaker's role is not known, ``meta["speakers"]`` names the speaker of each turn.
    """
    listed = list(entries)
    if by_time and listed and all(entry.start is not None for entry in listed):
        listed.sort(key=lambda entry: entry.start or 0.0)
    roles = roles_of(entry.speaker for entry in listed)
    turns = tuple(Turn(roles[entry.speaker], clean(entry.text), *span(entry.start, entry.end)) for entry in listed)
    details = dict(meta or {})
    if any(turn.role == "unknown" for turn in turns) and any(entry.speaker not in ("", "unknown") for entry in listed):
        details["speakers"] = [clean(entry.speaker) for entry in listed]
    return Call(
        clean(call_id).strip(), turns, direction, agent_id, team, iso_of(started_at), meta=details, notes=tuple(notes)
    )  # fmt: skip


def pick(value: object, *names: str) -> Any:
    """The first of ``names`` that an object has, whatever the case of its keys; None when it has none."""
    if not isinstance(value, dict):
        return None
    for name in names:
        if name in value:
            return value[name]
    lowered = {key.lower(): item for key, item in value.items() if isinstance(key, str)}
    return next((lowered[name.lower()] for name in names if name.lower() in lowered), None)


def word(value: object, *names: str) -> str:
    """The text of the first of ``names`` that an object has; numbers become text, all else empty."""
    return text_of(pick(value, *names)).strip()


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list; an empty list for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
