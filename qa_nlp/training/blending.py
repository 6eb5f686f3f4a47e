"""Fit the second layer of the sentence model on what the first says of voices it has not heard."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa_nlp.model.blend import Blend, Margins
from qa_nlp.training.fit import platt

FEWEST_CODES = 3
# How much a code may depart from what is weighed alike for all: little, for the data of one code are few.
LEEWAY = 0.01
ANCHOR = 30.0


def fit_blend(heard: Margins, targets: np.ndarray) -> Blend:
    """A logistic regression a code, drawn towards one with the same shares for all codes.

    Args:
        heard: margins that come from models which did not see the voice.
        targets: (turns, codes) of 0 and 1; -1 where unknown.

    Where there are fewer than three codes, their own margins are calibrated and nothing else.
    """
    codes = targets.shape[1]
    if codes < FEWEST_CODES:
        scale, shift = platt(heard.own, targets)
        return Blend(np.diag(scale).astype(np.float32), shift)
    inputs = heard.inputs().astype(np.float64)
    known = np.asarray((targets >= 0).all(axis=1))
    alike = _alike(inputs, targets, known)
    mean, spread = inputs[known].mean(axis=0), np.maximum(inputs[known].std(axis=0), 1e-9)
    scaled = (inputs - mean) / spread
    weights, bias = np.zeros((inputs.shape[1], codes)), np.zeros(codes)
    for code in range(codes):
        if not 2 <= targets[known, code].sum() < known.sum():
            weights[:, code], bias[code] = alike.weights[:, code], alike.bias[code]
            continue
        odds = inputs @ alike.weights[:, code] + alike.bias[code]
        model = LogisticRegression(C=LEEWAY, max_iter=2000)
        model.fit(np.column_stack([ANCHOR * odds, scaled])[known], targets[known, code])
        trust, own = ANCHOR * model.coef_[0, 0], model.coef_[0, 1:] / spread
        weights[:, code] = trust * alike.weights[:, code] + own
        bias[code] = trust * alike.bias[code] + model.intercept_[0] - own @ mean
    return Blend(weights.astype(np.float32), bias.astype(np.float32))


def _alike(inputs: np.ndarray, targets: np.ndarray, known: np.ndarray) -> Blend:
    """The same shares for every code: its own margin, itself among faults, its best rival, its worst clause, any fault."""
    codes = targets.shape[1]
    begins = (0, codes, 2 * codes + 1, 3 * codes + 1)
    parts = [inputs[:, begin : begin + codes] for begin in begins]
    any_ = np.broadcast_to(inputs[:, [2 * codes]], parts[0].shape)
    columns = np.stack([part[known].ravel() for part in (*parts, any_)], axis=1)
    shares = LogisticRegression(C=10.0, max_iter=500).fit(columns, targets[known].ravel()).coef_[0]
    weights = np.zeros((inputs.shape[1], codes))
    for begin, share in zip(begins, shares, strict=False):
        weights[np.arange(codes) + begin, np.arange(codes)] = share
    weights[2 * codes] = shares[-1]
    scale, shift = platt(inputs @ weights, targets)
    return Blend(weights * scale, shift)
