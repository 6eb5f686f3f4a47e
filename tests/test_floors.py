"""The house stands on its floors: imports go down only, and nothing prints below the command line."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "qa_nlp").rglob("*.py"))


def test_imports_go_down_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_no_print_below_the_command_line() -> None:
    for path in MODULES:
        if path.name == "cli.py" or "cli" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "print"]
        assert not calls, path


def test_no_module_is_named_like_the_standard_library() -> None:
    for path in MODULES:
        assert path.stem.startswith("__") or path.stem not in sys.stdlib_module_names, path
