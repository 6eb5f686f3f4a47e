"""Train the weights that tell agent from customer, and weights that have not seen a voice, to measure with.

LinearSVC on turns (Fan et al., LIBLINEAR, 2008), each turn also as a poor recogniser would write it; the scale that
makes margins of short calls log odds comes from voices left out (Platt, 1999).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import sklearn
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from qa_nlp import __version__
from qa_nlp.errors import Problem, UsageError
from qa_nlp.model.roles import SIZE, RoleModel, slots_of, turn_codes
from qa_nlp.records import Call
from qa_nlp.training.corpus import Sample, read_corpus
from qa_nlp.training.noise import SoundAlikes, damaged

COST = 0.02
FOLDS = 8
SEED = 0
NOISE = 0.1
ROWS = 60_000
SHORT = 5
WHOSE = ("agent", "customer")


def train_roles(paths: Sequence[Path]) -> RoleModel:
    """Weights from all labelled calls of files and folders; files named ``locked*`` are kept out.

    With calls of one voice only, nothing tells how far the margins may be trusted: the scale is 1, which is little.

    Raises:
        UsageError: for a path that is missing or is not labelled data, or where only one side speaks.
    """
    samples = read_corpus(paths)
    calls = [sample.call for sample in samples]
    if not set(WHOSE) <= {turn.role for call in calls for turn in call.turns}:
        advice = "每一句写明 role：agent（座席）或 customer（客户），两种都要有"
        raise UsageError(Problem("T020", "标注数据", "没有双方都标明的通话", advice))
    folds = folds_of([sample.voice for sample in samples])
    unseen = _unseen(calls, folds)
    scale = _scale([(model, [c for c, f in zip(calls, folds, strict=True) if f == k]) for k, model in unseen])
    weights, bias = _fit(calls)
    spoken = hashlib.sha256("\n".join(f"{t.role}\t{t.text}" for c in calls for t in c.turns).encode()).hexdigest()
    card = {
        "qa_nlp": __version__, "scikit_learn": sklearn.__version__, "numpy": np.__version__, "seed": SEED,
        "calls": len(calls), "turns": sum(len(c.turns) for c in calls), "data_sha256": spoken,
        "voices": len({sample.voice for sample in samples}), "noise": NOISE, "cost": COST,
    }  # fmt: skip
    return RoleModel(weights, bias, scale, card)


def unseen_models(samples: Sequence[Sample]) -> list[tuple[RoleModel, list[Sample]]]:
    """For each fold of whole voices: a model that has not seen them (its scale from all folds), and their samples."""
    folds = folds_of([sample.voice for sample in samples])
    parts = [(model, [s for s, f in zip(samples, folds, strict=True) if f == k])
             for k, model in _unseen([s.call for s in samples], folds)]  # fmt: skip
    scale = _scale([(model, [s.call for s in chosen]) for model, chosen in parts])
    return [(RoleModel(model.weights, model.bias, scale, {}), chosen) for model, chosen in parts]


def folds_of(voices: Sequence[str]) -> list[int]:
    """A fold for each sample: whole voices, the largest first into the emptiest fold."""
    sizes = {name: voices.count(name) for name in sorted(set(voices))}
    load = [0] * FOLDS
    fold: dict[str, int] = {}
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        fold[name] = load.index(min(load))
        load[fold[name]] += sizes[name]
    return [fold[voice] for voice in voices]


def _unseen(calls: Sequence[Call], folds: Sequence[int]) -> list[tuple[int, RoleModel]]:
    found = []
    for number in sorted(set(folds)):
        if rest := [call for call, fold in zip(calls, folds, strict=True) if fold != number]:
            weights, bias = _fit(rest)
            found.append((number, RoleModel(weights, bias, 1.0, {})))
    return found


def _fit(calls: Sequence[Call]) -> tuple[np.ndarray, float]:
    alikes = SoundAlikes(turn.text for call in calls for turn in call.turns)
    heard = [damaged(call, alikes, NOISE, SEED, punctuation=False) for call in calls]
    turns = [turn for call in (*calls, *heard) for turn in call.turns if turn.role in WHOSE]
    target = np.array([turn.role == WHOSE[0] for turn in turns])
    matrix = turn_matrix([turn.text for turn in turns])
    model = LinearSVC(C=COST, random_state=SEED).fit(matrix, target)
    weights = model.coef_[0].astype(np.float32)
    force = np.abs(weights) * np.sqrt(np.bincount(matrix.indices, minlength=SIZE))
    weights[np.argsort(-force, kind="stable")[ROWS:]] = 0.0
    return weights, float(model.intercept_[0])


def turn_matrix(texts: Sequence[str]) -> sparse.csr_matrix:
    """Counts of n-grams (turns, 2^18), as ``RoleModel.log_odds`` adds them up."""
    codes, edges = turn_codes(texts)
    rows, columns = [], []
    for slots in slots_of(codes):
        owners = np.searchsorted(edges, np.arange(len(slots)), side="right") - 1
        inside = (owners < len(texts)) & (slots > 0)
        rows.append(owners[inside])
        columns.append(slots[inside])
    row, column = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(texts), SIZE))


def _scale(parts: Sequence[tuple[RoleModel, Sequence[Call]]]) -> float:
    """Log odds per unit of margin that fit the short calls of voices left out."""
    margins = []
    for model, calls in parts:
        for call in calls:
            if len(call.turns) <= SHORT and {turn.role for turn in call.turns} == set(WHOSE):
                odds = model.log_odds([turn.text for turn in call.turns])
                margins.append(sum(o if t.role == WHOSE[0] else -o for o, t in zip(odds, call.turns, strict=True)))
    if not margins:
        return 1.0
    both = np.concatenate([margins, np.negative(margins)])[:, None]
    model = LogisticRegression(C=1e4, fit_intercept=False).fit(both, np.arange(len(both)) < len(margins))
    return float(model.coef_[0, 0])
