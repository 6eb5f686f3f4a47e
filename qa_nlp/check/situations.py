"""Situations: after a trigger, did the agent's next words hold what is demanded, and nothing else?

A verdict for every situation that arose: pass when every demanded point is there and nothing
forbidden, violation when something forbidden is said or a point is clearly missing, insufficient
when the agent had no chance to answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from qa_nlp.check.evidence import Evidence
from qa_nlp.check.line import Line
from qa_nlp.check.occasions import Occasion, happenings, occasions, waited
from qa_nlp.records import Call, Finding, Label, StepVerdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.matcher import Condition, Hit
from qa_nlp.rulebook.situations import KIND, NO_HARASSMENT_SAID, NOT_HARASSING, SINCE_CUSTOMER, Situation
from qa_nlp.text.prepared import Prepared, prepare

NEED = "情景"
DEMANDED = ("必须", "条件")
LEAST_TURNS = 2
# The subtype of harassing calls, and the situation that what harassers say gives rise to.
HARASSMENT, HARASSED = "other.harassment", "H27"
# What happens on the line and the finding on conduct that tells of the same deed.
SAME_CONDUCT = {"久振铃": "ring_time"}
SURE, LIKELY, DOUBTFUL = 0.95, 0.85, 0.5


class Judged(NamedTuple):
    """One occasion's verdict, the span that shows it (joined offsets) and why."""

    verdict: str
    turn: int | None
    span: tuple[int, int] | None
    reason: str
    confidence: float


def situation_verdicts(
    evidence: Evidence,
    label: Label,
    book: Rulebook,
    steps: Sequence[StepVerdict] = (),
    conduct: Sequence[Finding] = (),
) -> list[StepVerdict]:
    """A verdict (need 情景) for every situation of the profile whose trigger occurred, by number.

    ``steps``: the verdicts on the steps of the same call. Where these settle the very deed that a situation
    asks for (its ``same``), the situation becomes not_applicable: one deed, one judgement. A step that was
    done settles it always; one left out only where the checklist surely demands it. So does what ``conduct``
    found already, where the situation arose without a word; so do complaints of a caller who only harasses.
    """
    codes = {finding.code for finding in conduct}
    told = {event: code for event, code in SAME_CONDUCT.items() if code in codes}
    found = verdicts_of(evidence.prepared, evidence.of_kind(KIND), book, told)
    least = book.scoring.settings.get("最少座席轮次", LEAST_TURNS)
    doubtful = label.needs_review or len(evidence.prepared.agent_turns) < least
    judged = {s.step: s.verdict for s in steps if s.verdict == "pass" or (_settled(s) and not doubtful)}
    worded = {hit.rule.code for hit in evidence.of_kind(KIND)}
    if label.subtype == HARASSMENT or HARASSED in worded:
        found = [_of_harasser(verdict, label, worded, book) for verdict in found]
    if told:
        found = [verdict if verdict.step in worded else _by_conduct(verdict, told, book) for verdict in found]
    return [_once(verdict, judged, book) for verdict in found]


def _of_harasser(verdict: StepVerdict, label: Label, worded: Collection[str], book: Rulebook) -> StepVerdict:
    """The verdict, or not_applicable where its situation supposes a caller in earnest.

    Many a friendly invitation has the label of harassment too: there the customer's words tell, and forbidden words stay.
    """
    premises = book.situation(verdict.step).premises
    if NOT_HARASSING in premises and label.subtype == HARASSMENT:
        return _not_applicable(verdict, "骚扰电话，不按投诉、抱怨判定")
    forbidden = verdict.verdict == "violation" and verdict.quote
    if NO_HARASSMENT_SAID in premises and HARASSED in worded and not forbidden:
        return _not_applicable(verdict, f"已按“{book.situation(HARASSED).name}”判定")
    return verdict


