"""Vendor formats beyond what the samples show: variants, damage, near misses."""

import json
from typing import Any

import pytest

from qa_nlp.records import Call
from tests.read.conftest import Write, lines, read


def load(write: Write, value: Any) -> Call:
    calls, skipped = read(write("a.json", json.dumps(value, ensure_ascii=False)))
    assert not skipped
    return calls[0]


def times(call: Call) -> list[tuple[float | None, float | None]]:
    return [(turn.start, turn.end) for turn in call.turns]


def test_sca_upload_as_sent(write: Write) -> None:
    """A request holds its tickets as a text of JSON; every ticket is a call."""
    tickets = [
        {"tid": f"K{i}", "dialogue": [{"role": "客服", "words": "您好", "begin": 0, "end": 900, "beginTime": 1}]}
        for i in range(2)
    ]
    calls, _ = read(write("a.json", json.dumps({"Action": "UploadData", "JsonStr": json.dumps({"tickets": tickets})})))
    assert [(call.call_id, times(call)) for call in calls] == [("K0", [(0.0, 0.9)]), ("K1", [(0.0, 0.9)])]


def test_sca_result_in_capitals(write: Write) -> None:
    """The SDKs answer with the same names in capitals."""
    item = {
        "Recording": {"Id": "R1", "CallType": 1, "CallTime": "2026-03-05 09:12:00"},
        "AsrResult": {"AsrResult": [{"Role": "客户", "Words": "没电", "Begin": 100, "End": 900}]},
    }
    call = load(write, {"Code": "200", "Data": {"ResultInfo": [item]}})
    assert (call.call_id, call.direction, call.started_at) == ("R1", "outbound", "2026-03-05T09:12:00")
    assert lines(call) == ["customer:没电"]


@pytest.mark.parametrize(
    "value",
    [
        {"Result": {"Sentences": [{"Text": "您好", "BeginTime": 100, "EndTime": 900, "ChannelId": 0}]}},
        {"statusText": "SUCCESS", "result": [{"text": "您好", "beginTime": 100, "endTime": 900, "channelId": 0}]},
        {"callId": "c", "sentences": [{"text": "您好", "beginTime": 100, "endTime": 900, "channelId": 0}]},
        {"transcripts": [{"channel_id": 0, "sentences": [{"text": "您好", "begin_time": 100, "end_time": 900}]}]},
        {"data": [{"onebest": "您好", "bg": "100", "ed": "900", "speaker": "0"}]},
        [{"onebest": "您好", "bg": "100", "ed": "900", "speaker": "0"}],
        {"segments": [{"start_time": 100, "end_time": 900, "result": {"text": "您好"}}]},
        {"Response": {"Data": {"TaskId": 1, "ResultDetail": [{"FinalSentence": "您好", "StartMs": 100, "EndMs": 900}]}}},
        {"Data": {"TaskId": 1, "ResultDetail": None, "Result": "[0:0.100,0:0.900,0]  您好\n"}},
        {"Data": {"TaskId": 1, "Result": "[0:0.100,0:0.900]  您好\n"}},
        {"resp": {"id": "v", "utterances": [{"text": "您好", "start_time": 100, "end_time": 900}]}},
        {"reqid": "v", "result": [{"utterances": [{"text": "您好", "start_time": 100, "end_time": 900}]}]},
        {"sentence_info": [{"sentence": "<|zh|><|HAPPY|>您好", "start": 100, "end": 900, "spk": 0}]},
        {"stamp_sents": [{"text_seg": "您 好", "punc": "", "start": 100, "end": 900}]},
        {"segments": [{"start": 0.1, "end": 0.9, "text": " 您好"}], "language": "zh"},
        {"segments": [{"text": "您好", "words": [{"word": "您", "start": 0.1}, {"word": "好"}, {"word": "", "end": 0.9}]}]},
    ],
)  # fmt: skip
def test_units_belong_to_the_container(write: Write, value: Any) -> None:
    """The same 0.1 to 0.9 seconds in every container's own unit and spelling."""
    call = load(write, value)
    assert [turn.text for turn in call.turns] == ["您好"]
    assert times(call) == [(0.1, 0.9)]


