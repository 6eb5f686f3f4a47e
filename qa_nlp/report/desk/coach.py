"""One agent beside the team: what goes well, which habits to change, each with real words. ``qa-nlp coach``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from qa_nlp.errors import Problem, UsageError
from qa_nlp.records import Finding, StepVerdict, Verdict
from qa_nlp.report.desk.cases import Cases, points_taken
from qa_nlp.report.desk.period import Period
from qa_nlp.report.desk.shares import FEW, Share, side
from qa_nlp.report.figures import Figures, missing_steps
from qa_nlp.report.results import Results

FOUND = 3
WELL = 0.9
SHORT, LONG = 4, 40
NEAR = 5


@dataclass
class Record:
    """What some calls add up to, with words to quote: ``said`` per step done, ``lost`` points per code and step."""

    period: Period = field(default_factory=Period)
    lost: Counter[str] = field(default_factory=Counter)
    said: dict[str, tuple[Verdict, StepVerdict]] = field(default_factory=dict)

    def add(self, verdict: Verdict) -> None:
        """Count one call."""
        self.period.add(verdict)
        for finding in points_taken(verdict):
            self.lost[finding.code] += finding.points  # type: ignore[assignment]
        for name, points in verdict.step_points.items():
            self.lost[name] += points  # type: ignore[assignment]
        for step in verdict.steps:
            if step.verdict == "pass" and step.need and SHORT <= len(step.quote) <= LONG:
                held = self.said.get(step.step)
                if held is None or _worth(step) > _worth(held[1]):
                    self.said[step.step] = (verdict, step)

    @property
    def figures(self) -> Figures:
        """The sums."""
        return self.period.figures

    @property
    def cases(self) -> Cases:
        """Calls to quote."""
        return self.period.cases

    def faults(self, code: str) -> Share:
        """Calls with this fault among all calls."""
        return Share(self.figures.code_calls[code], self.figures.totals.calls)

    def steps(self) -> dict[str, Share]:
        """How often each step was missing where it was demanded."""
        missing, decided = missing_steps(self.figures.subtypes.values())
        return {step: Share(missing[step], count) for step, count in decided.items()}


@dataclass(frozen=True)
class Point:
    """One strength or habit. Shares are of calls that have it: the fault, the step left out, or (a strength) done.

    ``kind`` is fault or step; ``against`` is 1 where the agent's share is surely greater than the others', -1 where
    smaller, 0 where that cannot be told.
    """

    kind: str
    id: str
    mine: Share
    others: Share
    finding: tuple[Verdict, Finding] | None = None
    done: tuple[Verdict, StepVerdict] | None = None

    @property
    def against(self) -> int:
        """See the class."""
        return side(self.mine, self.others)

    @property
    def few(self) -> bool:
        """Whether there are too few calls to compare."""
        return not (self.mine.enough and self.others.enough)


@dataclass(frozen=True)
class Portrait:
    """An agent's calls beside those of the others; ``group`` names who these are."""

    agent: str
    team: str
    group: str
    mine: Record
    others: Record
    profile: str

    @property
    def few(self) -> bool:
        """Whether there are too few scored calls to say anything in general."""
        return self.mine.figures.everyone.scored < FEW


def read_portrait(agent: str, folders: Sequence[Path]) -> Portrait:
    """Read result folders twice: who is there, then the agent's calls and those of the team.

    Raises:
        UsageError: the folders hold no results, or nobody goes by that name (with those that come near).
    """
    results = Results(folders)
    teams: dict[str, Counter[str]] = {}
    scored: Counter[tuple[str, str]] = Counter()
    for verdict in results.verdicts():
        teams.setdefault(verdict.agent_id, Counter())[verdict.team] += 1
        scored[verdict.agent_id, verdict.team] += verdict.score is not None
    if agent not in teams or not agent:
        raise UsageError(_nobody(agent, teams))
    team = min(teams[agent].items(), key=lambda item: (-item[1], item[0]))[0]
    mates = sum(count for (name, where), count in scored.items() if where == team and name != agent)
    by_team = bool(team) and mates >= FEW
    mine, others = Record(), Record()
    for verdict in results.verdicts():
        if verdict.agent_id == agent:
            mine.add(verdict)
        elif not by_team or verdict.team == team:
            others.add(verdict)
    return Portrait(agent, team, f"{team}其他人" if by_team else "全批其他人", mine, others, results.profile)


def habits(portrait: Portrait, count: int = FOUND) -> list[Point]:
    """What to change: red lines first, then what is surely worse than with the others, then what costs most.

    What occurred once comes last; faults and steps left out are both there where both occurred more than once.
    """
    mine, others = portrait.mine, portrait.others
    found = []
    for code, calls in mine.figures.code_calls.items():
        if calls:
            cases = mine.cases.bad((code,), 1)
            example = (cases[0].verdict, cases[0].findings[0]) if cases else None
            found.append(Point("fault", code, mine.faults(code), others.faults(code), example))
    theirs = others.steps()
    for step, share in mine.steps().items():
        if share.part:
            example_done = mine.said.get(step) or others.said.get(step)
            found.append(Point("step", step, share, theirs.get(step, Share(0, 0)), done=example_done))
    red = mine.cases.vetoed
    found.sort(key=lambda p: (p.id not in red, p.against != 1, p.mine.part < 2, -mine.lost[p.id], p.id))
    return _mixed(found, count)


def _mixed(points: Sequence[Point], count: int) -> list[Point]:
    """The first ``count``, but not all of one kind where the other kind occurred more than once."""
    chosen = list(points[:count])
    rest = [p for p in points[count:] if p.kind != chosen[-1].kind and p.mine.part > 1]
    if rest and len({point.kind for point in chosen}) == 1:
        chosen[-1] = rest[0]
    return chosen


def strengths(portrait: Portrait, count: int = FOUND) -> list[Point]:
    """What goes well: surely better than the others first, then what is nearly always done and can be quoted."""
    mine, others = portrait.mine, portrait.others
    theirs = others.steps()
    found = []
    for step, share in mine.steps().items():
        point = Point("step", step, _done(share), _done(theirs.get(step, Share(0, 0))), done=mine.said.get(step))
        as_good = point.mine.value >= max(WELL, point.others.value)
        if point.against == 1 or (as_good and point.done and point.mine.enough):
            found.append(point)
    for code in others.figures.code_calls:
        point = Point("fault", code, mine.faults(code), others.faults(code))
        if point.against == -1:
            found.append(point)
    found.sort(key=lambda p: (p.against == 0, p.few, -abs(p.mine.value - p.others.value), -p.mine.whole, p.id))
    return found[:count]


def _done(missing: Share) -> Share:
    return Share(missing.whole - missing.part, missing.whole)


def _worth(step: StepVerdict) -> tuple[bool, float, int, str]:
    """The better of two quotes: found by a rule, sure, long; then by the words, so that order does not matter."""
    return step.evidence != "model", round(step.confidence, 2), len(step.quote), step.quote


def _nobody(agent: str, teams: dict[str, Counter[str]]) -> Problem:
    names = sorted(name for name in teams if name)
    near = get_close_matches(agent, names, NEAR, 0.5) or names[:NEAR]
    if not names:
        return Problem(
            "U051", agent, "这些结果里的通话都没有座席工号", "导出转写时带上 agent_id，或 score 时用 --meta 补上"
        )
    more = f" 等 {len(names)} 人" if len(names) > len(near) else ""
    return Problem("U051", agent, "这些结果里没有这个座席", f"相近的有：{'、'.join(near)}{more}")
