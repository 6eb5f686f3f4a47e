"""Callers who come back: calls of one batch by the same caller or account about the same matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Protocol

import msgspec

from qa_nlp.check.remark import remark
from qa_nlp.compact import Latest
from qa_nlp.records import Call, Finding
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.clock import moment

KEYS = ("caller", "account")
REMEMBERED = 50_000
ZERO = timedelta()
CODE = "repeat_call"
# What stands where nobody knows the number: many callers have it.
NOBODY = re.compile(
    r"(?:sip:)?(?:匿名|未知|不详|不明|隐藏|保密|未显示|无法显示|私人号码|私密|空号?$|无$|没有$"
    r"|anonymous|unknown|unavailable|private|withheld|restricted|hidden|blocked|none$|null$|nan$|n/?a$)"
)
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


def links(meta: Mapping[str, Any]) -> dict[str, str]:
    """Hashes by which the caller is known again, under ``KEYS``; a number that nobody knows (匿名, 000…) is none."""
    told = {key: str(value) for key in KEYS if (value := meta.get(key))}
    return {key: blake2b(text.encode(), digest_size=16).hexdigest() for key, text in told.items() if _names(text)}


def _names(number: str) -> bool:
    """Whether a number or account can belong to one caller alone."""
    said = "".join(filter(str.isalnum, number)).casefold()
    return bool(said.strip("0x")) and not NOBODY.match(number.strip(" <\"'（(【[").casefold())


class Repeats:
    """Remembers the last call of each caller (as a hash): of the latest ``REMEMBERED`` and up to a fifth more."""

    def __init__(self, book: Rulebook) -> None:
        self._row = next((row for row in book.tables["conduct"] if row["项目"] == CODE), None)
        self._seen = Latest(REMEMBERED)

    def earlier(self, caller: Mapping[str, str], call: Known) -> str | None:
        """Id of the caller's last call where it was about the same matter not long before; this call is remembered.

        ``caller`` holds what the caller is known by, see ``links``. Calls without a time count in their order.
        A call that is given after a later one is linked to nothing.
        """
        keys = [_hash(f"{k}:{v}") for k in KEYS if (v := caller.get(k))]
        if self._row is None or not keys:
            return None
        last = next((known for key in keys if (known := self._seen.get(key)) is not None), None)
        this = msgspec.json.encode((call.call_id, call.started_at, call.category))
        for key in keys:
            known = self._seen.get(key)
            self._seen.put(key, this if known is None or _apart(known, call.started_at) >= ZERO else known)
        if last is None:
            return None
        call_id, _, category = _CALL.decode(last)
        near = ZERO <= _apart(last, call.started_at) <= timedelta(days=float(self._row["数值"] or 7))
        return call_id if near and category == call.category else None

    def finding(self, call: Call, earlier: str) -> Finding | None:
        """The finding for a caller who came back, on the customer's first turn; None where there is none."""
        turn = next((number for number, turn in enumerate(call.turns) if turn.role == "customer"), None)
        if self._row is None or turn is None:
            return None
        text = call.turns[turn].text
        return remark(self._row, turn, (0, len(text), text), detail=f"（上次：{earlier}）", match="linked")


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _apart(known: bytes, started_at: str) -> timedelta:
    """How much later than a remembered call another began; nothing where one of the times is unknown."""
    before, after = moment(_CALL.decode(known)[1]), moment(started_at)
    return after - before if before and after else ZERO
