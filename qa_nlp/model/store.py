"""The model's file: plain arrays (nothing in it can run) and a card beside it.

NumPy's npz is read with ``allow_pickle=False``: an object in it is refused, not built. Loading it
needs no scikit-learn, which alone would double the time that one call takes from cold.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from qa_nlp.errors import ModelError, Problem
from qa_nlp.model.blend import ANY, Blend
from qa_nlp.model.features import AFTER, AGENT, BEFORE, CLAUSE, CUSTOMER, LONGEST, OWN, PLACE, PLACE_VALUE, PLACES
from qa_nlp.model.fulfilment import Fulfilment
from qa_nlp.model.linear import Linear, Table, Weights

FORMAT = 6
WEIGHTS, CARD = "weights.npz", "card.json"
PARTS = ("calls", "starts", "sentences", "among", "clauses")
RETRAIN = "请用 qa-nlp train 重新训练，或重新安装程序"


@dataclass(frozen=True)
class Model:
    """Everything learned for one profile.

    ``calls`` labels a whole call, ``starts`` the customer's words alone (a request, the first
    turns), ``sentences`` scores each agent turn for every step and fault. ``among`` tells the
    codes of faulty turns apart, its last column a fault from none; ``clauses`` scores every clause for the same;
    ``blend`` weighs these margins into the log odds of each code. ``confirm`` and ``suspect`` are the probabilities from which a label of ``sentences`` is taken as found and
    as doubtful. ``fulfilment`` weighs all that speaks for a step in a call, subtypes as in ``calls``. ``settings`` holds the numbers chosen by cross-validation.
    """

    calls: Linear
    starts: Linear
    sentences: Linear
    among: Linear
    clauses: Linear
    blend: Blend
    confirm: np.ndarray
    suspect: np.ndarray
    fulfilment: Fulfilment
    settings: dict[str, float]
    card: dict[str, Any]

    @property
    def version(self) -> str:
        """Short name of these very weights."""
        return str(self.card.get("weights_sha256", ""))[:12]

    @property
    def known_rules(self) -> dict[str, str]:
        """Fingerprints of the phrase and step rules that were in force when the model was trained."""
        known: dict[str, str] = self.card.get("known_rules", {})
        return known

    @cached_property
    def agents(self) -> Table:
        """What the agent's clauses add to ``sentences`` and ``among`` (as the turn itself), to ``clauses``, to ``calls``."""
        return Table([(self.sentences, OWN), (self.among, OWN), (self.clauses, CLAUSE), (self.calls, AGENT)])

    @cached_property
    def customers(self) -> Table:
        """What the customer's turns add to ``calls``, then to ``starts``."""
        return Table([(self.calls, CUSTOMER), (self.starts, CUSTOMER)])

    @cached_property
    def heard(self) -> Table:
        """What the customer's turns add to ``sentences`` and ``among`` of the turn that follows, then of the one before."""
        parts = [(part, field) for field in (BEFORE, AFTER) for part in (self.sentences, self.among)]
        return Table(parts, LONGEST[BEFORE])

    @cached_property
    def places(self) -> Weights:
        """What each plain feature adds to ``sentences`` and ``among`` (PLACES, labels)."""
        found = []
        for part in (self.sentences, self.among):
            slots, weights = part.in_field(PLACE)
            added = np.zeros((PLACES, weights.shape[1]), dtype=np.float32)
            added[slots] = weights * np.float32(PLACE_VALUE)
            found.append(added)
        return np.hstack(found)

    @cached_property
    def faults(self) -> npt.NDArray[np.int64]:
        """Columns of ``sentences`` that ``among`` and ``clauses`` concern, in their order."""
        return np.array([self.sentences.index(label) for label in self.among.labels if label != ANY], dtype=np.int64)


def save_model(model: Model, folder: Path) -> None:
    """Write weights and card into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data: dict[str, np.ndarray] = {"format": np.array(FORMAT)}
    for name in PARTS:
        data |= {f"{name}.{key}": value for key, value in _arrays(getattr(model, name)).items()}
    data["blend.weights"], data["blend.bias"] = model.blend.weights, model.blend.bias
    data["confirm"], data["suspect"] = model.confirm.astype(np.float32), model.suspect.astype(np.float32)
    steps = model.fulfilment
    data["fulfilment.columns"], data["fulfilment.rates"] = steps.columns, steps.rates.astype(np.float16)
    data["fulfilment.weights"], data["fulfilment.bias"] = steps.weights, steps.bias
    data["settings.names"] = np.array(sorted(model.settings))
    data["settings.values"] = np.array([model.settings[name] for name in sorted(model.settings)])
    np.savez_compressed(folder / WEIGHTS, **data)  # type: ignore[arg-type]
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
        parts = {name: _linear(data, name) for name in PARTS}
        settings = dict(zip(data["settings.names"].tolist(), data["settings.values"].tolist(), strict=True))
        return Model(
            **parts, blend=Blend(data["blend.weights"], data["blend.bias"]), confirm=data["confirm"], suspect=data["suspect"], fulfilment=_fulfilment(data),
            settings=settings, card=card,
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ModelError(Problem("M005", str(weights), f"模型内容不全：{error}", RETRAIN)) from error


def _plain_data(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except ValueError as error:
        advice = "不要使用来路不明的模型；" + RETRAIN
        raise ModelError(Problem("M006", str(path), f"模型里有不可信的类型：{error}", advice)) from error
    except (OSError, EOFError, KeyError, BadZipFile) as error:
        raise ModelError(Problem("M007", str(path), f"模型文件读不出：{error}", RETRAIN)) from error


def _arrays(part: Linear) -> dict[str, np.ndarray]:
    """One byte a weight, with the size of a step for every label."""
    weights = part.weights
    step = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return {
        "labels": np.array(part.labels),
        "keys": part.keys.astype(np.int32),
        "weights": np.rint(weights / step).astype(np.int8),
        "step": step.astype(np.float32),
        "bias": part.bias.astype(np.float32),
        "scale": part.scale.astype(np.float32),
        "shift": part.shift.astype(np.float32),
    }


def _linear(data: dict[str, np.ndarray], name: str) -> Linear:
    return Linear(
        tuple(data[f"{name}.labels"].tolist()),
        data[f"{name}.keys"].astype(np.int64),
        data[f"{name}.weights"],
        data[f"{name}.bias"],
        data[f"{name}.scale"],
        data[f"{name}.shift"],
        data[f"{name}.step"],
    )


def _fulfilment(data: dict[str, np.ndarray]) -> Fulfilment:
    rates = data["fulfilment.rates"].astype(np.float32)
    return Fulfilment(data["fulfilment.columns"], rates, data["fulfilment.weights"], data["fulfilment.bias"])


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
