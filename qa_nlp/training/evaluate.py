"""How good a model and a rulebook are on labelled calls; the definitions of the shared measure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from qa_nlp.classify import classify
from qa_nlp.inspector import Inspector
from qa_nlp.records import Verdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.corpus import Sample

Key = tuple[object, ...]


@dataclass(frozen=True)
class Ratio:
    """Precision, recall and F1 of two sets of keys."""

    gold: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.right / self.found if self.found else float(not self.gold)

    @property
    def recall(self) -> float:
        """Share of what is there that was found."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0


@dataclass(frozen=True)
class Report:
    """Figures by name, ratios by name, per-label ratios, and the confusions of subtypes."""

    figures: dict[str, float]
    ratios: dict[str, Ratio]
    by_label: dict[str, Ratio]
    confusions: Counter[tuple[str, str]]


def ratio(gold: set[Key], found: set[Key]) -> Ratio:
    """Compare two sets."""
    return Ratio(len(gold), len(found), len(gold & found))


def evaluate(samples: Sequence[Sample], inspector: Inspector, customer_turns: int | None = None) -> Report:
    """Measure classification (and, on whole calls, faults and steps)."""
    labelled = [s for s in samples if s.subtype]
    labels = classify([s.prepared for s in labelled], inspector.model, customer_turns)
    pairs = [(s.subtype, label.subtype) for s, label in zip(labelled, labels, strict=True)]
    covered = [pair for pair, label in zip(pairs, labels, strict=True) if not label.needs_review]
    count = max(1, len(pairs))
    figures = {
        "calls": float(len(pairs)),
        "category_acc": sum(w.split(".")[0] == g.split(".")[0] for w, g in pairs) / count,
        "subtype_acc": sum(w == g for w, g in pairs) / count,
        "subtype_macro_f1": macro_f1(pairs),
        "covered": len(covered) / count,
        "covered_acc": sum(w == g for w, g in covered) / max(1, len(covered)),
    }
    confusions = Counter((w, g) for w, g in pairs if w != g)
    if customer_turns is not None:
        return Report(figures, {}, {}, confusions)
    spoken = [s for s in samples if s.prepared.agent_turns]
    verdicts = inspector.inspect([s.call for s in spoken])
    ratios, by_label, alarms = _sentences(spoken, verdicts, inspector.book)
    return Report(figures | {"clean_false_alarm": alarms}, ratios, by_label, confusions)


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Unweighted mean of the F1 of every label that occurs in the gold."""
    scores = []
    for label in {w for w, _ in pairs}:
        right = sum(w == g == label for w, g in pairs)
        wrong = sum((w == label) != (g == label) for w, g in pairs)
        scores.append(2 * right / (2 * right + wrong))
    return sum(scores) / max(1, len(scores))


def _sentences(
    samples: Sequence[Sample], verdicts: Sequence[Verdict], book: Rulebook
) -> tuple[dict[str, Ratio], dict[str, Ratio], float]:
    gold: dict[str, set[Key]] = defaultdict(set)
    found: dict[str, set[Key]] = defaultdict(set)
    by_gold: dict[str, set[Key]] = defaultdict(set)
    by_found: dict[str, set[Key]] = defaultdict(set)
    clean = alarms = 0
    for number, (sample, verdict) in enumerate(zip(samples, verdicts, strict=True)):
        faults = {(number, i, tag.code) for i, t in enumerate(sample.call.turns) for tag in t.faults}
        got = {(number, f.turn, f.code) for f in verdict.findings if f.status == "confirmed" and f.code in book.codes}
        acts = {(number, a) for t in sample.call.turns for a in t.acts}
        done = {(number, s.step) for s in verdict.steps if s.verdict == "pass"}
        left_out = {(number, s.step) for s in verdict.steps if s.verdict == "violation"}
        gold["fault"] |= faults
        found["fault"] |= got
        gold["step"] |= acts
        found["step"] |= done
        for target, keys in ((by_gold, faults | acts), (by_found, got | done)):
            for key in keys:
                target[str(key[-1])].add(key)
        if sample.subtype:
            need = {(number, d.step) for d in book.demands_for(sample.subtype) if d.need == "必须"}
            gold["missing"] |= need - acts
            found["missing"] |= need & left_out
        if not faults:
            clean += 1
            alarms += bool(got)
    ratios = {name: ratio(gold[name], found[name]) for name in ("fault", "step", "missing")}
    by_label = {name: ratio(by_gold[name], by_found[name]) for name in sorted({*by_gold, *by_found})}
    return ratios, by_label, alarms / max(1, clean)


def render(report: Report) -> str:
    """The report as a plain table."""
    lines = [f"{name:20s} {value:.4f}" for name, value in report.figures.items()]
    for name, r in report.ratios.items():
        lines.append(f"{name + '_p/r/f1':20s} {r.precision:.4f} {r.recall:.4f} {r.f1:.4f}")
    lines += [
        f"  {name:28s} 应有 {r.gold:4d} 查到 {r.found:4d} 准确 {r.precision:.2f} 召回 {r.recall:.2f} F1 {r.f1:.2f}"
        for name, r in report.by_label.items()
    ]
    lines += [f"  {want} → {got}: {n}" for (want, got), n in sorted(report.confusions.items())]
    return "\n".join(lines)
