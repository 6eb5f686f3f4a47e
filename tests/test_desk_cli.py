"""``brief`` and ``coach`` in a real process, after a real run over the samples."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document

from tests.report.desk.runs import words

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]
LAZY = ("docx", "docxtpl", "lxml", "jinja2", "numpy")


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, run_cli: Run) -> Path:
    folder = tmp_path_factory.mktemp("desk") / "结果"
    done = run_cli(
        "score", ROOT / "data" / "samples" / "calls", "-o", folder, "--jobs", 1, "--format", "csv,jsonl", "--quiet"
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_brief(run_cli: Run, scored: Path, tmp_path: Path) -> None:
    done = run_cli("brief", scored, "-o", tmp_path / "周报.docx", "--title", "六月小结", "--date", "2026-07-01")
    assert (done.returncode, done.stderr) == (0, "")
    assert "检查 30 通" in done.stdout
    text = words(tmp_path / "周报.docx")
    assert "六月小结" in text
    assert "报告日期：2026年7月1日" in text
    assert "检查 30 通" in text


def test_brief_compares_with_several_folders_of_the_period_before(run_cli: Run, scored: Path, tmp_path: Path) -> None:
    earlier = shutil.copytree(scored, tmp_path / "上期")
    done = run_cli("brief", scored, "--before", earlier, "--before", earlier, "-o", tmp_path / "周报.docx")
    assert done.returncode == 0, done.stderr
    text = words(tmp_path / "周报.docx")
    assert "误差内" in text
    assert "0.0 个百分点" in text


def test_a_mistake_in_a_template_ends_in_chinese_with_exit_2(run_cli: Run, scored: Path, tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("{{ 期问 }}")
    document.save(str(tmp_path / "模板.docx"))
    done = run_cli("brief", scored, "-o", tmp_path / "周报.docx", "--template", tmp_path / "模板.docx")
    assert done.returncode == 2
    assert "没有“期问”这个字段" in done.stderr
    assert "正文第 1 段" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "周报.docx").exists()


@pytest.mark.parametrize("ending", ["html", "docx"])
def test_coach(run_cli: Run, scored: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"辅导单.{ending}"
    done = run_cli("coach", "A20", scored, "-o", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "样本太少" in done.stdout
    assert out.stat().st_size > 3_000


def test_an_unknown_agent_ends_with_near_names_and_exit_2(run_cli: Run, scored: Path, tmp_path: Path) -> None:
    done = run_cli("coach", "A2O", scored, "-o", tmp_path / "辅导单.html")
    assert done.returncode == 2
    assert "A20" in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_is_no_result_is_refused(run_cli: Run, tmp_path: Path) -> None:
    done = run_cli("brief", tmp_path, "-o", tmp_path / "周报.docx")
    assert done.returncode == 2
    assert "不是检查结果" in done.stderr


def test_help_loads_no_word_library() -> None:
    import sys

    code = f"import sys, qa_nlp.cli; print([m for m in {LAZY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
