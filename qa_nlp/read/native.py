"""Native calls: one JSON object a call (``docs/formats.md``), strict and fast, then forgiving."""

from __future__ import annotations

from typing import Any

import msgspec

from qa_nlp.read.source import Source
from qa_nlp.read.values import clean, clean_all, direction_of, iso_of, role_of, seconds, span, text_of, tidy_meta
from qa_nlp.records import ROLES, Call, Skipped, Tag, Turn

KNOWN_ROLES = frozenset(ROLES)
DIRECTIONS = ("", "inbound", "outbound")
SPEAKER = b'"speaker"'


def decode_strict(line: bytes, decoder: msgspec.json.Decoder[Call]) -> Call | None:
    """The call, when the line is exactly of the native form; None when it needs ``from_object``."""
    try:
        call = decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    if not call.call_id or not call.turns or call.direction not in DIRECTIONS:
        return None
    if call.call_id.strip() != call.call_id or call.agent_id.strip() != call.agent_id or call.team.strip() != call.team:
        return None
    # 2026-3-5 and 2026年… are written otherwise; what is no such date stays as it is.
    if (
        call.started_at[4:5] not in ("", "-")
        or call.started_at[7:8] not in ("", "-")
        or (call.meta and tidy_meta(call.meta) != call.meta)
    ):
        return None
    spoken = False
    for turn in call.turns:
        if turn.role not in KNOWN_ROLES or (turn.role == "unknown" and SPEAKER in line):
            return None
        if turn.text:
            spoken = True
        if turn.start is not None or turn.end is not None:
            start = turn.start or 0.0
            if start < 0 or (turn.end is not None and turn.end < start):
                return None
    return call if spoken else None


def from_object(value: dict[str, Any], source: Source, line: int | None) -> Call | Skipped:
    """A native object with foreign spellings mended: role aliases, times as text, numeric ids.

    A call without id, without turns or with a turn without text comes back as Skipped.
    """
    call_id = text_of(value.get("call_id")).strip()
    if not call_id:
        return source.skip("缺少 call_id（通话编号）", "每通通话都要有唯一的 call_id", line)
    turns = value.get("turns")
    if not isinstance(turns, list) or not turns:
        return source.skip("通话里没有一句对话（turns 为空）", "检查导出时是否漏了对话内容", line, call_id)
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn, dict) or not isinstance(turn.get("text"), str | int | float):
            return source.skip(f"第 {number} 句没有文字（text）", '每一句都要写成 {"role":…,"text":…}', line, call_id)
    return Call(
        call_id,
        tuple(_turn(turn) for turn in turns),
        direction_of(value.get("direction")),
        text_of(value.get("agent_id")).strip(),
        text_of(value.get("team")).strip(),
        iso_of(text_of(value.get("started_at"))),
        _mapping(value.get("labels")),
        tidy_meta({**_speakers(turns), **_mapping(value.get("meta"))}),
        tuple(clean(note) for note in _listed(value.get("notes")) if isinstance(note, str)),
    )


def _turn(value: dict[str, Any]) -> Turn:
    start, end = span(seconds(value.get("start")), seconds(value.get("end")))
    acts = tuple(clean(act) for act in _listed(value.get("acts")) if isinstance(act, str))
    faults, misses = _tags(value.get("faults")), _tags(value.get("near_misses"))
    return Turn(role_of(value.get("role")), text_of(value["text"]), start, end, acts, faults, misses)


def _tags(values: object) -> tuple[Tag, ...]:
    tags = []
    for value in _listed(values):
        try:
            tags.append(msgspec.convert(clean_all(value), Tag))
        except msgspec.ValidationError:
            continue
    return tuple(tags)


def _speakers(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """Names of speakers whose roles are not known, one a turn, for the stage that finds the roles."""
    names = [text_of(turn.get("speaker", turn.get("role"))) for turn in turns]
    unknown = any(role_of(turn.get("role")) == "unknown" for turn in turns)
    return {"speakers": names} if unknown and set(names) - {"", "unknown"} else {}


def _mapping(value: object) -> dict[str, Any]:
    return clean_all(value) if isinstance(value, dict) else {}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
