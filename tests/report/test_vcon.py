"""Calls as vCons: the shape that the draft demands, and read back by our own reader they are the same calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from qa_nlp.inspector import Inspector
from qa_nlp.privacy.shield import Shield
from qa_nlp.read import open_calls, write_native
from qa_nlp.records import Call, Turn, Verdict
from qa_nlp.report.figures import Figures
from qa_nlp.report.vcon import UNKNOWN, VconSink, file_name, rfc3339, vcon
from qa_nlp.rulebook.book import Rulebook
from tests.conftest import ROOT, make_call
from tests.report.conftest import feed, renamed

TALK = "座：您好，请问有什么可以帮您？\n客：我家没电了，电话13912345678\n座：不是跟您说过了吗"
ANALYSES = ("report", "sentiment", "summary", "transcript", "translation", "tts")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def refuse_malformed(value: dict[str, Any]) -> None:
    """The rules of draft-ietf-vcon-vcon-core (sections 2.3, 4.1-4.5) for the parameters that we write."""
    assert value["vcon"] == "0.4.0"
    assert str(UUID(value["uuid"])) == value["uuid"]
    known = {"vcon", "uuid", "extensions", "created_at", "subject", "redacted", "parties", "dialog", "analysis"}
    assert value.keys() <= known
    assert RFC3339.fullmatch(value["created_at"])
    assert all(isinstance(v, str) for party in value["parties"] for v in party.values())
    assert all(party["type"] in ("person", "bot", "organization") for party in value["parties"])
    # A parameter of an extension needs the extension named.
    assert "CC" in value["extensions"] and all("role" in party for party in value["parties"])
    for dialog in value["dialog"]:
        assert dialog.keys() <= {"type", "start", "duration", "parties", "originator"}
        assert dialog["type"] == "recording"
        assert all(0 <= party < len(value["parties"]) for party in dialog["parties"])
        assert "start" not in dialog or RFC3339.fullmatch(dialog["start"])
        assert dialog.get("duration", 0) >= 0
        assert dialog.get("originator", dialog["parties"][0]) in dialog["parties"]
    for analysis in value["analysis"]:
        assert analysis["type"] in ANALYSES
        assert 0 <= analysis["dialog"] < len(value["dialog"])
        assert re.fullmatch(r"[\w.+-]+/[\w.+-]+", analysis["mediatype"])
        assert analysis["vendor"] and analysis["product"] and analysis["schema"]
        # Inline content: body and encoding go together; json means a JSON value, not a text of JSON.
        assert analysis["encoding"] == "json" and isinstance(analysis["body"], dict | list)
    if "redacted" in value:
        assert value["redacted"]["type"]
        assert value["redacted"].get("uuid") != value["uuid"]


def written(folder: Path, pairs: Iterable[tuple[Call, Verdict]], book: Rulebook, **options: Any) -> Path:
    figures = Figures()
    sink = VconSink(folder, book, figures, **options)
    feed(sink, figures, pairs, book)
    sink.finish()
    return folder / "vcon"


def read(path: Path) -> list[Call]:
    items = list(open_calls([path]))
    assert all(isinstance(item, Call) for item in items), items
    return items  # type: ignore[return-value]


def told(call: Call) -> list[tuple[object, ...]]:
    return [(turn.role, turn.text, turn.start, turn.end) for turn in call.turns]


@pytest.fixture(scope="module")
def pair(inspector: Inspector) -> tuple[Call, Verdict]:
    call = make_call(
        TALK, "T0001", agent_id="A07", team="一班", direction="inbound", started_at="2026-03-05T09:12:00+08:00"
    )
    times = [(0.0, 3.2), (3.9, 6.0), (6.4, None)]
    call = replace(call, turns=tuple(Turn(t.role, t.text, *at) for t, at in zip(call.turns, times, strict=True)))
    return call, inspector.inspect([call])[0]


def test_the_shape_and_the_content(pair: tuple[Call, Verdict], book: Rulebook) -> None:
    value = vcon(*pair, book)
    refuse_malformed(value)
    assert value["parties"][0] == {"type": "person", "name": "A07", "uuid": "A07", "dept": "一班", "role": "agent"}
    assert value["parties"][1] == {"type": "person", "role": "customer"}
    started = "2026-03-05T09:12:00+08:00"
    assert value["dialog"] == [
        {"type": "recording", "start": started, "duration": 6.4, "parties": [0, 1], "originator": 1}
    ]
    assert value["created_at"] == started
    report = value["analysis"][1]
    assert (report["type"], report["vendor"]) == ("report", "qa-nlp")
    assert report["body"]["subtype"] == pair[1].subtype
    assert any(finding["code"] == "rhetorical" for finding in report["body"]["findings"])


def test_read_back_it_is_the_same_call(pair: tuple[Call, Verdict], book: Rulebook, tmp_path: Path) -> None:
    call = read(written(tmp_path, [pair], book))[0]
    assert told(call) == told(pair[0])
    assert (call.agent_id, call.started_at) == ("A07", pair[0].started_at)


def test_every_labelled_voice_comes_back(inspector: Inspector, book: Rulebook, tmp_path: Path) -> None:
    calls = read(ROOT / "data" / "samples" / "labelled" / "central_south.jsonl")[:40]
    calls += read(ROOT / "data" / "samples" / "demo.jsonl")
    folder = written(tmp_path, zip(calls, inspector.inspect(calls), strict=True), book)
    back = {tuple(map(str, told(call))) for call in read(folder)}
    assert back == {tuple(map(str, told(call))) for call in calls}
    for path in folder.iterdir():
        refuse_malformed(json.loads(path.read_bytes()))


ROLE = st.sampled_from(["agent", "customer", "system"])
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip).filter(bool)
TIMES = st.one_of(st.none(), st.floats(0, 3600, allow_nan=False).map(lambda time: round(time, 3)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.tuples(ROLE, WORDS, TIMES), min_size=1, max_size=8))
def test_roles_words_and_times_survive(
    turns: list[tuple[str, str, float | None]], pair: tuple[Call, Verdict], book: Rulebook, tmp_path: Path
) -> None:
    """Whatever is said by whom and when; where all turns have a time they come in its order."""
    if all(time is not None for _, _, time in turns):
        turns = sorted(turns, key=lambda turn: turn[2] or 0.0)
    call = replace(pair[0], turns=tuple(Turn(role, text, time) for role, text, time in turns))
    value = json.loads(json.dumps(vcon(call, pair[1], book)))
    refuse_malformed(value)
    ours, native = tmp_path / "a.vcon", tmp_path / "a.jsonl"
    ours.write_text(json.dumps(value), encoding="utf-8")
    write_native([call], native)
    # What reading makes of odd calls, it makes of both.
    assert told(read(ours)[0]) == told(read(native)[0])


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-03-05T09:12:00+08:00", "2026-03-05T09:12:00+08:00"),
        ("2026-03-05T01:12:00Z", "2026-03-05T01:12:00+00:00"),
        ("2026-03-05T09:12:00", "2026-03-05T09:12:00+08:00"),
        ("2026-03-05T09:12:00+08:05:43", "2026-03-05T09:06:17+08:00"),
        ("2026-03-05", ""),
        ("上午", ""),
        ("", ""),
    ],
)
def test_moments(moment: str, shown: str) -> None:
    assert rfc3339(moment) == shown
    if len(moment) > 10:
        zone = datetime.fromisoformat(moment).utcoffset()
        assert zone is None or datetime.fromisoformat(shown) == datetime.fromisoformat(moment)


def test_an_unknown_beginning_stays_unknown(pair: tuple[Call, Verdict], book: Rulebook, tmp_path: Path) -> None:
    """created_at is demanded and falls back to the epoch; no reader takes that for the time of the call."""
    call = replace(pair[0], started_at="")
    value = vcon(call, pair[1], book)
    refuse_malformed(value)
    assert value["created_at"] == UNKNOWN
    assert "start" not in value["dialog"][0]
    back = read(written(tmp_path, [(call, pair[1])], book))[0]
    assert back.started_at == ""
    assert told(back) == told(call)


def test_covered_words_stay_covered_and_are_declared(pair: tuple[Call, Verdict], book: Rulebook) -> None:
    own = "018e6f7a-0000-8000-8000-000000000001"
    call = replace(pair[0], call_id=own, meta={"caller": "13912345678"})
    shown, verdict = Shield().shown(call, replace(pair[1], call_id=own))
    masked, plain = vcon(shown, verdict, book), vcon(call, pair[1], book)
    assert "13912345678" not in json.dumps(masked, ensure_ascii=False)
    assert masked["redacted"] == {"type": "PII masked", "uuid": own}
    assert plain["uuid"] == own and masked["uuid"] != own
    assert "redacted" not in plain
    refuse_malformed(masked)


def test_the_uuid_is_of_the_call_and_of_nothing_else(pair: tuple[Call, Verdict], book: Rulebook) -> None:
    one, again = (vcon(*pair, book)["uuid"] for _ in range(2))
    assert one == again
    assert UUID(one).version == 5
    assert vcon(replace(pair[0], call_id="T0002"), pair[1], book)["uuid"] != one


@pytest.mark.parametrize(
    ("call_id", "name"),
    [
        ("T0001", "T0001"),
        ("一班-007", "一班-007"),
        ("../../etc/passwd", r"etc_passwd-[0-9a-f]{8}"),
        ("a/b", "a_b-[0-9a-f]{8}"),
        ("con", "con-[0-9a-f]{8}"),
        ("con.a", "_con.a-[0-9a-f]{8}"),
        (".hidden", "hidden-[0-9a-f]{8}"),
        ("。", "[0-9a-f]{8}"),
        ("字" * 200, "字{40}-[0-9a-f]{8}"),
    ],
)
def test_file_names(call_id: str, name: str) -> None:
    assert re.fullmatch(name, file_name(call_id, set()))


def test_names_that_differ_only_by_case_do_not_overwrite_each_other() -> None:
    taken: set[str] = set()
    assert len({file_name(name, taken).casefold() for name in ("a1", "A1", "Ａ1")}) == 3


@given(names=st.lists(st.text(min_size=1, max_size=150), unique=True, max_size=20))
def test_every_name_is_its_own_and_safe(names: list[str]) -> None:
    taken: set[str] = set()
    given_names = [file_name(name, taken) for name in names]
    assert len({name.casefold() for name in given_names}) == len(names)
    assert all(name and not set(name) & set('/\\:*?"<>|\0') and len(name.encode()) < 140 for name in given_names)


def test_large_batches_are_spread_over_folders(pair: tuple[Call, Verdict], book: Rulebook, tmp_path: Path) -> None:
    pairs = [renamed(pair, f"T{number}") for number in range(7)]
    folder = written(tmp_path, pairs, book, a_folder=3)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.vcon"))
    assert names == [
        "T0.vcon", "T1.vcon", "T2.vcon", "part-0002/T3.vcon", "part-0002/T4.vcon", "part-0002/T5.vcon", "part-0003/T6.vcon",
    ]  # fmt: skip
    assert len(read(folder)) == 7
