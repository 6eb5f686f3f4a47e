"""Spellings of roles, times and dates."""

import pytest

from qa_nlp.read.values import clean, clock, direction_of, iso_of, plain, role_of, seconds, serial_of, span, text_of


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("座席", "agent"),
        ("坐席", "agent"),
        ("座席人员", "agent"),
        ("客 服", "agent"),
        ("【客服】", "agent"),
        ("座席A07", "agent"),
        ("客服工号1024", "agent"),
        ("AGENT", "agent"),
        ("客户", "customer"),
        ("客　户", "customer"),
        ("用户：", "customer"),
        ("Customer", "customer"),
        ("END_USER", "customer"),
        ("系统", "system"),
        ("IVR", "system"),
        ("说话人1", "unknown"),
        ("SPEAKER_00", "unknown"),
        ("客户经理", "agent"),
        ("客户甲方", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        (3, "unknown"),
    ],
)
def test_role_of(name: object, role: str) -> None:
    """Known spellings become roles; what is not known is never guessed."""
    assert role_of(name) == role


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        ("1.5", 1.5),
        (" 2 ", 2.0),
        (0, 0.0),
        (-1, None),
        ("abc", None),
        (None, None),
        (True, None),
        ([1], None),
        (float("nan"), None),
        ("inf", None),
        (10**400, None),
    ],
)
def test_seconds(value: object, expected: float | None) -> None:
    """Numbers and numeric text; everything else is no time."""
    assert seconds(value) == expected


def test_seconds_scales_without_noise() -> None:
    """600 ms is 0.6 s, not 0.6000000000000001."""
    assert seconds(600, 0.001) == 0.6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:01:03,5", 63.5),
        ("01:03", 63.0),
        ("1:00:00.250", 3600.25),
        ("１：０２", 62.0),
        ("63", None),
        ("a:b", None),
        (None, None),
    ],
)
def test_clock(text: object, expected: float | None) -> None:
    assert clock(text) == expected


def test_span_drops_times_that_run_backwards() -> None:
    """Neither time of such a turn can be trusted; a turn without length keeps both."""
    assert span(2.0, 1.0) == (None, None)
    assert span(2.0, 2.0) == (2.0, 2.0)
    assert span(None, 1.0) == (None, 1.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026/3/5 9:12:00", "2026-03-05T09:12:00"),
        ("2026年3月5日 9:12", "2026-03-05T09:12:00"),
        ("2026-03-05T09:12:00+08:00", "2026-03-05T09:12:00+08:00"),
        ("2026/3/5 14:20", "2026-03-05T14:20:00"),
        ("2026年3月5日 14时20分", "2026-03-05T14:20:00"),
        ("2026年3月5日14时20分3秒", "2026-03-05T14:20:03"),
        ("2026年3月5日 14点", "2026-03-05T14:00:00"),
        ("2026年3月5日14：20", "2026-03-05T14:20:00"),
        ("2026年3月5日 25时20分", "2026年3月5日 25时20分"),
        ("2026-03-05", "2026-03-05"),
        ("46086.59", "46086.59"),
        ("昨天", "昨天"),
    ],
)
def test_iso_of(text: str, expected: str) -> None:
    assert iso_of(text) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("46086.59", "2026-03-05T14:09:36"),
        ("46086", "2026-03-05"),
        ("46086.999999", "2026-03-06T00:00:00"),
        ("36525.5", ""),
        ("73050", ""),
        ("20260305", ""),
        ("4608.5", ""),
        ("", ""),
    ],
)
def test_serial_of(cell: str, expected: str) -> None:
    assert serial_of(cell) == expected


def test_clean_and_plain() -> None:
    """Lone surrogates become U+FFFD in place; plain files also lose NULs and control characters."""
    assert clean("停\ud800电") == "停�电"
    assert plain("停\x00\x07电\ufeff\t好") == "停电\t好"


def test_text_of_and_direction_of() -> None:
    assert [text_of(value) for value in (5, 5.0, 1.5, True, None, [1])] == ["5", "5", "1.5", "", "", ""]
    assert [direction_of(value) for value in ("呼入", "OUT", "外呼", "斜", None)] == [
        "inbound",
        "outbound",
        "outbound",
        "",
        "",
    ]
