"""Conduct that clocks and metadata show: speech rate, silence, interruption, ring, hours, hang-up.

Thresholds stand in ``conduct.csv``. What cannot be measured is left out, never passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from itertools import pairwise
from math import ceil, floor
from typing import Any

from qa_nlp.check.evidence import Evidence
from qa_nlp.check.line import Line
from qa_nlp.check.remark import remark
from qa_nlp.records import Finding, Label, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.sheet import Row
from qa_nlp.text.clock import clock_time
from qa_nlp.text.joined import is_listening

SPOKEN = re.compile(r"[0-9A-Za-z\u3400-\u9fff]+")
# These run on ``folded.match``: 您 is 你.
ASKED_AGAIN = re.compile(
    r"还有.{0,10}(?:帮|需要|问题|咨询|办理|了解|事)|(?:什么|哪).{0,8}(?:帮|服务|协助)|还在(?:吗|线|听)|听.{0,2}[到见清].{0,4}吗|有人吗"
)
HANGING_UP = re.compile(r"挂线|挂机|我.{0,3}挂[了断]|结束.{0,4}(?:通话|服务|来电)")
GOODBYE = re.compile(r"再见|再会|拜拜|祝你|慢走|感谢.{0,6}来电|" + HANGING_UP.pattern)

# The agent has said that he is waiting, or has asked: now it is for the customer to speak.
YOURS = re.compile(r"我等[着你]|慢慢[找看想翻]|拿着电话|别放|不急|[?？]$|(?:[吗呢]|没有|多少|几[号位]|是不是)[,.。]?$")
CRY = re.compile(r"(?:别|不要|千万|莫|勿)[^,.!?]{0,4}[碰摸动靠去过]|[退躲让闪离][开后远]|快(?:跑|走开|离开)")


def conduct_findings(evidence: Evidence, label: Label, book: Rulebook) -> tuple[list[Finding], dict[str, Any]]:
    """Findings on conduct, and the measured figures of the call (absent where not measurable)."""
    rows = book.conduct
    rates = _rates(evidence)
    findings = [
        *_speech(evidence, rates, rows), *_gaps(evidence, rows), *_ring(evidence, rows), *_hours(evidence, rows),
        *_hangup(evidence, label, rows),
    ]  # fmt: skip
    figures: dict[str, Any] = {}
    if rates:
        seconds = sum(seconds for _, _, seconds in rates)
        figures["agent_cpm"] = round(sum(length for _, length, _ in rates) / seconds * 60, 1)
    if timed(evidence.prepared.call.turns):
        codes = [finding.code for finding in findings]
        figures["long_silences"], figures["interruptions"] = codes.count("long_silence"), codes.count("interruption")
    return findings, figures


def timed(turns: tuple[Turn, ...]) -> bool:
    """Whether the call carries usable times."""
    return any(t.end is not None and t.end > 0 for t in turns) and all(t.start is not None for t in turns)


def spoken_length(text: str) -> int:
    """Characters that are spoken: 汉字, letters, digits."""
    return sum(map(len, SPOKEN.findall(text)))


def _rates(evidence: Evidence) -> list[tuple[int, int, float]]:
    """(turn, characters, seconds) of the agent's turns that have a duration."""
    turns = evidence.prepared.call.turns
    return [
        (index, spoken_length(turn.text), turn.end - turn.start)
        for index in evidence.prepared.agent_turns
        if (turn := turns[index]).start is not None and turn.end is not None and turn.end > turn.start
    ]


def _speech(evidence: Evidence, rates: list[tuple[int, int, float]], rows: dict[str, Row]) -> Iterator[Finding]:
    """One finding a call for speech too fast and one for speech too slow, on the sentence that is farthest off."""
    least = _value(rows, "long_sentence", 8)
    fast, slow = _value(rows, "fast_speech", 1e9), _value(rows, "slow_speech", 0)
    paces = [(length / seconds * 60, turn) for turn, length, seconds in rates if length >= least]
    if hasty := [(rate, -turn) for rate, turn in paces if rate > fast]:
        rate, turn = max(hasty)
        detail = _pace(ceil(round(rate, 6)), f"不超过 {fast:g}", len(hasty), "快")
        yield _finding(rows["fast_speech"], evidence, -turn, detail)
    if drawling := [(rate, turn) for rate, turn in paces if rate < slow]:
        rate, turn = min(drawling)
        yield _finding(rows["slow_speech"], evidence, turn, _pace(floor(rate), f"不低于 {slow:g}", len(drawling), "慢"))


def _pace(rate: int, limit: str, count: int, how: str) -> str:
    several = f"全通有 {count} 句过{how}，" if count > 1 else ""
    return f"（{several}该句每分钟 {rate} 字，标准{limit}）"


