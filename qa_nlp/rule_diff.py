"""Two states of the rulebook over the same calls: which findings came and went, how scores moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from qa_nlp.inspector import Inspector
from qa_nlp.privacy.shield import Shield
from qa_nlp.records import Call, Finding, Skipped, Verdict

STANDING = ("confirmed", "suspected")
CHUNK = 64


@dataclass(frozen=True)
class Change:
    """One finding that is not the same: ``kind`` is gained | lost | changed.

    ``before`` and ``after`` are "confirmed 5" (status and points), "" where there was none;
    ``turn`` counts from 0.
    """

    kind: str
    call_id: str
    agent_id: str
    turn: int
    quote: str
    code: str
    rule_id: str
    before: str
    after: str


@dataclass
class Shift:
    """Scores of one agent's calls that both rulebooks scored."""

    calls: int = 0
    before: float = 0.0
    after: float = 0.0

    @property
    def means(self) -> tuple[float, float] | None:
        """Mean score before and after; None where no call was scored twice."""
        return (self.before / self.calls, self.after / self.calls) if self.calls else None


@dataclass
class Difference:
    """Everything that two rulebooks judge differently.

    ``steps`` counts (step, verdict before, verdict after); "" stands for a step that was not listed.
    """

    calls: int = 0
    changes: list[Change] = field(default_factory=list)
    shifts: dict[str, Shift] = field(default_factory=dict)
    steps: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def changed_calls(self) -> int:
        """Calls with at least one finding gained, lost or changed."""
        return len({change.call_id for change in self.changes})


def compare(
    calls: Iterable[Call | Skipped], old: Inspector, new: Inspector, shield: Shield | None = None
) -> Difference:
    """Inspect every call with both; calls stream by, only what differs is kept, words covered by ``shield`` (default: all)."""
    shield = shield or Shield()
    difference = Difference()
    stream = iter(calls)
    while chunk := list(islice(stream, CHUNK)):
        difference.skipped += [item for item in chunk if isinstance(item, Skipped)]
        good = [item for item in chunk if isinstance(item, Call)]
        for call, before, after in zip(good, old.inspect(good), new.inspect(good), strict=True) if good else ():
            differs = any(changes(before, after))
            shown = (shield.shown(call, verdict)[1] if differs else verdict for verdict in (before, after))
            _add(difference, *shown)
    return difference


def _add(difference: Difference, before: Verdict, after: Verdict) -> None:
    difference.calls += 1
    difference.changes.extend(changes(before, after))
    shift = difference.shifts.setdefault(after.agent_id, Shift())
    if before.score is not None and after.score is not None:
        shift.calls += 1
        shift.before += before.score
        shift.after += after.score
    was, now = ({s.step: s.verdict for s in verdict.steps} for verdict in (before, after))
    for step in sorted(was.keys() | now.keys()):
        if was.get(step, "") != now.get(step, ""):
            difference.steps[step, was.get(step, ""), now.get(step, "")] += 1


def changes(before: Verdict, after: Verdict) -> Iterator[Change]:
    """Findings of one call that came, went or count differently, in the order of the call.

    Findings are the same when turn and code are; suppressed ones are no findings.
    """
    was, now = _standing(before), _standing(after)
    for at in sorted(was.keys() | now.keys()):
        old, new = was.get(at), now.get(at)
        if old is None or new is None or _weight(old) != _weight(new):
            found = new or old
            assert found is not None
            kind = "gained" if old is None else "lost" if new is None else "changed"
            yield Change(
                kind, after.call_id, after.agent_id, found.turn, found.quote, found.code, found.rule_id,
                _weight(old), _weight(new),
            )  # fmt: skip


def _standing(verdict: Verdict) -> dict[tuple[int, str], Finding]:
    """The strongest finding of each turn and code."""
    found: dict[tuple[int, str], Finding] = {}
    for finding in verdict.findings:
        key = (finding.turn, finding.code)
        if finding.status in STANDING and (key not in found or finding.points > found[key].points):
            found[key] = finding
    return found


def _weight(finding: Finding | None) -> str:
    return f"{finding.status} {finding.points:g}" if finding is not None else ""


KINDS = {"gained": "新增", "lost": "消失", "changed": "改变"}
STATUS = {"confirmed": "确认", "suspected": "疑似"}
VERDICTS = {
    "pass": "合格", "violation": "违规", "not_applicable": "不适用", "insufficient": "证据不足", "": "未列"
}  # fmt: skip


def lines(difference: Difference) -> list[str]:
    """The difference for people: a head, one line a finding, one an agent, one a kind of step change."""
    counts = Counter(change.kind for change in difference.changes)
    found = "，".join(f"{name} {counts[kind]} 处" for kind, name in KINDS.items())
    head = f"比较了 {difference.calls} 通，{difference.changed_calls} 通的问题有变化：{found}"
    told = [head, *(_told(change) for change in difference.changes)]
    told += [line for agent in sorted(difference.shifts) if (line := _agent(agent, difference.shifts[agent]))]
    for (step, was, now), count in sorted(difference.steps.items(), key=lambda kv: (-kv[1], kv[0])):
        told.append(f"步骤 {step}：{VERDICTS[was]} → {VERDICTS[now]}，{count} 通")
    return told


def _told(change: Change) -> str:
    def weight(text: str) -> str:
        status, _, points = text.partition(" ")
        return f"{STATUS[status]}扣{points}分" if float(points) else STATUS[status]

    moved = " → ".join(weight(text) for text in (change.before, change.after) if text)
    where = f"{change.call_id} 第{change.turn + 1}句“{change.quote}”"
    return f"{KINDS[change.kind]}  {where} {change.code} {change.rule_id}（{moved}）"


def _agent(agent: str, shift: Shift) -> str:
    if shift.means is None or shift.before == shift.after:
        return ""
    before, after = shift.means
    return f"座席 {agent or '（未知）'}：{shift.calls} 通，平均 {before:.1f} → {after:.1f}（{after - before:+.1f}）"
