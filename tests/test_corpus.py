"""The labelled corpus keeps its promises: form, balance, and no call written twice."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from qa_nlp.records import Call
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import load_book
from qa_nlp.training.shingles import call_shingles, shared_pairs

FOLDER = Path(__file__).resolve().parent.parent / "data" / "samples" / "labelled"
FILES = sorted(FOLDER.glob("*.jsonl"))
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-?[1-9]\d{6,7}(?!\d)")
SPOKEN_DIGIT = "零〇幺一二两三四五六七八九"
SPOKEN_PHONE = re.compile(f"(?<![{SPOKEN_DIGIT}])[一幺][{SPOKEN_DIGIT}]{{10}}(?![{SPOKEN_DIGIT}])")


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[Call]]:
    decoder = msgspec.json.Decoder(Call)
    return {path.stem: [decoder.decode(line) for line in path.read_bytes().splitlines()] for path in FILES}


@pytest.fixture(scope="module")
def everything(corpus: dict[str, list[Call]]) -> list[Call]:
    return [call for calls in corpus.values() for call in calls]


@pytest.fixture(scope="module")
def calls(corpus: dict[str, list[Call]]) -> list[Call]:
    """Whole annotated calls; ``openings*`` are beginnings of calls only."""
    whole = (calls for name, calls in corpus.items() if not name.startswith("openings"))
    return [call for part in whole for call in part if is_call(call)]


@pytest.fixture(scope="module")
def requests(everything: list[Call]) -> list[Call]:
    return [c for c in everything if c.labels.get("subtype") and len(c.turns) == 1 and c.turns[0].role == "customer"]


def is_call(call: Call) -> bool:
    return bool(call.labels.get("subtype")) and len(call.turns) > 1


def test_there_is_a_corpus_with_a_locked_part(corpus: dict[str, list[Call]]) -> None:
    assert {"base", "locked", "locked_requests"} <= set(corpus)


def test_ids_are_unique(everything: list[Call]) -> None:
    repeated = [call_id for call_id, n in Counter(call.call_id for call in everything).items() if n > 1]
    assert repeated == []


def test_every_turn_is_spoken_by_a_known_role(everything: list[Call]) -> None:
    for call in everything:
        assert call.turns, call.call_id
        for turn in call.turns:
            assert turn.role in ("agent", "customer", "system"), call.call_id
            assert turn.text.strip(), call.call_id


def test_times_run_forward(everything: list[Call]) -> None:
    for call in everything:
        for turn in call.turns:
            assert turn.start is None or turn.end is None or 0 <= turn.start <= turn.end, call.call_id


def test_quotes_stand_where_they_say(everything: list[Call]) -> None:
    for call in everything:
        for turn in call.turns:
            for tag in (*turn.faults, *turn.near_misses):
                assert tag.quote, call.call_id
                assert turn.text[tag.start : tag.end] == tag.quote, f"{call.call_id}: {tag}"


def test_only_agents_are_annotated(everything: list[Call]) -> None:
    for call in everything:
        for turn in call.turns:
            assert turn.role == "agent" or not (turn.acts or turn.faults or turn.near_misses), call.call_id


def test_only_known_labels(everything: list[Call], book: Rulebook) -> None:
    turns = [turn for call in everything for turn in call.turns]
    assert {c.labels["subtype"] for c in everything if c.labels.get("subtype")} <= set(book.subtypes)
    assert {act for turn in turns for act in turn.acts} <= set(book.steps)
    assert {tag.code for turn in turns for tag in (*turn.faults, *turn.near_misses)} <= set(book.codes)


def test_calls_are_many_and_balanced(calls: list[Call], book: Rulebook) -> None:
    assert len(calls) >= 1000
    counts = Counter(call.labels["subtype"] for call in calls)
    assert {name: counts[name] for name in book.subtypes if counts[name] < 20} == {}


def test_requests_are_many_and_balanced(requests: list[Call], book: Rulebook) -> None:
    assert sum(6 <= len(call.turns[0].text) <= 30 for call in requests) >= 600
    counts = Counter(call.labels["subtype"] for call in requests)
    assert {name: counts[name] for name in book.subtypes if counts[name] < 12} == {}


def test_faults_are_many_of_every_kind_and_so_are_near_misses(everything: list[Call]) -> None:
    """Of the codes common to all profiles; those that a profile adds are found by rules, not annotated."""
    codes = load_book("common").codes
    assert len(codes) >= 15
    turns = [turn for call in everything for turn in call.turns]
    faults = Counter(tag.code for turn in turns for tag in turn.faults)
    assert faults.total() >= 1200
    assert {code: faults[code] for code in codes if faults[code] < 60} == {}
    assert sum(len(turn.near_misses) for turn in turns) >= 1200


def test_no_two_calls_share_a_third_of_their_words(calls: list[Call]) -> None:
    pairs = shared_pairs([call_shingles(call) for call in calls], 0.3, least=1)
    assert [(calls[p.first].call_id, calls[p.second].call_id, p.share) for p in pairs] == []


def test_no_real_looking_phone_numbers(everything: list[Call]) -> None:
    shown = [
        (call.call_id, match[0])
        for call in everything
        for turn in call.turns
        for pattern in (PHONE, SPOKEN_PHONE)
        for match in pattern.finditer(turn.text)
    ]
    assert shown == []
