"""Faults of voices left out, by the sentence model alone: what each of its parts adds.

    python bench/faults.py [--folder data/samples/labelled] [VOICE …]

The named voices (default: those below, and locked) are kept out of training. For every way of hearing a turn: F1 of
(turn, code) at the best threshold, recall where precision is still 0.88, and F1 of faulty turns whatever the code; with
the marks that the transcript has, and once more with all marks taken out of the calls that are judged. Six minutes.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from qa_nlp.model.blend import Blend, Margins
from qa_nlp.model.features import Batch, read, sentence_fields
from qa_nlp.rulebook.load import load_book
from qa_nlp.text.prepared import prepare
from qa_nlp.training.blending import fit_blend
from qa_nlp.training.corpus import Sample, read_corpus
from qa_nlp.training.fit import Fitted
from qa_nlp.training.matrix import counted, counted_in_clauses
from qa_nlp.training.sentences import fit_clauses, fit_turns, sentence_targets

VOICES = ("locked", "plains", "delta", "frontier", "lakes", "oases", "harbours", "everyday", "winter")
PRECISION = 0.88


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path("data/samples/labelled"))
    parser.add_argument("voices", nargs="*", default=VOICES)
    asked = parser.parse_args()
    book = load_book("power")
    samples = [
        s for s in read_corpus([asked.folder], with_locked=True) if s.prepared.agent_turns and not s.only_subtype
    ]
    codes = [c for c in book.codes if any(tag.code == c for s in samples for t in s.call.turns for tag in t.faults)]
    known, unheard = ([s for s in samples if (s.voice in asked.voices) == out] for out in (False, True))
    batch, targets = read([s.prepared for s in known]), sentence_targets(known, codes, book)
    by_turn = fit_turns(known, batch, targets, codes, codes, jobs=2)
    by_clause = fit_clauses(known, batch, codes, jobs=2)
    heard = _heard(batch, by_turn.unseen, by_clause.unseen, by_clause)
    blend = fit_blend(heard, targets)
    print(f"{int((targets > 0).sum())} faults learned from; kept out: {' '.join(asked.voices)}\n")
    print("| heard | F1 | recall at P 0.88 | F1 of faulty turns | no marks: F1 | recall at P 0.88 | faulty turns |")
    print("|---|---|---|---|---|---|---|")
    rows: dict[str, list[str]] = {}
    for tested in (unheard, [_without_marks(s) for s in unheard]):
        wanted = sentence_targets(tested, codes, book) > 0
        for name, odds in _ways(tested, by_turn, by_clause, blend).items():
            rows.setdefault(name, []).extend(_figures(odds, wanted))
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")


def _ways(samples: Sequence[Sample], by_turn: Fitted, by_clause: Fitted, blend: Blend) -> dict[str, np.ndarray]:
    batch = read([s.prepared for s in samples])
    turn, clause = by_turn.linear, by_clause.linear
    features = counted(batch, sentence_fields(batch), with_places=True, least=1).over(turn.keys)
    margins = np.asarray(features.matrix @ turn.weights + turn.bias)
    in_clauses = counted_in_clauses(batch, least=1).over(clause.keys)
    heard = _heard(batch, margins, np.asarray(in_clauses.matrix @ clause.weights + clause.bias), by_clause)
    codes = heard.own.shape[1]
    worst = heard.inputs()[:, 3 * codes + 1 : 4 * codes + 1]
    scale, shift = turn.scale[:codes], turn.shift[:codes]
    return {
        "the turn": scale * heard.own + shift,
        "its worst clause": clause.scale[:codes] * worst + clause.shift[:codes],
        "all margins blended": blend.odds(heard),
    }


def _heard(batch: Batch, margins: np.ndarray, in_clauses: np.ndarray, by_clause: Fitted) -> Margins:
    codes, grams, chosen = in_clauses.shape[1] - 1, batch.grams, batch.agent_clauses
    return Margins(
        margins[:, :codes], margins[:, codes:], in_clauses, grams.turns[chosen], grams.asks[chosen], batch.agents,
        by_clause.linear.bias,
    )  # fmt: skip


def _without_marks(sample: Sample) -> Sample:
    turns = tuple(
        msgspec.structs.replace(turn, text=re.sub(r"[^\w×]", "", turn.text) or turn.text) for turn in sample.call.turns
    )
    return Sample(sample.voice, prepare(msgspec.structs.replace(sample.call, turns=turns)))


def _figures(odds: np.ndarray, wanted: np.ndarray) -> list[str]:
    precision, recall, f1 = _curve(odds.ravel(), wanted.ravel())
    sure = np.flatnonzero(precision >= PRECISION)
    faulty = _curve(odds.max(axis=1), wanted.any(axis=1))[2]
    return [f"{f1.max():.3f}", f"{recall[sure[-1]] if len(sure) else 0:.3f}", f"{faulty.max():.3f}"]


def _curve(odds: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 with the surest one, two, … taken as found."""
    right = np.cumsum(wanted[np.argsort(-odds, kind="stable")])
    taken = np.arange(1, len(right) + 1)
    return right / taken, right / wanted.sum(), 2 * right / (taken + wanted.sum())


if __name__ == "__main__":
    main()
