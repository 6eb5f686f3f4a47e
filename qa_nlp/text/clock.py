"""Moments as calls tell them: ISO 8601; the clock on the wall is China's."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
# A date alone is no longer than this.
DATE_LENGTH = 10


def moment(text: str) -> datetime | None:
    """The moment an ISO text names, in China's time; one without an offset is meant so. None where it cannot be read."""
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=CHINA) if found.tzinfo is None else found.astimezone(CHINA)
    except (ValueError, OverflowError):
        return None


def clock_time(text: str) -> time | None:
    """Hour and minute in China of the moment an ISO text names; None where it tells the day alone.

    Exports write a day alone as its midnight, which is no time either.
    """
    at = moment(text)
    if at is None or len(text.strip()) <= DATE_LENGTH or datetime.fromisoformat(text.strip()).time() == time(0):
        return None
    return time(at.hour, at.minute)