def _gaps(evidence: Evidence, rows: dict[str, Row]) -> Iterator[Finding]:
    turns = evidence.prepared.call.turns
    silence, interruption = _value(rows, "long_silence", 1e9), _value(rows, "interruption", 1e9)
    previous: int | None = None
    for index, turn in enumerate(turns):
        if turn.role not in ("agent", "customer"):
            continue
        if previous is not None and turn.role == "agent":
            before = turns[previous]
            if before.end is not None and turn.start is not None:
                gap = turn.start - before.end
                if gap >= silence and not (
                    _asked_to_wait(evidence, (previous - 1, previous)) or _awaits_answer(evidence, previous)
                ):
                    yield _finding(rows["long_silence"], evidence, index, f"（静音 {gap:.0f} 秒）")
                if before.role == "customer" and -gap >= interruption and not _called_for(evidence, index):
                    yield _finding(rows["interruption"], evidence, index, f"（早了 {-gap:.1f} 秒）")
        previous = index


def _asked_to_wait(evidence: Evidence, turns: tuple[int, ...]) -> bool:
    """Whether the agent asked the customer to hold the line in one of these turns."""
    hits = evidence.signals.get("座席请客户稍等过", [])
    hits = hits + [hit for hit in evidence.of_kind("step") if hit.rule.code == "hold_request"]
    return any(hit.turn in turns for hit in hits)


def _awaits_answer(evidence: Evidence, turn: int) -> bool:
    """Whether the agent's last words leave it to the customer to speak: the silence after them is his."""
    return evidence.prepared.call.turns[turn].role == "agent" and _says(YOURS, evidence, turn)


def _called_for(evidence: Evidence, turn: int) -> bool:
    """Whether words into the customer's are none to blame: a listener's sound, or a cry to keep away from danger."""
    return is_listening(evidence.prepared.call, turn) or _says(CRY, evidence, turn)


def _says(words: re.Pattern[str], evidence: Evidence, turn: int) -> bool:
    folded = evidence.prepared.folded
    return words.search(folded.match, folded.starts[turn], folded.ends[turn]) is not None


def _ring(evidence: Evidence, rows: dict[str, Row]) -> Iterator[Finding]:
    seconds = evidence.prepared.call.meta.get("ring_seconds")
    agents = evidence.prepared.agent_turns
    if not isinstance(seconds, int | float) or not agents or seconds <= _value(rows, "ring_time", 1e9):
        return
    text = evidence.prepared.folded.text_of(agents[0])
    if not re.search(r"久等|抱歉|对不起|不好意思", text):
        yield _finding(rows["ring_time"], evidence, agents[0], f"（振铃 {seconds:.0f} 秒）")


def _hours(evidence: Evidence, rows: dict[str, Row]) -> Iterator[Finding]:
    call, agents = evidence.prepared.call, evidence.prepared.agent_turns
    if call.direction != "outbound" or not call.started_at or not agents or "outbound_hours" not in rows:
        return
    at = clock_time(call.started_at)
    if at is None:
        return
    spans = re.findall(r"(\d+):(\d+)-(\d+):(\d+)", rows["outbound_hours"]["数值"])
    if not any(time(int(a), int(b)) <= at <= time(int(c), int(d)) for a, b, c, d in spans):
        yield _finding(rows["outbound_hours"], evidence, agents[0], f"（{at:%H:%M}）")


def _hangup(evidence: Evidence, label: Label, rows: dict[str, Row]) -> Iterator[Finding]:
    agents = evidence.prepared.agent_turns
    if evidence.prepared.call.meta.get("hangup_by") != "agent" or not agents or label.category == "other":
        return
    if not _waited_in_vain(Line(evidence.prepared, ()), _value(rows, "agent_hangup", 5)):
        yield _finding(rows["agent_hangup"], evidence, agents[-1], "")


def _waited_in_vain(line: Line, seconds: float) -> bool:
    """Whether the agent took leave or asked again and heard nothing for so long: then the agent may hang up.

    Where neither a clock nor the recorder tells of the silence, one is presumed between a question asked again and
    the agent's next words, which say that the line will be closed.
    """
    last = max((i for i, role in enumerate(line.roles) if role in ("customer", "unknown")), default=-1)
    left = [i for i in line.prepared.agent_turns if i > last]
    closing = next((i for i in left if GOODBYE.search(line.text(i)) or ASKED_AGAIN.search(line.text(i))), None)
    if closing is None:
        return False
    waits = _waits(line, closing)
    if waits:
        return round(max(waits)) >= seconds
    asked = next((i for i in left if ASKED_AGAIN.search(line.text(i))), None)
    return asked is not None and any(i > asked and HANGING_UP.search(line.text(i)) for i in left)


def _waits(line: Line, first: int) -> list[float]:
    """Seconds of every silence from a turn on, as far as clock and recorder tell."""
    timed_turns = [i for i in range(first, len(line.roles)) if line.prepared.call.turns[i].start is not None]
    gaps = (line.gap_after(i, j) for i, j in pairwise(timed_turns))
    told = (line.silence(i) for i in line.system if i > first)
    return [wait for wait in (*gaps, *told) if wait is not None]


def _value(rows: dict[str, Row], name: str, default: float) -> float:
    try:
        return float(rows[name]["数值"])
    except (KeyError, ValueError):
        return default


def _finding(row: Row, evidence: Evidence, turn: int, detail: str) -> Finding:
    text = evidence.prepared.call.turns[turn].text
    return remark(row, turn, (0, len(text), text), detail=detail)
