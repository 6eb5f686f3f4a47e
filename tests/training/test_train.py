"""Learning repeats itself, and finds labels that contradict the words."""

from __future__ import annotations

import csv
from dataclasses import replace as changed
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from qa_nlp.errors import ModelError, UsageError
from qa_nlp.model.fits import refuse_foreign
from qa_nlp.model.store import CARD, WEIGHTS, load_model, save_model
from qa_nlp.records import Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare
from qa_nlp.training.corpus import Sample
from qa_nlp.training.label_review import (
    CONFLICT,
    HEADERS,
    beginning,
    doubtful_labels,
    near_copies,
    small_classes,
    write_review,
)
from qa_nlp.training.train import Learned, learn, refuse_unknown


def relabelled(sample: Sample, subtype: str) -> Sample:
    call = replace(sample.call, labels={**sample.call.labels, "subtype": subtype})
    return Sample(sample.voice, changed(sample.prepared, call=call))


def test_same_data_same_bytes(small: list[Sample], learned: Learned, book: Rulebook, tmp_path: Path) -> None:
    save_model(learned.model, tmp_path / "一")
    save_model(learn(small, book, jobs=2).model, tmp_path / "二")
    for name in (CARD, WEIGHTS):
        assert (tmp_path / "一" / name).read_bytes() == (tmp_path / "二" / name).read_bytes()
    assert load_model(tmp_path / "一").version


def test_what_is_learned_is_right_on_unseen_voices(learned: Learned) -> None:
    assert learned.model.card["cross_validated"]["cv_subtype_acc"] > 0.8


def test_a_wrong_label_is_doubted_and_right_ones_hardly(small: list[Sample], book: Rulebook) -> None:
    victim = next(i for i, s in enumerate(small) if s.subtype == "consult.invoice" and not s.is_request)
    spoilt = [relabelled(s, "repair.voltage") if i == victim else s for i, s in enumerate(small)]
    doubts = doubtful_labels(learn(spoilt, book, jobs=1), confident=0.5)
    found = {doubt.sample.call.call_id: doubt.suggested for doubt in doubts}
    assert found[small[victim].call.call_id] == "consult.invoice"
    assert len(found) <= len(small) // 10


def test_same_words_with_two_labels_are_doubted(small: list[Sample], book: Rulebook) -> None:
    copy = relabelled(small[-1], next(s.subtype for s in small if s.subtype != small[-1].subtype))
    doubts = doubtful_labels(learn([*small, copy], book, jobs=1), confident=1.1)
    assert [doubt.reason for doubt in doubts] == [CONFLICT, CONFLICT]


def test_review_opens_in_excel(learned: Learned, book: Rulebook, tmp_path: Path) -> None:
    doubts = doubtful_labels(learned, confident=0.0)
    write_review(doubts, book, tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == HEADERS
    assert len(rows) == len(doubts) + 1


def test_small_classes(small: list[Sample]) -> None:
    few = [s for s in small if s.subtype == "repair.voltage"][:3]
    rest = [s for s in small if s.subtype == "consult.invoice"]
    assert small_classes([*few, *rest]) == [("repair.voltage", 3)]


def test_copies_across_voices_and_with_the_locked_split(small: list[Sample], locked: list[Sample]) -> None:
    call = next(s for s in small if not s.is_request)
    copy = Sample("别处", call.prepared)
    assert near_copies([call, Sample(call.voice, call.prepared)]) == []
    assert [share for _, _, share in near_copies([call, copy])] == [1.0]
    stolen = next(s for s in locked if not s.is_request)
    assert len(near_copies([*small, Sample("新", stolen.prepared)], locked)) == 1


def test_beginning_is_cut(small: list[Sample]) -> None:
    turns = (Turn("agent", "您好"), Turn("customer", "电" * 100))
    sample = Sample("v", prepare(replace(small[0].call, turns=turns)))
    assert beginning(sample, 10) == "电" * 9 + "…"


def test_unknown_labels_of_turns_are_listed(small: list[Sample], book: Rulebook) -> None:
    turns = (Turn("agent", "您好", acts=("hello", "greet")),)
    with pytest.raises(UsageError, match="hello"):
        refuse_unknown([Sample("v", prepare(replace(small[0].call, turns=turns)))], book)


def test_model_must_fit_the_rulebook(learned: Learned, book: Rulebook) -> None:
    refuse_foreign(learned.model, book.subtypes, book.steps, book.codes)
    refuse_foreign(learned.model, (), book.steps, book.codes)
    fewer = set(book.subtypes) - {"repair.voltage"}
    with pytest.raises(ModelError, match=r"M008.*repair\.voltage.*subtypes\.csv"):
        refuse_foreign(learned.model, fewer, book.steps, book.codes)
    with pytest.raises(ModelError, match="greet"):
        refuse_foreign(learned.model, book.subtypes, set(book.steps) - {"greet"}, book.codes)


def test_margins_of_unseen_voices_come_with_the_model(learned: Learned) -> None:
    assert learned.by_call.unseen.shape == (len(learned.whole.samples), len(learned.model.calls.labels))
    assert np.isfinite(learned.by_start.unseen).all()
    assert msgspec.json.encode(learned.model.card)
