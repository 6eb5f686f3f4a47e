"""Training the weights that tell agent from customer."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_nlp.errors import UsageError
from qa_nlp.model.roles import load_roles
from qa_nlp.read.roles import with_roles
from qa_nlp.records import Call
from qa_nlp.text.prepared import prepare
from qa_nlp.training.corpus import Sample, read_labelled
from qa_nlp.training.roles import FOLDS, folds_of, train_roles, turn_matrix, unseen_models
from tests.conftest import ROOT

LABELLED = ROOT / "data" / "samples" / "labelled"


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    """Twenty calls of each of four voices."""
    names = ("northeast", "jiangnan", "southwest", "metropolitan")
    return [Sample(name, prepare(call)) for name in names for call in read_labelled(LABELLED / f"{name}.jsonl")[:20]]


def test_voices_stay_together() -> None:
    voices = ["a"] * 5 + ["b"] * 3 + ["c"] * 3
    folds = folds_of(voices)
    assert len(set(zip(voices, folds, strict=True))) == 3
    assert max(folds) < FOLDS


def test_training_and_running_add_up_the_same() -> None:
    model = load_roles(ROOT / "models" / "roles")
    texts = ["您好，请问有什么可以帮您", "我家没电了", "嗯嗯", "您说，我听着呢"]
    margins = turn_matrix(texts) @ model.weights + model.bias
    assert model.log_odds(texts) == pytest.approx(list(margins * model.scale), rel=1e-4)


def test_unseen_voices_are_told_apart(samples: list[Sample]) -> None:
    """Twenty calls of three voices teach enough for the fourth."""
    wrong = 0
    for model, chosen in unseen_models(samples):
        for sample in chosen:
            wrong += with_roles(sample.call, model).notes != ()
    assert wrong <= 1


def test_the_same_data_give_the_same_weights(tmp_path: Path) -> None:
    path = tmp_path / "voice.jsonl"
    path.write_bytes(b"".join((LABELLED / "northeast.jsonl").read_bytes().splitlines(keepends=True)[:15]))
    one, two = train_roles([path]), train_roles([path])
    assert (one.weights == two.weights).all()
    assert one.card == two.card
    assert one.card["calls"] == 15
    assert isinstance(with_roles(read_labelled(path)[0], one), Call)


def test_one_side_alone_teaches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "voice.jsonl"
    path.write_text('{"call_id":"1","turns":[{"role":"customer","text":"没电"}]}', encoding="utf-8")
    with pytest.raises(UsageError, match="T020"):
        train_roles([path])
