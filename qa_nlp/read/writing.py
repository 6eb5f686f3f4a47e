"""Calls → a native JSONL file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from qa_nlp.records import Call


def write_native(calls: Iterable[Call], path: Path) -> int:
    """Write calls as native JSONL, one a line, and give their number; the file appears only when it is complete.

    Raises:
        OSError: when the file cannot be written.
    """
    encoder = msgspec.json.Encoder()
    partial = path.with_name(path.name + ".part")
    number = 0
    try:
        with partial.open("wb") as file:
            for call in calls:
                file.write(encoder.encode(call) + b"\n")
                number += 1
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return number
