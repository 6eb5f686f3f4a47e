"""A call read from its JSON adds to the reports what the call itself adds."""

from __future__ import annotations

import msgspec
import pytest

from qa_nlp.report.entry import Entry
from qa_nlp.report.figures import Figures
from qa_nlp.report.pieces import MAKERS, WHOLE, Makers
from qa_nlp.rulebook.book import Rulebook
from tests.report.conftest import Pairs


def as_json(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


@pytest.mark.parametrize("name", MAKERS)
def test_pieces_are_the_same_wherever_they_are_made(name: str, book: Rulebook, batch: Pairs) -> None:
    makers = Makers(book)
    for call, verdict in batch[:50]:
        whole, read = Entry(call, verdict, makers), Entry(as_json(call), as_json(verdict), makers)
        ready = msgspec.msgpack.decode(msgspec.msgpack.encode(makers.ready(call, verdict, ("jsonl", name))))
        sent = Entry(as_json(call), as_json(verdict), makers, ready)
        assert whole.piece(name) == read.piece(name) == sent.piece(name)
        assert bytes(whole.line) == bytes(read.line)
        assert "whole" not in vars(sent)


def test_the_sums_need_only_part_of_a_verdict(book: Rulebook, batch: Pairs) -> None:
    makers, whole, read = Makers(book), Figures(), Figures()
    for call, verdict in batch[:200]:
        whole.add(verdict)
        read.add(Entry(as_json(call), as_json(verdict), makers).counted)
    assert whole == read


def test_nothing_is_decoded_where_the_call_never_left_the_process(book: Rulebook, batch: Pairs) -> None:
    call, verdict = batch[0]
    entry = Entry(msgspec.Raw(b"?"), msgspec.Raw(b"??"), Makers(book), {WHOLE: (call, verdict)})
    assert entry.whole == (call, verdict)
    assert entry.counted is verdict
    assert bytes(entry.line) == b"??"
