"""Callers who come back: calls of one batch by the same caller or account about the same matter."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from qa_nlp.check.remark import remark
from qa_nlp.records import Call, Verdict
from qa_nlp.rulebook.book import Rulebook

KEYS = ("caller", "account")
REMEMBERED = 50_000
CODE = "repeat_call"
_CALL = msgspec.json.Decoder(tuple[str, str, str])


@dataclass
class Repeats:
    """Remembers the last call of each caller (as a hash; at most ``REMEMBERED`` of them).

    What is remembered of a call (id, time, category) is kept encoded, which takes half the memory of a tuple.
    """

    book: Rulebook
    seen: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict)

    def link(self, call: Call, verdict: Verdict) -> Verdict:
        """The verdict, with a finding where the caller called about the same matter before."""
        row = next((r for r in self.book.tables["conduct"] if r["项目"] == CODE), None)
        keys = [blake2b(f"{k}:{v}".encode(), digest_size=8).digest() for k in KEYS if (v := call.meta.get(k))]
        if row is None or not keys:
            return verdict
        last = next((self.seen[key] for key in keys if key in self.seen), None)
        this = msgspec.json.encode((call.call_id, call.started_at, verdict.category))
        for key in keys:
            self.seen[key] = this
            self.seen.move_to_end(key)
        while len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        turns = [i for i, turn in enumerate(call.turns) if turn.role == "customer"]
        if last is None or not turns:
            return verdict
        earlier, at, category = _CALL.decode(last)
        if category != verdict.category or not _within(at, call.started_at, float(row["数值"] or 7)):
            return verdict
        text = call.turns[turns[0]].text
        finding = remark(row, turns[0], (0, len(text), text), detail=f"（上次：{earlier}）", match="linked")
        return replace(verdict, findings=(*verdict.findings, finding))


def _within(earlier: str, later: str, days: float) -> bool:
    """Whether two ISO times are at most ``days`` apart; unknown times count as near."""
    try:
        apart = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    except (ValueError, TypeError):
        return True
    return abs(apart) <= timedelta(days=days)
