"""When to ask a person: the lowest confidence above which few are wrong."""

from __future__ import annotations

import numpy as np
import pytest

from qa_nlp.training.settings import review_threshold
from qa_nlp.training.train import Learned


@pytest.mark.parametrize(
    ("wrong_at", "risk", "expected"),
    [
        ([], 0.0, 0.01),
        ([0], 0.0, 0.01),  # one wrong call is forgiven
        ([10, 20], 0.0, 0.8),
        ([10, 20], 0.1, 0.01),
    ],
)
def test_review_threshold(wrong_at: list[int], risk: float, expected: float) -> None:
    confidence = np.arange(100, 0, -1) / 100
    right = np.ones(100, bool)
    right[wrong_at] = False
    assert review_threshold(confidence, right, risk) == pytest.approx(expected, abs=0.011)


def test_nobody_is_sure_when_all_is_wrong() -> None:
    assert review_threshold(np.array([0.9, 0.8, 0.7]), np.zeros(3, bool), 0.0) >= 0.9


def test_early_settings_come_from_unseen_beginnings(learned: Learned) -> None:
    settings = learned.model.settings
    assert learned.by_call.other is not None and len(learned.by_call.other) == len(learned.whole.samples)
    assert settings["early_scale"] > 0 and 0 < settings["early_share"] <= 1 and settings["cv_early_acc"] > 0.7
