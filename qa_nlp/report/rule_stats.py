"""How the rules fared in a finished run: hits of each, rules that never spoke, how much is only suspected."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from qa_nlp.errors import Problem, UsageError
from qa_nlp.report.tables import code_name
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import RULE_ID
from qa_nlp.rulebook.rule import Rule

RESULT, MARK = "calls.jsonl", "run.json"
# Rules whose hits a result folder shows; signals and subtypes leave no trace of their own.
SHOWN = ("phrase", "step")


class _Finding(msgspec.Struct):
    rule_id: str
    code: str
    status: str


class _Step(msgspec.Struct):
    evidence: str | None = None


class _Line(msgspec.Struct):
    """What is read of one line of calls.jsonl."""

    findings: list[_Finding] = []
    steps: list[_Step] = []


@dataclass
class Use:
    """How often one rule spoke: findings by status (or steps shown), and in how many calls."""

    rule_id: str
    code: str = ""
    calls: int = 0
    by_status: Counter[str] = field(default_factory=Counter)

    @property
    def hits(self) -> int:
        """Findings and steps together."""
        return self.by_status.total()

    @property
    def suspected(self) -> float | None:
        """Share of the findings that stand (confirmed or suspected) that is only suspected."""
        standing = self.by_status["confirmed"] + self.by_status["suspected"]
        return self.by_status["suspected"] / standing if standing else None


@dataclass
class Stats:
    """Sums over a result folder."""

    calls: int = 0
    uses: dict[str, Use] = field(default_factory=dict)

    def ranked(self) -> list[Use]:
        """The busiest rule first."""
        return sorted(self.uses.values(), key=lambda use: (-use.hits, use.rule_id))

    @property
    def suspected(self) -> float | None:
        """Share of all standing findings that is only suspected; None without findings."""
        total = sum((use.by_status for use in self.uses.values()), Counter())
        standing = total["confirmed"] + total["suspected"]
        return total["suspected"] / standing if standing else None


def read_stats(folder: Path) -> Stats:
    """Count what ``score`` wrote into ``folder``.

    Raises:
        UsageError: no result folder, written without jsonl, or a damaged line.
    """
    path = folder / RESULT
    if not (folder / MARK).exists():
        raise UsageError(Problem("U031", str(folder), "这不是结果文件夹（没有 run.json）", "请写 score 的 -o 文件夹"))
    if not path.exists():
        raise UsageError(Problem("U032", str(path), "没有这个文件", "score 时 --format 要含 jsonl"))
    stats, decoder = Stats(), msgspec.json.Decoder(_Line)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                _count(stats, decoder.decode(line))
            except msgspec.DecodeError as error:
                raise UsageError(
                    Problem("U033", f"{path} 第{number}行", f"读不懂：{error}", "请重新运行 score")
                ) from error
    return stats


def run_profile(folder: Path) -> str:
    """The profile that a result folder was made with; "" where run.json does not say."""
    try:
        return str(json.loads((folder / MARK).read_text(encoding="utf-8")).get("profile", ""))
    except (OSError, ValueError):
        return ""


def _count(stats: Stats, line: _Line) -> None:
    stats.calls += 1
    spoke = [(f.rule_id, f.code, f.status) for f in line.findings]
    spoke += [(s.evidence, "", "step") for s in line.steps if s.evidence and RULE_ID.match(s.evidence)]
    for rule_id, code, status in spoke:
        use = stats.uses.setdefault(rule_id, Use(rule_id, code))
        use.by_status[status] += 1
    for rule_id in {rule_id for rule_id, _, _ in spoke}:
        stats.uses[rule_id].calls += 1


def dead_rules(stats: Stats, book: Rulebook) -> list[Rule]:
    """Phrase and step rules of the book that never spoke, in the order of the sheets."""
    return [rule for rule in book.rules if rule.kind in SHOWN and rule.id not in stats.uses]


def lines(stats: Stats, book: Rulebook) -> list[str]:
    """The figures for people: one line a rule, the silent rules at the end."""
    dead = dead_rules(stats, book)
    share = "无" if stats.suspected is None else f"{stats.suspected:.0%}"
    shown = sum(rule.kind in SHOWN for rule in book.rules)
    head = f"{stats.calls} 通；措辞与步骤规则 {shown} 条，{shown - len(dead)} 条命中过；疑似占 {share}"
    return [head, *(_line(use, book) for use in stats.ranked()), *_dead_lines(dead)]


def _line(use: Use, book: Rulebook) -> str:
    rule = book.by_id.get(use.rule_id)
    name = rule.name if rule else code_name(use.code, book)
    if set(use.by_status) == {"step"}:
        return f"{use.rule_id}\t{name}\t{use.calls} 通\t步骤 {use.hits}"
    share = "" if use.suspected is None else f"\t疑似占 {use.suspected:.0%}"
    counts = use.by_status
    told = f"确认 {counts['confirmed']}，疑似 {counts['suspected']}，排除 {counts['suppressed']}"
    return f"{use.rule_id}\t{name}\t{use.calls} 通\t{told}{share}"


def _dead_lines(dead: Iterable[Rule]) -> list[str]:
    by_code: dict[str, list[str]] = {}
    for rule in dead:
        by_code.setdefault(rule.code, []).append(rule.id)
    if not by_code:
        return []
    return ["", "从未命中：", *(f"  {code}：{'、'.join(ids)}" for code, ids in sorted(by_code.items()))]
