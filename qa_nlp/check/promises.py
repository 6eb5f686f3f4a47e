"""The times an agent promises, when they fall due, and whether they keep the limits of ``limits.csv``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa_nlp.check.due import call_time, due_of
from qa_nlp.check.evidence import Evidence
from qa_nlp.check.kinds import area_of, customer_of, looks_urban, speaks_of_high_voltage
from qa_nlp.check.limits import LEAST, Limit, breaks, calendar_days, choose, editions
from qa_nlp.check.mentions import is_doubtful, is_hold, is_mention
from qa_nlp.check.notices import notice_of
from qa_nlp.check.phrasing import is_quoted
from qa_nlp.check.setting import Setting
from qa_nlp.check.subjects import subject_of
from qa_nlp.records import Finding, Label, Promise
from qa_nlp.rulebook.book import Code, Rulebook
from qa_nlp.text.durations import HOURS, Duration, find_durations
from qa_nlp.text.moments import Moment, find_moments
from qa_nlp.text.prepared import Prepared

CODE = "wrong_limit"
# status of a Promise
WITHIN, OVER, OUTDATED, DOUBTFUL, FREE = "within", "over", "outdated", "doubtful", "no_limit"
# A time begins with one of few characters: one pass over the call finds the turns worth reading.
HINT = re.compile(
    r"[半0-9零〇一二两俩仨三四五六七八九十百把](?:[来几多]?个?多?半?(?:分|小时|钟|刻|工作|整?天|自然|日|星期|礼拜|周|拉?月|年|点|号|时)|:[0-9])"
    r"|[今明后当]天|[今明后当]日|[今明当]晚|[今明]早|[今明后]儿|[这本下周期拜](?:个?星期|个?礼拜|个?月|周|[一二三四五六日天末])|月[底末内]|年[底内]|[下天][班黑]"
)
AFTER_CONDITION = re.compile(
    r"(?:结清|[交缴付还补]清|[交缴付还]完|[交缴付]了|到场|到了|受理|申请|送检|办结|验收|材料|资料)[^,.!?]{0,5}[后齐]|[以之]后[^,.!?]{0,2}$|到场|规定是|一般"
)
SUFFIX = re.compile(r"[之以]?[内里]|里头|[之以]?前|左右|[之以]?后")
UNITS_OF_DAYS = ("天", "周", "月", "年", "工作日")


@dataclass(frozen=True)
class Judgement:
    """What a time amounts to: the promise's status, the limit it was held against, and whether it is sure."""

    status: str
    limit: Limit | None
    sure: bool


def find_promises(evidence: Evidence, label: Label, book: Rulebook) -> tuple[list[Promise], list[Finding]]:
    """Promised times of a call in the order of their place, and a finding for each that breaks its limit.

    Statuses of a promise: within | over | outdated (an older edition's value) | doubtful | no_limit.
    Findings carry ``codes["wrong_limit"]``: confirmed where subject and number are clear, else
    suspected (no points); at most one per turn and subject.
    """
    prepared = evidence.prepared
    promises: list[Promise] = []
    findings: dict[tuple[int, str], Finding] = {}
    for setting, time in _times(prepared, label):
        subject, sure = _subject(setting, time)
        if not subject:
            continue
        judged = _judge(setting, time, subject, sure, book)
        promises.append(_promise(setting, time, subject, judged))
        code = book.codes.get(CODE)
        if code is None or judged.limit is None or judged.status not in (OVER, DOUBTFUL):
            continue
        finding = _finding(setting, subject, judged, code)
        key = (setting.turn, subject)
        if key not in findings or (findings[key].status == "suspected" and finding.status == "confirmed"):
            findings[key] = finding
    return promises, list(findings.values())


def _times(prepared: Prepared, label: Label) -> Iterator[tuple[Setting, Duration | Moment]]:
    """Every time expression of the agent's turns with its setting, in order."""
    text = prepared.folded.plain
    turns = dict.fromkeys(prepared.folded.turn_at(match.start()) for match in HINT.finditer(text))
    for turn in turns:
        if prepared.roles[turn] != "agent":
            continue
        begin, stop = prepared.folded.starts[turn], prepared.folded.end_of(turn)
        found: list[Duration | Moment] = list(find_durations(text, begin, stop))
        taken = [(time.start, time.end) for time in found]
        found += [
            moment
            for moment in find_moments(text, begin, stop)
            if not any(moment.start < b and a < moment.end for a, b in taken)
        ]
        found.sort(key=lambda time: time.start)
        for index, time in enumerate(found):
            previous = found[index - 1].end if index else begin
            following = found[index + 1].start if index + 1 < len(found) else stop
            yield Setting(prepared, label, turn, time.start, time.end, previous, following), time


