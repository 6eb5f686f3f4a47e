"""What is held against an agent must still be there when the pieces of a cut sentence are put together again.

A recogniser cuts a sentence wherever somebody breathes, and a piece alone may mean another thing: 户主姓浦，／对吧 is a
question, 听到“随便你”谁都不舒服，／我道歉 an apology. Where an accusation stands on such a piece, the call is checked
once more with each speaker's run as one turn. That can take an accusation back, never add one.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from msgspec.structs import replace

from qa_nlp.records import Call, Checked, Finding, StepVerdict
from qa_nlp.text.joined import LONGEST, Joined, join_runs

# Measured from times and metadata, which do not change.
MEASURED = "measured"
# In a call with fewer cuts an omitted step is not looked for again.
CUTS = 3


def to_look_again(call: Call, checked: Checked) -> Joined | None:
    """The call put together, where an accusation may rest on a cut; otherwise None."""
    accused = [f for f in checked.findings if _counts(f)]
    missed = any(step.verdict == "violation" for step in checked.steps)
    if not (accused or missed) or not _cut(call):
        return None
    joined = join_runs(call)
    if joined is None:
        return None
    doubtful = any(joined.touches(finding.turn) for finding in accused) or (missed and joined.joints >= CUTS)
    return joined if doubtful else None


def looked_again(call: Call, checked: Checked, joined: Joined, again: Checked) -> Checked:
    """``checked`` without what ``again``, the check of ``joined``, does not bear out."""
    findings = tuple(_borne_out(finding, joined, again) for finding in checked.findings)
    verdicts = {step.step: step for step in again.steps}
    steps = checked.steps
    if joined.joints >= CUTS:
        steps = tuple(_revised(step, verdicts, joined, call) if step.verdict == "violation" else step for step in steps)
    return replace(checked, findings=findings, steps=steps)


def _cut(call: Call) -> bool:
    """Whether two turns of one speaker may belong together; cheaper than joining them."""
    roles = [turn.role for turn in call.turns]
    return any(a == b for a, b in pairwise(roles)) or any(len(t.text) <= LONGEST for t in call.turns)


def _counts(finding: Finding) -> bool:
    return finding.status == "confirmed" and finding.points > 0 and finding.match != MEASURED


def _borne_out(finding: Finding, joined: Joined, again: Checked) -> Finding:
    if not _counts(finding) or not joined.touches(finding.turn):
        return finding
    turn, offset = joined.places[finding.turn]
    start, end = offset + finding.start, offset + finding.end
    same = (f for f in again.findings if f.code == finding.code and f.turn == turn and f.status == "confirmed")
    if any(f.start < end and start < f.end for f in same):
        return finding
    return replace(finding, status="suspected", points=0.0)


def _revised(step: StepVerdict, verdicts: Mapping[str, StepVerdict], joined: Joined, call: Call) -> StepVerdict:
    other = verdicts.get(step.step)
    if other is None:
        return replace(step, verdict="insufficient", turn=None, quote="")
    if other.verdict == "violation" or other.turn is None:
        return step if other.verdict == "violation" else replace(other, need=step.need)
    turn = joined.back(other.turn, other.quote, call)
    return replace(other, need=step.need, turn=turn, quote=_within(other.quote, call.turns[turn].text))


def _within(quote: str, text: str) -> str:
    """The quote as far as it lies in one piece."""
    if quote in text:
        return quote
    return max((quote[:n] for n in range(len(quote), 0, -1) if quote[:n] in text), key=len, default="")
