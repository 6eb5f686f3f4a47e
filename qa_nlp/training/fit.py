"""Fit the linear models; out-of-voice margins calibrate them and choose the thresholds.

One LinearSVC a label (Fan et al., LIBLINEAR, 2008); for labels that exclude one another the
log-counts of multinomial naive Bayes are added, which stays one linear model (compare Wang &
Manning, ACL 2012). Platt's sigmoid on margins that come from models which did not see the voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from qa_nlp.model.linear import Linear
from qa_nlp.training.matrix import Features

FOLDS = 5
SEED = 0
ROWS = 60_000
SMOOTHING = 0.01
LEAST_PRIOR = -12.0


@dataclass(frozen=True)
class Fitted:
    """A model and the margins it gives to samples whose voice it has not seen (n, labels)."""

    linear: Linear
    unseen: np.ndarray


def folds_of(voices: Sequence[str], count: int = FOLDS) -> np.ndarray:
    """A fold number for each sample: whole voices, the largest first into the emptiest fold."""
    names, sizes = np.unique(np.asarray(voices), return_counts=True)
    load = np.zeros(min(count, len(names)), dtype=np.int64)
    fold: dict[str, int] = {}
    for index in np.lexsort((names, -sizes)):
        target = int(load.argmin())
        fold[str(names[index])] = target
        load[target] += sizes[index]
    return np.array([fold[voice] for voice in voices])


def fit(
    features: Features,
    targets: np.ndarray,
    labels: Sequence[str],
    voices: Sequence[str],
    *,
    cost: float = 1.0,
    weights: np.ndarray | None = None,
    bayes: float = 0.0,
    rows: int = ROWS,
    jobs: int = 2,
) -> Fitted:
    """Fit one binary model a label.

    Args:
        features: n segments.
        targets: (n, labels) of 0 and 1; -1 where the label is unknown for the sample.
        labels: names of the columns.
        voices: whose words each segment is.
        cost: C of the support vector machines.
        weights: importance of each segment (n,), default 1.
        bayes: share of naive Bayes in the margins; only where every segment has exactly one label.
        rows: features kept in the model, the weightiest.
        jobs: processes.
    """
    plain = features.matrix.astype(np.float64)
    idf = _idf(plain)
    matrix = (plain @ sparse.diags(idf)).tocsr()
    fold = folds_of(voices)
    weights = np.ones(features.size) if weights is None else weights
    columns = Parallel(n_jobs=jobs, max_nbytes="50M")(
        delayed(_column)(matrix, targets[:, k], fold, cost, weights) for k in range(len(labels))
    )
    coefficients = np.stack([column[0] for column in columns], axis=1) * idf[:, None]
    bias = np.array([column[1] for column in columns])
    unseen = np.stack([column[2] for column in columns], axis=1)
    if bayes:
        added, constant, heard = _bayes(plain, targets, fold)
        coefficients, bias, unseen = coefficients + bayes * added, bias + bayes * constant, unseen + bayes * heard
    scale, shift = _platt(unseen, targets)
    kept = _weightiest(coefficients, matrix, rows)
    linear = Linear(
        tuple(labels), features.keys[kept], coefficients[kept].astype(np.float32), bias.astype(np.float32), scale, shift
    )
    return Fitted(linear, unseen)


def _bayes(
    matrix: sparse.csr_matrix, targets: np.ndarray, fold: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log-counts (v, labels), constants (labels,) and scores of unseen voices (n, labels), scaled to spread 1."""
    unseen = np.zeros(targets.shape)
    for number in np.unique(fold):
        weights, constant = _log_counts(matrix[fold != number], targets[fold != number])
        unseen[fold == number] = matrix[fold == number] @ weights + constant
    weights, constant = _log_counts(matrix, targets)
    spread = max(float(unseen.std()), 1e-9)
    return weights / spread, constant / spread, unseen / spread


def _log_counts(matrix: sparse.csr_matrix, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Naive Bayes with its mean over the labels taken away; labels without a sample count as smoothing alone."""
    model = MultinomialNB(alpha=SMOOTHING)
    model.partial_fit(matrix, targets.argmax(axis=1), classes=np.arange(targets.shape[1]))
    weights, constant = model.feature_log_prob_.T, np.maximum(model.class_log_prior_, LEAST_PRIOR)
    return weights - weights.mean(axis=1, keepdims=True), constant - constant.mean()


def _weightiest(coefficients: np.ndarray, matrix: sparse.csr_matrix, rows: int) -> np.ndarray:
    """The ``rows`` n-grams that move the margins most: weight × root of how often they occur."""
    frequency = np.bincount(matrix.indices, minlength=matrix.shape[1])
    force = np.linalg.norm(coefficients, axis=1) * np.sqrt(frequency)
    result: np.ndarray = np.sort(np.argsort(-force, kind="stable")[:rows])
    return result


def _column(
    matrix: sparse.csr_matrix, target: np.ndarray, fold: np.ndarray, cost: float, weights: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray]:
    unseen = np.full(len(target), -1.0)
    for number in np.unique(fold):
        test = fold == number
        model = _svm(matrix, target, ~test, cost, weights)
        if model is not None:
            unseen[test] = model.decision_function(matrix[test])
    model = _svm(matrix, target, np.ones(len(target), bool), cost, weights)
    if model is None:
        return np.zeros(matrix.shape[1]), -1.0, unseen
    return model.coef_[0], float(model.intercept_[0]), unseen


def _svm(
    matrix: sparse.csr_matrix, target: np.ndarray, chosen: np.ndarray, cost: float, weights: np.ndarray
) -> LinearSVC | None:
    chosen = chosen & (target >= 0)
    if target[chosen].sum() < 2:
        return None
    return LinearSVC(C=cost, random_state=SEED).fit(matrix[chosen], target[chosen], weights[chosen])


def _idf(matrix: sparse.csr_matrix) -> np.ndarray:
    """Inverse document frequency, scaled to mean 1 over the occurrences."""
    frequency = np.bincount(matrix.indices, minlength=matrix.shape[1])
    idf = np.log((1 + matrix.shape[0]) / (1 + frequency)) + 1
    result: np.ndarray = idf / np.average(idf, weights=np.maximum(frequency, 1))
    return result


def _platt(margins: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scale and shift of each label's sigmoid."""
    scale = np.ones(margins.shape[1], dtype=np.float32)
    shift = np.zeros(margins.shape[1], dtype=np.float32)
    for k in range(margins.shape[1]):
        known = targets[:, k] >= 0
        y = targets[known, k]
        if 2 <= y.sum() < len(y):
            model = LogisticRegression(C=100.0).fit(margins[known, k : k + 1], y)
            scale[k], shift[k] = model.coef_[0, 0], model.intercept_[0]
        else:
            shift[k] = -6.0
    return scale, shift
