"""Labelled data as staff have it: JSONL, annotated text, and tables with a label column.

A table holds one call a row (its words, or the name of a file with them) or one turn a row; the
label is an id such as ``repair.urge`` or the Chinese name from subtypes.csv.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path

from msgspec.structs import replace

from qa_nlp.errors import Problem, UsageError
from qa_nlp.records import Call
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare
from qa_nlp.training.corpus import LOCKED, Sample, read_corpus
from qa_nlp.training.label_tables import Labels, read_table

TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls")
OURS = ("label_review.csv", "sample.csv")
LEAST_VOICES, MADE_VOICES = 3, 5


@dataclass(frozen=True)
class Labelled:
    """Samples to learn from, samples of the locked split among them, and what staff should know (Chinese)."""

    samples: tuple[Sample, ...]
    locked: tuple[Sample, ...] = ()
    notes: tuple[str, ...] = ()


def read_labelled_inputs(paths: Iterable[Path], book: Rulebook) -> Labelled:
    """Everything labelled under files and folders, labels as ids; ``locked*`` files apart.

    Raises:
        UsageError: for a missing path, a table without the needed columns, or with the list of all
            labels that the rulebook does not know.
    """
    labels = Labels(tuple(book.subtypes), {s.name: s.id for s in book.subtypes.values()})
    samples: list[Sample] = []
    notes: list[str] = []
    for path in paths:
        tables, others = _split(path)
        samples += read_corpus(others, with_locked=True)
        for table in tables:
            calls, remarks = read_table(table, labels)
            samples += [Sample(table.stem, prepare(call)) for call in calls]
            notes += remarks
    named = [_named(sample, labels) for sample in samples]
    refuse_unknown_subtypes(named, book)
    learn, doubles = _once([s for s in named if not s.voice.startswith(LOCKED)])
    learn, made = _with_voices(learn)
    return Labelled(tuple(learn), tuple(s for s in named if s.voice.startswith(LOCKED)), (*notes, *doubles, *made))


def refuse_unknown_subtypes(samples: Sequence[Sample], book: Rulebook) -> None:
    """Raise UsageError with every subtype that the rulebook does not know, how often, and what is meant perhaps."""
    found = Counter(s.subtype for s in samples if s.subtype and s.subtype not in book.subtypes)
    names = {**{s.name: s.id for s in book.subtypes.values()}, **{name: name for name in book.subtypes}}
    if not found:
        return
    problems = []
    for label, count in sorted(found.items()):
        near = get_close_matches(label, names, 3, 0.5)
        where = next(s.call.call_id for s in samples if s.subtype == label)
        message = f"规则表里没有“{label}”这个业务，出现在 {count} 通（如 {where}）"
        meant = f"是不是“{'”或“'.join(near)}”？" if near else ""
        problems.append(Problem("T003", "业务", message, meant + "请改成 subtypes.csv 里的编号或名称"))
    raise UsageError(problems)


def refuse_without_turns(samples: Sequence[Sample]) -> None:
    """Raise UsageError (T004) when no agent turn was annotated with a step or fault: nothing to learn those from."""
    if not any(turn.acts or turn.faults for s in samples for turn in s.call.turns):
        message = "没有一句标注过步骤或差错（表格只有业务），步骤和差错没法学"
        advice = "把随附的标注一起给：qa-nlp train data/samples/labelled 你的表 -o …"
        raise UsageError(Problem("T004", "标注数据", message, advice))


def _split(path: Path) -> tuple[list[Path], list[Path]]:
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.suffix.lower() in TABLES and p.name not in OURS)
        return [p for p in found if not p.name.startswith(("~$", "."))], [path]
    is_table = path.suffix.lower() in TABLES and path.is_file()
    return ([path], []) if is_table else ([], [path])


def _named(sample: Sample, labels: Labels) -> Sample:
    """The sample with its subtype as an id where it is given by name."""
    subtype = labels.id_of(sample.subtype)
    if subtype == sample.subtype:
        return sample
    call = replace(sample.call, labels={**sample.call.labels, "subtype": subtype})
    return Sample(sample.voice, changed(sample.prepared, call=call))


def _once(samples: list[Sample]) -> tuple[list[Sample], list[str]]:
    """Each labelled call once: same words and same label given twice (in two files) weigh double otherwise."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for sample in samples:
        key = (sample.subtype, tuple((turn.role, turn.text) for turn in sample.call.turns))
        if key not in seen:
            seen.add(key)
            kept.append(sample)
    dropped = len(samples) - len(kept)
    return kept, [f"有 {dropped} 份与别的完全相同（话和标注都一样），只用一次。"] if dropped else []


def _with_voices(samples: list[Sample]) -> tuple[list[Sample], list[str]]:
    """Data of one or two sources is cut by call id, so that there is something to leave out."""
    labelled = {s.voice for s in samples if s.subtype}
    if len(labelled) >= LEAST_VOICES or not samples:
        return samples, []
    cut = [Sample(f"{s.voice}#{_slot(s.call)}", s.prepared) for s in samples]
    note = f"标注只来自 {len(labelled)} 个文件，交叉验证改为按通话编号分成 {MADE_VOICES} 份，成绩会偏高；"
    return cut, [note + "最好按来源（不同班组、不同月份）分成几个文件。"]


def _slot(call: Call) -> int:
    return blake2b(call.call_id.encode("utf-8", "replace"), digest_size=2).digest()[0] % MADE_VOICES


def describe(samples: Sequence[Sample]) -> Iterator[str]:
    """A line on what was read."""
    calls = sum(bool(s.subtype) and not s.is_request for s in samples)
    requests = sum(bool(s.subtype) and s.is_request for s in samples)
    voices = len({s.voice for s in samples})
    yield f"读到 {calls} 通通话、{requests} 条诉求、{len(samples) - calls - requests} 个片段，{voices} 种来源。"
