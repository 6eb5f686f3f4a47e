"""Two models on the same labelled calls: every figure of both, with intervals, and what got worse."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa_nlp.report.tables import neutralised
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.stats import Interval, different_by_chance, draws, interval, wilson
from qa_nlp.training.corpus import Sample
from qa_nlp.training.evaluate import Answers, label_ratios
from qa_nlp.training.label_review import beginning

HEADERS = (
    "项目", "指标", "数量", "旧", "旧下限", "旧上限", "新", "新下限", "新上限", "差", "差下限", "差上限", "p值", "结论",
)  # fmt: skip
WORSE_HEADERS = ("通话编号", "来源", "标注", "旧模型", "新模型", "新模型把握", "客户的话")
SURE = 0.05
BETTER, WORSE, ALIKE = "变好", "变差", "看不出差别"
VIEWS: tuple[tuple[str, Callable[[Sample], bool]], ...] = (
    ("全部", lambda sample: True),
    ("整通", lambda sample: not sample.is_request),
    ("诉求", lambda sample: sample.is_request),
)
SENTENCES = {"step": "步骤", "missing": "漏做的步骤", "fault": "措辞差错"}


@dataclass(frozen=True)
class Line:
    """One figure of both models; ``lost`` and ``won`` count the answers that changed (accuracy only)."""

    name: str
    figure: str
    count: int
    old: Interval
    new: Interval
    difference: Interval
    chance: float | None = None
    lost: int = 0
    won: int = 0

    @property
    def verdict(self) -> str:
        """变好, 变差 or 看不出差别, at 95 %: by McNemar's test where there is one, else by the interval."""
        if self.chance is not None and self.chance >= SURE:
            return ALIKE
        if self.chance is None and self.difference.low <= 0 <= self.difference.high:
            return ALIKE
        return BETTER if self.difference.value > 0 else WORSE


@dataclass(frozen=True)
class Lost:
    """A call that the old model labelled rightly and the new one does not."""

    sample: Sample
    old: str
    new: str
    confidence: float


@dataclass(frozen=True)
class Comparison:
    """Figures over everything, figures a subtype, faults and steps whose F1 fell, calls that got worse."""

    overall: tuple[Line, ...]
    by_subtype: tuple[Line, ...]
    fallen: tuple[tuple[str, float, float], ...]
    lost: tuple[Lost, ...]


def compare(old: Answers, new: Answers) -> Comparison:
    """Compare answers to the same samples (in the same order)."""
    overall = []
    for name, chosen in VIEWS:
        at = [i for i, sample in enumerate(old.samples) if chosen(sample)]
        if at:
            first, second = [old.pairs[i] for i in at], [new.pairs[i] for i in at]
            overall += [_accuracy(f"业务（{name}）", first, second), _macro(f"业务（{name}）", first, second)]
    overall.append(_accuracy("大类", *([(w.split(".")[0], g.split(".")[0]) for w, g in a.pairs] for a in (old, new))))
    overall += _sentences(old, new)
    lost = [
        Lost(sample, was.subtype, now.subtype, now.confidence)
        for sample, was, now in zip(old.samples, old.labels, new.labels, strict=True)
        if was.subtype == sample.subtype != now.subtype
    ]
    return Comparison(tuple(overall), tuple(_by_subtype(old, new)), tuple(_fallen(old, new)), tuple(lost))


