"""Who speaks: how much more likely an agent than a customer would say a turn, from its characters.

One weight a hashed n-gram of 1 to 3 characters, edges of the turn included; their sum is a margin, and ``scale``
makes it log odds. The n-grams are made here and nowhere else, so that the other model may change its own; the card
keeps a digest of what they are (``probe``), and weights made for other n-grams are refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from qa_nlp.errors import ModelError, Problem
from qa_nlp.text import tables

FORMAT = 1
BITS = 18
SIZE = 1 << BITS
LONGEST = 3
MOST_CHARACTERS = 400
WEIGHTS, CARD = "weights.npz", "card.json"
# A note on a call: the score is withheld wherever it stands.
UNCONFIRMED = "话太少，由内容核对不了谁是座席，角色照文件的标记"
RETRAIN = "请用 qa-nlp train-roles 重新训练，或重新安装程序"
PROBE = ("您好，９５５９８為您服務。", "", "喂？我家没电了 abc 123", "嗯")

Floats = npt.NDArray[np.float32]
_EDGE = 10
_PLANE = 0xFFFF
_MULTIPLIER = np.uint32(0x9E3779B1)
_MIX = np.uint32(0x85EBCA6B)


@dataclass(frozen=True)
class RoleModel:
    """Weights (2^18,), that of slot 0 being 0; the bias of a turn; log odds per unit of margin."""

    weights: Floats
    bias: float
    scale: float
    card: dict[str, Any]

    @property
    def version(self) -> str:
        """Short name of these very weights."""
        return str(self.card.get("weights_sha256", ""))[:12]

    def log_odds(self, texts: Sequence[str]) -> list[float]:
        """For each turn ln(P(agent said it) / P(customer said it)).

        0 for a turn of one letter or none: either side says 嗯, and whoever listens says it often. Only the first
        400 characters of a turn are looked at.
        """
        if not texts:
            return []
        codes, edges = turn_codes(texts)
        sums = np.zeros(len(codes), dtype=np.float32)
        for slots in slots_of(codes):
            sums[: len(slots)] += self.weights.take(slots)
        margins = np.add.reduceat(sums[:-1], edges[:-1]) + self.bias
        margins[np.diff(edges) <= 2] = 0.0
        result: list[float] = (margins * self.scale).tolist()
        return result


def turn_codes(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Folded letters and digits of turns, an edge before each and one behind all; where the edges are (turns + 1,)."""
    parts = [text[:MOST_CHARACTERS] for text in texts]
    joined = "\n" + "\n".join(parts) + "\n"
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = _letters().take(raw, mode="clip")
    at = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)) + 1, out=at[1:])
    codes[at] = _EDGE
    kept = codes[codes > 0]
    return kept, np.flatnonzero(kept == _EDGE)


def slots_of(codes: npt.NDArray[np.uint32]) -> list[npt.NDArray[np.int64]]:
    """For n = 1, 2, 3 the slot of the n-gram that begins at each position; 0, which weighs nothing, across an edge."""
    found = []
    rolling = codes + np.uint32(1)
    for n in range(1, LONGEST + 1):
        if n > 1:
            rolling = rolling[:-1] * _MULTIPLIER
            rolling += codes[n - 1 :]
        slots = ((rolling * _MIX) >> np.uint32(32 - BITS)).astype(np.int64)
        if n == LONGEST:
            slots[codes[1:-1] == _EDGE] = 0
        found.append(slots)
    return found


def probe() -> str:
    """A digest of the n-grams of a few fixed turns: changes whenever the features do."""
    codes, edges = turn_codes(PROBE)
    digest = hashlib.sha256(edges.tobytes())
    for slots in slots_of(codes):
        digest.update(slots.tobytes())
    return digest.hexdigest()[:16]


def save_roles(model: RoleModel, folder: Path) -> None:
    """Write weights (one byte each) and card into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    step = np.float32(max(float(np.abs(model.weights).max()), 1e-9) / 127)
    np.savez_compressed(
        folder / WEIGHTS,
        weights=np.rint(model.weights / step).astype(np.int8), step=step,
        bias=np.float32(model.bias), scale=np.float32(model.scale),
    )  # fmt: skip
    digest = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    card = model.card | {"format": FORMAT, "probe": probe(), "weights_sha256": digest}
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


@cache
def load_roles(folder: Path) -> RoleModel:
    """Read the weights.

    Raises:
        ModelError: when they are missing, changed since they were trained, or made for other n-grams.
    """
    weights, card_file = folder / WEIGHTS, folder / CARD
    if not weights.is_file() or not card_file.is_file():
        raise ModelError(Problem("M001", str(folder), f"没有说话人模型（缺 {WEIGHTS} 或 {CARD}）", RETRAIN))
    try:
        card = json.loads(card_file.read_text(encoding="utf-8"))
        known = card.get("format"), card.get("probe")
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(Problem("M002", str(card_file), f"模型卡读不出：{error}", RETRAIN)) from error
    if known != (FORMAT, probe()):
        raise ModelError(Problem("M003", str(card_file), "说话人模型与本程序的版本不符", RETRAIN))
    if card.get("weights_sha256") != hashlib.sha256(weights.read_bytes()).hexdigest():
        raise ModelError(Problem("M004", str(weights), "模型文件与模型卡对不上，可能被改动或损坏", RETRAIN))
    try:
        with np.load(weights, allow_pickle=False) as data:
            table = data["weights"].astype(np.float32) * data["step"]
            return RoleModel(table, float(data["bias"]), float(data["scale"]), card)
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise ModelError(Problem("M007", str(weights), f"模型文件读不出：{error}", RETRAIN)) from error


@cache
def _letters() -> npt.NDArray[np.uint32]:
    """Code point → folded letter or digit; 0 for punctuation, spaces, what folds to nothing or to several, emoji."""
    folded = tables.fold_table()[: _PLANE + 1]
    dropped = (folded < 0x30) | ((folded >= 0x3A) & (folded < 0x61)) | ((folded >= 0x7B) & (folded < 0xAA))
    dropped |= ((folded >= 0x2000) & (folded < 0x2070)) | ((folded >= 0x3000) & (folded < 0x3040)) | (folded >= 0xFFFD)
    return np.where(dropped, 0, folded).astype(np.uint32)
