"""What finished runs hold, read back: calls.jsonl, run.json and skipped.csv of one or several result folders."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from qa_nlp.errors import Problem, UsageError
from qa_nlp.privacy.masking import mask
from qa_nlp.records import Finding, Promise, Skipped, StepVerdict, Verdict
from qa_nlp.report.rule_stats import MARK, RESULT

SKIPPED = "skipped.csv"
AGAIN = "请用 qa-nlp score 重新运行一次，再指定那个文件夹"
_DECODER = msgspec.json.Decoder(Verdict)
Quoted = TypeVar("Quoted", Finding, StepVerdict, Promise)


@dataclass
class Results:
    """Several result folders as one batch. ``repeated`` counts calls left out because an earlier folder has them."""

    folders: Sequence[Path]
    runs: list[dict[str, Any]] = field(default_factory=list)
    repeated: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no result folder, and folders of different profiles, all problems at once."""
        problems = [p for folder in self.folders for p in _missing(folder)]
        if problems:
            raise UsageError(problems)
        self.runs = [_run(folder) for folder in self.folders]
        if len(self.profiles) > 1:
            names = "、".join(sorted(self.profiles))
            place = "、".join(str(folder) for folder in self.folders)
            raise UsageError(Problem("U042", place, f"这些结果用的档不同（{names}），不能合在一起", "每个档各写一份"))

    @property
    def profiles(self) -> set[str]:
        """The profiles that the runs used."""
        return {str(run.get("profile") or "power") for run in self.runs}

    @property
    def profile(self) -> str:
        """The one profile of all folders."""
        return next(iter(self.profiles), "power")

    def verdicts(self) -> Iterator[Verdict]:
        """Every call once, in the order of the folders; words are masked where the run did not mask them.

        Raises:
            UsageError: naming the file and line that cannot be read.
        """
        self.repeated = 0
        earlier: set[tuple[str, str, str]] = set()
        for folder, run in zip(self.folders, self.runs, strict=True):
            here = set()
            for verdict in _lines(folder / RESULT):
                key = (verdict.call_id, verdict.started_at, verdict.agent_id)
                if key in earlier:
                    self.repeated += 1
                    continue
                here.add(key)
                yield verdict if run.get("masked") else masked(verdict)
            earlier |= here

    def skipped(self) -> Iterator[Skipped]:
        """What the runs could not inspect; without skipped.csv (another --format) only how many, from run.json."""
        for folder, run in zip(self.folders, self.runs, strict=True):
            if (folder / SKIPPED).is_file():
                yield from _skipped(folder / SKIPPED)
            else:
                count = run.get("skipped")
                number = count if isinstance(count, int) else 0
                yield from (Skipped(str(folder), None, "", "没有 skipped.csv，原因不明", AGAIN) for _ in range(number))


def masked(verdict: Verdict) -> Verdict:
    """The verdict with people's names, numbers and places covered in everything that quotes the call."""

    def covered(text: str) -> str:
        return mask(text).text

    def quoted(items: tuple[Quoted, ...]) -> tuple[Quoted, ...]:
        return tuple(replace(item, quote=covered(item.quote)) for item in items)

    return replace(
        verdict,
        findings=quoted(verdict.findings), steps=quoted(verdict.steps), promises=quoted(verdict.promises),
        veto=None if verdict.veto is None else covered(verdict.veto), summary=covered(verdict.summary),
    )  # fmt: skip


def _missing(folder: Path) -> Iterator[Problem]:
    if not folder.is_dir():
        yield Problem("U040", str(folder), "没有这个文件夹", "请检查路径；这里要写 qa-nlp score 的结果文件夹")
        return
    for name in (MARK, RESULT):
        if not (folder / name).is_file():
            yield Problem("U041", str(folder), f"这里没有 {name}，不是检查结果", f"{AGAIN}（--format 要含 jsonl）")


def _run(folder: Path) -> dict[str, Any]:
    try:
        run = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(Problem("U041", str(folder / MARK), f"读不懂：{error}", AGAIN)) from None
    if not isinstance(run, dict):
        raise UsageError(Problem("U041", str(folder / MARK), "不是一次运行的记录", AGAIN))
    return run


def _lines(path: Path) -> Iterator[Verdict]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield _DECODER.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                place = f"{path} 第{number}行"
                raise UsageError(Problem("U043", place, f"读不懂：{error}", AGAIN)) from None


def _skipped(path: Path) -> Iterator[Skipped]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            line = row.get("行") or ""
            yield Skipped(
                row.get("文件") or "", int(line) if line.isdecimal() else None, row.get("通话编号") or "",
                row.get("原因") or "", row.get("怎么办") or "",
            )  # fmt: skip
