"""Callers who come back: calls of one batch by the same caller or account about the same matter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Protocol

import msgspec

from qa_nlp.check.remark import remark
from qa_nlp.compact import Latest
from qa_nlp.records import Call, Finding
from qa_nlp.rulebook.book import Rulebook

KEYS = ("caller", "account")
REMEMBERED = 50_000
CODE = "repeat_call"
_CALL = msgspec.json.Decoder(tuple[str, str, str])


class Known(Protocol):
    """What is remembered of a call: parts of its verdict."""

    @property
    def call_id(self) -> str:
        """Its id."""

    @property
    def started_at(self) -> str:
        """When it began."""

    @property
    def category(self) -> str:
        """What it was about."""


class Repeats:
    """Remembers the last call of each caller (as a hash): of the latest ``REMEMBERED`` and up to a fifth more."""

    def __init__(self, book: Rulebook) -> None:
        self._row = next((row for row in book.tables["conduct"] if row["项目"] == CODE), None)
        self._seen = Latest(REMEMBERED)

    def earlier(self, caller: Mapping[str, Any], call: Known) -> str | None:
        """Id of the caller's last call where it was about the same matter not long ago; this call is remembered.

        ``caller`` holds what the caller is known by, under ``KEYS``.
        """
        keys = [_hash(f"{k}:{v}") for k in KEYS if (v := caller.get(k))]
        if self._row is None or not keys:
            return None
        last = next((known for key in keys if (known := self._seen.get(key)) is not None), None)
        this = msgspec.json.encode((call.call_id, call.started_at, call.category))
        for key in keys:
            self._seen.put(key, this)
        if last is None:
            return None
        call_id, at, category = _CALL.decode(last)
        near = category == call.category and _within(at, call.started_at, float(self._row["数值"] or 7))
        return call_id if near else None

    def finding(self, call: Call, earlier: str) -> Finding | None:
        """The finding for a caller who came back, on the customer's first turn; None where there is none."""
        turn = next((number for number, turn in enumerate(call.turns) if turn.role == "customer"), None)
        if self._row is None or turn is None:
            return None
        text = call.turns[turn].text
        return remark(self._row, turn, (0, len(text), text), detail=f"（上次：{earlier}）", match="linked")


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _within(earlier: str, later: str, days: float) -> bool:
    """Whether two ISO times are at most ``days`` apart; unknown times count as near."""
    try:
        apart = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    except (ValueError, TypeError):
        return True
    return abs(apart) <= timedelta(days=days)
