"""When a promise falls due: amounts of time and points on the calendar, counted from the call."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from qa_nlp.records import Call
from qa_nlp.text.durations import Duration
from qa_nlp.text.moments import Moment


def call_time(call: Call, turn: int = 0) -> datetime | None:
    """When a turn was spoken: the call's start plus the turn's own; None where the start is not known."""
    try:
        began = datetime.fromisoformat(call.started_at.strip())
        return began + timedelta(seconds=int(call.turns[turn].start or 0))
    except (ValueError, OverflowError):
        return None


def due_of(time: Duration | Moment, said: datetime | None) -> str:
    """ISO date or date and time by which a promise said at ``said`` must be kept; "" when unknown.

    Hours and minutes give a time, longer amounts a date; 工作日 skip weekends and public holidays.
    """
    if said is None:
        return ""
    try:
        if isinstance(time, Moment):
            return time.due(said).isoformat()
        if time.unit == "工作日":
            return add_workdays(said.date(), int(-(-time.high // 1))).isoformat()
        if time.unit in ("分钟", "小时"):
            return (said + timedelta(hours=time.hours)).isoformat()
        return (said.date() + timedelta(hours=-(-time.hours // 24) * 24)).isoformat()
    except (OverflowError, ValueError):
        return ""


def add_workdays(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``; at most ten years of them."""
    try:
        for _ in range(min(count, 2500)):
            day += timedelta(days=1)
            while not is_workday(day):
                day += timedelta(days=1)
    except OverflowError:
        return date.max
    return day


@lru_cache(maxsize=4096)
def is_workday(day: date) -> bool:
    """Whether people work that day in China; Monday to Friday beyond the years of chinesecalendar."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5
