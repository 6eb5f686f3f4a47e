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


def test_rules_try(run_cli: Run) -> None:
    assert "blame" in run_cli("rules", "try", "谁叫您不早交").stdout
    assert "没有命中" in run_cli("rules", "try", "请您放心").stdout


def test_unknown_option_is_bad_usage(run_cli: Run) -> None:
    assert run_cli("score", "--nope").returncode == 2