def test_xunfei_drops_marks_and_takes_the_best_word(write: Write) -> None:
    best = {"st": {"bg": "0", "ed": "900", "rl": "0", "rt": [{"ws": [
        {"cw": [{"w": "您", "wp": "n"}, {"w": "宁", "wp": "n"}]}, {"cw": [{"w": "好", "wp": "n"}]},
        {"cw": [{"w": "。", "wp": "p"}]}, {"cw": [{"w": "", "wp": "g"}]}, {"cw": []}]}]}}  # fmt: skip
    order = {"lattice": [{"json_1best": json.dumps(best)}, {"json_1best": "不是JSON"}]}
    call = load(write, {"content": {"orderInfo": {"orderId": "D1"}, "orderResult": json.dumps(order)}})
    assert (call.call_id, lines(call)) == ("D1", ["unknown:您好。"])
    assert "speakers" not in call.meta
    assert lines(load(write, {"lattice2": [{"json_1best": best}]})) == ["unknown:您好。"]


def test_channels_are_merged_by_time(write: Write) -> None:
    """Two channels listed one after the other come out as a conversation."""
    sentences = [
        {"Text": text, "BeginTime": at, "EndTime": at + 500, "ChannelId": channel}
        for channel, at, text in [(0, 0, "一"), (0, 2000, "三"), (1, 1000, "二")]
    ]
    call = load(write, {"Result": {"Sentences": sentences}})
    assert "".join(turn.text for turn in call.turns) == "一二三"
    assert call.meta["speakers"] == ["声道0", "声道1", "声道0"]


def test_contact_lens_by_uuid_and_bot(write: Write) -> None:
    """Roles come from the list of participants; a bot's words are nobody's."""
    people = [("u1", "AGENT"), ("u2", "CUSTOMER"), ("u3", "CUSTOM_BOT")]
    value = {
        "CustomerMetadata": {"ContactId": "L1"},
        "Participants": [{"ParticipantId": who, "ParticipantRole": role} for who, role in people],
        "Transcript": [
            {"ParticipantId": who, "Content": who, "BeginOffsetMillis": 1} for who in ("u3", "u1", "u2", "u9")
        ]
        + [{"ParticipantId": "u1", "ContentType": "application/vnd.amazonaws.connect.event.participant.left"}],
    }
    assert lines(load(write, value)) == ["system:u3", "agent:u1", "customer:u2", "unknown:u9"]


def test_plain_list_of_turns(write: Write) -> None:
    """A list of turns without a known container is read without its times: their unit is nobody's guess."""
    call = load(write, {"id": "M1", "messages": [{"role": "user", "content": "没电", "start": 5000}]})
    assert (call.call_id, lines(call), times(call)) == ("M1", ["customer:没电"], [(None, None)])
    assert call.notes


def test_several_documents_in_one_file(write: Write) -> None:
    """Lines of vendor results are numbered after the file."""
    line = json.dumps({"segments": [{"start": 0, "end": 1, "text": "您好"}]})
    calls, _ = read(write("批.jsonl", f"{line}\n{line}\n{line}\n"))
    assert [call.call_id for call in calls] == ["批-001", "批-002", "批-003"]


@pytest.mark.parametrize(
    "value",
    [
        {"tickets": []},
        {"Data": {"TaskId": 1, "Status": 3, "StatusStr": "failed", "Result": "", "ResultDetail": None}},
        {"transcripts": []},
        {"tickets": [{"tid": "a", "dialogue": []}]},
        {"sentence_info": []},
        {"hello": "world"},
        {"segments": [{"start": 1}]},
        [],
        {},
        [[{"turns": []}]],
        "文字",
        None,
    ],
)
def test_empty_or_foreign_json_is_one_skipped(write: Write, value: Any) -> None:
    calls, skipped = read(write("a.json", json.dumps(value)))
    assert not calls
    assert len(skipped) == 1
    assert skipped[0].advice
