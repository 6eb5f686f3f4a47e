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
    """A model and the margins it gives to samples whose voice it has not seen (n, labels).

    ``other``: the same of the samples described otherwise, where ``fit`` was given them so.
    """

    linear: Linear
    unseen: np.ndarray
    other: np.ndarray | None = None


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
    other: Features | None = None,
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
        other: the same segments described otherwise (say, by their beginnings): scored, not learned from.
        rows: features kept in the model, the weightiest.
        jobs: processes.
    """
    plain = features.matrix.astype(np.float64)
    idf = _idf(plain)
    fold = folds_of(voices)
    weights = np.ones(features.size) if weights is None else weights
    described = [plain] if other is None else [plain, other.over(features.keys).matrix.astype(np.float64)]
    views = [(one @ sparse.diags(idf)).tocsr() for one in described]
    columns = Parallel(n_jobs=jobs, max_nbytes="50M")(
        delayed(_column)(views, targets[:, k], fold, cost, weights) for k in range(len(labels))
    )
    coefficients = np.stack([column[0] for column in columns], axis=1) * idf[:, None]
    bias = np.array([column[1] for column in columns])
    scores = np.stack([column[2] for column in columns], axis=2)
    if bayes:
        added, constant, heard = _bayes(described, targets, fold)
        coefficients, bias, scores = coefficients + bayes * added, bias + bayes * constant, scores + bayes * heard
    unseen = scores[0]
    scale, shift = platt(unseen, targets)
    kept = _weightiest(coefficients, views[0], rows)
    linear = Linear(
        tuple(labels), features.keys[kept], coefficients[kept].astype(np.float32), bias.astype(np.float32), scale, shift
    )
    return Fitted(linear, unseen, scores[1] if other is not None else None)


def _bayes(
    described: Sequence[sparse.csr_matrix], targets: np.ndarray, fold: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log-counts (v, labels), constants (labels,), scores of unseen voices (views, n, labels), scaled to spread 1."""
    matrix = described[0]
    unseen = np.zeros((len(described), *targets.shape))
    for number in np.unique(fold):
        weights, constant = _log_counts(matrix[fold != number], targets[fold != number])
        for view, scores in zip(described, unseen, strict=True):
            scores[fold == number] = view[fold == number] @ weights + constant
    weights, constant = _log_counts(matrix, targets)
    spread = max(float(unseen[0].std()), 1e-9)
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
    views: Sequence[sparse.csr_matrix], target: np.ndarray, fold: np.ndarray, cost: float, weights: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray]:
    """Weights, bias and scores of unseen voices (views, n) of one label, learned from the first view."""
    matrix = views[0]
    unseen = np.full((len(views), len(target)), -1.0)
    for number in np.unique(fold):
        test = fold == number
        model = _svm(matrix, target, ~test, cost, weights)
        if model is not None:
            for view, scores in zip(views, unseen, strict=True):
                scores[test] = model.decision_function(view[test])
    model = _svm(matrix, target, np.ones(len(target), bool), cost, weights)
    if model is None:
        return np.zeros(matrix.shape[1]), -1.0, unseen
    return model.coef_[0], float(model.intercept_[0]), unseen


def _svm(
    matrix: sparse.csr_matrix, target: np.ndarray, chosen: np.ndarray, cost: float, weights: np.ndarray
) -> LinearSVC | None:
    chosen = chosen & (target >= 0)
    if not 2 <= target[chosen].sum() < chosen.sum():
        return None
    return LinearSVC(C=cost, random_state=SEED).fit(matrix[chosen], target[chosen], weights[chosen])


def _idf(matrix: sparse.csr_matrix) -> np.ndarray:
    """Inverse document frequency, scaled to mean 1 over the occurrences."""
    frequency = np.bincount(matrix.indices, minlength=matrix.shape[1])
    idf = np.log((1 + matrix.shape[0]) / (1 + frequency)) + 1
    result: np.ndarray = idf / np.average(idf, weights=np.maximum(frequency, 1))
    return result


def platt(margins: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scale and shift (labels,) of each label's sigmoid on margins (n, labels); targets of -1 are left out."""
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
