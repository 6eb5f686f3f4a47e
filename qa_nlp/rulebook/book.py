"""The Rulebook: everything that QA staff decide, compiled for one profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from qa_nlp.rulebook.limits import Limit, read_limits
from qa_nlp.rulebook.matcher import Matcher
from qa_nlp.rulebook.rule import Rule
from qa_nlp.rulebook.sheet import Row
from qa_nlp.rulebook.situations import Situation

# What a line of the checklist may say, the strictest first.
NEEDS = ("必须", "条件", "建议")
# The condition that is no signal: the agent made the call.
OUTGOING = "外呼"


@dataclass(frozen=True)
class Code:
    """A kind of finding: its Chinese name, what it costs by default and what to say instead."""

    id: str
    name: str
    dimension: str
    severity: str
    points: float
    message: str
    suggestion: str
    basis: str = ""


@dataclass(frozen=True)
class StepInfo:
    """A step an agent may do; ``points`` is what leaving it out costs where it is demanded."""

    id: str
    group: str
    name: str
    dimension: str
    points: float
    suggestion: str


@dataclass(frozen=True)
class Subtype:
    """A leaf of the label tree."""

    id: str
    category: str
    name: str
    definition: str


@dataclass(frozen=True)
class Demand:
    """One line of the checklist: a step that a subtype (or family) demands, may demand or advises."""

    subtype: str
    step: str
    need: str
    condition: str
    basis: str


@dataclass(frozen=True)
class Scoring:
    """Weights of the dimensions, the cap of points a code may cost in one call, grades."""

    weights: Mapping[str, float]
    caps: Mapping[str, float]
    grades: tuple[tuple[float, str], ...]
    settings: Mapping[str, float]


@dataclass(frozen=True)
class Rulebook:
    """All sheets of one profile. ``digest`` names this very state of the sheets."""

    profile: str
    rules: tuple[Rule, ...]
    classes: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, Code]
    steps: Mapping[str, StepInfo]
    subtypes: Mapping[str, Subtype]
    demands: tuple[Demand, ...]
    scoring: Scoring
    tables: Mapping[str, tuple[Row, ...]]
    digest: str
    situations: tuple[Situation, ...] = ()

    @cached_property
    def matcher(self) -> Matcher:
        """The automaton over all enabled rules and the triggers of the situations."""
        triggers = (rule for situation in self.situations for rule in situation.rules())
        return Matcher((*self.rules, *triggers), self.classes)

    def step_info(self, step: str) -> StepInfo:
        """A step by its number, or a situation dressed as one (it belongs to 语言能力). Raises KeyError."""
        return self.steps.get(step) or self._situation_steps[step]

    @cached_property
    def _situation_steps(self) -> dict[str, StepInfo]:
        return {
            s.id: StepInfo(s.id, "situation", f"情景：{s.name}", "语言能力", s.cost, s.suggestion)
            for s in self.situations
        }

    def situation(self, number: str) -> Situation:
        """A situation by its number. Raises KeyError."""
        return self._situation_by_id[number]

    @cached_property
    def by_event(self) -> dict[str, frozenset[str]]:
        """Situations that may arise without a word, by what happens on the line."""
        events = dict.fromkeys(event for situation in self.situations for event in situation.events)
        return {event: frozenset(s.id for s in self.situations if event in s.events) for event in events}

    @cached_property
    def noticed(self) -> frozenset[str]:
        """Situations that the recorder's own lines may tell of."""
        return frozenset(situation.id for situation in self.situations if situation.notice.pattern is not None)

    @cached_property
    def _situation_by_id(self) -> dict[str, Situation]:
        return {situation.id: situation for situation in self.situations}

    @cached_property
    def limits(self) -> dict[str, tuple[Limit, ...]]:
        """Limits of time by their subject."""
        return read_limits(self.tables.get("limits", ()))

    @cached_property
    def conduct(self) -> dict[str, Row]:
        """Rows of ``conduct`` by their code; a profile's row goes before the common one."""
        return {row["项目"]: row for row in self.tables.get("conduct", ())}

    def code_name(self, code: str) -> str:
        """The Chinese name of a finding's code; the code itself where no sheet names it."""
        if code in self.codes:
            return self.codes[code].name
        return self.conduct[code]["名称"] if code in self.conduct else code

    def dimension_of(self, code: str) -> str:
        """The dimension that a finding of a code belongs to (业务能力 where no sheet says it)."""
        if code in self.codes:
            return self.codes[code].dimension
        return self.conduct[code]["维度"] if code in self.conduct else "业务能力"

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """Rules by their number."""
        return {rule.id: rule for rule in self.rules}

    def demands_for(self, subtype: str) -> tuple[Demand, ...]:
        """The checklist of one subtype: its own lines, its family's and the common ones; what must be done first."""
        if subtype not in self._demands:
            self._demands[subtype] = self._demands_of(subtype)
        return self._demands[subtype]

    @cached_property
    def _demands(self) -> dict[str, tuple[Demand, ...]]:
        """Checklists that were asked for."""
        return {}

    def _demands_of(self, subtype: str) -> tuple[Demand, ...]:
        category = subtype.split(".")[0]
        closing_free = set(self._words("no_closing"))
        wanted = {subtype, f"{category}.*"} | (set() if subtype in closing_free else {"*"})
        found: dict[str, Demand] = {}
        for demand in self.demands:
            if demand.subtype in wanted:
                old = found.get(demand.step)
                if old is None or NEEDS.index(demand.need) < NEEDS.index(old.need):
                    found[demand.step] = demand
        ordered = [found[step] for step in self.steps if step in found]
        return tuple(sorted(ordered, key=lambda demand: NEEDS.index(demand.need)))

    @cached_property
    def perilous(self) -> frozenset[str]:
        """Subtypes in which a danger without any warning is a red line."""
        return frozenset(self._words("danger_veto"))

    def _words(self, name: str) -> tuple[str, ...]:
        return tuple(row["值"] for row in self.tables.get("settings", ()) if row["项目"] == name)
