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
from qa_nlp.model.features import call_fields, letters_heard, read, sentence_fields, sureness
from qa_nlp.model.linear import Linear
from qa_nlp.model.store import Model
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.corpus import Sample
from qa_nlp.training.fit import SEED, Fitted, fit
from qa_nlp.training.matrix import LEAST, Features, counted, frequent, stack
from qa_nlp.training.usual import Usual, fit_usual

ALL_TURNS = 10_000
PREFIXES = (1, 3, ALL_TURNS)
STARTS_SHARE = 0.3
CALLS_BAYES, STARTS_BAYES = 0.2, 0.1
STEP_CONFIRM, STEP_SUSPECT = 0.45, 0.3
FAULT_CONFIRM, FAULT_SUSPECT = 0.75, 0.3
SLOPES = tuple(step / 10 for step in range(11))
REVIEW_RISK, STARTS_RISK = 0.012, 0.02


@dataclass(frozen=True)
class Subjects:
    """What the call classifier is fitted on: features, the samples they come from, their kind, the customer's letters."""

    features: Features
    samples: tuple[Sample, ...]
    kinds: np.ndarray
    letters: np.ndarray


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
    whole = Subjects(call_features(calls), tuple(calls), np.array(["whole"] * len(calls)), _letters(calls))
    by_call = _fit_subjects(whole, subtypes, CALLS_BAYES, jobs)
    sentences, usual = _fit_sentences(samples, subtypes, book, jobs)
    settings = _settings(by_call, by_start, whole, starts, subtypes) | {"step_weight": usual.weight}
    confirm, suspect = thresholds(sentences.linear.labels, book)
    card = _card(samples, book, settings)
    model = Model(by_call.linear, by_start.linear, sentences.linear, confirm, suspect, usual.prior, settings, card)
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


def call_features(samples: Sequence[Sample], customer_turns: int | None = None) -> Features:
    """What the call classifier sees of whole calls, or of the customer's first turns alone."""
    batch = read([sample.prepared for sample in samples])
    return counted(batch, call_fields(batch, customer_turns), least=1 if customer_turns else LEAST)


def starting_subjects(samples: Sequence[Sample]) -> Subjects:
    """Requests, and every call cut after the customer's first, third and last turn."""
    heard = [s for s in samples if s.subtype and s.prepared.customer_turns]
    calls = [s for s in heard if not s.is_request]
    parts = [call_features(heard if count == ALL_TURNS else calls, count) for count in reversed(PREFIXES)]
    kinds = ["request" if s.is_request else str(ALL_TURNS) for s in heard]
    kinds += [str(count) for count in reversed(PREFIXES) if count != ALL_TURNS for _ in calls]
    letters = [_letters(heard if count == ALL_TURNS else calls, count) for count in reversed(PREFIXES)]
    samples_ = (*heard, *calls * (len(PREFIXES) - 1))
    return Subjects(frequent(stack(parts)), samples_, np.array(kinds), np.concatenate(letters))


def _letters(samples: Sequence[Sample], customer_turns: int | None = None) -> np.ndarray:
    return letters_heard(read([sample.prepared for sample in samples]), customer_turns)


def _fit_subjects(subjects: Subjects, subtypes: list[str], bayes: float, jobs: int) -> Fitted:
    column = {name: k for k, name in enumerate(subtypes)}
    targets = np.zeros((len(subjects.samples), len(subtypes)), dtype=np.int64)
    for row, sample in enumerate(subjects.samples):
        targets[row, column[sample.subtype]] = 1
    voices = [s.voice for s in subjects.samples]
    return fit(subjects.features, targets, subtypes, voices, bayes=bayes, jobs=jobs)


