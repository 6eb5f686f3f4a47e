"""What the commands write and print: masked unless told otherwise, and said so in run.json."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_nlp.report.writer import known_formats

Run = Callable[..., subprocess.CompletedProcess[str]]
SECRETS = ("王建国", "13912345678", "一二三四，五六七八", "建设路", "11010519491231002X")
CALL = {
    "call_id": "T1",
    "agent_id": "1001",
    "turns": [
        {"role": "agent", "text": "您好，请问有什么可以帮您？"},
        {"role": "customer", "text": "我叫王建国，我家在幸福区建设路12号，没电了"},
        {"role": "agent", "text": "请问您的联系电话是多少？"},
        {"role": "customer", "text": "幺三九，一二三四，五六七八，身份证11010519491231002X"},
        {"role": "agent", "text": "王建国先生，13912345678，谁让您不早点交电费，45分钟内到幸福区建设路12号"},
        {"role": "customer", "text": "你什么态度"},
        {"role": "agent", "text": "再见"},
    ],
    "meta": {"caller": "13912345678", "客户姓名": "王建国"},
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("in") / "calls.jsonl"
    second = CALL | {"call_id": "T2"}
    path.write_text("\n".join(json.dumps(call, ensure_ascii=False) for call in (CALL, second)), encoding="utf-8")
    return path


def everything_written(out: Path) -> str:
    parts = []
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                parts += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
        else:
            parts.append(path.read_text(encoding="utf-8"))
    return "\n".join(parts)


def score(run_cli: Run, source: Path, out: Path, *more: object) -> str:
    result = run_cli("score", source, "-o", out, "--jobs", 1, "--quiet", "--format", ",".join(known_formats()), *more)
    assert result.returncode == 0, result.stderr
    return everything_written(out)


def test_no_report_names_a_person(source: Path, run_cli: Run, tmp_path: Path) -> None:
    written = score(run_cli, source, tmp_path / "out")
    assert not [secret for secret in SECRETS if secret in written]
    assert "谁让您不早点交电费" in written
    assert "repeat_call" in written
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["masked"] is True


def test_without_masking_it_is_noted(source: Path, run_cli: Run, tmp_path: Path) -> None:
    written = score(run_cli, source, tmp_path / "out", "--no-mask")
    assert "王建国" in written
    assert "●" not in (tmp_path / "out" / "calls.jsonl").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["masked"] is False


def test_pseudonyms_hide_the_agent_too(source: Path, run_cli: Run, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("0123456789abcdef-key", encoding="utf-8")
    written = score(run_cli, source, tmp_path / "out", "--pseudonyms", key)
    lines = (tmp_path / "out" / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    agents = {json.loads(line)["agent_id"] for line in lines}
    assert len(agents) == 1
    assert agents.pop().startswith("座席-")
    assert '"1001"' not in written
    assert "0123456789abcdef" not in written
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["pseudonyms"] is True


def test_a_missing_key_is_bad_usage(source: Path, run_cli: Run, tmp_path: Path) -> None:
    result = run_cli("score", source, "-o", tmp_path / "out", "--pseudonyms", tmp_path / "nowhere")
    assert result.returncode == 2
    assert "密钥" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_explain_is_masked_unless_told_otherwise(source: Path, run_cli: Run) -> None:
    covered = run_cli("explain", "T1", source).stdout
    assert not [secret for secret in SECRETS if secret in covered]
    assert "谁让您" in covered
    assert "王建国" in run_cli("explain", "T1", source, "--no-mask").stdout


def test_read_tells_what_was_understood_and_converts(source: Path, run_cli: Run, tmp_path: Path) -> None:
    result = run_cli("read", source, "--to", tmp_path / "to.jsonl")
    assert result.returncode == 0, result.stderr
    for told in ("JSON 行", "utf-8", "通话 2 通，14 句", "座席 8", "客户 6", "已写出 2 通"):
        assert told in result.stdout
    assert "王建国" not in result.stdout
    written = [json.loads(line) for line in (tmp_path / "to.jsonl").read_text(encoding="utf-8").splitlines()]
    assert written[0]["turns"] == CALL["turns"]


def test_read_refuses_to_overwrite_what_it_reads(source: Path, run_cli: Run) -> None:
    before = source.read_bytes()
    assert run_cli("read", source, "--to", source).returncode == 2
    assert source.read_bytes() == before


def test_read_names_what_it_passes_over(run_cli: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"call_id":\n', encoding="utf-8")
    result = run_cli("read", tmp_path / "a.jsonl")
    assert result.returncode == 1
    assert "跳过 第 1 行" in result.stdout


def test_read_quotes_no_person_in_what_it_passes_over(run_cli: Run, tmp_path: Path) -> None:
    lines = "### T001 | repair.outage_single | agent=A07 | team=一班 | direction=inbound\n座| 您好\n客| 没电了\n"
    (tmp_path / "a.txt").write_text(f"{lines}我电话13912345678王建国\n", encoding="utf-8")
    result = run_cli("read", tmp_path / "a.txt")
    assert "不是一句对话：我电话●●●" in result.stdout
    assert "13912345678" not in result.stdout
    assert "王建国" not in result.stdout
