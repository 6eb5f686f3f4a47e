"""Label Studio's JSON export → labelled calls that ``train`` takes. What cannot be believed is skipped with a reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from qa_nlp.errors import Problem, UsageError
from qa_nlp.read.entries import objects, word
from qa_nlp.read.values import direction_of, role_of, seconds, span, text_of
from qa_nlp.records import Call, Skipped, Tag, Turn
from qa_nlp.report.label_studio import DIALOGUE, FAULTS, NEAR, SPEAKERS, STEPS, SUBTYPE, points
from qa_nlp.rulebook.book import Rulebook

ROLES = {shown: role for role, shown in SPEAKERS.items()}
SEVERAL = "有不止一份标注，用了标为基准（ground truth）的或最后改的一份"
CUSTOMER = "客户或系统的话上标了差错或步骤，没有采用"
UNNAMED = "没有选业务，只能学步骤和差错"
CUT = "标注跨了几句，按座席的每一句分开"
CHANGED = "原来的通话与任务里的对不上，用了任务里（遮蔽过）的话"


class _UnusableError(Exception):
    """Why a task cannot be used, and what to do (Chinese)."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason, self.advice = reason, advice


@dataclass
class Taken:
    """Labelled calls, what was left out, and how often something was put right (by Chinese remark)."""

    calls: list[Call] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Labels:
    """Ids by id and by Chinese name, for each control of the configuration."""

    known: Mapping[str, Mapping[str, str]]

    def id_of(self, control: str, label: object) -> str:
        """The id of a label. Raises _UnusableError when the rulebook does not know it."""
        found = self.known[control].get(str(label).strip())
        if found is None:
            raise _UnusableError(
                f"规则表里没有“{label}”这个标签", "请在 Label Studio 里改标，或用同一个档（--profile）的规则表"
            )
        return found


def take_in(path: Path, book: Rulebook, originals: Mapping[str, Call] | None = None) -> Taken:
    """The labelled calls of an export (Label Studio's format "JSON").

    Args:
        path: the exported file.
        book: the labels; a task with any other is skipped.
        originals: calls by id whose own words are taken instead of the (masked) ones that were labelled.

    Raises:
        UsageError: when the file is no such export at all.
    """
    labels, taken, seen = _labels(book), Taken(), set[str]()
    for number, task in enumerate(_tasks(path), 1):
        name = _call_id(task)
        try:
            if name in seen:
                raise _UnusableError("通话编号重复，只用了第一次出现的", "确认是不是同一通话；不是则改成不同的编号")
            call = _call(task, name, labels, taken.remarks)
        except _UnusableError as error:
            taken.skipped.append(Skipped(str(path), number, name, error.reason, error.advice))
            continue
        seen.add(name)
        taken.calls.append(_with_own_words(call, originals, taken.remarks) if originals is not None else call)
    return taken


def _labels(book: Rulebook) -> _Labels:
    codes = {code.name: code.id for code in book.codes.values()} | {code: code for code in book.codes}
    steps = {step.name: step.id for step in book.steps.values()} | {step: step for step in book.steps}
    subtypes = {s.name: s.id for s in book.subtypes.values()} | {name: name for name in book.subtypes}
    return _Labels({SUBTYPE: subtypes, FAULTS: codes, NEAR: codes, STEPS: steps})


def _tasks(path: Path) -> list[Any]:
    place, again = str(path), "请在 Label Studio 里选 Export → JSON 再导出一次"
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(Problem("U061", place, f"读不出来（{error.strerror}）", "请检查路径和权限")) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(Problem("U062", place, f"不是完整的 JSON：{str(error)[:80]}", again)) from error
    tasks = [value] if isinstance(value, dict) else value
    if not isinstance(tasks, list) or not tasks:
        raise UsageError(Problem("U063", place, "里面没有任务", again))
    if not any(isinstance(task, dict) and ("annotations" in task or "completions" in task) for task in tasks):
        message = "没有标注（annotations）；可能是任务文件，或导出成了 JSON_MIN"
        raise UsageError(Problem("U064", place, message, "导出时请选 JSON，不要选 JSON-MIN、CSV"))
    return tasks


def _call_id(task: Any) -> str:
    data = task.get("data") if isinstance(task, dict) else None
    name = word(data, "call_id") or (f"LS-{word(task, 'id')}" if word(task, "id") else "")
    return text_of(name)


def _call(task: Any, name: str, labels: _Labels, remarks: Counter[str]) -> Call:
    if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
        raise _UnusableError("任务不完整（没有 data）", "请重新导出")
    if not name:
        raise _UnusableError("没有通话编号", "任务的 data 里要有 call_id")
    data = task["data"]
    turns = _turns(data)
    marks = _Marks(turns)
    subtype = ""
    for result in objects(_annotation(task, remarks).get("result")):
        control, values = word(result, "from_name"), result.get("value")
        if control == SUBTYPE:
            subtype = labels.id_of(SUBTYPE, _chosen(values)) if _chosen(values) else subtype
        elif control in (FAULTS, NEAR, STEPS):
            marks.add(control, values, labels, remarks)
    if not subtype:
        remarks[UNNAMED] += 1
    return Call(
        name, marks.turns(), direction_of(data.get("direction")), word(data, "agent_id"), word(data, "team"),
        word(data, "started_at"), labels={"subtype": subtype} if subtype else {},
    )  # fmt: skip


