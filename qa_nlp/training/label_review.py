"""Labels worth a second look: few examples, copies, and calls whose words say something else.

Confident disagreement of a model that has not seen the sample is the sign of a wrong label used by
confident learning (Northcutt, Jiang & Chuang, JAIR 2021); here whole voices are left out.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa_nlp.model.features import sureness
from qa_nlp.report.tables import neutralised
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.corpus import Sample
from qa_nlp.training.shingles import MOST, shared_pairs, shingles
from qa_nlp.training.subjects import ALL_TURNS
from qa_nlp.training.train import Learned

FILE = "label_review.csv"
HEADERS = ("通话编号", "来源", "原标注", "原标注名称", "建议", "建议名称", "把握", "理由", "客户的话")
FEW = 10
CONFIDENT = 0.7
STOCK = 200
BEGINNING = 60
DISAGREES = "没学过这个来源的模型认为是另一种业务"
CONFLICT = "同样的话标了不同的业务"


@dataclass(frozen=True)
class Doubt:
    """One label to look at: the sample, what it is labelled, what it may be, how sure (0–1), why."""

    sample: Sample
    suggested: str
    confidence: float
    reason: str


def small_classes(samples: Sequence[Sample], few: int = FEW) -> list[tuple[str, int]]:
    """Subtypes with fewer than ``few`` labelled samples, the smallest first."""
    counts = Counter(s.subtype for s in samples if s.subtype)
    return sorted(((name, n) for name, n in counts.items() if n < few), key=lambda pair: (pair[1], pair[0]))


def near_copies(
    samples: Sequence[Sample], locked: Sequence[Sample] = (), most: float = MOST
) -> list[tuple[Sample, Sample, float]]:
    """Pairs of calls from different voices (or one of them locked) that share too much, the worst first.

    Copies make cross-validation flatter the model: it has seen what it is asked.
    """
    both = [s for s in (*samples, *locked) if s.subtype]
    pairs = shared_pairs([shingles(s.prepared) for s in both], most, stock=STOCK)
    found = [(both[p.first], both[p.second], p.share) for p in pairs if both[p.first].voice != both[p.second].voice]
    return sorted(found, key=lambda item: -item[2])


def doubtful_labels(learned: Learned, confident: float = CONFIDENT) -> list[Doubt]:
    """Labels that the model, not having seen the voice, contradicts with confidence, and contradictory copies."""
    labels = learned.model.calls.labels
    doubts: dict[int, Doubt] = {}
    for sample, row in _unseen(learned):
        best = int(np.argmax(row))
        if labels[best] != sample.subtype and row[best] >= confident:
            doubts[id(sample)] = Doubt(sample, labels[best], round(float(row[best]), 3), DISAGREES)
    for doubt in _conflicts(learned.starts.samples):
        doubts[id(doubt.sample)] = doubt
    return sorted(doubts.values(), key=lambda d: (-d.confidence, d.sample.call.call_id))


def _unseen(learned: Learned) -> Iterator[tuple[Sample, np.ndarray]]:
    """Each labelled sample with the probabilities of models that have not seen its voice."""
    settings = learned.model.settings
    by_start = learned.by_start.unseen * sureness(learned.starts.letters, settings)[:, None]
    kinds = learned.starts.kinds
    last = {id(s): i for i, s in enumerate(learned.starts.samples) if kinds[i] in ("request", str(ALL_TURNS))}
    whole = {id(s): i for i, s in enumerate(learned.whole.samples)}
    for sample in (*learned.whole.samples, *(learned.starts.samples[i] for i in sorted(set(last.values())))):
        margins = np.zeros(len(learned.model.calls.labels))
        if id(sample) in whole:
            margins += learned.by_call.unseen[whole[id(sample)]] * settings["calls_scale"]
            margins += settings["calls_share"] * by_start[last[id(sample)]] if id(sample) in last else 0.0
        else:
            margins += by_start[last[id(sample)]]
        powers = np.exp(margins - margins.max())
        yield sample, powers / powers.sum()


def _conflicts(samples: Sequence[Sample]) -> Iterator[Doubt]:
    groups: dict[str, dict[int, Sample]] = defaultdict(dict)
    for sample in samples:
        groups["\n".join(turn.text for turn in sample.call.turns)][id(sample)] = sample
    for group in groups.values():
        counts = Counter(s.subtype for s in group.values())
        if len(counts) > 1:
            for sample in group.values():
                other = max((n, name) for name, n in counts.items() if name != sample.subtype)[1]
                yield Doubt(sample, other, 1.0, CONFLICT)


def write_review(doubts: Sequence[Doubt], book: Rulebook, path: Path) -> None:
    """The list as CSV for Excel (UTF-8 with BOM); with no doubt, the headers alone."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for doubt in doubts:
            given, suggested = doubt.sample.subtype, doubt.suggested
            writer.writerow([
                neutralised(doubt.sample.call.call_id), neutralised(doubt.sample.voice), given, book.subtypes[given].name,
                suggested, book.subtypes[suggested].name, f"{doubt.confidence:.3f}", doubt.reason,
                neutralised(beginning(doubt.sample)),
            ])  # fmt: skip


def beginning(sample: Sample, length: int = BEGINNING) -> str:
    """The customer's first words, or the first words at all."""
    turns = [sample.call.turns[i] for i in sample.prepared.customer_turns] or list(sample.call.turns)
    text = " / ".join(turn.text.strip() for turn in turns[:3])
    return text if len(text) <= length else text[: length - 1] + "…"
