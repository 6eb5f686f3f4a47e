"""Native JSONL: strict, then forgiving, then skipped with a line number."""

import json
from pathlib import Path
from typing import Any

import pytest

from qa_nlp.read import open_calls, write_native
from qa_nlp.records import Call, Tag, Turn
from tests.read.conftest import Write, lines, read


def line(**fields: Any) -> str:
    return json.dumps({"call_id": "A1", "turns": [{"role": "agent", "text": "您好"}], **fields}) + "\n"


def test_a_whole_call(write: Write) -> None:
    """Everything of the contract arrives in the record."""
    path = write(
        "a.jsonl",
        '{"call_id":"T1","direction":"inbound","agent_id":"A07","team":"一班","started_at":"2026-03-05T09:12:00+08:00",'
        '"turns":[{"role":"agent","text":"您好","start":0,"end":3.2,"acts":["greet"],'
        '"faults":[{"code":"cold","quote":"您好","start":0,"end":2,"note":"x"}]},'
        '{"role":"system","text":"[静音 6秒]"}],"labels":{"subtype":"other.silent"},"meta":{"ring_seconds":6}}\n',
    )
    calls, skipped = read(path)
    assert not skipped
    assert calls == [
        Call(
            "T1",
            (
                Turn("agent", "您好", 0.0, 3.2, ("greet",), (Tag("cold", "您好", 0, 2),)),
                Turn("system", "[静音 6秒]"),
            ),
            "inbound",
            "A07",
            "一班",
            "2026-03-05T09:12:00+08:00",
            {"subtype": "other.silent"},
            {"ring_seconds": 6},
        )
    ]


@pytest.mark.parametrize("role", ["座席", "坐席", "客服", "Agent", "座席A07", "staff"])
def test_role_aliases(write: Write, role: str) -> None:
    calls, _ = read(write("a.jsonl", line(turns=[{"role": role, "text": "您好"}, {"role": "客户", "text": "喂"}])))
    assert lines(calls[0]) == ["agent:您好", "customer:喂"]


def test_foreign_spellings_are_mended(write: Write) -> None:
    """Numeric ids, times as text, Chinese directions, NaN, lone surrogates, nulls."""
    path = write(
        "a.jsonl",
        '{"call_id":5,"agent_id":7,"team":null,"direction":"呼入","started_at":"2026/3/5 9:12:00","meta":{"hangup_by":"客户","ring_seconds":"6","x":NaN},'
        '"turns":[{"role":"agent","text":"停\\ud800电","start":"0.5","end":"x"},{"text":"嗯","start":NaN,"end":-1,"faults":[{"code":1}]}]}',
    )
    calls, skipped = read(path)
    assert not skipped
    assert calls[0] == Call(
        "5",
        (Turn("agent", "停�电", 0.5, None), Turn("unknown", "嗯")),
        "inbound",
        "7",
        started_at="2026-03-05T09:12:00",
        meta={"speakers": ["agent", ""], "hangup_by": "customer", "ring_seconds": 6.0, "x": None},
    )


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"call_id":"B","turns":[', "不是完整的 JSON"),
        ("不是JSON", "不是完整的 JSON"),
        ("[1,2]", "不是认识的通话格式"),
        ("17", "不是认识的通话格式"),
        ('{"turns":[{"role":"agent","text":"您好"}]}', "缺少 call_id"),
        ('{"call_id":"  ","turns":[{"role":"agent","text":"您好"}]}', "缺少 call_id"),
        ('{"call_id":"B"}', "没有一句对话"),
        ('{"call_id":"B","turns":[]}', "没有一句对话"),
        ('{"call_id":"B","turns":"您好"}', "没有一句对话"),
        ('{"call_id":"B","turns":[{"role":"agent"}]}', "第 1 句没有文字"),
        ('{"call_id":"B","turns":[{"text":"好"},{"text":null}]}', "第 2 句没有文字"),
        ('{"call_id":"B","turns":[{"text":"  "}]}', "每一句都是空的"),
        ('{"call_id":"B","turns":["您好"]}', "第 1 句没有文字"),
        ("[" * 100_000, "嵌套过深"),
        ('{"call_id":' + "9" * 5000 + "}", "数字过长"),
    ],
)
def test_a_bad_line_is_skipped_alone(write: Write, bad: str, reason: str) -> None:
    """The lines around it are read; the Skipped names its line."""
    calls, skipped = read(write("a.jsonl", line(call_id="A1") + bad + "\n" + line(call_id="A2")))
    assert [call.call_id for call in calls] == ["A1", "A2"]
    assert len(skipped) == 1
    assert skipped[0].line == 2
    assert reason in skipped[0].reason
    assert skipped[0].advice


