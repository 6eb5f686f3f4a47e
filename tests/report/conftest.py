"""A batch of inspected calls: the labelled corpus, repeated with other ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import cycle, islice
from pathlib import Path

import pytest
from msgspec.structs import replace

from qa_nlp.inspector import Inspector
from qa_nlp.read import open_calls
from qa_nlp.records import Call, Verdict
from qa_nlp.report.entry import Entry
from qa_nlp.report.figures import Figures
from qa_nlp.report.pieces import Makers
from qa_nlp.report.writer import Sink
from qa_nlp.rulebook.book import Rulebook
from tests.conftest import ROOT

Pairs = list[tuple[Call, Verdict]]
BATCH = 1_000


@pytest.fixture(scope="session")
def batch(inspector: Inspector) -> Pairs:
    """1,000 inspected calls; every id is its own."""
    found = open_calls([ROOT / "data" / "samples" / "labelled" / "base.jsonl"], None)
    calls = [item for item in found if isinstance(item, Call)]
    pairs = list(zip(calls, inspector.inspect(calls), strict=True))
    return [renamed(pair, f"{pair[0].call_id}-{number}") for number, pair in enumerate(islice(cycle(pairs), BATCH))]


def renamed(pair: tuple[Call, Verdict], call_id: str) -> tuple[Call, Verdict]:
    return replace(pair[0], call_id=call_id), replace(pair[1], call_id=call_id)


def feed(sink: Sink, figures: Figures, pairs: Iterable[tuple[Call, Verdict]], book: Rulebook) -> None:
    """Count pairs and give them to a sink, as ``Writer`` does."""
    makers = Makers(book)
    for call, verdict in pairs:
        figures.add(verdict)
        sink.add(Entry(call, verdict, makers))


@pytest.fixture
def written(tmp_path: Path, book: Rulebook) -> Callable[..., Path]:
    """Feed pairs to a sink made by the given function of a folder and figures; returns the folder."""

    def write(make: Callable[..., Sink], pairs: Iterable[tuple[Call, Verdict]], name: str = "out") -> Path:
        folder, figures = tmp_path / name, Figures()
        folder.mkdir()
        sink = make(folder, figures=figures)
        feed(sink, figures, pairs, book)
        sink.finish()
        return folder

    return write
