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
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.joined import LONGEST, Joined, join_runs

# Measured from times and metadata, which do not change.
MEASURED = "measured"
# A call is cut to pieces where so many turns go on with the one before, and they are such a part of all.
CUTS, PART = 3, 5
# Turns before and after a run that its words are understood from.
BEFORE, AFTER = 6, 2
# Promised times rest on what was said anywhere in the call.
WHOLE_CALL = "wrong_limit"


def to_look_again(call: Call, checked: Checked, book: Rulebook) -> list[Joined]:
    """What is to be checked once more: a call in pieces as a whole; otherwise each run that an accusation touches."""
    accused = [f for f in checked.findings if _counts(f)]
    missed = any(step.verdict == "violation" for step in checked.steps)
    if not (accused or missed) or not _cut(call):
        return []
    joined = join_runs(call)
    if joined is None:
        return []
    touched = [f for f in accused if joined.touches(f.turn)]
    if _in_pieces(joined):
        return [joined] if touched or missed else []
    runs = {joined.run_of(f.turn) for f in touched if f.code in book.codes and f.code != WHOLE_CALL}
    parts = (join_runs(call, max(0, first - BEFORE), last + AFTER) for first, last in sorted(runs))
    return [part for part in parts if part is not None]


def looked_again(call: Call, checked: Checked, joined: Joined, again: Checked, book: Rulebook) -> Checked:
    """``checked`` without what ``again``, the check of ``joined``, does not bear out."""
    whole = _in_pieces(joined)
    findings = tuple(
        _borne_out(f, joined, again) if whole or (f.code in book.codes and f.code != WHOLE_CALL) else f
        for f in checked.findings
    )
    steps = checked.steps
    if whole:
        verdicts = {step.step: step for step in again.steps}
        steps = tuple(_revised(step, verdicts, joined, call) if step.verdict == "violation" else step for step in steps)
    return replace(checked, findings=findings, steps=steps)


def _in_pieces(joined: Joined) -> bool:
    return joined.joints >= CUTS and joined.joints * PART >= len(joined.places)


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
