"""Small helpers for reading tests: a file from text, its calls, a call as readable lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qa_nlp.read import open_calls
from qa_nlp.records import Call, Skipped

Write = Callable[..., Path]


def read(path: Path, meta: Path | None = None) -> tuple[list[Call], list[Skipped]]:
    """Calls and Skipped of a path."""
    calls: list[Call] = []
    skipped: list[Skipped] = []
    for item in open_calls([path], meta):
        if isinstance(item, Call):
            calls.append(item)
        else:
            skipped.append(item)
    return calls, skipped


def lines(call: Call) -> list[str]:
    """``agent:您好`` a turn."""
    return [f"{turn.role}:{turn.text}" for turn in call.turns]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text (in an encoding) or bytes to a file of the test's folder."""

    def make(name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make
