"""Which classifier suits these calls? Cross-validated by voice: ``python bench/models.py [--quick] [LABELLED…]``.

``--quick`` leaves out what takes long: logistic regression and the stack.

Every model sees the same n-grams of the same folds; no voice is in both the training and the test
part. The stack learns from the other models' out-of-voice outputs and is itself tested on voices
it has not seen; its inputs for those voices come from models that had, among others, the voices it
learns from – a slight advantage, which it does not need to win and must not be taken for.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.svm import LinearSVC

from qa_nlp.stats import different_by_chance
from qa_nlp.training.corpus import Sample, read_corpus
from qa_nlp.training.fit import SEED, folds_of
from qa_nlp.training.matrix import Features, frequent
from qa_nlp.training.settings import CALLS_SHARE
from qa_nlp.training.subjects import ALL_TURNS, call_features, starting_subjects

LEAST = 3
STACK_COST = 0.005
BAYES_SHARES = (0.1, 0.2)
SUMS = tuple(f"线性 SVM＋{share}×多项贝叶斯" for share in BAYES_SHARES)
SLOW = "逻辑回归"
VIEWS = ("整通", "客户前三句", "客户第一句", "书面诉求")
Make = Callable[[], object]
MODELS: dict[str, Make] = {
    "线性 SVM": lambda: LinearSVC(C=1.0, random_state=SEED),
    "逻辑回归": lambda: LogisticRegression(C=30.0, tol=1e-3, max_iter=60),
    "补集朴素贝叶斯": lambda: ComplementNB(alpha=0.3),
    "多项朴素贝叶斯": lambda: MultinomialNB(alpha=0.01),
}


def weighted(features: Features) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """The n-grams as they are, and weighted by inverse document frequency."""
    matrix = frequent(features, LEAST).matrix.astype(np.float64)
    frequency = np.bincount(matrix.indices, minlength=matrix.shape[1])
    idf = np.log((1 + matrix.shape[0]) / (1 + frequency)) + 1
    idf /= np.average(idf, weights=np.maximum(frequency, 1))
    return matrix, (matrix @ sparse.diags(idf)).tocsr()


def unseen_scores(features: Features, gold: np.ndarray, fold: np.ndarray, quick: bool) -> dict[str, np.ndarray]:
    """Scores (n, subtypes) of every model for samples whose voice it has not seen."""
    plain, tfidf = weighted(features)
    scores = {}
    for name, make in MODELS.items():
        if quick and name == SLOW:
            continue
        began = time.time()
        matrix = plain if "贝叶斯" in name else tfidf
        result = np.full((len(gold), gold.max() + 1), -50.0)
        for number in np.unique(fold):
            test = fold == number
            model = make().fit(matrix[~test], gold[~test])  # type: ignore[attr-defined]
            columns = model.classes_[None, :]
            result[np.flatnonzero(test)[:, None], columns] = outputs(model, matrix[test])
        scores[name] = result
        print(f"{name}：{time.time() - began:.0f} 秒", file=sys.stderr, flush=True)
    return scores


def outputs(model: object, matrix: sparse.csr_matrix) -> np.ndarray:
    """Margins, or log probabilities."""
    if hasattr(model, "decision_function") and not isinstance(model, LogisticRegression):
        return np.asarray(model.decision_function(matrix))
    return np.asarray(model.predict_log_proba(matrix))  # type: ignore[attr-defined]


def stacked(parts: list[np.ndarray], gold: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Logistic regression over the standardised outputs of other models, tested on other voices."""
    joined = np.hstack([(part - part.mean(axis=0)) / (part.std(axis=0) + 1e-9) for part in parts])
    result = np.full((len(gold), gold.max() + 1), -50.0)
    for number in np.unique(fold):
        test = fold == number
        model = LogisticRegression(C=STACK_COST, max_iter=300).fit(joined[~test], gold[~test])
        result[np.flatnonzero(test)[:, None], model.classes_[None, :]] = model.predict_log_proba(joined[test])
    return result


