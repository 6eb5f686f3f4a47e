"""The calls that are timed: the labelled corpus and, every tenth, a long one, under ids of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

LABELLED = Path(__file__).parents[2] / "data" / "samples" / "labelled"
LONG = 1_400
EVERY = 10


def write_calls(path: Path, count: int) -> None:
    """Write ``count`` calls in the native form, one a line."""
    with path.open("w", encoding="utf-8") as file:
        for number, call in enumerate(islice(endless(), count)):
            call = call | {"call_id": f"B{number:07d}"}
            file.write(json.dumps(call, ensure_ascii=False) + "\n")


def corpus() -> list[dict[str, Any]]:
    """The labelled calls that have at least four turns, in a fixed order."""
    files = sorted(path for path in LABELLED.glob("*.jsonl") if not path.name.startswith("locked"))
    calls = [json.loads(line) for path in files for line in path.open(encoding="utf-8") if line.strip()]
    return [call for call in calls if len(call["turns"]) >= 4 and (call.get("labels") or {}).get("subtype")]


def endless() -> Iterator[dict[str, Any]]:
    calls = [_bare(call) for call in corpus()]
    following = cycle(calls)
    for number, call in enumerate(cycle(calls)):
        turns = list(call["turns"])
        while number % EVERY == 0 and sum(len(turn["text"]) for turn in turns) < LONG:
            turns += next(following)["turns"]
        yield call | {"turns": turns}


def _bare(call: dict[str, Any]) -> dict[str, Any]:
    turns = [{key: turn[key] for key in ("role", "text", "start", "end") if key in turn} for turn in call["turns"]]
    return {key: value for key, value in call.items() if key not in ("labels", "turns")} | {"turns": turns}
