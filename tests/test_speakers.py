"""Nameless speakers: told apart where their words say who is who, never scored where they do not."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from qa_nlp.inspector import Inspector
from qa_nlp.model.roles import UNCONFIRMED
from qa_nlp.read import open_calls
from qa_nlp.read.roles import SWAPPED
from qa_nlp.records import Call, Turn
from tests.conftest import ROOT

SAMPLES = ROOT / "data" / "samples" / "calls" / "power.jsonl"

CLEAR = [
    ("1", "您好，供电服务热线，请问有什么可以帮您？"),
    ("0", "我家没电了"),
    ("1", "请问您的户号是多少？我帮您查询一下"),
    ("0", "我不知道户号"),
    ("1", "好的，已经给您登记了，感谢您的来电"),
]
UNCLEAR = [("0", "喂"), ("1", "喂"), ("0", "那个事怎么样了"), ("1", "还是那样"), ("0", "知道了")]


def read_one(turns: list[tuple[str, str]], tmp_path: Path) -> Call:
    path = tmp_path / "call.jsonl"
    rows = [{"speaker": speaker, "text": text} for speaker, text in turns]
    path.write_text(json.dumps({"call_id": "T1", "turns": rows}, ensure_ascii=False), encoding="utf-8")
    (call,) = open_calls([path])
    assert isinstance(call, Call)
    return call


def test_clear_speakers_get_roles_and_a_score(inspector: Inspector, tmp_path: Path) -> None:
    call = read_one(CLEAR, tmp_path)
    assert [turn.role for turn in call.turns] == ["agent", "customer", "agent", "customer", "agent"]
    verdict = inspector.inspect([call])[0]
    assert verdict.score is not None
    assert any("推断" in note for note in verdict.notes)


def test_the_order_of_the_names_does_not_matter(tmp_path: Path) -> None:
    swapped = [("0" if speaker == "1" else "1", text) for speaker, text in CLEAR]
    assert [t.role for t in read_one(swapped, tmp_path).turns] == [t.role for t in read_one(CLEAR, tmp_path).turns]


def test_an_undecidable_call_gets_a_subtype_but_no_score_and_no_accusation(
    inspector: Inspector, tmp_path: Path
) -> None:
    call = read_one(UNCLEAR, tmp_path)
    assert {turn.role for turn in call.turns} == {"unknown"}
    verdict = inspector.inspect([call])[0]
    assert verdict.subtype
    assert verdict.score is None
    assert verdict.not_scored
    assert not [f for f in verdict.findings if f.status == "confirmed"]
    assert not [s for s in verdict.steps if s.verdict == "violation"]


def test_a_call_without_an_agent_is_not_scored(inspector: Inspector, tmp_path: Path) -> None:
    path = tmp_path / "call.jsonl"
    path.write_text('{"call_id":"T1","turns":[{"role":"customer","text":"我家没电了"}]}', encoding="utf-8")
    (call,) = open_calls([path])
    assert isinstance(call, Call)
    verdict = inspector.inspect([call])[0]
    assert verdict.score is None
    assert verdict.subtype
    assert verdict.not_scored


def test_a_file_with_exchanged_labels_ends_in_the_same_findings(
    run_cli: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """The whole flow, on a file as it is and on one whose labels are exchanged; the note is the only difference."""
    right = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    results = {}
    for name, other in (("right", {}), ("exchanged", {"agent": "customer", "customer": "agent"})):
        path = tmp_path / f"{name}.jsonl"
        calls = [{**c, "turns": [{**t, "role": other.get(t["role"], t["role"])} for t in c["turns"]]} for c in right]
        path.write_text("".join(json.dumps(c, ensure_ascii=False) + "\n" for c in calls), encoding="utf-8")
        out = tmp_path / name
        done = run_cli("score", path, "-o", out, "--format", "csv,jsonl", "--quiet", "--jobs", 1)
        assert done.returncode == 0, done.stderr
        lines = (out / "calls.jsonl").read_text(encoding="utf-8").splitlines()
        results[name] = [json.loads(line) for line in lines]
        assert (SWAPPED in (out / "calls.csv").read_text(encoding="utf-8-sig")) == bool(other)
    assert all(verdict.pop("notes") == [] for verdict in results["right"])
    assert all(verdict.pop("notes") == [SWAPPED] for verdict in results["exchanged"])
    assert results["exchanged"] == results["right"]
    assert "标反" in run_cli("read", tmp_path / "exchanged.jsonl").stdout
    shown = run_cli("explain", right[0]["call_id"], tmp_path / "exchanged.jsonl").stdout
    assert f"备注：{SWAPPED}" in shown


def test_labels_that_words_cannot_confirm_are_kept_and_not_scored(inspector: Inspector, tmp_path: Path) -> None:
    path = tmp_path / "call.jsonl"
    turns = [{"role": role, "text": "喂"} for role in ("agent", "customer", "agent", "customer")]
    path.write_text(json.dumps({"call_id": "T1", "turns": turns}, ensure_ascii=False), encoding="utf-8")
    (call,) = open_calls([path])
    assert isinstance(call, Call)
    verdict = inspector.inspect([call])[0]
    assert (verdict.score, verdict.not_scored) == (None, "核对不了谁是座席，未评分")
    assert verdict.notes == (UNCONFIRMED,)


def test_what_a_call_is_about_is_told_though_nobody_knows_who_spoke(inspector: Inspector) -> None:
    turns = ("您好，请问有什么可以帮您", "我家没电了，邻居都有电，就我一家", "请问总开关跳了没有", "没跳")
    told, silent = inspector.inspect(
        [Call("1", tuple(Turn("unknown", text) for text in turns)), Call("2", (Turn("system", "[静音 6秒]"),))]
    )
    assert told.subtype == "repair.outage_single"
    assert told.needs_review
    assert told.not_scored
    assert silent.category == "other"