def _subject(setting: Setting, time: Duration | Moment) -> tuple[str, bool]:
    """What the time is promised for; ("", False) where it is no promise."""
    raw = setting.prepared.call.turns[setting.turn].text
    start, end, _ = setting.prepared.quote(setting.turn, setting.start, setting.end)
    if is_quoted(raw, start, end):
        return "", False
    if isinstance(time, Duration):
        subject, sure = notice_of(setting, time)
        if subject:
            return subject, sure
    if is_mention(setting):
        return "", False
    if isinstance(time, Moment):
        subject, sure = subject_of(setting, "")
        # A day is named for many reasons; only a deed named right behind it makes a promise.
        return (subject, sure) if _deed_follows(setting) else ("", False)
    if time.unit in ("分钟", "小时") and time.hours < 1 and is_hold(setting):
        return "", False
    return subject_of(setting, time.unit)


DEED = re.compile(
    r"有(?:专)?人|[给帮替跟和][您你]|派|安排|联系|回[电话您你复]|答复|打给|打[您你]|找[您你]|上门|到场|到[您你]|送[上电]|复电|恢复|修好|来人|师傅|抢修|准?信|结果"
)
CUSTOMERS_DEED = re.compile(
    r"^[^,.!?]{0,3}[您你](?:来|去|带|打(?!开)|交|再|别|先|自己|拿|要|可以|记得|家|那|这|就|还|还是|看)|应[该当]|了$|了[,.!?]|过了|昨|吗$"
)


def _deed_follows(setting: Setting) -> bool:
    words = setting.after or setting.next_clause
    return DEED.search(words) is not None and CUSTOMERS_DEED.search(words) is None


def _judge(setting: Setting, time: Duration | Moment, subject: str, sure: bool, book: Rulebook) -> Judgement:
    said = call_time(setting.prepared.call, setting.turn)
    rows = editions(book, subject, said.date() if said else None)
    area = any(row.kind in ("城区", "农村", "特殊边远") for row in rows.current)
    kinds = area_of(setting) if area else customer_of(setting)
    limit = choose(rows.current, kinds, speaks_of_high_voltage(setting))
    if limit is None:
        return Judgement(FREE, None, False)
    if isinstance(time, Moment):
        return _judge_moment(setting, time, limit)
    older = choose(rows.older, kinds, speaks_of_high_voltage(setting))
    if any(
        (row.amount, row.unit) == (time.high, time.unit) for row in rows.older if row is older or row.kind == limit.kind
    ):
        return Judgement(OUTDATED, limit, sure)
    if not breaks(limit, time.high if limit.subject not in LEAST else time.high, time.unit):
        doubt = area and not kinds and subject == "arrive" and looks_urban(setting) and time.hours > 0.75
        return Judgement(DOUBTFUL if doubt else WITHIN, limit, False)
    certain = sure and not is_doubtful(setting) and subject != "hall_callback"
    return Judgement(OVER if certain else DOUBTFUL, limit, certain)


def _judge_moment(setting: Setting, time: Moment, limit: Limit) -> Judgement:
    """A day is held against a limit by the days it lies ahead; today always keeps it."""
    said = call_time(setting.prepared.call, setting.turn)
    ahead = time.days
    if ahead is None and said is not None:
        due = time.due(said)
        ahead = ((due.date() if hasattr(due, "date") else due) - said.date()).days
    if limit.subject in LEAST or ahead is None or ahead <= 0:
        return Judgement(FREE if ahead is None else WITHIN, limit, False)
    allowed = calendar_days(limit.amount) if limit.unit == "工作日" else limit.amount * HOURS[limit.unit] / 24
    if limit.unit not in UNITS_OF_DAYS and allowed < 1:
        # Tomorrow instead of within the hour may be what the customer wished.
        return Judgement(DOUBTFUL, limit, False)
    return Judgement(OVER if ahead > allowed else WITHIN, limit, ahead > allowed + 1)


def _promise(setting: Setting, time: Duration | Moment, subject: str, judged: Judgement) -> Promise:
    start, end, quote = _quote(setting)
    conditional = subject in LEAST or AFTER_CONDITION.search(setting.before)
    due = "" if conditional else due_of(time, call_time(setting.prepared.call, setting.turn))
    amount, unit = (time.high, time.unit) if isinstance(time, Duration) else (None, "")
    limit = judged.limit.text if judged.limit else ""
    return Promise(subject, setting.turn, start, end, quote, amount, unit, due, limit, judged.status)


def _finding(setting: Setting, subject: str, judged: Judgement, code: Code) -> Finding:
    start, end, quote = _quote(setting)
    limit = judged.limit
    assert limit is not None
    least = "至少" if subject in LEAST else "不超过"
    said = f"{code.name}：说的是“{quote}”，{limit.name}的时限{least}{limit.text}（{limit.source}）"
    advice = "请按规定时限更正并告知客户" if judged.sure else "请听录音核对说的是不是这件事、在什么地区"
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
