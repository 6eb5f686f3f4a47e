"""Which calls to label next."""

from __future__ import annotations

import csv
import json
import random
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_nlp.errors import UsageError
from qa_nlp.training.sample import HEADERS, Scored, choose, read_results, write_table

Run = Callable[..., subprocess.CompletedProcess[str]]


def scored(number: int, confidence: float, subtype: str = "a", agent: str = "1", review: bool | None = None) -> Scored:
    review = confidence < 0.5 if review is None else review
    return Scored(f"C{number:03d}", agent, subtype, confidence, "b", (1 - confidence) / 2, review, 0)


def test_doubtful_calls_come_first_and_some_sure_ones_are_audited() -> None:
    calls = [scored(i, 0.3) for i in range(8)] + [scored(i, 0.99, f"s{i % 4}") for i in range(10, 100)]
    picks = choose(calls, 10)
    assert {pick.scored.call_id for pick in picks[:8]} == {f"C{i:03d}" for i in range(8)}
    assert [pick.scored.confidence for pick in picks[8:]] == [0.99, 0.99]
    assert len({pick.scored.subtype for pick in picks[8:]}) == 2
    assert all("抽查" in pick.reason for pick in picks[8:])


def test_like_calls_give_way_to_others() -> None:
    """Thirty doubtful calls of one matter do not push out slightly surer ones of others."""
    calls = [scored(i, 0.40, "same") for i in range(30)] + [scored(100 + i, 0.45, f"s{i}") for i in range(10)]
    picks = choose(calls, 15, audit_share=0.0)
    assert Counter(pick.scored.subtype == "same" for pick in picks)[False] == 10


def test_agents_are_spread() -> None:
    calls = [scored(i, 0.4, agent=str(i % 5)) for i in range(50)]
    picks = choose(calls, 10, audit_share=0.0)
    assert set(Counter(pick.scored.agent for pick in picks).values()) == {2}


def test_the_choice_does_not_hang_on_the_order() -> None:
    calls = [scored(i, 0.3 + (i % 7) / 10, f"s{i % 3}", str(i % 4)) for i in range(60)]
    mixed = random.Random(1).sample(calls, len(calls))
    assert choose(calls, 20) == choose(mixed, 20)


@pytest.mark.parametrize("count", [1, 5, 60, 100])
def test_never_twice_and_never_more_than_there_are(count: int) -> None:
    calls = [scored(i, i / 60) for i in range(60)]
    ids = [pick.scored.call_id for pick in choose(calls, count)]
    assert len(ids) == len(set(ids)) == min(count, 60)


def test_no_results_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"calls\.jsonl"):
        read_results(tmp_path)
    (tmp_path / "calls.jsonl").write_text('{"call_id":"A"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"calls\.jsonl:1"):
        read_results(tmp_path)


def test_table_for_excel(tmp_path: Path) -> None:
    write_table(choose([scored(1, 0.4), scored(2, 0.9)], 2), {"a": "单户停电"}, tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == HEADERS
    assert rows[1][3] == "单户停电"


def test_command_writes_the_calls_to_annotate(run_cli: Run, tmp_path: Path) -> None:
    source, out = tmp_path / "calls.jsonl", tmp_path / "out"
    lines = [
        {"call_id": f"Z{i}", "turns": [{"role": "customer", "text": t}, {"role": "agent", "text": "好的"}]}
        for i, t in enumerate(["电压不稳", "怎么开票", "打错了", "没电了"])
    ]
    source.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    assert run_cli("score", source, "-o", out, "--jobs", 1, "--quiet").returncode == 0
    result = run_cli("sample", out, "-n", 3, "--from", source)
    assert result.returncode == 0, result.stderr
    chosen = [json.loads(line)["call_id"] for line in (out / "sample.jsonl").read_text(encoding="utf-8").splitlines()]
    with (out / "sample.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[1] for row in csv.reader(file)][1:] == chosen
    assert len(chosen) == 3


@pytest.fixture
def scored_calls(run_cli: Run, tmp_path: Path) -> tuple[Path, Path]:
    """(calls in which people are named, the masked result of them)."""
    source, out = tmp_path / "calls.jsonl", tmp_path / "out"
    turns = [
        {"role": "agent", "text": "工号一零零一，请问您的电话"},
        {"role": "customer", "text": "13912345678，我叫王建国，没电了"},
        {
            "role": "agent",
            "text": "王建国先生，谁让您不早交",
            "faults": [{"code": "blame", "quote": "王建国先生，谁让您", "start": 0, "end": 9}],
        },
    ]
    call = {"call_id": "Z1", "agent_id": "1001", "turns": turns, "meta": {"caller": "13912345678"}}
    source.write_text(json.dumps(call, ensure_ascii=False), encoding="utf-8")
    assert run_cli("score", source, "-o", out, "--jobs", 1, "--quiet").returncode == 0
    return source, out


def test_calls_to_annotate_are_masked_and_it_is_said(run_cli: Run, scored_calls: tuple[Path, Path]) -> None:
    source, out = scored_calls
    result = run_cli("sample", out, "--from", source)
    assert result.returncode == 0, result.stderr
    assert "已遮蔽" in result.stdout
    written = (out / "sample.jsonl").read_text(encoding="utf-8")
    assert "王建国" not in written
    assert "13912345678" not in written
    turn = json.loads(written)["turns"][2]
    assert turn["text"] == "●●●先生，谁让您不早交"
    assert [fault["quote"] for fault in turn["faults"]] == ["●●●先生，谁让您"]


def test_raw_calls_are_asked_for_and_kept_apart(run_cli: Run, scored_calls: tuple[Path, Path], tmp_path: Path) -> None:
    source, out = scored_calls
    for folder in ([], ["-o", out / "原话"]):
        refused = run_cli("sample", out, "--from", source, "--no-mask", *folder)
        assert refused.returncode == 2
        assert "请用 -o 写到另一个文件夹" in refused.stderr
    assert not (out / "sample.jsonl").exists()
    assert not (out / "原话").exists()
    result = run_cli("sample", out, "--from", source, "--no-mask", "-o", tmp_path / "原话")
    assert result.returncode == 0, result.stderr
    assert "没有遮蔽" in result.stdout
    written = json.loads((tmp_path / "原话/sample.jsonl").read_text(encoding="utf-8"))
    assert written["turns"] == json.loads(source.read_text(encoding="utf-8"))["turns"]


def test_calls_of_a_run_with_pseudonyms_need_its_key(
    run_cli: Run, scored_calls: tuple[Path, Path], tmp_path: Path
) -> None:
    source, _ = scored_calls
    key, out = tmp_path / "key", tmp_path / "named"
    key.write_text("0123456789abcdef-key", encoding="utf-8")
    run_cli("score", source, "-o", out, "--jobs", 1, "--quiet", "--pseudonyms", key)
    refused = run_cli("sample", out, "--from", source)
    assert refused.returncode == 2
    assert "同一个密钥" in refused.stderr
    assert run_cli("sample", out).returncode == 0
    assert run_cli("sample", out, "--from", source, "--pseudonyms", key).returncode == 0
    written = (out / "sample.jsonl").read_text(encoding="utf-8")
    with (out / "sample.csv").open(encoding="utf-8-sig", newline="") as file:
        assert json.loads(written)["agent_id"] == list(csv.reader(file))[1][2]
    assert "1001" not in written
    assert "一零零一" not in written
