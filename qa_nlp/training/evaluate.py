"""How good a model and a rulebook are on labelled calls; the definitions of the shared measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa_nlp.inspector import Inspector
from qa_nlp.records import Label, Verdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare
from qa_nlp.training.corpus import Sample
from qa_nlp.training.label_tables import SUBTYPE_ONLY
from qa_nlp.training.noise import SoundAlikes, damaged

Key = tuple[object, ...]
KINDS = ("fault", "step", "missing")


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


@dataclass(frozen=True)
class Marks:
    """What one call should have and has: keys of faults, steps and missing steps."""

    gold: dict[str, frozenset[Key]]
    found: dict[str, frozenset[Key]]

    def ratio(self, kind: str) -> Ratio:
        """Gold against found of one kind."""
        return ratio(set(self.gold[kind]), set(self.found[kind]))


@dataclass(frozen=True)
class Answers:
    """What a model said of every labelled sample, and the marks of every annotated call (None: not asked)."""

    samples: tuple[Sample, ...]
    labels: tuple[Label, ...]
    spoken: tuple[Sample, ...] = ()
    marks: tuple[Marks, ...] | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(given subtype, found subtype) of each sample."""
        return [(s.subtype, label.subtype) for s, label in zip(self.samples, self.labels, strict=True)]


def ratio(gold: set[Key], found: set[Key]) -> Ratio:
    """Compare two sets."""
    return Ratio(len(gold), len(found), len(gold & found))


def evaluate(samples: Sequence[Sample], inspector: Inspector, customer_turns: int | None = None) -> Report:
    """Measure classification (and, on whole calls, faults and steps)."""
    return report(answer(samples, inspector, customer_turns))


def answer(samples: Sequence[Sample], inspector: Inspector, customer_turns: int | None = None) -> Answers:
    """Ask a model and rulebook; ``customer_turns`` limits what they hear and leaves the sentences out."""
    labelled = tuple(s for s in samples if s.subtype)
    labels = tuple(inspector.label([s.prepared for s in labelled], customer_turns))
    if customer_turns is not None:
        return Answers(labelled, labels)
    spoken = tuple(s for s in samples if has_annotated_turns(s))
    verdicts = inspector.inspect([s.call for s in spoken])
    marked = tuple(mark(s, v, inspector.book) for s, v in zip(spoken, verdicts, strict=True))
    return Answers(labelled, labels, spoken, marked)


def has_annotated_turns(sample: Sample) -> bool:
    """Whether steps and faults of its agent's turns were annotated: not of openings and rows of tables."""
    return bool(sample.prepared.agent_turns) and not (
        sample.is_opening or sample.call.labels.get("annotated") == SUBTYPE_ONLY
    )


def heard_badly(samples: Sequence[Sample], rate: float, seed: int = 0) -> list[Sample]:
    """Every sample as a poor recogniser would write it: ``rate`` of its 汉字 become others of the same sound."""
    alikes = SoundAlikes(turn.text for sample in samples for turn in sample.call.turns)
    return [Sample(s.voice, prepare(damaged(s.call, alikes, rate, seed))) for s in samples]


def mark(sample: Sample, verdict: Verdict, book: Rulebook) -> Marks:
    """Annotations against findings of one call; faults count by turn and code, steps by call.

    Situations (H01 …) stand among a verdict's steps but are not annotated, so they are left out here.
    """
    turns = sample.call.turns
    faults = frozenset((i, tag.code) for i, turn in enumerate(turns) for tag in turn.faults)
    got = frozenset((f.turn, f.code) for f in verdict.findings if f.status == "confirmed" and f.code in book.codes)
    acts = frozenset((act,) for turn in turns for act in turn.acts)
    done = frozenset((s.step,) for s in verdict.steps if s.verdict == "pass" and s.step in book.steps)
    left_out = frozenset((s.step,) for s in verdict.steps if s.verdict == "violation")
    demands = book.demands_for(sample.subtype) if sample.subtype else ()
    need = frozenset((demand.step,) for demand in demands if demand.need == "必须")
    return Marks(
        {"fault": faults, "step": acts, "missing": need - acts},
        {"fault": got, "step": done, "missing": need & left_out},
    )


def report(answers: Answers) -> Report:
    """The figures of a set of answers."""
    pairs = answers.pairs
    covered = [pair for pair, label in zip(pairs, answers.labels, strict=True) if not label.needs_review]
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
    if answers.marks is None:
        return Report(figures, {}, {}, confusions)
    clean = [m for m in answers.marks if not m.gold["fault"]]
    figures["clean_false_alarm"] = sum(bool(m.found["fault"]) for m in clean) / max(1, len(clean))
    ratios = {kind: total(m.ratio(kind) for m in answers.marks) for kind in KINDS}
    return Report(figures, ratios, label_ratios(answers.marks), confusions)


def total(ratios: Iterable[Ratio]) -> Ratio:
    """The ratio of all sets together."""
    parts = list(ratios)
    return Ratio(sum(r.gold for r in parts), sum(r.found for r in parts), sum(r.right for r in parts))


def label_ratios(marks: Iterable[Marks]) -> dict[str, Ratio]:
    """A ratio for every fault and step, by its id."""
    counts = {name: Counter[str]() for name in ("gold", "found", "right")}
    for m in marks:
        for kind in ("fault", "step"):
            sets = {"gold": m.gold[kind], "found": m.found[kind], "right": m.gold[kind] & m.found[kind]}
            for name, keys in sets.items():
                counts[name].update(str(key[-1]) for key in keys)
    names = sorted({*counts["gold"], *counts["found"]})
    return {name: Ratio(counts["gold"][name], counts["found"][name], counts["right"][name]) for name in names}


def subtype_ratios(pairs: Sequence[tuple[str, str]]) -> dict[str, Ratio]:
    """A ratio for every subtype that was given or found."""
    gold, found = Counter(w for w, _ in pairs), Counter(g for _, g in pairs)
    right = Counter(w for w, g in pairs if w == g)
    return {name: Ratio(gold[name], found[name], right[name]) for name in sorted({*gold, *found})}


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Unweighted mean of the F1 of every label that occurs in the gold."""
    scores = [r.f1 for r in subtype_ratios(pairs).values() if r.gold]
    return sum(scores) / max(1, len(scores))


def render(result: Report) -> str:
    """The report as a plain table."""
    lines = [f"{name:20s} {value:.4f}" for name, value in result.figures.items()]
    for name, r in result.ratios.items():
        lines.append(f"{name + '_p/r/f1':20s} {r.precision:.4f} {r.recall:.4f} {r.f1:.4f}")
    lines += [
        f"  {name:28s} 应有 {r.gold:4d} 查到 {r.found:4d} 准确 {r.precision:.2f} 召回 {r.recall:.2f} F1 {r.f1:.2f}"
        for name, r in result.by_label.items()
    ]
    lines += [f"  {want} → {got}: {n}" for (want, got), n in sorted(result.confusions.items())]
    return "\n".join(lines)
