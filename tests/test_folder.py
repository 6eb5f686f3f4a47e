"""The result folder: what is refused, what people laid there, and results among the calls."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_nlp import batch, folder
from qa_nlp.batch import score_batch
from qa_nlp.engines.local import Setup
from qa_nlp.errors import UsageError
from qa_nlp.paths import data_file
from qa_nlp.read import open_calls
from qa_nlp.records import Call
from qa_nlp.report.writer import known_formats

SETUP = Setup("power", None, data_file("models", "power"))
CALL = {"call_id": "A1", "turns": [{"role": "agent", "text": "您好"}, {"role": "customer", "text": "没电"}]}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "calls.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps(CALL, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def score(source: Path, out: Path, formats: tuple[str, ...] = ("csv", "jsonl")) -> batch.Outcome:
    return score_batch([source], out, SETUP, formats=formats)


def files(out: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(out)): file.read_bytes()
        for file in sorted(out.rglob("*"))
        if file.is_file() and file.name != "run.json"
    }


def test_a_result_among_the_calls_is_not_read(calls: Path) -> None:
    """Once, twice, or one under another name: the same calls, the same bytes."""
    out = calls.parent / "out"
    score(calls.parent, out, ("csv", "vcon"))
    first = files(out)
    out.rename(calls.parent / "三月")
    for _ in range(2):
        outcome = score(calls.parent, out, ("csv", "vcon"))
        assert (outcome.calls, outcome.skipped) == (1, 0)
        assert files(out) == first


def test_only_results_of_this_program_are_passed_over(calls: Path) -> None:
    for text in ('{"name": "x"}', "[1]", "{"):
        (calls.parent / "run.json").write_text(text, encoding="utf-8")
        assert any(isinstance(item, Call) for item in open_calls([calls.parent]))
    with pytest.raises(UsageError, match="U003"):
        score(calls, calls.parent)


def test_a_result_given_as_input_is_told(calls: Path, tmp_path: Path) -> None:
    score(calls, tmp_path / "out", ("vcon",))
    outcome = score(tmp_path / "out", tmp_path / "again")
    assert (outcome.calls, outcome.skipped) == (0, 1)
    assert score(tmp_path / "out" / "vcon", tmp_path / "third").calls == 1
    with pytest.raises(UsageError, match="U003"):
        score(tmp_path / "out", tmp_path / "out")
    assert (tmp_path / "out" / "vcon").exists()


def test_what_others_laid_into_a_result_is_kept(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    score(calls, out, ("csv", "jsonl", "vcon"))
    (out / "sample.csv").write_text("抽样", encoding="utf-8")
    (out / "复核").mkdir()
    (out / "复核" / "a.txt").write_text("记录", encoding="utf-8")
    (out / "链接").symlink_to("sample.csv")
    (out / "vcon" / "说明.txt").write_text("说明", encoding="utf-8")
    for formats in (("csv", "vcon"), ("jsonl",), ("jsonl", "vcon")):
        score(calls, out, formats)
        assert (out / "sample.csv").read_text(encoding="utf-8") == "抽样"
        assert (out / "复核" / "a.txt").read_text(encoding="utf-8") == "记录"
        assert (out / "链接").readlink() == Path("sample.csv")
        assert (out / "vcon" / "说明.txt").exists()
        assert (out / "calls.csv").exists() == ("csv" in formats)
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


def test_a_disk_without_links_gets_copies(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    score(calls, tmp_path / "out")
    (tmp_path / "out" / "sample.csv").write_text("抽样", encoding="utf-8")
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no")))
    score(calls, tmp_path / "out")
    assert (tmp_path / "out" / "sample.csv").read_text(encoding="utf-8") == "抽样"


def test_a_name_that_somebody_took_is_not_overwritten(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    score(calls, out, ("jsonl",))
    (out / "calls.csv").write_text("我的", encoding="utf-8")
    with pytest.raises(UsageError, match=r"U013.*calls\.csv"):
        score(calls, out)
    score(calls, out, ("jsonl",))
    assert (out / "calls.csv").read_text(encoding="utf-8") == "我的"


def test_results_that_do_not_list_their_files_keep_the_others(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    score(calls, out)
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
    del facts["files"]
    (out / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    (out / "sample.csv").write_text("抽样", encoding="utf-8")
    score(calls, out, ("jsonl",))
    assert {path.name for path in out.iterdir()} == {"run.json", "calls.jsonl", "sample.csv"}


def test_the_names_that_a_run_writes_are_known(calls: Path, tmp_path: Path) -> None:
    for kind in known_formats():
        score(calls, tmp_path / kind, (kind,))
        assert {path.name for path in (tmp_path / kind).iterdir()} == {"run.json", *folder.NAMES[kind]}


@pytest.mark.parametrize("place", [".", "..", "calls.jsonl", "calls.jsonl/x", "calls.jsonl/x/y"])
def test_where_no_result_can_go(place: str, calls: Path, run_cli: Run) -> None:
    """The folder one stands in, files, and what would lie in a file: told in Chinese, nothing written."""
    before = sorted(calls.parent.parent.rglob("*"))
    done = run_cli("score", calls, "-o", place, cwd=calls.parent)
    assert done.returncode == 2
    assert "[U003]" in done.stderr
    assert not any(word in done.stderr for word in ("Traceback", "Not a directory", "--resume"))
    assert sorted(calls.parent.parent.rglob("*")) == before


def test_nothing_is_said_of_going_on_where_nothing_is_kept(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Path, "mkdir", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "no")))
        with pytest.raises(UsageError, match="没有写入权限") as told:
            score(calls, tmp_path / "out")
    assert "--resume" not in str(told.value)
    with pytest.raises(UsageError, match="名字太长"):
        score(calls, tmp_path / ("长" * 100))
