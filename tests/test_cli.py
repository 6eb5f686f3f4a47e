"""The command line: help, explain, rules."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]
HEAVY = ("numpy", "sklearn", "pandas", "scipy", "skops", "jieba", "rjieba", "ahocorasick_rs")


def test_help_imports_nothing_heavy() -> None:
    code = f"import sys, qa_nlp.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip() == "[]"


def test_help_is_chinese(run_cli: Run) -> None:
    result = run_cli("--help")
    assert result.returncode == 0
    assert "通话质检" in result.stdout


def test_cli_py_works_from_a_checkout() -> None:
    result = subprocess.run([sys.executable, "cli.py", "version"], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip()


def test_explain_marks_findings_in_place(run_cli: Run, tmp_path: Path) -> None:
    source = tmp_path / "一通.txt"
    source.write_text(
        "座席：您好\n客户：我家没电了\n座席：谁让您不早点交电费\n客户：好吧\n座席：再见\n", encoding="utf-8"
    )
    result = run_cli("explain", "一通", source)
    assert result.returncode == 0, result.stderr
    assert "【谁让您" in result.stdout
    assert "建议：" in result.stdout
    # An omitted step says what it costs, why it was asked for and what could have been said.
    missing = next(line for line in result.stdout.splitlines() if "违规" in line and "询问其他需要" in line)
    assert "扣" in missing
    assert "依据：话务服务规范" in missing
    assert "建议：请问还有其他可以帮您的吗" in missing


def test_explain_knows_the_table_and_near_numbers(run_cli: Run, tmp_path: Path) -> None:
    source, table = tmp_path / "H1.txt", tmp_path / "meta.csv"
    source.write_text("座席：您好，这里是95598\n客户：你好\n座席：给您回访\n客户：好\n座席：再见\n", encoding="utf-8")
    table.write_text("通话编号,呼叫方向,开始时间\nH1,outbound,2026-03-05 22:30\n", encoding="utf-8-sig")
    assert "外呼时段不当" not in run_cli("explain", "H1", source).stdout
    assert "外呼时段不当" in run_cli("explain", "H1", source, "--meta", table).stdout
    assert "这里有 H1" in run_cli("explain", "H2", source).stderr


def test_rules_try(run_cli: Run) -> None:
    assert "blame" in run_cli("rules", "try", "谁叫您不早交").stdout
    assert "没有命中" in run_cli("rules", "try", "请您放心").stdout


def test_unknown_option_is_bad_usage(run_cli: Run) -> None:
    assert run_cli("score", "--nope").returncode == 2


def test_an_empty_folder_is_told(run_cli: Run, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    done = run_cli("score", tmp_path / "空", "-o", tmp_path / "out")
    assert done.returncode == 0
    assert "没有找到可读的通话文件" in done.stdout
    assert ".jsonl" in done.stdout


def test_a_table_that_knows_few_calls_is_told(run_cli: Run, tmp_path: Path) -> None:
    """By name of the column that was taken for the id; where it knows most of them, nothing is said."""
    source = tmp_path / "a.csv"
    source.write_text("通话编号,角色,内容\n" + "".join(f"C{i},客服,您好\n" for i in range(4)), encoding="utf-8")
    for ids, told in (("X1 X2", "4 通中的 0 通"), ("C0 X2", "4 通中的 1 通"), ("C0 C1 C2", "")):
        meta = tmp_path / "meta.csv"
        meta.write_text("流水号,班组\n" + "".join(f"{call_id},一班\n" for call_id in ids.split()), encoding="utf-8")
        for jobs in (1, 2):
            done = run_cli("score", source, "-o", tmp_path / "out", "--meta", meta, "--jobs", jobs, "--format", "jsonl")
            assert done.returncode == 0, done.stderr
            assert ("随录表" in done.stdout) == bool(told)
            assert told in done.stdout
            assert not told or "“流水号”" in done.stdout