def _accuracy(name: str, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Line:
    was = np.array([w == g for w, g in old])
    now = np.array([w == g for w, g in new])
    lost, won = int((was & ~now).sum()), int((~was & now).sum())
    weights = draws(len(was))
    share = interval((weights @ (now.astype(np.float32) - was)) / np.maximum(weights.sum(axis=1), 1))
    chance = different_by_chance(lost, won)
    both = (wilson(int(was.sum()), len(was)), wilson(int(now.sum()), len(now)))
    return Line(name, "准确率", len(was), *both, share, chance, lost, won)


def _macro(name: str, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Line:
    subtypes = sorted({w for w, _ in old})
    weights = draws(len(old))
    figures = [np.mean([_f1(weights, *_hits(pairs, s)) for s in subtypes], axis=0) for pairs in (old, new)]
    return _line(name, "宏平均 F1", len(old), figures[0], figures[1])


def _by_subtype(old: Answers, new: Answers) -> list[Line]:
    first, second = old.pairs, new.pairs
    weights = draws(len(first))
    lines = []
    for subtype in sorted({w for w, _ in first}):
        mine = [i for i, (w, _) in enumerate(first) if w == subtype]
        lines.append(_accuracy(subtype, [first[i] for i in mine], [second[i] for i in mine]))
        f1 = [_f1(weights, *_hits(pairs, subtype)) for pairs in (first, second)]
        lines.append(_line(subtype, "F1", len(mine), f1[0], f1[1]))
    return lines


def _hits(pairs: Sequence[tuple[str, str]], subtype: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each sample is of, found as, and rightly found as the subtype."""
    gold = np.array([w == subtype for w, _ in pairs], dtype=np.float32)
    found = np.array([g == subtype for _, g in pairs], dtype=np.float32)
    return gold, found, gold * found


def _f1(weights: np.ndarray, gold: np.ndarray, found: np.ndarray, right: np.ndarray) -> np.ndarray:
    """F1 in every draw; 1 where there is neither gold nor found."""
    both = weights @ (gold + found)
    return np.where(both > 0, 2 * (weights @ right) / np.maximum(both, 1e-9), 1.0)


def _line(name: str, figure: str, count: int, old: np.ndarray, new: np.ndarray) -> Line:
    return Line(name, figure, count, interval(old), interval(new), interval(new - old))


def _sentences(old: Answers, new: Answers) -> list[Line]:
    if not old.marks or not new.marks:
        return []
    weights = draws(len(old.marks))
    lines = []
    for kind, name in SENTENCES.items():
        ratios = [[m.ratio(kind) for m in marks] for marks in (old.marks, new.marks)]
        parts = [np.array([(r.gold, r.found, r.right) for r in side], dtype=np.float32).T for side in ratios]
        f1 = [_f1(weights, *part) for part in parts]
        lines.append(_line(name, "F1", sum(r.gold for r in ratios[0]), f1[0], f1[1]))
    return lines


def _fallen(old: Answers, new: Answers) -> list[tuple[str, float, float]]:
    """Faults and steps (by id) with a lower F1 than before, the deepest fall first."""
    was, now = label_ratios(old.marks or ()), label_ratios(new.marks or ())
    falls = [(name, r.f1, now[name].f1) for name, r in was.items() if name in now and now[name].f1 < r.f1 - 1e-9]
    return sorted(falls, key=lambda fall: (fall[2] - fall[1], fall[0]))


def render(comparison: Comparison, book: Rulebook, most: int = 20) -> str:
    """The comparison as text: all figures overall, subtypes that changed, what got worse."""
    lines = [_shown(line, line.name) for line in comparison.overall]
    changed = [line for line in comparison.by_subtype if line.figure == "F1" and abs(line.difference.value) > 1e-6]
    if changed:
        lines += ["", "各业务（只列有变化的；全部见 --out）"]
        lines += [_shown(line, name_of(book, line.name)) for line in sorted(changed, key=lambda x: x.difference.value)]
    if comparison.fallen:
        lines += ["", "F1 下降的步骤和差错"]
        lines += [f"  {name_of(book, name)}：{was:.2f} → {now:.2f}" for name, was, now in comparison.fallen[:most]]
    lines += ["", f"原来判对、现在判错的 {len(comparison.lost)} 通"]
    for lost in comparison.lost[:most]:
        wrong = f"{name_of(book, lost.sample.subtype)} → {name_of(book, lost.new)}（把握 {lost.confidence:.2f}）"
        lines.append(f"  {lost.sample.call.call_id} {wrong} {beginning(lost.sample, 30)}")
    if len(comparison.lost) > most:
        lines.append(f"  ……另有 {len(comparison.lost) - most} 通，见 --out")
    return "\n".join(lines)


def _shown(line: Line, name: str) -> str:
    old, new, gap = line.old, line.new, line.difference
    chance = f" p={line.chance:.3f}" if line.chance is not None else ""
    return (
        f"{name} {line.figure}（{line.count}）：旧 {_percent(old)}，新 {_percent(new)}，"
        f"差 {100 * gap.value:+.1f} [{100 * gap.low:+.1f}, {100 * gap.high:+.1f}]{chance} {line.verdict}"
    )


def _percent(value: Interval) -> str:
    return f"{100 * value.value:.1f} [{100 * value.low:.1f}, {100 * value.high:.1f}]"


def name_of(book: Rulebook, label: str) -> str:
    """The Chinese name of a subtype, step or code; what is unknown stays an id."""
    known = book.subtypes.get(label) or book.steps.get(label) or book.codes.get(label)
    return known.name if known else label


def write_csv(comparison: Comparison, book: Rulebook, path: Path) -> Path:
    """All figures as CSV (UTF-8 with BOM), and beside it the calls that got worse; gives the latter's path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for line in (*comparison.overall, *comparison.by_subtype):
            sides = [
                f"{x:.4f}" for side in (line.old, line.new, line.difference) for x in (side.value, side.low, side.high)
            ]
            chance = "" if line.chance is None else f"{line.chance:.4f}"
            writer.writerow([name_of(book, line.name), line.figure, line.count, *sides, chance, line.verdict])
    worse = path.with_name(f"{path.stem}_worse.csv")
    with worse.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(WORSE_HEADERS)
        for lost in comparison.lost:
            ids = [neutralised(lost.sample.call.call_id), neutralised(lost.sample.voice)]
            names = [name_of(book, x) for x in (lost.sample.subtype, lost.old, lost.new)]
            writer.writerow([*ids, *names, f"{lost.confidence:.3f}", neutralised(beginning(lost.sample))])
    return worse
