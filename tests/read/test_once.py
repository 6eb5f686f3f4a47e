"""Each call id counts once."""

from __future__ import annotations

from pathlib import Path

from qa_nlp.read.once import Once
from qa_nlp.read.source import Source


def test_the_second_call_of_an_id_is_skipped(tmp_path: Path) -> None:
    once, source = Once(), Source(tmp_path / "甲.jsonl", "甲.jsonl", "甲")
    assert once.again("A1", 1, source) is None
    assert once.again("A2", 2, source) is None
    again = once.again("A1", 3, source)
    assert again is not None
    assert (again.line, again.call_id) == (3, "A1")