def with_sums(scores: dict[str, np.ndarray], gold: np.ndarray, fold: np.ndarray, quick: bool) -> dict[str, np.ndarray]:
    """The same, the plain sums of SVM and Bayes (which are still one linear model), and their stack."""
    svm, bayes = scores["线性 SVM"], scores["多项朴素贝叶斯"]
    even = bayes - bayes.mean(axis=1, keepdims=True)
    sums = {name: svm + share * even / even.std() for name, share in zip(SUMS, BAYES_SHARES, strict=True)}
    stack = {} if quick else {"堆叠（SVM＋多项贝叶斯 → 逻辑回归）": stacked([svm, bayes], gold, fold)}
    return scores | sums | stack


def accuracy(scores: np.ndarray, gold: np.ndarray) -> float:
    """Share of rows whose highest score is the right subtype."""
    return float((scores.argmax(axis=1) == gold).mean())


def compare_models(samples: list[Sample], quick: bool = False) -> None:
    """Print the table."""
    subtypes = sorted({s.subtype for s in samples if s.subtype})
    column = {name: k for k, name in enumerate(subtypes)}
    starts = starting_subjects(samples)
    calls = [s for s in samples if s.subtype and not s.is_request and not s.is_opening]
    fold_of = dict(zip([s.voice for s in starts.samples], folds_of([s.voice for s in starts.samples]), strict=True))
    start_gold = np.array([column[s.subtype] for s in starts.samples])
    start_fold = np.array([fold_of[s.voice] for s in starts.samples])
    call_gold = np.array([column[s.subtype] for s in calls])
    call_fold = np.array([fold_of[s.voice] for s in calls])
    by_start = with_sums(unseen_scores(starts.features, start_gold, start_fold, quick), start_gold, start_fold, quick)
    by_call = with_sums(unseen_scores(call_features(calls), call_gold, call_fold, quick), call_gold, call_fold, quick)
    at = {id(s): i for i, s in enumerate(starts.samples) if starts.kinds[i] == str(ALL_TURNS)}
    rows = [at[id(s)] for s in calls]
    views = [starts.kinds == kind for kind in ("3", "1", "request")]
    counts = [len(calls), *(int(view.sum()) for view in views)]
    print("| 模型 | " + " | ".join(f"{n}（{k}）" for n, k in zip(VIEWS, counts, strict=True)) + " |")
    print("|---" * (len(VIEWS) + 1) + "|")
    for name, scores in by_start.items():
        cells = [accuracy(by_call[name], call_gold), *(accuracy(scores[v], start_gold[v]) for v in views)]
        print(f"| {name} | " + " | ".join(f"{100 * cell:.1f}" for cell in cells) + " |")
    for of_call, of_start in (("线性 SVM", "线性 SVM"), (SUMS[1], SUMS[0])):
        both = by_call[of_call] + CALLS_SHARE * by_start[of_start][rows]
        cells = [accuracy(both, call_gold), *(accuracy(by_start[of_start][v], start_gold[v]) for v in views)]
        title = f"整通：{of_call}，加三成“只看客户”的模型；其余：{of_start}"
        print(f"| {title} | " + " | ".join(f"{100 * cell:.1f}" for cell in cells) + " |")
    for view, rows_ in zip(VIEWS[1:], views, strict=True):
        was = by_start["线性 SVM"][rows_].argmax(axis=1) == start_gold[rows_]
        now = by_start[SUMS[0]][rows_].argmax(axis=1) == start_gold[rows_]
        lost, won = int((was & ~now).sum()), int((~was & now).sum())
        print(f"{view}：{SUMS[0]} 比线性 SVM 多对 {won}、多错 {lost}（p={different_by_chance(lost, won):.3f}）")


if __name__ == "__main__":
    chosen = [Path(name) for name in sys.argv[1:] if name != "--quick"] or [Path("data/samples/labelled")]
    compare_models(read_corpus(chosen), quick="--quick" in sys.argv)
