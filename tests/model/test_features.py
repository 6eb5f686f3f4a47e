"""n-grams and features: independent of punctuation, bounded by turns, scaled to length one."""

from __future__ import annotations

import numpy as np

from qa_nlp.model.features import CALL_WEIGHTS, SENTENCE_WEIGHTS, call_features, sentence_features, stack
from qa_nlp.model.ngrams import call_ngrams
from qa_nlp.text.prepared import prepare
from tests.conftest import make_call


def test_ngrams_do_not_cross_turns() -> None:
    hashes, turns, lengths = call_ngrams(prepare(make_call("座：您好\n客：停电")))
    assert sorted(lengths.tolist()) == [1, 1, 1, 1, 2, 2]
    assert set(turns.tolist()) == {0, 1}
    assert len(set(hashes.tolist())) == 6


def test_punctuation_changes_nothing() -> None:
    plain = call_ngrams(prepare(make_call("客：我家没电了你们来看看")))[0]
    marked = call_ngrams(prepare(make_call("客：我家，没电了！你们来看看？")))[0]
    assert np.array_equal(plain, marked)


def test_each_field_has_its_weight() -> None:
    features = sentence_features(prepare(make_call("客：停电了\n座：您别急\n客：快点")))
    squares = float((features.values**2).sum())
    expected = sum(weight**2 for weight in SENTENCE_WEIGHTS.values())
    assert abs(squares - expected) < 1e-5


def test_call_features_of_a_request_have_no_agent_field() -> None:
    features = call_features(prepare(make_call("客：家里没电")))
    squares = float((features.values**2).sum())
    expected = sum(w**2 for w in CALL_WEIGHTS.values()) - 1.0
    assert abs(squares - expected) < 1e-5


def test_stack_keeps_segments_apart() -> None:
    one = call_features(prepare(make_call("客：没电")))
    both = stack([one, one])
    assert both.size == 2
    assert set(both.segments.tolist()) == {0, 1}


def test_no_features_in_an_empty_call() -> None:
    assert sentence_features(prepare(make_call("客：嗯"))).size == 0
    assert stack([]).size == 0
