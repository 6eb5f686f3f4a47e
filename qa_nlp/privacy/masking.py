"""``mask`` a sentence, ``mask_turns`` a conversation: what was asked decides what an answer is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate

from qa_nlp.privacy import digit_runs, names, places
from qa_nlp.privacy.span import Masked, Span, covered, occurrences
from qa_nlp.records import Turn

NUMBER, NAME, PLACE = "number", "name", "place"
_DIGIT = rf"[{digit_runs.DIGITS}]"
_PLATE = re.compile(
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-zＡ-Ｚ][·\s]?(?:[A-Za-zＡ-Ｚ]|{_DIGIT}){{4,5}}"
    rf"(?:[A-Za-zＡ-Ｚ挂学警港澳]|{_DIGIT})"
)
_EMAIL = re.compile(
    rf"(?:[A-Za-z0-9._%+-]|{_DIGIT})+\s?(?:[@＠]|艾特|圈a)\s?(?:[A-Za-z0-9-]|{_DIGIT})+(?:\s?(?:[.．]|点)\s?[A-Za-z]+)+",
    re.IGNORECASE,
)
_AT = re.compile(r"@|＠|艾特|圈a|圈A")
# These run over the words of every call. Each alternative begins with a plain character: such are found fast.
_HINT = re.compile("|".join(hint.pattern for hint in (_AT, names.HINT, places.DOOR_HINT, places.HOME_HINT)))
_PLATE_HINT = re.compile(r"[A-Za-zＡ-Ｚ](?<=[\u4e00-\u9fff].)[·\s]?\S{5}")
_ASKS_NUMBER = re.compile(r"户号|户头|电话|手机|号码|身份证|证件号|卡号|客户编号|用户编号|联系方式|账号|帐号|表号")
_QUESTION = re.compile(
    r"？|\?|吗|呢|么|多少|[说讲问给]一?下|报(?![修案警告装停废名价错])|提供|告诉|念|请问|贵姓|称呼|哪|几|核对|麻烦|方便|输入|给我(?!们)"
    r"|(?<![保停])留(?![意心言存])"
)
# 您电话 asks for one as well; 会打您电话 does not.
_BARE_QUESTION = re.compile(
    rf"(?:^|[，,。！!\s])(?:那|好的?|嗯|您|你|的|请|还有|联系|预留|登记)*(?:{_ASKS_NUMBER.pattern})+号?[啊是：:，,。.\s]*$"
)
# What a system notes is no answer, but for what the caller typed.
_TYPED = re.compile("按键|输入|键入")
_ASKS = ((NUMBER, _ASKS_NUMBER), (NAME, names.ASKS), (PLACE, places.ASKS))
_ASKS_ANY = re.compile("|".join(pattern.pattern for _, pattern in _ASKS))
_HELD = 8
_LONG_NAME = 2


def mask(text: str, asked: Collection[str] = ()) -> Masked:
    """Cover what names a person in one sentence; the result is as long as the text.

    Args:
        text: raw words.
        asked: of "number", "name", "place": what the other side has just asked for, so that a bare answer counts.

    Example: ``mask("我姓王，电话13900001111").text == "我姓●，电话●●●●●●●●●●●"``.
    """
    return covered(text, _spans(text, asked))


def mask_turns(turns: Sequence[Turn], known: Collection[str] = ()) -> list[Masked]:
    """Every turn masked, as ``hidden_turns`` says."""
    hidden = hidden_turns(turns, known)
    return [hidden.get(number) or Masked(turn.text, ()) for number, turn in enumerate(turns)]


def hidden_turns(turns: Sequence[Turn], known: Collection[str] = ()) -> dict[int, Masked]:
    """The turns, by number, of which something is covered, knowing what the agent asked before.

    A name found once is covered in every turn. ``known`` are further words to cover wherever they stand (names that
    came with the recording).
    """
    texts = [turn.text for turn in turns]
    wholly = "\n".join(texts)
    ends = list(accumulate(len(text) + 1 for text in texts))
    # A hint may reach from turn to turn: that costs a needless look at one of them.
    hinted = {number for hint in (_HINT, _PLATE_HINT, digit_runs.HINT) for number in _where(hint, wholly, ends)}
    asking = set(_where(_ASKS_ANY, wholly, ends))
    found: dict[int, list[Span]] = {}
    said = {word for word in known if len(word) >= _LONG_NAME}
    asked: frozenset[str] = frozenset()
    for number, turn in enumerate(turns):
        wanted = asked if turn.role != "system" or _TYPED.search(turn.text) else frozenset()
        if (wanted or number in hinted) and (spans := _spans(turn.text, wanted)):
            found[number] = spans
            said.update(turn.text[s.start : s.end] for s in spans if s.kind == "name" and s.end - s.start >= _LONG_NAME)
        if asked or number in asking:
            asked = _asked_after(turn, asked, number in found)
    for number in {number for word in said for number, text in enumerate(texts) if word in text}:
        names_there = [Span(start, end, "name") for start, end in occurrences(said, texts[number])]
        found[number] = found.get(number, []) + names_there
    hidden = {number: covered(texts[number], spans) for number, spans in found.items()}
    return {number: masked for number, masked in hidden.items() if masked.spans}


def _where(hint: re.Pattern[str], wholly: str, ends: Sequence[int]) -> Iterator[int]:
    """The turns in which the hint begins; turn ``n`` with the line end behind it ends at ``ends[n]`` in the whole."""
    at = 0
    while match := hint.search(wholly, at):
        number = bisect_right(ends, match.start())
        yield number
        at = ends[number]


def _spans(text: str, asked: Collection[str]) -> list[Span]:
    spans: list[Span] = []
    if _AT.search(text):
        spans += (Span(*match.span(), "email") for match in _EMAIL.finditer(text))
    if _PLATE_HINT.search(text):
        spans += (Span(*match.span(), "plate") for match in _PLATE.finditer(text))
    # The hints are looked for here as well: starting a generator costs more than most turns are worth.
    if NUMBER in asked or digit_runs.HINT.search(text):
        spans += digit_runs.find_numbers(text, NUMBER in asked)
        spans += names.beside_numbers(text, spans)
    if NAME in asked or names.HINT.search(text):
        spans += names.find_names(text, NAME in asked)
    if places.HINT.search(text):
        spans += places.find_places(text, PLACE in asked)
    return spans


def _asked_after(turn: Turn, asked: frozenset[str], hit: bool) -> frozenset[str]:
    """What an answer in the next turn may be: an agent's question stays open while answers come in pieces."""
    if turn.role != "customer" and (_QUESTION.search(turn.text) or _BARE_QUESTION.search(turn.text)):
        new = frozenset(kind for kind, pattern in _ASKS if pattern.search(turn.text))
        if new:
            return new
    return asked if hit or turn.role == "system" or len(turn.text) <= _HELD else frozenset()
