"""SRT and WebVTT."""

from qa_nlp.read.values import clock
from tests.read.conftest import Write, read


def turns(write: Write, text: str, name: str = "a.srt") -> list[tuple[str, str, float | None, float | None]]:
    calls, skipped = read(write(name, text))
    assert not skipped
    return [(turn.role, turn.text, turn.start, turn.end) for turn in calls[0].turns]


def test_srt(write: Write) -> None:
    """Numbers, blank lines, markup; words over two lines; a cue without a speaker."""
    text = "1\r\n00:00:01,000 --> 00:00:02,500\r\n客服：您好<i>请</i>\r\n问\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000 X1:40\r\n{\\an8}没电\r\n"
    assert turns(write, text) == [("agent", "您好请问", 1.0, 2.5), ("unknown", "没电", 3.0, 4.0)]


def test_vtt(write: Write) -> None:
    """Voices, classes, entities, hours left out, notes and styles."""
    text = (
        "WEBVTT - 标题\n\nSTYLE\n::cue { color: red }\n\nNOTE 备注\n客服：不是字幕\n\nid1\n00:01.000 --> 00:02.000 align:start\n"
        "<v.loud 客服>您好 &amp; 请讲</v>\n\n100:00:03.000 --> 100:00:04.000\n<v 客户>没电\n<v 客服>好的\n"
    )
    assert turns(write, text, "a.vtt") == [
        ("agent", "您好 & 请讲", 1.0, 2.0),
        ("customer", "没电", clock("100:00:03"), None),
        ("agent", "好的", None, clock("100:00:04")),
    ]


def test_cues_without_blank_lines(write: Write) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n客服：您好\n2\n00:00:03,000 --> 00:00:04,000\n客户：2\n"
    assert [turn[:2] for turn in turns(write, text)] == [("agent", "您好"), ("customer", "2")]


def test_no_cue_at_all(write: Write) -> None:
    calls, skipped = read(write("a.vtt", "WEBVTT\n\n"))
    assert not calls
    assert len(skipped) == 1
