"""iFlytek, Huawei Cloud, Tencent Cloud and Volcengine transcription results. All times are milliseconds."""

from __future__ import annotations

import json
import re
from typing import Any

from qa_nlp.read.entries import Entry, call_of, objects, pick, word
from qa_nlp.read.values import clock, seconds
from qa_nlp.records import Call

MS = 0.001
TENCENT_LINE = re.compile(r"^\[(\d+:\d+(?:\.\d+)?),(\d+:\d+(?:\.\d+)?)(?:,(\w+))?\]\s*(.*)$")


def iflytek_old(value: Any) -> list[Call] | None:
    """``data`` (a list, or a list inside a text) of ``{"bg", "ed", "onebest", "speaker"}``."""
    found = loads(pick(value, "data")) if isinstance(value, dict) else value
    lines = [item for item in objects(found) if "onebest" in item]
    if not lines:
        return None
    return [
        call_of(
            Entry(
                _speaker(word(line, "speaker", "si")),
                word(line, "onebest"),
                seconds(line.get("bg"), MS),
                seconds(line.get("ed"), MS),
            )
            for line in lines
        )
    ]


def iflytek(value: Any) -> list[Call] | None:
    """``content.orderResult``: JSON in a text, whose ``lattice[].json_1best`` is JSON in a text again."""
    content = pick(value, "content")
    order = loads(pick(content if isinstance(content, dict) else value, "orderResult"))
    order = order if isinstance(order, dict) else value
    lattice = loads(pick(order, "lattice", "lattice2"))
    if not isinstance(lattice, list) or not any("json_1best" in item for item in objects(lattice)):
        return None
    entries = [_lattice(item) for item in objects(lattice)]
    return [call_of([entry for entry in entries if entry.text], word(pick(content, "orderInfo"), "orderId"))]


def _lattice(item: dict[str, Any]) -> Entry:
    best = pick(loads(item.get("json_1best")), "st")
    words = [
        word(alternatives[0], "w")
        for rt in objects(pick(best, "rt"))
        for ws in objects(pick(rt, "ws"))
        if (alternatives := objects(pick(ws, "cw"))) and word(alternatives[0], "wp") != "g"
    ]
    speaker = word(best, "rl")
    begin, end = seconds(pick(best, "bg"), MS), seconds(pick(best, "ed"), MS)
    return Entry("" if speaker == "0" else _speaker(speaker), "".join(words), begin, end)


def huawei(value: Any) -> list[Call] | None:
    """SIS: ``segments[]`` of ``{"start_time", "end_time", "result": {"text", "analysis_info": {"role"}}}``."""
    holder = pick(value, "asr_result") or value
    segments = [item for item in objects(pick(holder, "segments")) if isinstance(item.get("result"), dict)]
    if not segments:
        return None
    entries = []
    for item in segments:
        result = item["result"]
        info = pick(result, "analysis_info")
        start, end = seconds(item.get("start_time"), MS), seconds(item.get("end_time"), MS)
        speaker = word(info, "role") or _speaker(word(info, "speaker_id"))
        entries.append(Entry(speaker, word(result, "text"), start, end))
    return [call_of(entries, word(holder, "job_id"))]


def tencent(value: Any) -> list[Call] | None:
    """``Data.ResultDetail[]`` with ``FinalSentence``, ``StartMs``, ``EndMs``, ``SpeakerId``; else the lines of ``Result``."""
    holder = pick(value, "Response") or value
    data = pick(holder, "Data") if isinstance(pick(holder, "Data"), dict) else holder
    if not isinstance(data, dict) or not {"ResultDetail", "Result"} & data.keys():
        return None
    details, text = objects(data.get("ResultDetail")), data.get("Result")
    if details:
        entries = [
            Entry(
                _speaker(word(item, "SpeakerId")),
                word(item, "FinalSentence"),
                seconds(item.get("StartMs"), MS),
                seconds(item.get("EndMs"), MS),
            )
            for item in details
        ]
    elif isinstance(text, str):
        lines = [match for line in text.splitlines() if (match := TENCENT_LINE.match(line.strip()))]
        entries = [Entry(_speaker(line[3] or ""), line[4], clock(line[1]), clock(line[2])) for line in lines]
    else:
        return None
    return [call_of(entries, word(data, "TaskId"))] if entries or "TaskId" in data else None


def volcengine(value: Any) -> list[Call] | None:
    """``result`` or ``resp`` with ``utterances[]`` of ``{"text", "start_time", "end_time", "additions": {"speaker"}}``."""
    result = pick(value, "result", "resp")
    holders = objects(result) or objects([result]) or objects([value])
    if not any(isinstance(holder.get("utterances"), list) for holder in holders):
        return None
    entries = []
    for item in objects(holders[0].get("utterances")):
        extra = pick(item, "additions")
        speaker = word(extra, "speaker", "channel_id") or word(item, "speaker", "channel_id")
        start, end = seconds(item.get("start_time"), MS), seconds(item.get("end_time"), MS)
        entries.append(Entry(_speaker(speaker), word(item, "text"), start, end))
    return [call_of(entries, word(value, "reqid") or word(pick(value, "resp"), "id"))]


def loads(value: Any) -> Any:
    """JSON inside a text; anything else as it is. None for text that is no JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _speaker(name: str) -> str:
    return f"说话人{name}" if name.isdigit() else name
