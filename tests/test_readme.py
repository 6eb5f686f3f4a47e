"""What README shows is what the commands print."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]
BLOCKS = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
STEPS = [
    (shlex.split(command), [line for line in shown.splitlines() if line.strip()])
    for block in BLOCKS
    for command, shown in re.findall(r"^\$ qa-nlp (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]


@pytest.mark.slow
def test_commands_of_the_readme_run_and_print_what_it_shows(run_cli: Run, tmp_path: Path) -> None:
    assert len(STEPS) >= 5
    for name in ("data", "lexicons", "models"):
        (tmp_path / name).symlink_to(ROOT / name) if name != "models" else (tmp_path / name).mkdir()
    for arguments, shown in STEPS:
        if arguments[0] == "train":
            arguments = ["train", "data/samples/labelled/base.jsonl", *arguments[2:]]
        result = run_cli(*arguments, cwd=tmp_path)
        assert result.returncode == 0, f"{arguments}: {result.stderr}"
        for line in shown:
            assert line in result.stdout, f"{arguments} does not print {line!r}:\n{result.stdout}"