def _by_conduct(verdict: StepVerdict, told: Mapping[str, str], book: Rulebook) -> StepVerdict:
    """The verdict, or not_applicable where a finding on conduct tells of the same deed; forbidden words stay."""
    code = next((told[event] for event in book.situation(verdict.step).events if event in told), None)
    if code is None or verdict.verdict == "pass" or verdict.quote:
        return verdict
    return _not_applicable(verdict, f"已按“{book.code_name(code)}”判定")


def _not_applicable(verdict: StepVerdict, reason: str) -> StepVerdict:
    return StepVerdict(verdict.step, NEED, "not_applicable", None, "", reason, verdict.confidence)


def _settled(step: StepVerdict) -> bool:
    return step.need in DEMANDED and step.verdict != "insufficient"


def _once(verdict: StepVerdict, judged: Mapping[str, str], book: Rulebook) -> StepVerdict:
    """The verdict, or not_applicable where steps judged the same deed and nothing is found beyond that.

    Forbidden words (a quote), and one of several points missing where every step passed, are found beyond the steps.
    """
    situation = book.situation(verdict.step)
    same = situation.same
    if not same or any(step not in judged for step in same):
        return verdict
    more = len(situation.points) > len(same) and all(judged[step] == "pass" for step in same)
    beyond = bool(verdict.quote) or more
    if verdict.verdict == "violation" and beyond:
        return verdict
    names = "”“".join(book.step_info(step).name.split("(")[0] for step in same)
    return _not_applicable(verdict, f"已按步骤“{names}”判定")


def judge_call(call: Call, book: Rulebook) -> list[StepVerdict]:
    """The same for a bare call; the rules are scanned, no model is asked."""
    prepared = prepare(call)
    return verdicts_of(prepared, book.matcher.scan(prepared), book)


def verdicts_of(
    prepared: Prepared, hits: Sequence[Hit], book: Rulebook, told: Collection[str] = ()
) -> list[StepVerdict]:
    """Verdicts of all situations that arose, from the hits of the book's matcher.

    ``told``: events that somebody else judges; where words gave rise to a situation too, the words alone count.
    """
    line = Line(prepared, hits)
    happened = happenings(book.by_event, line)
    untold = {event: found for event, found in happened.items() if event not in told} if told else happened
    arisen = set(line.by_code).union(*map(book.by_event.__getitem__, happened))
    if line.notices:
        arisen |= book.noticed
    found = []
    for situation in book.situations if arisen else ():
        if situation.id in arisen:
            events = untold if situation.id in line.by_code else happened
            judged = [j for o in occasions(situation, line, events) if (j := _judge(situation, o, line)) is not None]
            if judged:
                found.append(_verdict(situation, _strongest(judged), prepared))
    return found


def _strongest(judged: list[Judged]) -> Judged:
    """Forbidden words go before all; else one good answer redeems the others."""
    rank = {"pass": 2, "violation": 1, "insufficient": 0}
    said = [j for j in judged if j.verdict == "violation" and j.span is not None]
    return said[0] if said else max(judged, key=lambda j: rank[j.verdict])


def _verdict(situation: Situation, judged: Judged, prepared: Prepared) -> StepVerdict:
    quote = prepared.quote(judged.turn, *judged.span)[2] if judged.turn is not None and judged.span else ""
    return StepVerdict(
        situation.id, NEED, judged.verdict, judged.turn if quote else None, quote, judged.reason, judged.confidence
    )  # fmt: skip


