"""A batch as a whole: same bytes every time, nothing lost, nothing half written."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "data" / "samples" / "calls"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def scored(run_cli: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scored") / "out"
    result = run_cli("score", SAMPLES, "-o", out, "--jobs", 1, "--quiet")
    assert result.returncode == 0, result.stderr
    return out


def test_two_processes_write_the_same_bytes(scored: Path, run_cli: Run, tmp_path: Path) -> None:
    out = tmp_path / "again"
    assert run_cli("score", SAMPLES, "-o", out, "--jobs", 2, "--quiet").returncode == 0
    for file in sorted(scored.iterdir()):
        if file.name != "run.json":
            assert (out / file.name).read_bytes() == file.read_bytes(), file.name


def test_every_quote_is_the_text_at_its_offsets(scored: Path) -> None:
    from qa_nlp.read import open_calls
    from qa_nlp.records import Call

    calls = {call.call_id: call for call in open_calls([SAMPLES]) if isinstance(call, Call)}
    lines = (scored / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(calls)
    for line in lines:
        verdict = json.loads(line)
        turns = calls[verdict["call_id"]].turns
        for finding in verdict["findings"]:
            said = turns[finding["turn"]].text[finding["start"] : finding["end"]]
            assert _same(finding["quote"], said, finding.get("masked", False))
        for step in verdict["steps"]:
            if step["turn"] is not None and not step.get("masked"):
                assert step["quote"] in turns[step["turn"]].text


def _same(quote: str, said: str, masked: bool) -> bool:
    """A masked quote is as long as the words and differs only where it is covered."""
    pairs = zip(quote, said, strict=True)
    return all(a == b or a == "●" for a, b in pairs) if masked else quote == said


def test_csv_files_open_in_a_spreadsheet(scored: Path) -> None:
    for name in ("calls", "findings", "steps", "agents", "rules", "promises", "skipped"):
        data = (scored / f"{name}.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf"), name
        rows = list(csv.reader(data.decode("utf-8-sig").splitlines(keepends=True)))
        assert len({len(row) for row in rows}) == 1, name


def test_bad_lines_are_skipped_and_told(run_cli: Run, tmp_path: Path) -> None:
    source = tmp_path / "坏 数据.jsonl"
    good = '{"call_id":"A1","turns":[{"role":"agent","text":"您好"},{"role":"customer","text":"没电"}]}'
    source.write_text(f'{good}\n{{"call_id": "A2", "tur\n{{"call_id":"A3","turns":[]}}\n', encoding="utf-8")
    out = tmp_path / "结果"
    result = run_cli("score", source, "-o", out)
    assert result.returncode == 1, result.stderr
    skipped = (out / "skipped.csv").read_text(encoding="utf-8-sig")
    assert "坏 数据.jsonl" in skipped
    assert len(skipped.strip().splitlines()) == 3
    assert len((out / "calls.jsonl").read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.jsonl"], "没有这个文件"),
        ([str(SAMPLES), "--profile", "bank"], "没有这个档"),
        ([str(SAMPLES), "--model", "nowhere"], "没有模型"),
        ([str(SAMPLES), "--format", "pdf"], "不认识"),
    ],
)
def test_bad_usage_ends_with_2_and_writes_nothing(
    arguments: list[str], message: str, run_cli: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = run_cli("score", *arguments, "-o", out)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_broken_rulebook_lists_all_and_writes_nothing(run_cli: Run, tmp_path: Path) -> None:
    lexicons = tmp_path / "lexicons"
    shutil.copytree(ROOT / "lexicons", lexicons)
    with (lexicons / "common" / "checklist.csv").open("a", encoding="utf-8") as file:
        file.write("*,没有这步,必须,,\r\n*,greet,也许,,\r\n")
    result = run_cli("score", SAMPLES, "-o", tmp_path / "out", "--lexicons", lexicons)
    assert result.returncode == 2
    assert "没有这步" in result.stderr
    assert "也许" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_of_other_things_is_not_overwritten(run_cli: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    result = run_cli("score", SAMPLES, "-o", tmp_path)
    assert result.returncode == 2
    assert (tmp_path / "mine.txt").exists()