def test_duplicates_are_skipped(write: Write) -> None:
    calls, skipped = read(write("a.jsonl", line() + line(call_id="A2") + line()))
    assert [call.call_id for call in calls] == ["A1", "A2"]
    assert [(item.line, item.call_id) for item in skipped] == [(3, "A1")]
    assert "重复" in skipped[0].reason


def test_times_that_run_backwards_are_dropped(write: Write) -> None:
    """The order of turns stays the file's own; only the impossible times go."""
    turns = [
        {"role": "agent", "text": "一", "start": 5, "end": 4},
        {"role": "customer", "text": "二", "start": 1, "end": 1},
    ]
    calls, _ = read(write("a.jsonl", line(turns=turns)))
    assert [(turn.start, turn.end) for turn in calls[0].turns] == [(None, None), (1.0, 1.0)]


@pytest.mark.parametrize("codec", ["gb18030", "utf-16", "utf-8-sig"])
def test_other_encodings(write: Write, codec: str) -> None:
    text = '{"call_id":"甲","turns":[{"role":"客服","text":"您好，请问有什么可以帮您"}]}\n'
    calls, skipped = read(write("a.jsonl", text * 1, codec))
    assert not skipped
    assert calls[0].call_id == "甲"


def test_a_list_of_calls_and_pretty_printing(write: Write) -> None:
    """A .json file may hold one call, or a list of them."""
    call = {"call_id": "P1", "turns": [{"role": "agent", "text": "您好"}]}
    assert len(read(write("one.json", json.dumps(call, indent=1)))[0]) == 1
    assert len(read(write("two.json", json.dumps([call, {**call, "call_id": "P2"}], indent=1)))[0]) == 2


def test_write_native_reads_back(write: Write, tmp_path: Path) -> None:
    calls, _ = read(write("a.jsonl", line(agent_id="A07") + line(call_id="A2", meta={"x": 1})))
    path = tmp_path / "out.jsonl"
    assert write_native(calls, path) == 2
    assert list(open_calls([path])) == calls
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".part"] == []


@pytest.mark.parametrize("role", [{"role": "unknown"}, {"role": ""}, {}, {"role": "?"}])
def test_a_speaker_whose_role_is_unknown_keeps_his_name(write: Write, role: dict[str, str]) -> None:
    """Whatever the file writes for an unknown role, the name of the speaker tells the two apart."""
    said = [("1", "喂"), ("2", "嗯"), ("1", "哦")]
    calls, _ = read(write("a.jsonl", line(turns=[{**role, "speaker": name, "text": text} for name, text in said])))
    assert calls[0].meta["speakers"] == ["1", "2", "1"]


def test_ids_lose_the_spaces_around_them(write: Write) -> None:
    """Whichever way a line is read: two spellings are one call, and a table finds it."""
    path = write(
        "a.jsonl",
        line(call_id="  d22  ", agent_id=" A7 ", team=" 一班")
        + line(call_id="d22")
        + line(call_id=" d23 ", direction="呼入"),
    )
    calls, skipped = read(path, write("m.csv", "通话编号,班组\nd22,二班\n"))
    assert [(call.call_id, call.agent_id, call.team) for call in calls] == [("d22", "A7", "二班"), ("d23", "", "")]
    assert len(skipped) == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-3-5 14:20", "2026-03-05T14:20:00"),
        ("2026年3月5日 14时20分", "2026-03-05T14:20:00"),
        ("2026-03-05T09:12:00+08:00", "2026-03-05T09:12:00+08:00"),
        ("2026-03-05", "2026-03-05"),
    ],
)
def test_started_at(written: str, expected: str, write: Write) -> None:
    (call,), _ = read(write("a.jsonl", line(started_at=written)))
    assert call.started_at == expected
