"""Numbers that name a person: telephones, identity cards, bank cards, account numbers, written or read out.

Digits are first brought into *groups* (a run of digits, 三个八 = 888), groups into *streams* (only pauses and
fillers between them: 幺三九，嗯，一二三四，五六七八). A stream is cut where a shape with a checksum or a
fixed plan fits; what is left over counts as an account number when it is long enough or something says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from qa_nlp.privacy.span import Span

DIGITS = "0123456789０１２３４５６７８９零〇○幺一二三四五六七八九洞拐勾壹贰叁肆伍陆柒捌玖"
_PLAIN = str.maketrans(DIGITS, "01234567890123456789000112345678907912345678" + "9")
_FILL = r"[\s\-—–_·,，、.。…~]|嗯|呃|额|啊|哦|诶|哎|呀|那个|这个|然后|就是|后面|再|是|的|对|杠|空格"
HINT = re.compile(rf"[{DIGITS}](?:[\W_]{{0,3}}[{DIGITS}]|个[{DIGITS}]|[嗯呃啊哦]){{2}}")
_GAP = re.compile(rf"(?:{_FILL}){{0,8}}")
_AGAIN = r"个[0-9](?![点年月天小单])"
# Begins with a set of characters, and says behind which of them each alternative may follow: such are found fast.
_GROUP = re.compile(
    rf"[0-9两xXＸ叉](?:(?<=[0-9])[0-9]*?(?=[2-5两]{_AGAIN})|(?<=[2-5两]){_AGAIN}|(?<=[0-9])[0-9]*"
    r"|(?<=[0-9，,\s][xXＸ叉])(?![a-zA-Z]))"
)
_UNIT = re.compile(
    r"\s?(?:元|块|毛|度|千|万|百|十|亿|[kK]?[wWvV](?![a-z])|伏|安|分|小时|个|天|号楼|栋|幢|单元|室|年|月|日|点|秒|户|次|条|公里"
    r"|米|平|%|％|[:：/]|层|楼|组|倍|名|位|岁|后|两|号(?!码|[,，。]?$))"
)
_BANK = re.compile(r"[1-9][0-9]{15,18}")
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9][0-9]{9}")
_SPOKEN_MOBILE = re.compile(r"(?:86)?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
_PUBLIC = re.compile(
    r"[48]00[0-9]{7}|11[024-9]|12[0-2]|123[0-9]{2}|95[0-9]{3,4}|96[0-9]{3,4}|100[0-9]{2}|10000|118[0-9]{2}"
)
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[0-2][0-9](?:[0-5][0-9]){0,2})?")
_YEARS = re.compile(r"(?:(?:19|20)[0-9]{2})+")
_OWN = re.compile(
    r"户号|户头|客户编号|客户号|用户编号|用户号|[账帐]号|卡号|表号|[缴交]费号|号码|电话|手机|座机|身份证|证件|QQ|qq|微信|户号码|联系方式|打我"
)
_OTHER = re.compile(
    r"工单|受理|工号|流水|订单|运单|单号|快递|取件码|(?<![客用]户)编号|读数|实码|因数|[那这]笔|示数|止度|底度|表底|[止表]码|看的|验证码|校验码|尾号|后[四六46]位|热线|金额|余额"
)
_ID_TAIL = re.compile(
    r"身份证.{0,4}?(?:[后末尾][46]?位|尾号)数?(?:就?是|为)?[，,：:\s]{0,2}(?P<x>[0-9xX叉](?:[\s\-,，、.]{0,2}[0-9xX叉]){3,5})(?![0-9])"
)
# What is paid is told in three or four digits without a unit, no number that was asked for is so short.
_PAID = re.compile(r"(?:[电水]费|钱|[交欠花充扣][了过着]?)(?:是|大概|差不多|才|就|有|还)*$")
_PAID_MOST = 4
_BACK = 14
# Digits of the shortest number that names a person, and of the shortest answer to a question for one.
LEAST, LEAST_ASKED = 5, 3
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Group(NamedTuple):
    """A run of digits: where it stands, its value, whether it was written in ASCII, whether a unit follows."""

    start: int
    end: int
    value: str
    written: bool
    unit: bool


def find_numbers(text: str, asked: bool = False) -> Iterator[Span]:
    """Spans of personal numbers; ``asked`` (the agent has just asked for one) lowers the length to 3 digits."""
    if not HINT.search(text) and not asked:
        return
    plain = text.translate(_PLAIN)
    if "身份证" in plain:
        yield from (Span(*match.span("x"), "id_card") for match in _ID_TAIL.finditer(plain))
    for stream in _streams(plain, text, LEAST_ASKED if asked else LEAST):
        left: list[Group] = []
        other = _says(plain, stream[0].start, _OTHER, _OWN)
        for part in _cut(stream, plain, other):
            if isinstance(part, Group):
                left.append(part)
                continue
            yield from _weak(left, plain, asked, other)
            left = []
            if part.kind:
                yield part
        yield from _weak(left, plain, asked, other)


def is_id_card(value: str) -> bool:
    """Whether 18 characters are an identity number by their check digit (GB 11643), or 15 by their birth date."""
    if len(value) == 15:
        return value.isdecimal() and value[0] in "1234568" and _day(value[8:12])
    if len(value) != 18 or not value[:17].isdecimal() or not _day(value[10:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == value[17].upper()


def is_bank_card(value: str) -> bool:
    """Whether 16 to 19 digits satisfy Luhn's sum (ISO/IEC 7812)."""
    if not _BANK.fullmatch(value):
        return False
    total = 0
    for place, digit in enumerate(reversed(value)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _day(value: str) -> bool:
    return "01" <= value[:2] <= "12" and "01" <= value[2:] <= "31"


def _streams(plain: str, text: str, least: int) -> Iterator[list[Group]]:
    """The streams that have at least so many digits."""
    runs: list[tuple[int, int, str]] = []
    held = end = 0
    for match in _GROUP.finditer(plain):
        start = match.start()
        if start > end and runs and not _GAP.fullmatch(plain, end, start):
            if held >= least:
                yield _groups(runs, plain, text)
            runs, held = [], 0
        value, end = match[0], match.end()
        if "个" in value:
            value = value[2] * (2 if value[0] == "两" else int(value[0]))
        runs.append((start, end, value))
        held += len(value)
    if held >= least:
        yield _groups(runs, plain, text)


def _groups(runs: list[tuple[int, int, str]], plain: str, text: str) -> list[Group]:
    return [
        Group(a, b, value, text[a:b].isascii(), bool(_UNIT.match(plain, b)) or plain[a - 1 : a] == "第")
        for a, b, value in runs
    ]


def _cut(stream: list[Group], plain: str, other: bool) -> Iterator[Group | Span]:
    """The stream as spans where a shape fits (kind "" where it is a public number) and the groups between them."""
    at = 0
    alone = sum(len(group.value) for group in stream) < 7
    while at < len(stream):
        for stop in range(min(len(stream), at + 19), at, -1):
            value = "".join(group.value for group in stream[at:stop])
            loose = other or any(_is_point(plain, *pair) for pair in pairwise(stream[at:stop]))
            kind = _kind(value, loose) if len(value) > 3 or (alone and len(value) == 3) else None
            if kind is not None and (kind or not (stream[at].unit and len(value) < 5)):
                yield Span(stream[at].start, stream[stop - 1].end, kind)
                at = stop
                break
        else:
            if len(stream[at].value) > 1 or stream[at].value.isdecimal():
                yield stream[at]
            at += 1


def _kind(value: str, loose: bool) -> str | None:
    # Loose: decimals, or a number that says it is something else; only what has a sure shape counts.
    if _MOBILE.fullmatch(value):
        return "mobile"
    if len(value) in (15, 18) and is_id_card(value.replace("叉", "X").replace("Ｘ", "X")):
        return "id_card"
    if _PUBLIC.fullmatch(value):
        return ""
    if loose or not value.isdecimal():
        return None
    if _LANDLINE.fullmatch(value):
        return "landline"
    return "bank_card" if is_bank_card(value) else None


def _weak(groups: list[Group], plain: str, asked: bool, other: bool) -> Iterator[Span]:
    """What fits no shape, run by run: between two groups of a run is no list, and no unit after one."""
    run: list[Group] = []
    for group in groups:
        own = asked or bool(run and _says(plain, run[0].start, _OWN, _OTHER))
        if run and (run[-1].unit or (not own and _listed(plain, run[-1], group))):
            yield from _judged(run, plain, asked, other)
            run = []
        run.append(group)
    if run:
        yield from _judged(run, plain, asked, other)


def _listed(plain: str, left: Group, right: Group) -> bool:
    between = plain[left.end : right.start]
    return left.written and right.written and any(mark in between for mark in ".,，、。")


def _is_point(plain: str, left: Group, right: Group) -> bool:
    return left.written and right.written and plain[left.end : right.start] == "."


def _judged(run: list[Group], plain: str, asked: bool, other: bool) -> Iterator[Span]:
    if run[-1].unit:
        long = _SPOKEN_MOBILE.match(run[-1].value)
        if long and not run[-1].written:
            yield Span(run[-1].start, run[-1].start + long.end(), "mobile")
        run = run[: -2 if len(run) > 1 and _is_point(plain, *run[-2:]) else -1]
    value = "".join(group.value for group in run)
    if len(value) < (LEAST_ASKED if asked else LEAST) or not value.isdecimal():
        return
    start, end = run[0].start, run[-1].end
    own = _says(plain, start, _OWN, _OTHER)
    if not own and (other or (asked and _is_told_aside(run, value, plain))):
        return
    if own or asked:
        if not _PUBLIC.fullmatch(value):
            yield Span(start, end, "landline" if _looks_like_landline(value) else "account")
        return
    if _DATE.fullmatch(value) or _YEARS.fullmatch(value) or max(len(group.value) for group in run) < 3:
        return
    if _looks_like_landline(value):
        yield Span(start, end, "landline")
    elif len(value) >= 9:
        yield Span(start, end, "account")


def _is_told_aside(run: list[Group], value: str, plain: str) -> bool:
    """Whether an answer is a day (2026-03-01), a decimal or what was paid, and not the number asked for."""
    start = run[0].start
    if len(run) > 2 and plain[run[0].end : run[1].start] in "-/":
        return bool(_DATE.fullmatch(value))
    if len(run) == 2 and _is_point(plain, *run):
        return True
    return len(value) <= _PAID_MOST and bool(_PAID.search(plain, max(0, start - _BACK), start))


def _looks_like_landline(value: str) -> bool:
    return len(value) in (7, 8) and value[0] in "2345678"


def _says(plain: str, at: int, wanted: re.Pattern[str], rival: re.Pattern[str]) -> bool:
    """Whether the nearest cue in the words before ``at`` is one of ``wanted``."""
    before = plain[max(0, at - _BACK) : at]
    found = max((match.end() for match in wanted.finditer(before)), default=-1)
    return found >= 0 and found >= max((match.end() for match in rival.finditer(before)), default=-1)
