"""The times that an agent names, each with its setting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_nlp.check.promises.setting import Setting, Words
from qa_nlp.records import Label
from qa_nlp.text.durations import Duration, find_durations
from qa_nlp.text.moments import Moment, find_moments
from qa_nlp.text.prepared import Prepared

# Which turns are worth reading. The class in front is what makes these quick: ``re`` looks for one of few characters.
HINT = re.compile(
    r"[半0-9零〇一二两俩仨三四五六七八九十百把今明后当这本下周期拜月年天](?:"
    r"(?<=[半0-9零〇一二两俩仨三四五六七八九十百把])(?:[来几多]?个?[多来]?半?(?:分|小时|钟|刻|工作|整?天|自然|日|星期|礼拜|周|拉?月|年|点|号|时)|:[0-9])"
    r"|(?<=[今明后当])[天日]|(?<=[今明当])晚|(?<=[今明])早|(?<=[今明后])儿"
    r"|(?<=[这本下周期拜])(?:个?星期|个?礼拜|个?月|周|[一二三四五六日天末])|(?<=月)[底末内]|(?<=年)[底内]|(?<=[下天])[班黑])"
)
# Without one of these there is no amount of time, or no point on the calendar: what ``text`` looks for begins so.
AMOUNT = re.compile(
    r"[半个多来几把0-9零〇一二两俩仨三四五六七八九十百千万亿幺](?:分|小时|钟|刻钟|工作|天|自然日|日|星期|礼拜|周|拉?月|年)"
)
DAY = re.compile(
    r"[今明后当周期拜这本下月年号点:时班黑工门儿头](?:"
    r"(?<=[今明后当])[天日儿晚夜早晨]|(?<=[周期拜])[一二三四五六日天末]|(?<=[这本下])(?:周|个?星期|个?礼拜|个?月)"
    r"|(?<=月)(?:[底末内]|[0-9一二三四五六七八九十]{1,3}[号日])|(?<=年)[底内前]|(?<=号)(?:[上中下前早晚白之以]|$)"
    r"|(?:(?<=[点:])|(?<=时)(?<!小时)|(?<=[上下]班)|(?<=天黑)|(?<=收工)|(?<=开门)|(?<=会儿)|(?<=这钟头)|(?<=这个钟头))"
    r".*?(?:前|内|左右|为止))"
)


def times(prepared: Prepared, label: Label) -> Iterator[tuple[Setting, Duration | Moment]]:
    """Every time expression of the agent's turns with its setting, in order."""
    folded, words = prepared.folded, Words(prepared)
    hinted = dict.fromkeys(folded.turn_at(hint.start()) for hint in HINT.finditer(folded.plain))
    for turn in hinted:
        if prepared.roles[turn] != "agent":
            continue
        begin, stop = folded.starts[turn], folded.ends[turn]
        found = _times(folded.plain, begin, stop)
        for index, time in enumerate(found):
            previous = found[index - 1].end if index else begin
            following = found[index + 1].start if index + 1 < len(found) else stop
            yield Setting(words, label, turn, time.start, time.end, previous, following), time


def _times(text: str, begin: int, stop: int) -> list[Duration | Moment]:
    found: list[Duration | Moment] = []
    if AMOUNT.search(text, begin, stop):
        found += find_durations(text, begin, stop)
    if DAY.search(text, begin, stop):
        taken = [(time.start, time.end) for time in found]
        found += [
            moment
            for moment in find_moments(text, begin, stop)
            if not any(moment.start < b and a < moment.end for a, b in taken)
        ]
        found.sort(key=lambda time: time.start)
    return found
