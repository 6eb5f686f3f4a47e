"""Moments in China's time; a day alone has no clock."""

from __future__ import annotations

import pytest

from qa_nlp.text.clock import clock_time, moment


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-03-05T09:12:00+08:00", "09:12"),
        ("2026-03-05T01:12:00Z", "09:12"),
        ("2026-03-05T01:12:00+00:00", "09:12"),
        ("2026-03-04T20:12:00-05:00", "09:12"),
        ("2026-03-05 09:12:59", "09:12"),
        (" 2026-03-05T09:12 ", "09:12"),
        ("2026-03-05T16:00:00Z", "00:00"),
        ("2026-03-05T00:01:00", "00:01"),
        # A day alone, and as exports write it.
        ("2026-03-05", ""),
        ("20260305", ""),
        ("2026-03-05T00:00:00", ""),
        ("2026-03-05 00:00:00", ""),
        ("昨天上午", ""),
        ("0001-01-01T01:00:00+09:00", ""),
        ("", ""),
    ],
)
def test_hour_and_minute_in_china(text: str, wanted: str) -> None:
    at = clock_time(text)
    assert (f"{at:%H:%M}" if at else "") == wanted


def test_moments_with_and_without_an_offset_compare() -> None:
    naive, aware = moment("2026-03-05T09:00:00"), moment("2026-03-05T01:30:00Z")
    assert naive is not None
    assert aware is not None
    assert (aware - naive).total_seconds() == 1800
    assert moment("前天") is None