def _judge(situation: Situation, occasion: Occasion, line: Line) -> Judged | None:
    """Judge one occasion; None when its context shows that the situation is another one."""
    runs = answer_runs(situation, occasion, line)
    turns = [turn for run in runs for turn in run]
    if not _context_holds(situation, occasion, turns, line):
        return None
    after = [turn for turn in turns if turn > occasion.turn or occasion.inclusive]
    if not after:
        if line.agent_hung_up:
            return Judged("violation", None, None, f"{situation.id} 座席没有应答就挂机", LIKELY)
        return Judged("insufficient", None, None, f"{situation.id} 座席没有机会应答", DOUBTFUL)
    own = [occasion.turn] if line.roles[occasion.turn] == "agent" else []
    for turn in [*own, *turns]:
        if span := _span(situation.forbidden, turn, line):
            return Judged("violation", turn, span, f"{situation.id} 不可以说", SURE)
    found = [_first(point.pattern, turns, line) for point in situation.points]
    if all(found):
        turn, span = found[0]  # type: ignore[misc]
        return Judged("pass", turn, span, situation.id, SURE)
    many = 2 * sum(map(bool, found)) >= len(found)
    doubtful = _doubtful(situation, occasion, turns, line)
    verdict = "insufficient" if doubtful else situation.partial if many else "violation"
    if verdict == "pass":
        names = [point.name for point, hit in zip(situation.points, found, strict=True) if hit]
        turn, span = next(filter(None, found))
        return Judged(verdict, turn, span, f"{situation.id} 有：{'、'.join(names)}", DOUBTFUL)
    missing = "、".join(p.name for p, hit in zip(situation.points, found, strict=True) if not hit)
    reason = f"{situation.id} 第{occasion.turn + 1}句之后缺：{missing}"
    return Judged(verdict, None, None, reason, LIKELY if verdict == "violation" else DOUBTFUL)


def _doubtful(situation: Situation, occasion: Occasion, turns: Sequence[int], line: Line) -> bool:
    """Whether what is missing cannot be held against the agent."""
    if occasion.weak or (len(turns) < situation.least and not line.agent_hung_up):
        return True
    if {"无声", "未挂机"} & set(situation.events) and line.customer_hung_up:
        return True
    return "有等待" in situation.premises and not waited(occasion.turn, line)


def answer_runs(situation: Situation, occasion: Occasion, line: Line) -> list[list[int]]:
    """The agent's turns that count as the answer, run by run."""
    first = occasion.turn if occasion.inclusive else occasion.turn + 1
    after = [[turn for turn in run if turn >= first] for run in line.runs if run[-1] >= first]
    before: list[list[int]] = []
    if situation.begin == "前2句":
        before = [list(run) for run in line.runs if run[-1] < first][-2:]
    elif situation.begin == SINCE_CUSTOMER:
        heard = max((i for i in line.spoken if i < first and line.roles[i] == "customer"), default=-1)
        before = [list(run) for run in line.runs if run[0] > heard and run[-1] < first]
    return before + (after[: situation.most] if situation.most else after)


def _context_holds(situation: Situation, occasion: Occasion, turns: list[int], line: Line) -> bool:
    if situation.context.pattern is not None:
        until = max([occasion.turn, *turns])
        if not _said(situation.context, range(until + 1), line) and not _in_meta(situation.context, line):
            return False
    if situation.context_unless.pattern is not None and (
        _said(situation.context_unless, range(occasion.turn + 1), line) or _in_meta(situation.context_unless, line)
    ):
        return False
    return not _said(situation.answer_unless, turns, line)


def _said(condition: Condition, turns: Sequence[int] | range, line: Line) -> bool:
    return condition.pattern is not None and any(_span(condition, turn, line) for turn in turns)


def _in_meta(condition: Condition, line: Line) -> bool:
    return condition.found(line.meta_text, 0, len(line.meta_text))


def _first(condition: Condition, turns: Sequence[int], line: Line) -> tuple[int, tuple[int, int]] | None:
    for turn in turns:
        if span := _span(condition, turn, line):
            return turn, span
    return None


def _span(condition: Condition, turn: int, line: Line) -> tuple[int, int] | None:
    pattern, folded = condition.pattern, line.prepared.folded
    if pattern is None:
        return None
    match = pattern.regex.search(folded.match, folded.starts[turn], folded.ends[turn])
    return match.span() if match else None
