"""A result folder → a period: for everything that is measured, in which of its calls it was and what it was.

A measure is kept as the places of calls (their numbers in the file), not as sums: runs over the same calls are
compared call by call.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import msgspec

from qa_nlp.errors import Problem, UsageError
from qa_nlp.report.rule_stats import MARK, RESULT

UNSCORED = "未评"
# The groups of rows, in the order of the table.
OVERALL, GRADE, FAULT, STEP, RULE, SUBTYPE, TEAM = "总体", "等级", "差错", "缺少步骤", "规则", "业务", "班组"
GROUPS = (OVERALL, GRADE, FAULT, STEP, TEAM, SUBTYPE, RULE)
Key = tuple[str, str, str]


class _Finding(msgspec.Struct):
    rule_id: str
    code: str
    status: str
    points: float = 0.0


class _Step(msgspec.Struct):
    step: str
    verdict: str
    need: str = ""


class _Line(msgspec.Struct):
    """What is read of one line of calls.jsonl."""

    call_id: str
    subtype: str
    grade: str = UNSCORED
    score: float | None = None
    veto: str | None = None
    needs_review: bool = False
    team: str = ""
    started_at: str = ""
    dimensions: dict[str, float | None] = {}
    findings: list[_Finding] = []
    steps: list[_Step] = []


@dataclass
class Track:
    """One measure in one period: the places where it could be seen, and where it was (or what it was)."""

    base: array[int] = field(default_factory=lambda: array("q"))
    hits: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))


@dataclass
class Period:
    """One run. ``ids`` are hashes of call ids by place; ``shares`` and ``means`` are by (group, key, part)."""

    name: str
    folder: Path
    facts: dict[str, object] = field(default_factory=dict)
    ids: array[int] = field(default_factory=lambda: array("q"))
    scored: array[int] = field(default_factory=lambda: array("q"))
    first: str = ""
    last: str = ""
    shares: dict[Key, Track] = field(default_factory=dict)
    means: dict[Key, Track] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """How many calls the run inspected."""
        return len(self.ids)

    def base(self, key: Key) -> array[int] | None:
        """The places where a share could be seen; None where that is every call."""
        if key[0] in (FAULT, RULE, SUBTYPE):
            return None
        if key[0] == GRADE:
            return self.scored
        return self.shares[key].base if key in self.shares else array("q")

    def _share(self, group: str, key: str, place: int, hit: bool, part: str = "") -> None:
        track = self.shares.setdefault((group, key, part), Track())
        track.base.append(place)
        if hit:
            track.hits.append(place)

    def _mean(self, group: str, key: str, place: int, value: float | None, part: str = "") -> None:
        if value is not None:
            track = self.means.setdefault((group, key, part), Track())
            track.base.append(place)
            track.values.append(value)

    def add(self, line: _Line) -> None:
        """Count one call."""
        place = len(self.ids)
        digest = blake2b(line.call_id.encode("utf-8", "replace"), digest_size=8).digest()
        self.ids.append(int.from_bytes(digest, "big", signed=True))
        faults = {f.code for f in line.findings if f.status == "confirmed" and f.points > 0}
        self._overall(line, place, bool(faults))
        for code in faults:
            self._hit(FAULT, code, place)
        for rule in {f.rule_id for f in line.findings if f.status in ("confirmed", "suspected")}:
            self._hit(RULE, rule, place)
        self._hit(SUBTYPE, line.subtype, place)
        for step in {s.step: s for s in line.steps if s.need and s.verdict in ("pass", "violation")}.values():
            self._share(STEP, step.step, place, step.verdict == "violation")
        if line.team:
            self._mean(TEAM, line.team, place, line.score, "score")
            self._share(TEAM, line.team, place, bool(faults), "faulty")

    def _overall(self, line: _Line, place: int, faulty: bool) -> None:
        day = line.started_at[:10]
        if len(day) == 10 and day[4] == day[7] == "-":
            self.first, self.last = min(self.first or day, day), max(self.last, day)
        self._mean(OVERALL, "score", place, line.score)
        for name, value in line.dimensions.items():
            self._mean(OVERALL, name, place, value)
        if line.score is not None:
            self._share(OVERALL, "veto", place, line.veto is not None)
            self._share(OVERALL, "faulty", place, faulty)
            self.scored.append(place)
            self._hit(GRADE, line.grade, place)
        self._share(OVERALL, "unscored", place, line.score is None)
        self._share(OVERALL, "review", place, line.needs_review)

    def _hit(self, group: str, key: str, place: int) -> None:
        self.shares.setdefault((group, key, ""), Track()).hits.append(place)


def read_periods(folders: Sequence[Path]) -> list[Period]:
    """Several result folders in their order, each under a name of its own (more of its path where names recur).

    Raises:
        UsageError: as ``read_period``, or when a folder is given twice.
    """
    paths = [folder.resolve() for folder in folders]
    for folder, path in zip(folders, paths, strict=True):
        if paths.count(path) > 1:
            raise UsageError(Problem("U035", str(folder), "同一个结果文件夹写了两次", "请写不同的文件夹"))
    for parts in range(1, max(len(path.parts) for path in paths) + 1):
        names = ["/".join(path.parts[-parts:]) for path in paths]
        if len(set(names)) == len(names):
            break
    return [read_period(folder, name) for folder, name in zip(folders, names, strict=True)]


def read_period(folder: Path, name: str = "") -> Period:
    """What a run found, read from the folder that ``score`` wrote.

    Raises:
        UsageError: no result folder, written without jsonl, or a damaged line.
    """
    if not (folder / MARK).is_file():
        raise UsageError(Problem("U031", str(folder), "这不是结果文件夹（没有 run.json）", "请写 score 的 -o 文件夹"))
    if not (folder / RESULT).is_file():
        raise UsageError(Problem("U032", str(folder / RESULT), "没有这个文件", "score 时 --format 要含 jsonl"))
    period = Period(name or folder.resolve().name, folder, _facts(folder))
    for line in _lines(folder / RESULT):
        period.add(line)
    if not period.calls:
        raise UsageError(Problem("U034", str(folder), "这次运行没有一通电话，没法比较", "请换一个结果文件夹"))
    return period


def _lines(path: Path) -> Iterator[_Line]:
    decoder = msgspec.json.Decoder(_Line)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                place = f"{path} 第{number}行"
                raise UsageError(Problem("U033", place, f"读不懂：{error}", "请重新运行 score")) from error


def _facts(folder: Path) -> dict[str, object]:
    try:
        facts = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        facts = None
    return facts if isinstance(facts, dict) else {}
