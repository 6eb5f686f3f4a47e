"""The model's file: weights persisted with skops (nothing in it can run) and a card beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from qa_nlp.errors import ModelError, Problem
from qa_nlp.model.linear import Linear

FORMAT = 1
WEIGHTS, CARD = "weights.skops", "card.json"
PARTS = ("calls", "starts", "sentences")
RETRAIN = "请用 qa-nlp train 重新训练，或重新安装程序"


@dataclass(frozen=True)
class Model:
    """Everything learned for one profile.

    ``calls`` labels a whole call, ``starts`` the customer's words alone (a request, the first
    turns), ``sentences`` scores each agent turn for every step and fault. ``confirm`` and
    ``suspect`` are the probabilities from which a label of ``sentences`` is taken as found and
    as doubtful. ``settings`` holds the numbers chosen by cross-validation.
    """

    calls: Linear
    starts: Linear
    sentences: Linear
    confirm: np.ndarray
    suspect: np.ndarray
    settings: dict[str, float]
    card: dict[str, Any]

    @property
    def version(self) -> str:
        """Short name of these very weights."""
        return str(self.card.get("weights_sha256", ""))[:12]


def save_model(model: Model, folder: Path) -> None:
    """Write weights and card into a folder."""
    import skops.io

    folder.mkdir(parents=True, exist_ok=True)
    data: dict[str, Any] = {"format": FORMAT, "settings": dict(model.settings)}
    for name in PARTS:
        part: Linear = getattr(model, name)
        data[name] = {
            "labels": list(part.labels),
            "slots": part.slots.astype(np.int32),
            **_bytes(part.weights),
            "bias": part.bias.astype(np.float32),
            "scale": part.scale.astype(np.float32),
            "shift": part.shift.astype(np.float32),
        }
    data["confirm"], data["suspect"] = model.confirm.astype(np.float32), model.suspect.astype(np.float32)
    skops.io.dump(data, folder / WEIGHTS)
    card = model.card | {"format": FORMAT, "weights_sha256": _sha256(folder / WEIGHTS)}
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


@cache
def load_model(folder: Path) -> Model:
    """Read a model.

    Raises:
        ModelError: when it is missing, changed since it was trained, of another format, or holds
            a type that is not plain data.
    """
    weights, card_file = folder / WEIGHTS, folder / CARD
    if not weights.is_file() or not card_file.is_file():
        raise ModelError(Problem("M001", str(folder), f"没有模型（缺 {WEIGHTS} 或 {CARD}）", RETRAIN))
    try:
        card = json.loads(card_file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(Problem("M002", str(card_file), f"模型卡读不出：{error}", RETRAIN)) from error
    if card.get("format") != FORMAT:
        raise ModelError(
            Problem("M003", str(card_file), f"模型格式是 {card.get('format')}，本程序只认 {FORMAT}", RETRAIN)
        )
    if card.get("weights_sha256") != _sha256(weights):
        raise ModelError(Problem("M004", str(weights), "模型文件与模型卡对不上，可能被改动或损坏", RETRAIN))
    data = _plain_data(weights)
    try:
        parts = {name: _linear(data[name]) for name in PARTS}
        return Model(
            parts["calls"], parts["starts"], parts["sentences"], data["confirm"], data["suspect"], data["settings"], card
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ModelError(Problem("M005", str(weights), f"模型内容不全：{error}", RETRAIN)) from error


def _plain_data(path: Path) -> dict[str, Any]:
    import skops.io

    try:
        untrusted = skops.io.get_untrusted_types(file=path)
        if untrusted:
            raise ModelError(
                Problem(
                    "M006",
                    str(path),
                    f"模型里有不可信的类型：{'、'.join(sorted(untrusted))}",
                    "不要使用来路不明的模型；" + RETRAIN,
                )
            )
        data: dict[str, Any] = skops.io.load(path, trusted=[])
    except ModelError:
        raise
    except Exception as error:  # skops and zipfile raise many kinds on damaged files
        raise ModelError(Problem("M007", str(path), f"模型文件读不出：{error}", RETRAIN)) from error
    return data


def _linear(data: dict[str, Any]) -> Linear:
    return Linear(
        tuple(data["labels"]),
        data["slots"].astype(np.int64),
        data["weights"].astype(np.float32) * data["step"],
        data["bias"],
        data["scale"],
        data["shift"],
    )


def _bytes(weights: np.ndarray) -> dict[str, np.ndarray]:
    """Weights as one byte each, with the size of a step for every label."""
    step = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return {"weights": np.rint(weights / step).astype(np.int8), "step": step.astype(np.float32)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
