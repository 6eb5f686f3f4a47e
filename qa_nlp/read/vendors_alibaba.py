"""Alibaba Cloud: conversation analysis (SCA) uploads and results, recording transcription. All times are ms."""

from __future__ import annotations

from typing import Any

from qa_nlp.read.entries import Entry, call_of, objects, pick, word
from qa_nlp.read.values import seconds
from qa_nlp.records import Call

MS = 0.001
# https://help.aliyun.com/zh/sca : 1 is a call out, 3 a call in.
CALL_TYPES = {"1": "outbound", "3": "inbound"}


def sca_upload(value: Any) -> list[Call] | None:
    """``{"tickets": [{"tid", "dialogue": [{"role", "words", "begin", "end"}]}]}``, also inside a ``JsonStr``."""
    tickets = pick(value, "tickets")
    if not isinstance(tickets, list):
        return None
    return [_ticket(ticket) for ticket in objects(tickets)]


def _ticket(ticket: dict[str, Any]) -> Call:
    meta = {key: found for key in ("fileName", "business", "customerId") if (found := word(ticket, key))}
    return call_of(
        [_said(line) for line in objects(pick(ticket, "dialogue"))],
        word(ticket, "tid", "vid", "ticketId"),
        direction=CALL_TYPES.get(word(ticket, "callType"), ""),
        agent_id=word(ticket, "customerServiceId", "agentId"),
        team=word(ticket, "skillGroupName", "skillGroupId"),
        meta=meta,
    )


def sca_result(value: Any) -> list[Call] | None:
    """``GetResult``: ``data.resultInfo[]`` with ``recording``, ``agent`` and ``asrResult[]``."""
    found = pick(value, "data", "resultInfo")
    if isinstance(found, dict):
        found = pick(found, "resultInfo") or found
    results = [item for item in objects(found) or objects([found]) if pick(item, "asrResult") is not None]
    return [_result(item) for item in results] if results else None


def _result(item: dict[str, Any]) -> Call:
    lines = pick(item, "asrResult")
    lines = pick(lines, "asrResult") if isinstance(lines, dict) else lines
    recording, agent = pick(item, "recording"), pick(item, "agent")
    caller = word(recording, "caller")
    return call_of(
        [_said(line) for line in objects(lines)],
        word(recording, "id", "callId", "primaryId", "name") or word(item, "taskId"),
        direction=CALL_TYPES.get(word(recording, "callType"), ""),
        agent_id=word(agent, "id", "name"),
        team=word(agent, "skillGroup"),
        started_at=word(recording, "callTime"),
        meta={"caller": caller} if caller else None,
    )


def _said(line: dict[str, Any]) -> Entry:
    role = word(line, "role")
    return Entry(
        role or word(line, "identity", "channelId"),
        word(line, "words"),
        seconds(pick(line, "begin"), MS),
        seconds(pick(line, "end"), MS),
    )


def transcription(value: Any) -> list[Call] | None:
    """``{"Result": {"Sentences": [{"Text", "BeginTime", "EndTime", "ChannelId"}]}}`` and its lower-case variants."""
    result = pick(value, "Result", "data")
    sentences = pick(result, "Sentences") if isinstance(result, dict) else result
    sentences = pick(value, "sentences") if sentences is None else sentences
    found = [item for item in objects(sentences) if pick(item, "BeginTime") is not None]
    if not found:
        return None
    entries = [
        Entry(
            _channel(item),
            word(item, "Text"),
            seconds(pick(item, "BeginTime"), MS),
            seconds(pick(item, "EndTime"), MS),
        )
        for item in found
    ]
    return [call_of(entries, word(value, "callId"))]


def _channel(item: dict[str, Any]) -> str:
    name = word(item, "SpeakerId", "speaker_id", "ChannelId")
    return f"声道{name}" if name else ""


def paraformer(value: Any) -> list[Call] | None:
    """DashScope: ``{"transcripts": [{"channel_id", "sentences": [{"begin_time", "end_time", "text"}]}]}``."""
    transcripts = pick(value, "transcripts")
    if not isinstance(transcripts, list):
        return None
    entries = []
    for transcript in objects(transcripts):
        channel = word(transcript, "channel_id")
        for item in objects(pick(transcript, "sentences")):
            speaker = word(item, "speaker_id") or channel
            start, end = seconds(pick(item, "begin_time"), MS), seconds(pick(item, "end_time"), MS)
            entries.append(Entry(f"说话人{speaker}", word(item, "text"), start, end))
    return [call_of(entries)]