def sentence_targets(samples: Sequence[Sample], labels: Sequence[str], book: Rulebook) -> np.ndarray:
    """(agent turns, labels) of 0 and 1; -1 for steps where only the faults were annotated."""
    column = {name: k for k, name in enumerate(labels)}
    is_step = np.array([name in book.steps for name in labels])
    rows = []
    for sample in samples:
        blank = np.where(is_step & sample.only_faults, -1, 0)
        for turn in sample.prepared.agent_turns:
            row = blank.copy()
            names = [*sample.call.turns[turn].acts, *(tag.code for tag in sample.call.turns[turn].faults)]
            row[[column[name] for name in names if name in column]] = 1
            rows.append(row)
    return np.stack(rows)


def _fit_sentences(
    samples: Sequence[Sample], subtypes: Sequence[str], book: Rulebook, jobs: int
) -> tuple[Fitted, Usual]:
    spoken = [s for s in samples if s.prepared.agent_turns and not s.only_subtype]
    seen = {a for s in spoken for t in s.call.turns for a in (*t.acts, *(tag.code for tag in t.faults))}
    labels = [name for name in (*book.steps, *book.codes) if name in seen]
    batch = read([s.prepared for s in spoken])
    features = counted(batch, sentence_fields(batch), with_places=True)
    voices = [s.voice for s in spoken for _ in s.prepared.agent_turns]
    weights = np.array([s.weight for s in spoken for _ in s.prepared.agent_turns])
    fitted = fit(features, sentence_targets(spoken, labels, book), labels, voices, weights=weights, jobs=jobs)
    odds = fitted.linear.scale * fitted.unseen + fitted.linear.shift
    return fitted, fit_usual(spoken, odds, labels, subtypes, book)


def thresholds(labels: Sequence[str], book: Rulebook) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities from which a label counts as found, and as doubtful."""
    fault = np.array([label in book.codes for label in labels])
    confirm = np.where(fault, FAULT_CONFIRM, STEP_CONFIRM).astype(np.float32)
    return confirm, np.where(fault, FAULT_SUSPECT, STEP_SUSPECT).astype(np.float32)


def _settings(
    by_call: Fitted, by_start: Fitted, whole: Subjects, starts: Subjects, subtypes: list[str]
) -> dict[str, float]:
    """Softmax scales by maximum likelihood on unseen voices, and the abstention threshold."""
    column = {name: k for k, name in enumerate(subtypes)}
    start_gold = np.array([column[s.subtype] for s in starts.samples])
    sure = _sureness(by_start.unseen, starts.letters, start_gold)
    by_starts = by_start.unseen * sureness(starts.letters, sure)[:, None]
    at = {id(s): i for i, s in enumerate(starts.samples) if starts.kinds[i] == str(ALL_TURNS)}
    rows = [i for i, s in enumerate(whole.samples) if id(s) in at]
    gold = np.array([column[whole.samples[i].subtype] for i in rows])
    own = by_call.unseen[rows]
    other = STARTS_SHARE * by_starts[[at[id(whole.samples[i])] for i in rows]]
    calls_scale, _ = _scale(own, gold, other)
    probabilities = _softmax(own * calls_scale + other)
    review = review_threshold(probabilities.max(axis=1), probabilities.argmax(axis=1) == gold)
    heard = _softmax(by_starts)
    full = np.isin(starts.kinds, (str(ALL_TURNS), "request"))
    right = heard.argmax(axis=1) == start_gold
    review_start = review_threshold(heard[full].max(axis=1), right[full], STARTS_RISK)
    return {
        **sure, "starts_review_below": review_start, "calls_scale": calls_scale, "starts_share": STARTS_SHARE, "review_below": review,
        "cv_subtype_acc": float((probabilities.argmax(axis=1) == gold).mean()),
        "cv_start_acc": float((by_start.unseen.argmax(axis=1) == start_gold).mean()),
    }  # fmt: skip


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
        "known_rules": {rule.id: rule.fingerprint for rule in book.rules if rule.kind == "phrase"},
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


__all__ = [
    "Learned", "Linear", "Subjects", "learn", "refuse_unknown", "sentence_targets", "starting_subjects", "thresholds", "train",
]  # fmt: skip
