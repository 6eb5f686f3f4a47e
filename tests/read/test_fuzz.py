"""Whatever the bytes, reading ends in calls and Skipped, never in an exception."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qa_nlp.read import describe, open_calls
from qa_nlp.read.dialogue import turns_of
from qa_nlp.read.opening import SUFFIXES
from qa_nlp.records import ROLES, Call

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "data" / "samples" / "formats").iterdir())]
NAMES = (
    "call_id turns role text start end meta labels faults acts vcon uuid parties dialog analysis body type critical tickets dialogue words begin "
    "data resultInfo asrResult recording Result Sentences BeginTime transcripts sentences content orderResult lattice json_1best st rt ws cw onebest "
    "segments result Response Data ResultDetail utterances additions sentence_info Transcript Participants encoding"
)
KEYS = st.sampled_from(NAMES.split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["json", "base64url", "transcript", "text", "[1]", "{}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def check(data: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a" + suffix)
        path.write_bytes(data)
        for item in open_calls([path], path):
            if isinstance(item, Call):
                assert item.call_id
                assert any(turn.text.strip() for turn in item.turns)
                for turn in item.turns:
                    assert turn.role in ROLES
                    turn.text.encode()
                    assert turn.start is None or turn.start >= 0
                    assert turn.start is None or turn.end is None or turn.end >= turn.start
            else:
                assert item.reason
                assert item.advice
        describe(path)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes(data: bytes, suffix: str) -> None:
    check(data, suffix)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_samples(data: st.DataObject) -> None:
    """Cut, overwritten and doubled pieces of every format."""
    whole = data.draw(st.sampled_from(SAMPLES))
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=20))
    kept = whole[at + len(patch) :] if data.draw(st.booleans()) else whole[:at]
    check(whole[:at] + patch + kept, data.draw(st.sampled_from(SUFFIXES)))


@settings(max_examples=200, deadline=None)
@given(value=VALUES, suffix=st.sampled_from([".json", ".jsonl"]))
def test_any_json(value: Any, suffix: str) -> None:
    """JSON that looks like the known formats and is not."""
    check(json.dumps(value).encode(), suffix)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("客服户座席：: \n\t[]【】()1：0.案例通话编号-=，。？！您好再见<v>")))
def test_any_dialogue(text: str) -> None:
    """No words are made up: what turns hold was in the text."""
    for turn in turns_of(text).turns:
        for part in turn.text.split():
            assert part in text.replace("\n", "")
    check(text.encode(), ".txt")
