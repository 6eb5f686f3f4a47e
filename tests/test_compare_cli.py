"""``trend``, ``label-studio`` and ``score --format vcon`` as commands: what is printed, written, refused."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_nlp.report.writer import default_formats, known_formats
from tests.conftest import ROOT

DEMO = ROOT / "data" / "samples" / "demo.jsonl"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def out(run_cli: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compare") / "out"
    result = run_cli("score", DEMO, "-o", folder, "--jobs", 1, "--quiet", "--format", "jsonl,vcon")
    assert result.returncode == 0, result.stderr
    return folder


def test_vcon_is_written_only_when_asked_for() -> None:
    assert "vcon" in known_formats()
    assert "vcon" not in default_formats()


def test_vcon_files_are_masked_and_the_same_every_time(out: Path, run_cli: Run, tmp_path: Path) -> None:
    files = sorted((out / "vcon").iterdir())
    assert [path.name for path in files] == ["演示-投诉.vcon"]
    assert "●" in files[0].read_text(encoding="utf-8")
    again = tmp_path / "again"
    assert run_cli("score", DEMO, "-o", again, "--jobs", 1, "--quiet", "--format", "vcon").returncode == 0
    assert (again / "vcon" / files[0].name).read_bytes() == files[0].read_bytes()
    value = json.loads(files[0].read_bytes())
    line = json.loads((out / "calls.jsonl").read_text(encoding="utf-8"))
    assert value["analysis"][1]["body"] == line
    read = run_cli("read", out / "vcon")
    assert read.returncode == 0 and "7 句（座席 4，客户 3）" in read.stdout


def test_trend_prints_and_writes(out: Path, run_cli: Run, tmp_path: Path) -> None:
    other = tmp_path / "four"
    other.mkdir()
    for name in ("run.json", "calls.jsonl"):
        (other / name).write_bytes((out / name).read_bytes())
    result = run_cli("trend", out, other, "-o", tmp_path / "t.html", "--all")
    assert result.returncode == 0, result.stderr
    assert "样本不足" in result.stdout and "逐通配对比较" in result.stdout
    assert (tmp_path / "t.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run_cli("trend", out, other, "-o", tmp_path / "t.csv").returncode == 0
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ((), "U041"),
        (("nowhere",), "U031"),
        (("SELF",), "U035"),
        (("SELF", "-o", "t.docx"), "U042"),
    ],
)
def test_what_trend_refuses(out: Path, run_cli: Run, arguments: tuple[str, ...], number: str) -> None:
    result = run_cli("trend", out, *(out if argument == "SELF" else argument for argument in arguments))
    assert result.returncode == 2
    assert number in result.stderr and "Traceback" not in result.stderr


def test_label_studio_out_and_back(out: Path, run_cli: Run, tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.json"
    result = run_cli("label-studio", "export", out, "-o", tasks)
    assert result.returncode == 0, result.stderr
    assert "1 个任务" in result.stdout
    assert (tmp_path / "config.xml").read_text(encoding="utf-8").startswith("<View")
    exported = json.loads(tasks.read_text(encoding="utf-8"))
    exported[0]["annotations"] = [{"result": exported[0]["predictions"][0]["result"]}]
    exported.append({"id": 2, "data": {"call_id": "x"}, "annotations": []})
    tasks.write_text(json.dumps(exported), encoding="utf-8")
    result = run_cli("label-studio", "import", tasks, "-o", tmp_path / "labelled.jsonl", "--from", DEMO)
    assert result.returncode == 1
    assert "跳过第 2 个任务 x：" in result.stderr and "1 通标注过的通话" in result.stdout
    call = json.loads((tmp_path / "labelled.jsonl").read_text(encoding="utf-8"))
    own = json.loads(DEMO.read_text(encoding="utf-8"))
    assert [turn["text"] for turn in call["turns"]] == [turn["text"] for turn in own["turns"]]
    assert any(turn.get("faults") for turn in call["turns"])


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        (("export", "nowhere", "-o", "t.json"), "U010"),
        (("import", "nowhere.json", "-o", "t.jsonl"), "U001"),
        (("import", "SELF", "-o", "SELF"), "U011"),
        (("import", "SELF", "-o", "t.jsonl"), "U062"),
    ],
)
def test_what_label_studio_refuses(run_cli: Run, arguments: tuple[str, ...], number: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    result = run_cli(
        "label-studio", *(broken if argument == "SELF" else argument for argument in arguments), cwd=tmp_path
    )
    assert result.returncode == 2
    assert number in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "t.jsonl").exists()
