"""Steps on unseen voices: by rules alone, by the sentence model alone, and as the program combines them.

    python bench/steps.py [labelled folder]

Whole voices are left out, both for the sentence model and for how usual a step is in calls of a
subtype; the subtype is the annotated one. Some five minutes on one core.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from qa_nlp.check.by_model import step_chances
from qa_nlp.check.evidence import Evidence
from qa_nlp.check.promises import find_promises
from qa_nlp.check.steps import MODEL, done_steps, step_verdicts
from qa_nlp.model.features import read, sentence_fields
from qa_nlp.model.store import Model, load_model
from qa_nlp.paths import data_file
from qa_nlp.records import Label
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import load_book
from qa_nlp.training.corpus import Sample, read_corpus
from qa_nlp.training.evaluate import Ratio, has_annotated_turns, ratio, total
from qa_nlp.training.fit import fit, folds_of
from qa_nlp.training.fulfilment import fit_fulfilment
from qa_nlp.training.matrix import counted
from qa_nlp.training.sentences import COST, sentence_targets
from qa_nlp.training.train import thresholds

EDGE = 1e-4
ALL = "all"
WAYS = ("rules", "model", "both", "missing", "wrong_limit")


def main() -> None:
    """Print the tables."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/samples/labelled")
    book, model = load_book("power"), load_model(data_file("models", "power"))
    marks = [(sample.voice, marks_of(sample, evidence, book)) for sample, evidence in unheard(folder, book, model)]
    print("| voices | calls | " + " | ".join(f"{way}: P / R / F1" for way in WAYS) + " |")
    for voice in (ALL, *sorted({voice for voice, _ in marks})):
        chosen = [found for own, found in marks if voice in (ALL, own)]
        cells = [shown(total(found[ALL, way] for found in chosen)) for way in WAYS]
        print(f"| {voice} | {len(chosen)} | " + " | ".join(cells) + " |")
    for step in book.steps:
        ratios = [total(found[step, way] for _, found in marks if (step, way) in found) for way in WAYS[:3]]
        print(f"| {step} | {ratios[0].gold} | " + " | ".join(map(shown, ratios)) + " |")


def unheard(folder: Path, book: Rulebook, model: Model) -> Iterator[tuple[Sample, Evidence]]:
    """Annotated calls with sentence scores, and with rates of steps, of voices that were left out."""
    samples = [s for s in read_corpus([folder]) if s.prepared.agent_turns and not s.only_subtype]
    labels = model.sentences.labels
    batch = read([s.prepared for s in samples])
    fitted = fit(
        counted(batch, sentence_fields(batch), with_places=True), sentence_targets(samples, labels, book), labels,
        [s.voice for s in samples for _ in s.prepared.agent_turns],
        cost=COST, weights=np.array([s.weight for s in samples for _ in s.prepared.agent_turns]), jobs=1,
    )  # fmt: skip
    scores = fitted.linear.probabilities(fitted.unseen)
    ends = np.cumsum([0, *(len(s.prepared.agent_turns) for s in samples)])
    whole = [i for i, s in enumerate(samples) if s.subtype and has_annotated_turns(s) and not s.only_faults]
    fold = folds_of([samples[i].voice for i in whole])
    card = model.card | {"known_rules": {rule.id: rule.fingerprint for rule in book.rules}}
    for number in np.unique(fold):
        rest = [i for i, own in zip(whole, fold, strict=True) if own != number]
        odds = np.concatenate([_odds(scores[ends[i] : ends[i + 1]]) for i in rest])
        fulfilment = fit_fulfilment([samples[i] for i in rest], odds, labels, tuple(model.calls.columns), book)
        own = replace(model, fulfilment=fulfilment, confirm=thresholds(labels, book)[0], card=card)
        for i in (i for i, f in zip(whole, fold, strict=True) if f == number):
            hits = tuple(book.matcher.scan(samples[i].prepared))
            yield samples[i], Evidence(samples[i].prepared, hits, scores[ends[i] : ends[i + 1]], own)


def marks_of(sample: Sample, evidence: Evidence, book: Rulebook) -> dict[tuple[str, str], Ratio]:
    """Annotated against found, by (step or "all", way); steps that neither has are left out."""
    label = Label(sample.subtype.split(".")[0], sample.subtype, 0.99)
    gold = {act for turn in sample.call.turns for act in turn.acts}
    done = done_steps(evidence, book, label)
    rules = {step for step, d in done.items() if d.evidence != MODEL}
    sure = step_chances([evidence], [label], [rules])[0] >= evidence.model.confirm
    found = {
        "rules": rules,
        "model": {step for step, yes in zip(evidence.model.sentences.labels, sure, strict=True) if yes},
        "both": set(done),
    }
    # Annotators had no list of the steps of outbound calls.
    known = {step for step, info in book.steps.items() if info.group != "outbound"}
    marks = {(ALL, way): _ratio(gold, steps & known) for way, steps in found.items()}
    for step in gold | (found["both"] | found["model"]) & known:
        marks |= {(step, way): _ratio(gold & {step}, steps & {step}) for way, steps in found.items()}
    need = {d.step for d in book.demands_for(sample.subtype) if d.need == "必须"}
    left = {v.step for v in step_verdicts(evidence, label, done, book) if v.verdict == "violation"}
    late = {f.turn for f in find_promises(evidence, label, book)[1] if f.status == "confirmed"}
    tagged = {i for i, turn in enumerate(sample.call.turns) if any(tag.code == "wrong_limit" for tag in turn.faults)}
    return marks | {(ALL, "missing"): _ratio(need - gold, need & left), (ALL, "wrong_limit"): _ratio(tagged, late)}


def _ratio(gold: set[str] | set[int], found: set[str] | set[int]) -> Ratio:
    return ratio({(key,) for key in gold}, {(key,) for key in found})


def shown(r: Ratio) -> str:
    """Precision / recall / F1."""
    return f"{r.precision:.2f} / {r.recall:.2f} / {r.f1:.3f}"


def _odds(scores: np.ndarray) -> np.ndarray:
    p = np.clip(scores.astype(np.float64), EDGE, 1 - EDGE)
    return np.log(p / (1 - p))


if __name__ == "__main__":
    main()
