"""The times an agent promises, when they fall due, and whether they keep the limits of ``limits.csv``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qa_nlp.check.evidence import Evidence
from qa_nlp.check.phrasing import is_quoted
from qa_nlp.check.promises.due import add_workdays, due_of
from qa_nlp.check.promises.kinds import AREA_CELLS, area_of, customer_of, looks_urban, speaks_of_high_voltage
from qa_nlp.check.promises.limits import LEAST, WIDE, allowed_days, breaks, choose, editions
from qa_nlp.check.promises.mentions import is_doubtful, is_hold, is_mention, names_deed
from qa_nlp.check.promises.notices import AHEAD, notice_of
from qa_nlp.check.promises.setting import Setting
from qa_nlp.check.promises.subjects import subject_of
from qa_nlp.check.promises.times import times
from qa_nlp.records import Finding, Label, Promise
from qa_nlp.rulebook.book import Code, Rulebook
from qa_nlp.rulebook.limits import Limit
from qa_nlp.text.durations import HOURS, Duration
from qa_nlp.text.moments import Moment

CODE = "wrong_limit"
# status of a Promise
WITHIN, OVER, OUTDATED, DOUBTFUL, UNJUDGED = "within", "over", "outdated", "doubtful", "unjudged"
AFTER_CONDITION = re.compile(
    r"(?:结清|[交缴付还补]清|[交缴付还]完|[交缴付]了|到场|到了|受理|申请|送检|办结|验收|材料|资料)[^,.!?]{0,5}[后齐]|[以之]后[^,.!?]{0,2}$|到场|规定是|一般"
)
SUFFIX = re.compile(r"[之以]?[内里]|里头|[之以]?前|左右|[之以]?后")
TOWN_HOURS = 0.75
TOWN_NOTE = "，没有超出；但地址像在城区，城区为45分钟"


@dataclass(frozen=True)
class Judgement:
    """What a time amounts to: the promise's status, the limit it was held against, and whether it is sure."""

    status: str
    limit: Limit | None
    sure: bool
    note: str = ""


def find_promises(evidence: Evidence, label: Label, book: Rulebook) -> tuple[list[Promise], list[Finding]]:
    """Promised times of a call in the order of their place, and a finding for each that breaks its limit.

    Statuses of a promise: within | over | outdated (an older edition's value) | doubtful | unjudged
    (no limit for the subject, or too little known to compare).
    Findings carry ``codes["wrong_limit"]``: confirmed where subject and number are clear, else
    suspected (no points); at most one per turn and subject.
    """
    promises: list[Promise] = []
    findings: dict[tuple[int, str], Finding] = {}
    for setting, time in times(evidence.prepared, label):
        subject, sure = _subject(setting, time)
        if not subject:
            continue
        judged = _judge(setting, time, subject, sure, book)
        if judged.sure and label.needs_review and label.runner_up:
            judged = _either_way(setting, time, judged, label.runner_up.subtype, book)
        promises.append(_promise(setting, time, subject, judged))
        code = book.codes.get(CODE)
        if code is None or judged.limit is None or judged.status not in (OVER, DOUBTFUL):
            continue
        finding = _finding(setting, subject, judged, code)
        key = (setting.turn, subject)
        if key not in findings or (findings[key].status == "suspected" and finding.status == "confirmed"):
            findings[key] = finding
    return promises, list(findings.values())


def _subject(setting: Setting, time: Duration | Moment) -> tuple[str, bool]:
    """What the time is promised for; ("", False) where it is no promise."""
    if _in_quotes(setting):
        return "", False
    if isinstance(time, Duration):
        subject, sure = notice_of(setting, time)
        if subject:
            return subject, sure
        if AHEAD.search(setting.before):
            return "", False
    # A day is named for many reasons; only a deed named right behind it makes a promise.
    if (isinstance(time, Moment) and not names_deed(setting)) or is_mention(setting):
        return "", False
    if isinstance(time, Moment):
        return subject_of(setting, "")
    if time.unit in ("分钟", "小时") and time.hours < 1 and is_hold(setting):
        return "", False
    return subject_of(setting, time.unit)


def _in_quotes(setting: Setting) -> bool:
    raw = setting.prepared.call.turns[setting.turn].text
    start, end, _ = setting.prepared.quote(setting.turn, setting.start, setting.end)
    return is_quoted(raw, start, end)


def _either_way(setting: Setting, time: Duration | Moment, judged: Judgement, other: str, book: Rulebook) -> Judgement:
    """Where the call's subtype is doubtful, a broken limit is sure only if it is one under either subtype."""
    second = replace(setting, label=Label(other.split(".")[0], other, 0.0))
    subject, sure = _subject(second, time)
    if subject and _judge(second, time, subject, sure, book).sure:
        return judged
    return Judgement(DOUBTFUL, judged.limit, False)


