"""``vcon/*.vcon``: each call as an IETF vCon (draft-ietf-vcon-vcon-core, syntax 0.4.0), our result as an analysis.

The recording is not ours to give: the dialog is a ``recording`` without content, the words are an analysis of type
``transcript`` on it, the result one of type ``report`` whose body is the call's line of ``calls.jsonl``.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec

from qa_nlp import __version__
from qa_nlp.privacy.span import MASK
from qa_nlp.records import Call, Skipped, Turn, Verdict
from qa_nlp.report.entry import Entry
from qa_nlp.report.figures import Figures
from qa_nlp.report.naming import subtype_name
from qa_nlp.rulebook.book import Rulebook

FOLDER, SUFFIX = "vcon", ".vcon"
SYNTAX = "0.4.0"
# uuid5(NAMESPACE_URL, "urn:qa-nlp:call"); another one would change the uuid of every call.
NAMESPACE = UUID("75ea2432-5d98-5d46-b29a-0ce7d062a51a")
VENDOR, TRANSCRIPT, REPORT = "qa-nlp", "qa-nlp.transcript.v1", "qa-nlp.verdict.v1"
# A moment without zone is Chinese time; created_at is demanded even where nobody knows when the call was.
ZONE = timezone(timedelta(hours=8))
UNKNOWN = "1970-01-01T00:00:00Z"
PARTY = {"agent": 0, "customer": 1}
A_FOLDER = 10_000
UNSAFE = re.compile(r"[^\w.-]+")
DEVICE = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
LONGEST = 120


class VconSink:
    """One file a call below ``vcon/``; from the 10,001st call on in ``vcon/part-0002`` and so on.

    Nothing in the files tells when they were written: the same input gives the same bytes.
    """

    def __init__(self, folder: Path, book: Rulebook, figures: Figures, a_folder: int = A_FOLDER) -> None:
        self._root, self._a_folder = folder / FOLDER, a_folder
        self._root.mkdir(parents=True, exist_ok=True)
        self._names: set[str] = set()
        self._written = 0

    def add(self, entry: Entry) -> None:
        """Write one call."""
        part, within = divmod(self._written, self._a_folder)
        folder = self._root / f"part-{part + 1:04d}" if part else self._root
        if not within:
            folder.mkdir(exist_ok=True)
            self._names = set()
        self._written += 1
        path = folder / (file_name(entry.counted.call_id, self._names) + SUFFIX)
        path.write_bytes(entry.piece("vcon"))

    def skip(self, item: Skipped) -> None:
        """Skipped items have no vCon."""

    def finish(self) -> None:
        """Every file is already complete."""


class VconFile:
    """Makes the file of one call."""

    def __init__(self, book: Rulebook) -> None:
        self._book, self._encoder = book, msgspec.json.Encoder()

    def __call__(self, call: Call, verdict: Verdict) -> bytes:
        """Its content."""
        return self._encoder.encode(vcon(call, verdict, self._book)) + b"\n"


def vcon(call: Call, verdict: Verdict, book: Rulebook) -> dict[str, Any]:
    """The vCon of a call as it may be shown: plain values, keys in the order of the draft."""
    moment = rfc3339(call.started_at)
    covered = any(MASK in turn.text for turn in call.turns)
    return {
        "vcon": SYNTAX,
        "uuid": str(call_uuid(call, covered)),
        # ``role`` of a party is a parameter of the contact centre extension.
        "extensions": ["CC"],
        "created_at": moment or UNKNOWN,
        "subject": subtype_name(verdict.subtype, book),
        **({"redacted": _redacted(call)} if covered else {}),
        "parties": _parties(call),
        "dialog": [_dialog(call, moment)],
        "analysis": [
            _analysis("transcript", TRANSCRIPT, [_segment(turn) for turn in call.turns]),
            _analysis("report", REPORT, msgspec.to_builtins(verdict)),
        ],
    }


def call_uuid(call: Call, covered: bool) -> UUID:
    """The call's own id where it is a UUID and nothing is covered, else UUIDv5 of its id and beginning.

    A version with covered words is another instance of the conversation and needs another uuid (section 4.1.8).
    """
    own = _uuid(call.call_id)
    return own if own and not covered else uuid5(NAMESPACE, f"{call.call_id}\n{call.started_at}")


def file_name(call_id: str, taken: set[str]) -> str:
    """A file name (without ending) that every system takes; the id itself where it can be, else marked by its hash.

    ``taken`` holds the names given so far, as systems that ignore case compare them; the new one is added.
    """
    name = UNSAFE.sub("_", unicodedata.normalize("NFC", call_id)).strip("._")
    while len(name.encode()) > LONGEST:
        name = name[:-1]
    if name != call_id or DEVICE.match(name) or name.casefold() in taken:
        name = f"{name}-{blake2b(call_id.encode('utf-8', 'replace'), digest_size=4).hexdigest()}".lstrip("-")
        name = f"_{name}" if DEVICE.match(name) else name
    taken.add(name.casefold())
    return name


def rfc3339(moment: str) -> str:
    """An ISO moment as RFC 3339 (without zone: UTC+8); "" for what is none."""
    try:
        found = datetime.fromisoformat(moment.strip()) if len(moment) > 10 else None
    except ValueError:
        found = None
    if found is None:
        return ""
    offset = found.utcoffset()
    if offset is None:
        return found.replace(tzinfo=ZONE).isoformat()
    # RFC 3339 knows no seconds in an offset.
    return (found.astimezone(ZONE) if offset.seconds % 60 or offset.microseconds else found).isoformat()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def _redacted(call: Call) -> dict[str, str]:
    own = _uuid(call.call_id)
    return {"type": "PII masked", **({"uuid": str(own)} if own else {})}


def _parties(call: Call) -> list[dict[str, str]]:
    agent = {"type": "person", "name": call.agent_id, "uuid": call.agent_id, "dept": call.team, "role": "agent"}
    return [{key: value for key, value in agent.items() if value}, {"type": "person", "role": "customer"}]


def _dialog(call: Call, moment: str) -> dict[str, Any]:
    dialog: dict[str, Any] = {"type": "recording"}
    if moment:
        dialog["start"] = moment
    ends = [time for turn in call.turns for time in (turn.start, turn.end) if time is not None]
    if ends:
        dialog["duration"] = max(ends)
    dialog["parties"] = [PARTY["agent"], PARTY["customer"]]
    if call.direction == "inbound":
        # Whoever called is the originator; the first party listed is, unless another is named.
        dialog["originator"] = PARTY["customer"]
    return dialog


def _segment(turn: Turn) -> dict[str, Any]:
    """``speaker`` is the party's number; an event line or somebody unknown is no party and stays a word."""
    times = {"start": turn.start, "end": turn.end}
    known = {key: value for key, value in times.items() if value is not None}
    return {"speaker": PARTY.get(turn.role, turn.role), "text": turn.text, **known}


def _analysis(kind: str, schema: str, body: Any) -> dict[str, Any]:
    return {
        "type": kind, "dialog": 0, "mediatype": "application/json", "vendor": VENDOR,
        "product": f"qa-nlp {__version__}", "schema": schema, "encoding": "json", "body": body,
    }  # fmt: skip
