"""Numbers of the call classifier that are chosen on voices it has not seen: scales, shares, when to ask a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa_nlp.model.features import sureness
from qa_nlp.training.fit import Fitted
from qa_nlp.training.subjects import ALL_TURNS, Subjects

CALLS_SHARE = 0.3
EARLY_SHARES = (0.2, 0.3, 0.5, 0.7, 1.0)
# The beginning on which ``early_*`` are chosen: until the customer's third turn.
EARLY_TURNS = 3
SLOPES = tuple(step / 10 for step in range(11))
REVIEW_RISK, STARTS_RISK = 0.012, 0.02


def settings_of(
    by_call: Fitted, by_start: Fitted, whole: Subjects, starts: Subjects, subtypes: Sequence[str]
) -> dict[str, float]:
    """Softmax scales by maximum likelihood on unseen voices, and the abstention thresholds.

    ``by_call.other`` holds the margins of the calls' beginnings (``EARLY_TURNS``).
    """
    column = {name: k for k, name in enumerate(subtypes)}
    start_gold = np.array([column[s.subtype] for s in starts.samples])
    sure = _sureness(by_start.unseen, starts.letters, start_gold)
    by_starts = by_start.unseen * sureness(starts.letters, sure)[:, None]
    gold = np.array([column[s.subtype] for s in whole.samples])
    rows, other = _alongside(whole, starts, by_starts, ALL_TURNS)
    calls_scale, _ = _scale(by_call.unseen[rows], gold[rows], CALLS_SHARE * other)
    found = _softmax(by_call.unseen[rows] * calls_scale + CALLS_SHARE * other)
    review = review_threshold(found.max(axis=1), found.argmax(axis=1) == gold[rows])
    heard = _softmax(by_starts)
    full = np.isin(starts.kinds, (str(ALL_TURNS), "request"))
    right = heard.argmax(axis=1) == start_gold
    review_start = review_threshold(heard[full].max(axis=1), right[full], STARTS_RISK)
    return {
        **sure, **_early(by_call, by_starts, whole, starts, gold),
        "starts_review_below": review_start, "calls_scale": calls_scale, "calls_share": CALLS_SHARE, "review_below": review,
        "cv_subtype_acc": float((found.argmax(axis=1) == gold[rows]).mean()),
        "cv_start_acc": float((by_start.unseen.argmax(axis=1) == start_gold).mean()),
    }  # fmt: skip


def _early(
    by_call: Fitted, by_starts: np.ndarray, whole: Subjects, starts: Subjects, gold: np.ndarray
) -> dict[str, float]:
    """How all words heard until then, and the customer's alone, add up early in a call."""
    assert by_call.other is not None
    rows, other = _alongside(whole, starts, by_starts, EARLY_TURNS)
    gold = gold[rows]
    found = [(*reversed(_scale(by_call.other[rows], gold, share * other)), share) for share in EARLY_SHARES]
    _, scale, share = min(found)
    heard = _softmax(by_call.other[rows] * scale + share * other)
    right = heard.argmax(axis=1) == gold
    review = review_threshold(heard.max(axis=1), right, STARTS_RISK)
    return {
        "early_scale": scale, "early_share": share, "early_review_below": review, "cv_early_acc": float(right.mean()),
    }  # fmt: skip


def _alongside(
    whole: Subjects, starts: Subjects, by_starts: np.ndarray, customer_turns: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the calls in ``whole``, and what the customer's words alone say of the same calls."""
    at = {id(s): i for i, s in enumerate(starts.samples) if starts.kinds[i] == str(customer_turns)}
    rows = np.array([i for i, s in enumerate(whole.samples) if id(s) in at], dtype=np.int64)
    return rows, by_starts[[at[id(whole.samples[i])] for i in rows]]


def _sureness(margins: np.ndarray, letters: np.ndarray, gold: np.ndarray) -> dict[str, float]:
    """The scale of margins, and how it grows with the letters heard, that make the gold labels likeliest."""
    found = []
    for slope in SLOPES:
        factors = sureness(letters, {"starts_scale": 1.0, "starts_slope": slope})
        scale, loss = _scale(margins * factors[:, None], gold)
        found.append((loss, slope, scale))
    _, slope, scale = min(found)
    return {"starts_scale": scale, "starts_slope": slope}


def _scale(margins: np.ndarray, gold: np.ndarray, offset: np.ndarray | float = 0.0) -> tuple[float, float]:
    """The factor on margins under which the gold labels are likeliest, and the loss there."""
    grid = np.geomspace(0.5, 32, 49)
    losses = [-np.log(_softmax(margins * s + offset)[np.arange(len(gold)), gold] + 1e-12).mean() for s in grid]
    best = int(np.argmin(losses))
    return round(float(grid[best]), 4), float(losses[best])


def review_threshold(confidence: np.ndarray, right: np.ndarray, risk: float = REVIEW_RISK) -> float:
    """The lowest confidence from which the calls above it are wrong at most ``risk`` of the time.

    Selective classification, Geifman & El-Yaniv 2017; one wrong call is forgiven so that a single
    mislabelled sample cannot send everything to review.
    """
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    allowed = wrong <= 1 + risk * np.arange(1, len(order) + 1)
    count = int(np.flatnonzero(allowed).max()) + 1 if allowed.any() else 0
    return round(float(confidence[order[count - 1]]), 4) if count else 1.0


def _softmax(margins: np.ndarray) -> np.ndarray:
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    result: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return result
