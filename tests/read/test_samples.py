"""Every sample file holds the same call; so does every vendor's container."""

from pathlib import Path

import pytest

from qa_nlp.read import describe
from qa_nlp.read.roles import INFERRED
from qa_nlp.records import Call
from tests.read.conftest import read

FORMATS = Path(__file__).resolve().parents[2] / "data" / "samples" / "formats"
FILES = sorted(path.name for path in FORMATS.iterdir() if path.name != "details.csv")
# These say who spoke by number or channel only; the roles are inferred from what is said.
NAMELESS = {
    "aliyun-transcription.json",
    "dialogue-speakers.txt",
    "funasr.json",
    "tencent.json",
    "volcengine.json",
    "whisperx.json",
    "xunfei-onebest.json",
    "xunfei-order.json",
}
UNTIMED = {"annotated.txt", "calls.csv", "dialogue.txt", "dialogue-gb18030.txt"}


def sample(name: str) -> Call:
    calls, skipped = read(FORMATS / name)
    assert not skipped
    assert len(calls) == 1
    return calls[0]


@pytest.mark.parametrize("name", FILES)
def test_sample_reads_as_the_native_call(name: str) -> None:
    """Same words, same roles, same seconds, whatever the container counts in."""
    native, call = sample("native.jsonl"), sample(name)
    assert [turn.text for turn in call.turns] == [turn.text for turn in native.turns]
    assert [turn.role for turn in call.turns] == [turn.role for turn in native.turns]
    assert call.notes == ((INFERRED,) if name in NAMELESS else ())
    if name not in UNTIMED:
        assert [(turn.start, turn.end) for turn in call.turns] == [(turn.start, turn.end) for turn in native.turns]


def test_the_whole_folder_with_its_details() -> None:
    """All ids differ; the table of details is joined, not read as calls."""
    calls, skipped = read(FORMATS, FORMATS / "details.csv")
    assert not skipped
    assert len({call.call_id for call in calls}) == len(FILES)
    joined = next(call for call in calls if call.call_id == "S0001")
    assert joined.meta["recorded_type"] == "咨询"


@pytest.mark.parametrize("name", FILES)
def test_describe(name: str) -> None:
    """One line about a file before a batch."""
    (report,) = describe(FORMATS / name)
    assert (report.calls, report.turns, report.skipped) == (1, 9, ())
    assert report.format != "没有认出"
    assert report.timed == (0 if name in UNTIMED else 9)
    assert sum(report.roles.values()) == 9
    assert report.first is not None