def _judge(setting: Setting, time: Duration | Moment, subject: str, sure: bool, book: Rulebook) -> Judgement:
    said = setting.spoken.date() if setting.spoken else None
    rows = editions(book.limits.get(subject, ()), said)
    if not rows.current:
        return Judgement(UNJUDGED, None, False)
    kinds, high_voltage = _kinds(setting, rows.current)
    limit = choose(rows.current, kinds, high_voltage)
    if isinstance(time, Moment):
        return _judge_moment(setting, time, limit)
    if _is_outdated(rows.older, limit, time):
        return Judgement(OUTDATED, limit, False)
    if not breaks(limit, time.high, time.unit, said):
        doubt = subject == "arrive" and not kinds and time.hours > TOWN_HOURS and looks_urban(setting)
        return Judgement(DOUBTFUL if doubt else WITHIN, limit, False, TOWN_NOTE if doubt else "")
    certain = sure and not is_doubtful(setting) and not limit.hint
    note = "" if kinds or not limit.kind else "（通话中没有说明，取最宽的一档）"
    return Judgement(OVER if certain else DOUBTFUL, limit, certain, note)


def _kinds(setting: Setting, limits: Sequence[Limit]) -> tuple[tuple[str, ...], bool]:
    """Which kinds of the limits the call is about, and whether it is about high voltage; asked only where it matters."""
    named = {limit.kind for limit in limits}
    if not named.isdisjoint(AREA_CELLS):
        return area_of(setting), False
    if named == {""} and limits[0].subject != "arrive":
        return (), False
    wide = any(kind.startswith(WIDE) for kind in named)
    return customer_of(setting), wide and speaks_of_high_voltage(setting)


def _is_outdated(older: tuple[Limit, ...], limit: Limit, time: Duration) -> bool:
    """Whether the value is an older edition's and differs from today's (1 working day is 24 hours)."""
    same = [row for row in older if row.kind == limit.kind and (row.amount, row.unit) == (time.high, time.unit)]
    return any(row is limit or row.amount * HOURS[row.unit] != limit.amount * HOURS[limit.unit] for row in same)


def _judge_moment(setting: Setting, time: Moment, limit: Limit) -> Judgement:
    """A day is held against a limit by the days it lies ahead; today always keeps it."""
    if limit.subject in LEAST:
        return Judgement(UNJUDGED, limit, False)
    said = setting.spoken.date() if setting.spoken else None
    due = due_of(time, setting.spoken)[:10]
    ahead = (date.fromisoformat(due) - said).days if said and due else time.days
    allowed = allowed_days(limit, said)
    if ahead is None:
        return Judgement(DOUBTFUL if allowed <= 1 else UNJUDGED, limit, False)
    if ahead > 0 and allowed < 1:
        # Tomorrow instead of within the hour may be what the customer wished.
        wished = ahead < 2 or setting.text[setting.start : setting.end] in setting.asked
        unsure = wished or limit.hint
        return Judgement(DOUBTFUL if unsure else OVER, limit, not unsure)
    if ahead <= allowed or (said and said + timedelta(days=ahead) <= add_workdays(said, 1)):
        return Judgement(WITHIN, limit, False)
    return Judgement(DOUBTFUL if limit.hint else OVER, limit, not limit.hint)


def _promise(setting: Setting, time: Duration | Moment, subject: str, judged: Judgement) -> Promise:
    start, end, quote = _quote(setting)
    conditional = subject in LEAST or AFTER_CONDITION.search(setting.lead)
    due = "" if conditional else due_of(time, setting.spoken)
    amount, unit = (time.high, time.unit) if isinstance(time, Duration) else (None, "")
    limit = judged.limit.text if judged.limit else ""
    return Promise(subject, setting.turn, start, end, quote, amount, unit, due, limit, judged.status)


def _finding(setting: Setting, subject: str, judged: Judgement, code: Code) -> Finding:
    start, end, quote = _quote(setting)
    limit = judged.limit
    assert limit is not None
    least = "至少" if subject in LEAST else "不超过"
    said = f"{code.name}：说的是“{quote}”，{limit.name}的时限{least}{limit.text}{judged.note}（{limit.source}）"
    doubt = "这一时限只作提示，请核对出处" if limit.hint else "请听录音核对说的是不是这件事、在什么地区"
    advice = "请按规定时限更正并告知客户" if judged.sure else doubt
    return Finding(
        f"LIM-{subject}", code.id, code.severity, code.points if judged.sure else 0.0, setting.turn, start, end, quote,
        f"{said}；{advice}。", code.suggestion, limit.source, "exact", 1.0 if judged.sure else 0.6,
        "confirmed" if judged.sure else "suspected",
    )  # fmt: skip


def _quote(setting: Setting) -> tuple[int, int, str]:
    """Raw offsets and words of the time, with 内 or 之前 behind it."""
    stop = setting.prepared.folded.end_of(setting.turn)
    more = SUFFIX.match(setting.text, setting.end, stop)
    return setting.prepared.quote(setting.turn, setting.start, more.end() if more else setting.end)
