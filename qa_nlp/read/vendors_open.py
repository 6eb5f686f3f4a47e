"""Transcripts of FunASR, WhisperX and Whisper, and of Amazon Contact Lens."""

from __future__ import annotations

import re
from typing import Any

from qa_nlp.read.entries import Entry, call_of, objects, pick, word
from qa_nlp.read.values import seconds
from qa_nlp.records import Call

MS = 0.001
TAG = re.compile(r"<\|[^|<>]{0,30}\|>")
SPACED = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


def funasr(value: Any) -> list[Call] | None:
    """``sentence_info[]`` (``text`` or ``sentence``, ``start``, ``end`` in ms, ``spk``); tags like ``<|zh|>`` are dropped.

    The list that ``generate`` returns holds one call an element; ``stamp_sents`` of the server is read too.
    """
    items = objects(value) if isinstance(value, list) else objects([value])
    if not any({"sentence_info", "stamp_sents"} & item.keys() for item in items):
        return None
    return [_funasr_call(item) for item in items]


def _funasr_call(item: dict[str, Any]) -> Call:
    sentences = objects(item.get("sentence_info")) or objects(item.get("stamp_sents"))
    entries = []
    for sentence in sentences:
        text = word(sentence, "text", "sentence") or word(sentence, "text_seg") + word(sentence, "punc")
        speaker = word(sentence, "spk")
        start, end = seconds(sentence.get("start"), MS), seconds(sentence.get("end"), MS)
        entries.append(Entry(f"说话人{speaker}" if speaker else "", _untagged(text), start, end))
    if not entries and word(item, "text"):
        entries = [Entry("", _untagged(word(item, "text")))]
    return call_of(entries, word(item, "key"))


def _untagged(text: str) -> str:
    return SPACED.sub("", TAG.sub("", text)).strip()


def whisper(value: Any) -> list[Call] | None:
    """``segments[]`` of ``{"start", "end", "text", "speaker", "words"}`` in seconds; words may lack times."""
    segments = [item for item in objects(pick(value, "segments")) if isinstance(item.get("text"), str)]
    if not segments or any("start_time" in item for item in segments):
        return None
    return [call_of([_segment(item) for item in segments], word(value, "call_id"))]


def _segment(item: dict[str, Any]) -> Entry:
    words = objects(item.get("words"))
    starts = [time for each in words if (time := seconds(each.get("start"))) is not None]
    ends = [time for each in words if (time := seconds(each.get("end"))) is not None]
    start, end = seconds(item.get("start")), seconds(item.get("end"))
    start = min(starts) if start is None and starts else start
    end = max(ends) if end is None and ends else end
    return Entry(word(item, "speaker"), item["text"].strip(), start, end)


def contact_lens(value: Any) -> list[Call] | None:
    """``Transcript[]`` with ``Content`` and offsets in ms; participants named by role, or by UUID with a role list."""
    lines = pick(value, "Transcript")
    if not isinstance(lines, list) or not isinstance(pick(value, "Participants"), list):
        return None
    roles = {
        word(each, "ParticipantId"): word(each, "ParticipantRole") for each in objects(pick(value, "Participants"))
    }
    entries = [
        Entry(
            _participant(word(line, "ParticipantRole") or roles.get(word(line, "ParticipantId"), ""), line),
            word(line, "Content"),
            seconds(line.get("BeginOffsetMillis"), MS),
            seconds(line.get("EndOffsetMillis"), MS),
        )
        for line in objects(lines)
        if word(line, "Content")
    ]
    return [call_of(entries, word(pick(value, "CustomerMetadata"), "ContactId"))]


def _participant(role: str, line: dict[str, Any]) -> str:
    if role.endswith("_BOT"):
        return "system"
    return role or word(line, "ParticipantId")
