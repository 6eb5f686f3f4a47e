"""Callers who come back: calls of one batch by the same caller or account about the same matter."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from msgspec.structs import replace

from qa_nlp.check.remark import remark
from qa_nlp.records import Call, Verdict
from qa_nlp.rulebook.book import Rulebook

KEYS = ("caller", "account")
REMEMBERED = 50_000
CODE = "repeat_call"


@dataclass
class Repeats:
    """Remembers the last call of each caller (as a hash; at most ``REMEMBERED`` of them)."""

    book: Rulebook
    seen: OrderedDict[bytes, tuple[str, str, str]] = field(default_factory=OrderedDict)

    def link(self, call: Call, verdict: Verdict) -> Verdict:
        """The verdict, with a finding where the caller called about the same matter before."""
        row = next((r for r in self.book.tables["conduct"] if r["项目"] == CODE), None)
        keys = [blake2b(f"{k}:{v}".encode(), digest_size=8).digest() for k in KEYS if (v := call.meta.get(k))]
        if row is None or not keys:
            return verdict
        earlier = next((self.seen[key] for key in keys if key in self.seen), None)
        for key in keys:
            self.seen[key] = (call.call_id, call.started_at, verdict.category)
            self.seen.move_to_end(key)
        while len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        turns = [i for i, turn in enumerate(call.turns) if turn.role == "customer"]
        if earlier is None or earlier[2] != verdict.category or not turns:
            return verdict
        if not _within(earlier[1], call.started_at, float(row["数值"] or 7)):
            return verdict
        text = call.turns[turns[0]].text
        finding = remark(row, turns[0], (0, len(text), text), detail=f"（上次：{earlier[0]}）", match="linked")
        return replace(verdict, findings=(*verdict.findings, finding))


def _within(earlier: str, later: str, days: float) -> bool:
    """Whether two ISO times are at most ``days`` apart; unknown times count as near."""
    try:
        apart = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    except (ValueError, TypeError):
        return True
    return abs(apart) <= timedelta(days=days)
