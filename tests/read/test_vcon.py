"""IETF vCon containers."""

import base64
import json
from typing import Any

import pytest

from qa_nlp.records import Call
from tests.read.conftest import Write, lines, read

PARTIES = [{"name": "A07", "role": "agent"}, {"tel": "tel:+86", "role": "customer"}]
BODY = [{"speaker": 0, "text": "您好", "start": 0, "end": 1}, {"speaker": 1, "text": "没电", "start": 1.5, "end": 2}]


def load(write: Write, **fields: Any) -> Call:
    value = {"vcon": "0.4.0", "uuid": "U1", "parties": PARTIES, "dialog": [], **fields}
    calls, skipped = read(write("a.json", json.dumps(value, ensure_ascii=False)))
    assert not skipped
    return calls[0]


def text(party: object, at: str, body: str, **fields: Any) -> dict[str, Any]:
    return {"type": "text", "start": at, "parties": party, "body": body, "mediatype": "text/plain", **fields}


def test_text_dialogs_are_turns(write: Write) -> None:
    """Order and times come from the dates, the role from the originator or the first party."""
    encoded = base64.urlsafe_b64encode("好的".encode()).decode().rstrip("=")
    call = load(
        write,
        dialog=[
            text([1, 0], "2026-03-05T09:12:03+08:00", "没电"),
            text(0, "2026-03-05T01:12:00Z", "您好", duration=2),
            text([1], "2026-03-05T09:12:09+08:00", encoded, encoding="base64url", originator=0),
            text([1], "2026-03-05T09:12:09+08:00", "<p>x</p>", mediatype="text/html"),
            {"type": "recording", "start": "2026-03-05T09:12:00+08:00", "url": "https://example.org/a.wav"},
        ],
    )
    assert lines(call) == ["agent:您好", "customer:没电", "agent:好的"]
    assert [(turn.start, turn.end) for turn in call.turns] == [(0.0, 2.0), (3.0, None), (9.0, None)]
    assert (call.call_id, call.agent_id, call.started_at) == ("U1", "A07", "2026-03-05T01:12:00+00:00")


@pytest.mark.parametrize(
    "analysis",
    [
        {"type": "transcript", "dialog": 0, "encoding": "json", "body": json.dumps(BODY)},
        {"type": "transcript", "dialog": [0], "body": BODY},
        {"type": "wtf_transcription", "dialog": 0, "encoding": "json", "body": {"transcript": {}, "segments": BODY}},
        {"type": "transcript", "body": json.dumps({"segments": BODY})},
    ],
)
def test_transcripts(write: Write, analysis: dict[str, Any]) -> None:
    dialog = [{"type": "recording", "start": "2026-03-05T09:12:00+08:00", "parties": [0, 1]}]
    call = load(write, dialog=dialog, analysis=[{"type": "summary", "body": "x"}, analysis])
    assert lines(call) == ["agent:您好", "customer:没电"]
    assert call.turns[1].start == 1.5


def test_transcripts_of_several_dialogs_stand_in_time(write: Write) -> None:
    """The second recording's seconds count from the first; a second transcript of a dialog is passed over."""
    dialog = [{"type": "recording", "start": f"2026-03-05T09:12:{second}+08:00"} for second in ("00", "30")]
    analysis = [{"type": "transcript", "dialog": index, "encoding": "json", "body": BODY} for index in (0, 1, 1)]
    call = load(write, dialog=dialog, analysis=analysis)
    assert [turn.start for turn in call.turns] == [0.0, 1.5, 30.0, 31.5]


def test_a_transcript_in_plain_words(write: Write) -> None:
    call = load(write, analysis=[{"type": "transcript", "dialog": 0, "body": "Agent: 您好\nCustomer: 没电"}])
    assert lines(call) == ["agent:您好", "customer:没电"]


def test_parties_without_role_keep_their_names(write: Write) -> None:
    call = load(write, parties=[{"name": "甲"}, {"tel": "tel:1"}], analysis=[{"type": "transcript", "body": BODY}])
    assert call.meta["speakers"] == ["甲", "tel:1"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"vcon": "0.4.0", "uuid": "U", "critical": ["CC", "lawful"]}, "lawful"),
        ({"vcon": "0.0.2", "uuid": "U", "must_support": ["x"]}, "扩展：x"),
        ({"payload": "e30", "signatures": []}, "已签名或加密"),
        ({"ciphertext": "x", "recipients": [], "protected": ""}, "已签名或加密"),
        ({"vcon": "0.4.0", "uuid": "U", "dialog": [], "analysis": []}, "没有一句对话"),
    ],
)
def test_what_is_refused(write: Write, value: Any, reason: str) -> None:
    """An extension that must be understood and is not, signatures, encryption, no words."""
    calls, skipped = read(write("a.json", json.dumps(value)))
    assert not calls
    assert reason in skipped[0].reason
