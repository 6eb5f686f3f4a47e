"""A model is data: it round-trips, and a damaged or foreign one is refused with what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from qa_nlp.errors import ModelError
from qa_nlp.model.store import CARD, WEIGHTS, load_model
from qa_nlp.paths import data_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "model"
    shutil.copytree(data_file("models", "power"), target)
    return target


def rewrite(folder: Path, **data: object) -> None:
    import hashlib

    np.savez(folder / WEIGHTS, **data)  # type: ignore[arg-type]
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    card["weights_sha256"] = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")


def test_shipped_model_loads(folder: Path) -> None:
    model = load_model(folder)
    assert len(model.calls.labels) == 50
    assert model.version


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="没有模型"):
        load_model(tmp_path / "nowhere")


def test_tampered_weights(folder: Path) -> None:
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / WEIGHTS).write_bytes(data)
    with pytest.raises(ModelError, match="对不上"):
        load_model(folder)


@pytest.mark.parametrize("number", [1, 99, None])
def test_other_format(number: int | None, folder: Path) -> None:
    card = json.loads((folder / CARD).read_text(encoding="utf-8")) | {"format": number}
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match="只认"):
        load_model(folder)


def test_untrusted_type(folder: Path) -> None:
    rewrite(folder, calls=np.array([Path.cwd()], dtype=object))
    with pytest.raises(ModelError, match="不可信"):
        load_model(folder)


def test_incomplete(folder: Path) -> None:
    rewrite(folder, calls=np.zeros(1))
    with pytest.raises(ModelError, match="不全"):
        load_model(folder)


def test_broken_card(folder: Path) -> None:
    (folder / CARD).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="模型卡"):
        load_model(folder)
