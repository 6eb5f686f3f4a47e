"""Each call id once a batch: which ones were there, in some 10 bytes a call however long the batch is."""

from __future__ import annotations

from hashlib import blake2b

from qa_nlp.compact import Marks
from qa_nlp.read.source import Source
from qa_nlp.records import Skipped


class Once:
    """Remembers call ids by their hash, for each is inspected once a batch."""

    def __init__(self) -> None:
        self._seen = Marks()

    def again(self, call_id: str, line: int | None, source: Source) -> Skipped | None:
        """None the first time that an id is asked for; then why its call is left out."""
        mark = int.from_bytes(blake2b(call_id.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        if self._seen.add(mark):
            return None
        advice = "确认是不是同一通话；不是则改成不同的编号"
        return source.skip("通话编号重复，只保留了第一次出现的", advice, line, call_id)
