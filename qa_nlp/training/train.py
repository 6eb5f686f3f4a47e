"""``train``: labelled calls → a model with its card."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn

from qa_nlp import __version__
from qa_nlp.errors import Problem, UsageError
from qa_nlp.model.store import Model
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.corpus import Sample
from qa_nlp.training.fit import SEED, Fitted, fit
from qa_nlp.training.matrix import Features
from qa_nlp.training.sentences import fit_sentences
from qa_nlp.training.settings import EARLY_TURNS, settings_of
from qa_nlp.training.subjects import Subjects, call_features, starting_subjects, whole_subjects

CALLS_BAYES, STARTS_BAYES = 0.2, 0.1
STEP_CONFIRM, STEP_SUSPECT = 0.5, 0.3
FAULT_CONFIRM, FAULT_SUSPECT = 0.65, 0.3


@dataclass(frozen=True)
class Learned:
    """A model, and what its parts said of the calls and beginnings whose voice they had not seen."""

    model: Model
    whole: Subjects
    by_call: Fitted
    starts: Subjects
    by_start: Fitted


def train(samples: Sequence[Sample], book: Rulebook, *, jobs: int = 2) -> Model:
    """``learn``, the model alone."""
    return learn(samples, book, jobs=jobs).model


def learn(samples: Sequence[Sample], book: Rulebook, *, jobs: int = 2) -> Learned:
    """Fit everything a profile needs.

    Args:
        samples: labelled calls, snippets and requests.
        book: whose subtypes, steps and codes are the only labels allowed.
        jobs: processes.

    Raises:
        UsageError: with the list of unknown labels, or where nothing is left to learn from.
    """
    refuse_unknown(samples, book)
    calls = [s for s in samples if s.subtype and not s.is_request and not s.is_opening]
    if len({s.subtype for s in calls}) < 2:
        raise UsageError(Problem("T002", "标注数据", "至少要有两种业务的通话", "请补充标注"))
    starts = starting_subjects(samples)
    subtypes = sorted({s.subtype for s in samples if s.subtype})
    by_start = _fit_subjects(starts, subtypes, STARTS_BAYES, jobs)
    whole = whole_subjects(calls)
    by_call = _fit_subjects(whole, subtypes, CALLS_BAYES, jobs, call_features(calls, EARLY_TURNS))
    sentences = fit_sentences(samples, subtypes, book, jobs)
    settings = settings_of(by_call, by_start, whole, starts, subtypes)
    confirm, suspect = thresholds(sentences.linear.labels, book)
    model = Model(
        by_call.linear, by_start.linear, sentences.linear, sentences.among, sentences.clauses, sentences.blend,
        confirm, suspect, sentences.fulfilment, settings, _card(samples, book, settings),
    )  # fmt: skip
    return Learned(model, whole, by_call, starts, by_start)


def refuse_unknown(samples: Sequence[Sample], book: Rulebook) -> None:
    """Raise UsageError listing every label that the rulebook does not know."""
    known = {"业务": set(book.subtypes), "步骤": set(book.steps), "差错": set(book.codes)}
    found: Counter[tuple[str, str]] = Counter()
    for sample in samples:
        used = {"业务": {sample.subtype} - {""}, "步骤": set(), "差错": set()}
        for turn in sample.call.turns:
            used["步骤"] |= set(turn.acts)
            used["差错"] |= {tag.code for tag in turn.faults}
        found.update((kind, name) for kind, names in used.items() for name in names - known[kind])
    if found:
        raise UsageError(
            Problem("T003", kind, f"未知的标签“{name}”，出现在 {count} 通", f"可用：{'、'.join(sorted(known[kind]))}")
            for (kind, name), count in sorted(found.items())
        )


def _fit_subjects(
    subjects: Subjects, subtypes: list[str], bayes: float, jobs: int, early: Features | None = None
) -> Fitted:
    column = {name: k for k, name in enumerate(subtypes)}
    targets = np.zeros((len(subjects.samples), len(subtypes)), dtype=np.int64)
    for row, sample in enumerate(subjects.samples):
        targets[row, column[sample.subtype]] = 1
    voices = [s.voice for s in subjects.samples]
    return fit(subjects.features, targets, subtypes, voices, bayes=bayes, other=early, jobs=jobs)


def thresholds(labels: Sequence[str], book: Rulebook) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities from which a label counts as found, and as doubtful."""
    fault = np.array([label in book.codes for label in labels])
    confirm = np.where(fault, FAULT_CONFIRM, STEP_CONFIRM).astype(np.float32)
    return confirm, np.where(fault, FAULT_SUSPECT, STEP_SUSPECT).astype(np.float32)


def _card(samples: Sequence[Sample], book: Rulebook, settings: dict[str, float]) -> dict[str, Any]:
    import msgspec

    digest = hashlib.sha256()
    encoder = msgspec.json.Encoder(order="sorted")
    for sample in samples:
        digest.update(encoder.encode(sample.call))
    return {
        "profile": book.profile,
        "qa_nlp": __version__,
        "scikit_learn": sklearn.__version__,
        "numpy": np.__version__,
        "rulebook": book.digest,
        "known_rules": {rule.id: rule.fingerprint for rule in book.rules if rule.kind in ("phrase", "step")},
        "seed": SEED,
        "data_sha256": digest.hexdigest(),
        "samples": len(samples),
        "calls": sum(bool(s.subtype) and not s.is_request for s in samples),
        "requests": sum(s.is_request for s in samples),
        "voices": len({s.voice for s in samples}),
        "label_tree": {c: sorted(s for s in book.subtypes if s.startswith(c + ".")) for c in _categories(book)},
        "cross_validated": {k: round(v, 4) for k, v in settings.items() if k.startswith("cv_")},
    }


def _categories(book: Rulebook) -> list[str]:
    return sorted({subtype.category for subtype in book.subtypes.values()})


__all__ = ["Learned", "learn", "refuse_unknown", "thresholds", "train"]
