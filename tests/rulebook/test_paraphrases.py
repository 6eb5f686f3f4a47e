"""How well the phrase rules know a fault in other words, and how rarely they accuse a blameless turn.

``faulty_turns.csv``: one spoken variant of a fault a row. ``near_misses.csv``: blameless turns that sound like
one. ``tests/data/ordinary_turns.csv``: agents of hotels, banks, shops … at their daily work.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import load_book
from qa_nlp.rulebook.trial import read_dialogue
from qa_nlp.text.prepared import prepare

DATA = Path(__file__).parent / "data"
ORDINARY = Path(__file__).parents[1] / "data" / "ordinary_turns.csv"
# Share of the variants that a rule of their own code finds for certain. What depends on the customer's
# words (asked again) or on amounts (promised times) is judged elsewhere.
FLOORS = {
    "evasion": 0.8, "impatience": 0.9, "command": 0.75, "contempt": 0.9, "refusal": 0.85, "blame": 0.75,
    "provoke": 0.85, "overpromise": 0.85, "vague": 0.85, "rhetorical": 0.75, "cold": 0.65, "privacy": 0.8,
    "jargon": 0.9,
}  # fmt: skip
NEAR_CEILING, ORDINARY_CEILING = 0.005, 0.003


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def accused(book: Rulebook, dialogue: str) -> set[str]:
    """Codes that rules find for certain in the last turn of a dialogue."""
    call = read_dialogue(dialogue)
    last = len(call.turns) - 1
    hits = [hit for hit in book.matcher.scan(prepare(call)) if hit.turn == last and hit.rule.kind == "phrase"]
    return {hit.rule.code for hit in hits if (hit.rule.severity or book.codes[hit.rule.code].severity) != "suspected"}


@pytest.fixture(scope="module")
def power() -> Rulebook:
    return load_book("power")


def test_faults_in_other_words(power: Rulebook) -> None:
    asked, found = Counter[str](), Counter[str]()
    for code, dialogue in rows(DATA / "faulty_turns.csv"):
        asked[code] += 1
        found[code] += code in accused(power, dialogue)
    shares = {code: found[code] / asked[code] for code in FLOORS}
    assert {code: round(share, 2) for code, share in shares.items() if share < FLOORS[code]} == {}
    assert min(asked[code] for code in FLOORS) >= 40


@pytest.mark.parametrize("profile", ["common", "power"])
def test_near_misses_are_left_alone(profile: str) -> None:
    book, turns = load_book(profile), [dialogue for _, dialogue in rows(DATA / "near_misses.csv")]
    wrong = [(turn, codes) for turn in turns if (codes := accused(book, turn))]
    assert len(turns) > 700
    assert len(wrong) <= NEAR_CEILING * len(turns), wrong


@pytest.mark.parametrize("profile", ["common", "power", "hotline"])
def test_other_trades_are_left_alone(profile: str) -> None:
    book, turns = load_book(profile), [turn for _, turn in rows(ORDINARY)]
    wrong = [(turn, codes) for turn in turns if (codes := accused(book, turn))]
    assert len(turns) >= 600
    assert len(wrong) < ORDINARY_CEILING * len(turns), wrong
