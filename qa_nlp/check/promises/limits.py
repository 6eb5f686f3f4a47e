"""What time limits hold for a subject on a day, and whether a promised time keeps them (``limits.csv``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from qa_nlp.check.promises.due import add_workdays
from qa_nlp.rulebook.limits import Limit
from qa_nlp.text.durations import HOURS

# Subjects whose limit is the least that must be kept, not the most.
LEAST = ("outage_notice", "arrears_notice")
WIDE = ("高压",)


@dataclass(frozen=True)
class Editions:
    """The rows of one subject: those in force on the day of the call, and the older ones."""

    current: tuple[Limit, ...]
    older: tuple[Limit, ...]


def editions(limits: Sequence[Limit], on: date | None) -> Editions:
    """Rows of a subject split by the day of the call (None: today's are those without an end).

    Where nothing is in force that day, the edition that ended last still serves as the measure.
    """
    day = on.isoformat() if on else ""
    current = tuple(row for row in limits if row.in_force(day))
    older = tuple(row for row in limits if not row.in_force(day) and row.until and (not day or row.until <= day))
    if not current and older:
        last = max(row.until for row in older)
        current = tuple(row for row in older if row.until == last)
    return Editions(current, older)


def choose(limits: Sequence[Limit], kinds: tuple[str, ...], high_voltage: bool) -> Limit:
    """The row (of one at least) for the kind that was named in the call, else the widest of those that may apply.

    Rows for high voltage apply only where the call speaks of it.
    """
    named = next((row for kind in kinds for row in limits if row.kind == kind), None)
    if named:
        return named
    rows = [row for row in limits if row.kind.startswith(WIDE) == high_voltage] or limits
    pick = min if rows[0].subject in LEAST else max
    return pick(rows, key=lambda row: row.amount * HOURS[row.unit])


def breaks(limit: Limit, amount: float, unit: str, said: date | None = None) -> bool:
    """Whether a promised amount (its upper end) is over the limit, or under it for a notice.

    Days are held against working days on the calendar, from the day ``said`` where it is known.
    """
    if limit.subject in LEAST:
        return amount * HOURS[unit] < limit.amount * HOURS[limit.unit]
    if unit == limit.unit:
        return amount > limit.amount
    if limit.unit == "工作日":
        return amount * HOURS[unit] > allowed_days(limit, said) * 24
    # A promised working day lasts a day at the very least.
    return amount * HOURS[unit] > limit.amount * HOURS[limit.unit]


def allowed_days(limit: Limit, said: date | None) -> float:
    """A limit in calendar days: 5 working days take up to 7, and more over a public holiday."""
    if limit.unit != "工作日":
        return limit.amount * HOURS[limit.unit] / 24
    usual = limit.amount + 2 * ceil(limit.amount / 5)
    return usual if said is None else max(usual, (add_workdays(said, ceil(limit.amount)) - said).days)
