"""Curves of a classifier: is its confidence honest, what does abstaining gain, would more data help?

Reliability: DeGroot & Fienberg, 1983 (expected calibration error: Naeini et al., AAAI 2015).
Risk and coverage: El-Yaniv & Wiener, JMLR 2010.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.svm import LinearSVC

from qa_nlp.stats import Interval, wilson
from qa_nlp.training.corpus import Sample
from qa_nlp.training.evaluate import Answers
from qa_nlp.training.fit import FOLDS, SEED, folds_of
from qa_nlp.training.matrix import Features
from qa_nlp.training.subjects import ALL_TURNS, call_features, start_features

BINS = 10
SHARES = (0.25, 0.5, 0.75, 1.0)
LEAST_VOICES = 3


@dataclass(frozen=True)
class Bin:
    """Samples of like confidence: how many, how sure on average, how many right (with interval)."""

    count: int
    confidence: float
    right: Interval


@dataclass(frozen=True)
class Point:
    """A point of a curve, both coordinates from 0 to 1."""

    x: float
    y: float


@dataclass(frozen=True)
class Learning:
    """Accuracy on unseen voices after training on a share of the other voices."""

    share: float
    samples: int
    calls: Interval
    beginnings: Interval


def reliability(answers: Answers, bins: int = BINS) -> list[Bin]:
    """Non-empty bins of equal width over confidence, ascending."""
    confidence, right = _outcomes(answers)
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    found = []
    for number in range(bins):
        chosen = place == number
        if chosen.any():
            interval = wilson(int(right[chosen].sum()), int(chosen.sum()))
            found.append(Bin(int(chosen.sum()), float(confidence[chosen].mean()), interval))
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of confidence from accuracy, weighted by the number of samples (0 is honest)."""
    count = sum(part.count for part in bins)
    return sum(part.count * abs(part.confidence - part.right.value) for part in bins) / max(1, count)


def risk_coverage(answers: Answers) -> list[Point]:
    """For each number of most confident samples kept: share kept (x), share wrong among them (y)."""
    confidence, right = _outcomes(answers)
    order = np.argsort(-confidence, kind="stable")
    kept = np.arange(1, len(order) + 1)
    wrong = np.cumsum(~right[order]) / kept
    last = np.append(np.diff(confidence[order]) != 0, True)[: len(order)]
    return [Point(float(k) / len(order), float(w)) for k, w in zip(kept[last], wrong[last], strict=True)]


def learning_curve(samples: Sequence[Sample], shares: Sequence[float] = SHARES) -> list[Learning]:
    """Train on growing shares of voices, test on voices left out; slow (minutes on the whole corpus).

    Whole calls and short beginnings (requests, first sentences) are learned and tested apart. With
    fewer than three voices there is nothing to leave out and the list is empty.
    """
    labelled = [s for s in samples if s.subtype and s.prepared.customer_turns]
    voices = sorted({s.voice for s in labelled})
    if len(voices) < LEAST_VOICES:
        return []
    fold_of = dict(zip(voices, folds_of(voices, FOLDS), strict=True))
    calls = [s for s in labelled if not s.is_request and not s.is_opening]
    requests = [s for s in labelled if s.is_request]
    whole, starts = call_features(calls), start_features(requests, ALL_TURNS)
    points = []
    for share in shares:
        used = {number: _some(voices, fold_of, number, share) for number in sorted(set(fold_of.values()))}
        size = round(sum(sum(s.voice in chosen for s in labelled) for chosen in used.values()) / len(used))
        scores = [_tested(part, of, fold_of, used) for part, of in ((whole, calls), (starts, requests))]
        points.append(Learning(share, size, *scores))
    return points


def _some(voices: Sequence[str], fold_of: dict[str, int], left_out: int, share: float) -> set[str]:
    """A share of the voices outside a fold, in an order mixed once; each share contains the smaller ones."""
    others = [voice for voice in voices if fold_of[voice] != left_out]
    order = np.random.default_rng(SEED).permutation(len(others))
    count = max(1, round(share * len(others)))
    return {others[i] for i in order[:count]}


def _tested(
    features: Features, samples: Sequence[Sample], fold_of: dict[str, int], used: dict[int, set[str]]
) -> Interval:
    if not samples:
        return wilson(0, 0)
    matrix = _weighted(features)
    gold = np.array([s.subtype for s in samples])
    right = 0
    for number, chosen in used.items():
        test = np.array([fold_of[s.voice] == number for s in samples])
        learn = np.array([s.voice in chosen for s in samples])
        if test.any() and len(set(gold[learn])) > 1:
            model = LinearSVC(C=1.0, random_state=SEED).fit(matrix[learn], gold[learn])
            right += int((model.predict(matrix[test]) == gold[test]).sum())
    return wilson(right, len(samples))


def _weighted(features: Features) -> sparse.csr_matrix:
    matrix = features.matrix.astype(np.float64)
    frequency = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return (matrix @ sparse.diags(np.log((1 + matrix.shape[0]) / (1 + frequency)) + 1)).tocsr()


def _outcomes(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    confidence = np.array([label.confidence for label in answers.labels], dtype=np.float64)
    return confidence, np.array([want == got for want, got in answers.pairs], dtype=bool)