def _turns(data: dict[str, Any]) -> list[Turn]:
    items = data.get(DIALOGUE)
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise _UnusableError("任务里没有对话（dialogue）", "请用 qa-nlp label-studio export 做的任务")
    return [
        Turn(
            role_of(item.get("role") or ROLES.get(word(item, "speaker"), word(item, "speaker"))),
            text_of(item.get("text")), *span(seconds(item.get("start")), seconds(item.get("end"))),
        )
        for item in items
    ]  # fmt: skip


def _annotation(task: dict[str, Any], remarks: Counter[str]) -> dict[str, Any]:
    """The one to be used of a task's annotations: ground truth, else the one changed last; cancelled ones are none."""
    found = objects(task.get("annotations", task.get("completions")))
    done = [item for item in found if not item.get("was_cancelled") and isinstance(item.get("result"), list)]
    if not done:
        reason = "标注员跳过了这通" if found else "还没有标注"
        raise _UnusableError(reason, "标注后再导出；不用标的可不处理")
    if len(done) > 1:
        remarks[SEVERAL] += 1
    return max(done, key=lambda item: (bool(item.get("ground_truth")), word(item, "updated_at", "created_at")))


def _chosen(values: object) -> str:
    """The subtype of a Choices result, or the leaf of a Taxonomy result."""
    if not isinstance(values, dict):
        return ""
    chosen = values.get("choices") or values.get("taxonomy")
    while isinstance(chosen, list):
        chosen = chosen[-1] if chosen else ""
    return chosen if isinstance(chosen, str) else ""


class _Marks:
    """The tags of one task, gathered turn by turn."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = turns
        self._tags: dict[tuple[str, int], set[tuple[int, int, str]]] = {}
        self._acts: dict[int, set[str]] = {}

    def add(self, control: str, value: object, labels: _Labels, remarks: Counter[str]) -> None:
        """Take one region. Raises _UnusableError where it does not fit the words."""
        if not isinstance(value, dict) or not isinstance(value.get("paragraphlabels"), list):
            raise _UnusableError("有一处标注没有标签", "请在 Label Studio 里给它选标签，或删掉它")
        names = [labels.id_of(control, label) for label in value["paragraphlabels"]]
        pieces = list(self._pieces(value))
        own = [piece for piece in pieces if self._turns[piece[0]].role in ("agent", "unknown")]
        if not own:
            remarks[CUSTOMER] += 1
        if len(pieces) > 1:
            remarks[CUT] += 1
        for turn, start, end in own:
            if control == STEPS:
                self._acts.setdefault(turn, set()).update(names)
            else:
                self._tags.setdefault((control, turn), set()).update((start, end, name) for name in names)

    def _pieces(self, value: dict[str, Any]) -> Iterator[tuple[int, int, int]]:
        """(turn, start, end) in code points, without spaces at the edges."""
        first, last = _number(value.get("start")), _number(value.get("end"))
        begin, stop = _number(value.get("startOffset")), _number(value.get("endOffset"))
        if not 0 <= first <= last < len(self._turns) or begin < 0 or stop < 0:
            raise _UnusableError("标注的位置超出了对话", "任务的文字在标注以后改过；请重新导入任务再标")
        for turn in range(first, last + 1):
            text = self._turns[turn].text
            start = points(text, begin) if turn == first else 0
            end = points(text, stop) if turn == last else len(text)
            quote = text[start:end]
            if first == last:
                self._fits(quote, value.get("text"))
            start += len(quote) - len(quote.lstrip())
            if quote.strip():
                yield turn, start, start + len(quote.strip())

    @staticmethod
    def _fits(quote: str, told: object) -> None:
        if not quote.strip():
            raise _UnusableError("有一处标注是空的，或位置超出了那一句", "请在 Label Studio 里删掉它，或重新划")
        if isinstance(told, str) and told and told.split() != quote.split():
            reason = f"标注的原话“{told[:20]}”与对话里的“{quote[:20]}”不同"
            raise _UnusableError(reason, "任务的文字在标注以后改过；请重新导入任务再标")

    def turns(self) -> tuple[Turn, ...]:
        """The turns with their tags, each in the order of the words."""
        return tuple(
            replace(
                turn, acts=tuple(sorted(self._acts.get(at, ()))), faults=self._of(FAULTS, at), near_misses=self._of(NEAR, at)
            )
            for at, turn in enumerate(self._turns)
        )  # fmt: skip

    def _of(self, control: str, at: int) -> tuple[Tag, ...]:
        text = self._turns[at].text
        return tuple(
            Tag(code, text[start:end], start, end) for start, end, code in sorted(self._tags.get((control, at), ()))
        )


def _number(value: object) -> int:
    """A paragraph's number or an offset, as a number or as text; -1 for anything else."""
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _with_own_words(call: Call, originals: Mapping[str, Call], remarks: Counter[str]) -> Call:
    """The call with the words of its original where they are of the same length, turn by turn; quotes follow."""
    own = originals.get(call.call_id)
    if own is None or [len(turn.text) for turn in own.turns] != [len(turn.text) for turn in call.turns]:
        remarks[CHANGED] += 1
        return call
    turns = []
    for turn, raw in zip(call.turns, own.turns, strict=True):
        faults, misses = (
            tuple(replace(tag, quote=raw.text[tag.start : tag.end]) for tag in tags)
            for tags in (turn.faults, turn.near_misses)
        )
        turns.append(replace(turn, text=raw.text, faults=faults, near_misses=misses))
    return replace(call, turns=tuple(turns))
