"""Result folders written by hand: what ``score`` leaves, as far as a comparison reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

Lines = Iterable[dict[str, Any]]
Make = Callable[..., Path]


def line(number: int, **fields: Any) -> dict[str, Any]:
    """A call without findings; ``fault`` and ``missing`` add a confirmed fault and a step left out."""
    fault, missing = fields.pop("fault", ""), fields.pop("missing", None)
    findings = [{"rule_id": f"{fault}-1", "code": fault, "status": "confirmed", "points": 3.0}] if fault else []
    steps = (
        [] if missing is None else [{"step": "greet", "need": "必须", "verdict": "violation" if missing else "pass"}]
    )
    return {
        "call_id": f"T{number:05d}", "subtype": "repair.outage_single", "score": 90.0, "grade": "优秀", "veto": None,
        "needs_review": False, "team": "一班", "started_at": "2026-03-05T09:12:00+08:00",
        "dimensions": {"语言能力": 90.0}, "findings": findings, "steps": steps, **fields,
    }  # fmt: skip


def calls(count: int, first: int = 0, every: int = 0, **fields: Any) -> list[dict[str, Any]]:
    """``count`` calls, of which the first ``every`` have the fault ``blame``."""
    return [line(first + n, fault="blame" if n < every else "", **fields) for n in range(count)]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a result folder of lines and facts of run.json."""

    def write(name: str, lines: Lines, **facts: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        facts = {"profile": "power", "rulebook": "abc", "model": "m1", "qa_nlp": "1"} | facts
        (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
        text = "\n".join(json.dumps(item, ensure_ascii=False) for item in lines)
        (folder / "calls.jsonl").write_text(text + "\n" if text else "", encoding="utf-8")
        return folder

    return write
