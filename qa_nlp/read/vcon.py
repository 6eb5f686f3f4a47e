"""IETF vCon: text dialogs, or the transcripts among its analyses (draft-ietf-vcon-vcon-core)."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from qa_nlp.read.dialogue import entries_of
from qa_nlp.read.entries import Entry, call_of, objects, pick, word
from qa_nlp.read.labels import speakers_in
from qa_nlp.read.source import Item, Source
from qa_nlp.read.values import role_of, seconds
from qa_nlp.read.vendors_cn import loads
from qa_nlp.records import Call

# Extensions whose meaning is honoured here; a vCon that requires any other must not be read.
KNOWN = ("CC", "wtf_transcription", "wtf-transcription")
# created_at is demanded; who does not know it writes the beginning of the epoch.
NEVER = "1970-01-01T00:00:00"
TRANSCRIPTS = ("transcript", "wtf_transcription", "wtf-transcription")


def is_vcon(value: Any) -> bool:
    """Whether a JSON object is a vCon: plain, signed or encrypted."""
    if not isinstance(value, dict):
        return False
    return "vcon" in value or {"payload", "signatures"} <= value.keys() or {"ciphertext", "recipients"} <= value.keys()


def vcon_call(value: dict[str, Any], source: Source, line: int | None) -> Item:
    """The call in a vCon, or why it is refused (signed, encrypted, or in need of an unknown extension)."""
    call_id = word(value, "uuid")
    if "vcon" not in value:
        return source.skip("这是已签名或加密的 vCon，读不到内容", "请导出未签名、未加密的 vCon", line, call_id)
    needed = [*_names(value.get("critical")), *_names(value.get("must_support"))]
    unknown = [name for name in needed if name not in KNOWN]
    if unknown:
        return source.skip(
            f"vCon 要求支持本程序不认识的扩展：{'、'.join(unknown)}",
            "请导出不带这些 critical 扩展的 vCon",
            line,
            call_id,
        )
    return _call(value)


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


def _call(value: dict[str, Any]) -> Call:
    parties, dialogs = objects(value.get("parties")), objects(value.get("dialog"))
    begins = [moment for dialog in dialogs if (moment := _moment(dialog.get("start")))]
    zero = min(begins, default=None)
    entries = [entry for dialog in dialogs if (entry := _text(dialog, parties, zero))]
    if not entries:
        for analysis in _transcripts(objects(value.get("analysis"))):
            entries += _transcript(analysis, parties, _offset(analysis, dialogs, zero))
    agent = next((party for party in parties if role_of(_role(party)) == "agent"), {})
    started = next((word(dialog, "start") for dialog in dialogs if _moment(dialog.get("start")) == zero), "")
    created = word(value, "created_at")
    started = started if zero else "" if created.startswith(NEVER) else created
    return call_of(entries, word(value, "uuid"), agent_id=word(agent, "name"), started_at=started)


def _text(dialog: dict[str, Any], parties: list[dict[str, Any]], zero: datetime | None) -> Entry | None:
    media = word(dialog, "mediatype", "mimetype") or "text/plain"
    body = _body(dialog)
    if word(dialog, "type") != "text" or not media.startswith("text/plain") or not isinstance(body, str):
        return None
    speaker = dialog.get("originator", dialog.get("parties"))
    speaker = speaker[0] if isinstance(speaker, list) and speaker else speaker
    moment, length = _moment(dialog.get("start")), seconds(dialog.get("duration"))
    start = seconds((moment - zero).total_seconds()) if moment and zero else None
    return Entry(_name(speaker, parties), body, start, start + length if start is not None and length else None)


def _body(holder: dict[str, Any]) -> Any:
    body = holder.get("body")
    encoding = word(holder, "encoding")
    if encoding == "base64url" and isinstance(body, str):
        try:
            return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("utf-8", "replace")
        except ValueError:
            return None
    return loads(body) if encoding == "json" else body


def _transcripts(analyses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first transcript of each dialog."""
    first: dict[str, dict[str, Any]] = {}
    for analysis in analyses:
        if word(analysis, "type") in TRANSCRIPTS:
            first.setdefault(str(analysis.get("dialog")), analysis)
    return list(first.values())


def _transcript(analysis: dict[str, Any], parties: list[dict[str, Any]], offset: float) -> list[Entry]:
    body = _body(analysis)
    if isinstance(body, str):
        parsed = loads(body) if body.lstrip().startswith(("{", "[")) else None
        if parsed is None:
            speakers = speakers_in(body.splitlines())
            return [Entry(entry.speaker, entry.text) for entry in entries_of(body, speakers)] or [Entry("", body)]
        body = parsed
    items = objects(body) or objects(pick(body, "segments", "utterances", "turns"))
    entries = []
    for item in items:
        start, end = seconds(pick(item, "start")), seconds(pick(item, "end"))
        speaker = _name(pick(item, "speaker", "party", "role"), parties)
        shifted = [None if time is None else time + offset for time in (start, end)]
        entries.append(Entry(speaker, word(item, "text", "message", "transcript", "body"), *shifted))
    return entries


def _offset(analysis: dict[str, Any], dialogs: list[dict[str, Any]], zero: datetime | None) -> float:
    index = analysis.get("dialog")
    index = index[0] if isinstance(index, list) and index else index
    if zero is None or not isinstance(index, int) or not 0 <= index < len(dialogs):
        return 0.0
    moment = _moment(dialogs[index].get("start"))
    return (moment - zero).total_seconds() if moment else 0.0


def _name(speaker: object, parties: list[dict[str, Any]]) -> str:
    """The role of a party by its index, else its name, else the label as it is."""
    if isinstance(speaker, str) and speaker.isdecimal() and len(speaker) < 4:
        speaker = int(speaker)
    if isinstance(speaker, int) and not isinstance(speaker, bool):
        if not 0 <= speaker < len(parties):
            return f"说话人{speaker}"
        return _role(parties[speaker]) or word(parties[speaker], "name", "tel", "mailto") or f"说话人{speaker}"
    label = speaker if isinstance(speaker, str) else ""
    named = next((party for party in parties if label and word(party, "name") == label), None)
    return (_role(named) if named else "") or label


def _role(party: dict[str, Any]) -> str:
    return word(party, "role") or word(party.get("meta"), "role")


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=None) - (moment.utcoffset() or moment - moment) if moment else None
