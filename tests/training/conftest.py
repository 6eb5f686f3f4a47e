"""A small corpus and what is learned from it, once for all tests of learning."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_nlp.paths import data_file
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.corpus import Sample, read_corpus
from qa_nlp.training.train import Learned, learn

FOLDER = data_file("data", "samples", "labelled")
SUBTYPES = ("repair.voltage", "consult.invoice", "complaint.hall_hours", "other.wrong_number")
VOICES = ("jiangnan", "northeast", "southwest", "metropolitan")


@pytest.fixture(scope="session")
def small() -> list[Sample]:
    """Calls and requests of four subtypes in four voices."""
    files = [FOLDER / f"{voice}{part}.jsonl" for voice in VOICES for part in ("", "_requests")]
    return [s for s in read_corpus(files) if s.subtype in SUBTYPES]


@pytest.fixture(scope="session")
def learned(small: list[Sample], book: Rulebook) -> Learned:
    return learn(small, book, jobs=1)


@pytest.fixture(scope="session")
def locked() -> list[Sample]:
    return read_corpus(sorted(Path(FOLDER).glob("locked*.jsonl")), with_locked=True)
