"""Sums over a batch, gathered as verdicts stream by: by agent and by rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from qa_nlp.records import Verdict
from qa_nlp.report.counted import Counted
from qa_nlp.report.tables import Column, Table, code_name
from qa_nlp.rulebook.book import Rulebook


class Tally:
    """What is counted of one verdict: codes that cost points (one entry a finding), steps that were missing."""

    def __init__(self, verdict: Verdict | Counted) -> None:
        self.codes = [f.code for f in verdict.findings if f.status == "confirmed" and f.points > 0]
        self.missing = [s.step for s in verdict.steps if s.verdict == "violation"]


@dataclass
class AgentTotal:
    """What one agent's calls add up to."""

    agent_id: str
    team: str
    calls: int = 0
    scored: int = 0
    points: float = 0.0
    squares: float = 0.0
    vetoes: int = 0
    faulty: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict | Counted, tally: Tally) -> None:
        """Count one verdict."""
        self.calls += 1
        self.vetoes += verdict.veto is not None
        if verdict.score is not None:
            self.scored += 1
            self.points += verdict.score
            self.squares += verdict.score**2
        self.faulty += bool(tally.codes)
        for code in tally.codes:
            self.codes[code] += 1
        for step in tally.missing:
            self.missing[step] += 1

    @property
    def mean(self) -> float | None:
        """Mean score of the scored calls."""
        return self.points / self.scored if self.scored else None

    @property
    def margin(self) -> float | None:
        """Half width of the 95 % interval of the mean; None with fewer than 5 scored calls."""
        if self.scored < 5:
            return None
        variance = max(0.0, (self.squares - self.points**2 / self.scored) / (self.scored - 1))
        return float(1.96 * (variance / self.scored) ** 0.5)


@dataclass
class Totals:
    """Running sums of a batch."""

    agents: dict[str, AgentTotal] = field(default_factory=dict)
    rules: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    grades: Counter[str] = field(default_factory=Counter)
    subtypes: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    reviews: int = 0

    def add(self, verdict: Verdict | Counted, tally: Tally | None = None) -> None:
        """Count one verdict."""
        self.calls += 1
        self.reviews += verdict.needs_review
        self.grades[verdict.grade] += 1
        self.subtypes[verdict.subtype] += 1
        agent = self.agents.get(verdict.agent_id)
        if agent is None:
            agent = self.agents[verdict.agent_id] = AgentTotal(verdict.agent_id, verdict.team)
        agent.add(verdict, tally or Tally(verdict))
        for finding in verdict.findings:
            self.rules[finding.rule_id, finding.code, finding.status] += 1


def agents_table(book: Rulebook) -> Table:
    """One row an agent."""

    def top(counter: Counter[str], name: str) -> str:
        names = {c: code_name(c, book) for c in counter} if name == "code" else {
            s: book.step_info(s).name.split("(")[0] for s in counter
        }  # fmt: skip
        return "、".join(f"{names[k]}×{n}" for k, n in sorted(counter.items(), key=lambda kv: (-kv[1], kv[0]))[:3])

    columns = (
        Column("坐席", "座席工号", lambda a: a.agent_id),
        Column("班组", "座席所在班组", lambda a: a.team),
        Column("通话数", "检查的通话", lambda a: a.calls),
        Column("评分通话数", "评了分的通话", lambda a: a.scored),
        Column("平均分", "评分通话的平均", lambda a: None if a.mean is None else round(a.mean, 1)),
        Column(
            "平均分区间±",
            "95% 区间的半宽；不足 5 通不给。区间重叠不排名",
            lambda a: None if a.margin is None else round(a.margin, 1),
        ),
        Column("有差错通话数", "至少一处确认扣分的通话", lambda a: a.faulty),
        Column("红线通话数", "触及红线的通话", lambda a: a.vetoes),
        Column("最多的差错", "前三种", lambda a: top(a.codes, "code")),
        Column("最常缺的步骤", "前三种", lambda a: top(a.missing, "step")),
    )
    return Table("agents", "每个座席一行", columns)


def rules_table(book: Rulebook) -> Table:
    """One row a rule that fired or could have."""
    columns = (
        Column("规则号", "规则编号", lambda r: r[0]),
        Column("名称", "规则名称", lambda r: book.by_id[r[0]].name if r[0] in book.by_id else ""),
        Column("代码", "差错代码", lambda r: r[1]),
        Column("问题", "差错名称", lambda r: code_name(r[1], book)),
        Column("确认", "确认的次数", lambda r: r[2].get("confirmed", 0)),
        Column("疑似", "疑似的次数", lambda r: r[2].get("suspected", 0)),
        Column("排除", "排除的次数", lambda r: r[2].get("suppressed", 0)),
    )
    return Table("rules", "每条措辞规则一行，没有命中的也列出", columns)


def rule_rows(totals: Totals, book: Rulebook) -> list[tuple[str, str, dict[str, int]]]:
    """(rule, code, counts by status), the most frequent first, silent rules last."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for rule in book.rules:
        if rule.kind == "phrase":
            found[rule.id, rule.code] = {}
    for (rule_id, code, status), count in totals.rules.items():
        found[rule_id, code][status] = count
    rows = [(rule_id, code, counts) for (rule_id, code), counts in found.items()]
    return sorted(rows, key=lambda r: (-sum(r[2].values()), r[0]))
