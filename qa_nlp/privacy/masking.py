"""``mask`` a sentence, ``mask_turns`` a conversation: what was asked decides what an answer is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

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
# Alternatives that begin with plain characters and a letter sought first: these run on every turn of every call.
_AT = re.compile(r"@|＠|艾特|圈a|圈A")
_PLATE_HINT = re.compile(r"[A-Za-zＡ-Ｚ](?<=[\u4e00-\u9fff].)[·\s]?\S{5}")
_ASKS_NUMBER = re.compile(r"户号|户头|电话|手机|号码|身份证|证件号|卡号|客户编号|用户编号|联系方式|账号|帐号|表号")
_QUESTION = re.compile(r"？|\?|吗|呢|么|多少|报一下|说一下|提供|告诉|念|请问|贵姓|称呼|哪|几|核对|麻烦")
_ASKS = ((NUMBER, _ASKS_NUMBER), (NAME, names.ASKS), (PLACE, places.ASKS))
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
    """Every turn masked, knowing what the agent asked before; a name found once is covered in every turn.

    ``known`` are further words to cover wherever they stand (names that came with the recording).
    """
    asked: frozenset[str] = frozenset()
    found: list[list[Span]] = []
    said = {word for word in known if len(word) >= _LONG_NAME}
    wholly = "\n".join(turn.text for turn in turns)
    email, plate = _AT.search(wholly) is not None, _PLATE_HINT.search(wholly) is not None
    for turn in turns:
        spans = _spans(turn.text, asked, email, plate) if turn.role != "system" else []
        found.append(spans)
        if spans:
            said.update(turn.text[s.start : s.end] for s in spans if s.kind == "name" and s.end - s.start >= _LONG_NAME)
        asked = _asked_after(turn, asked, bool(spans))
    if said:
        for turn, spans in zip(turns, found, strict=True):
            spans += [Span(start, end, "name") for start, end in occurrences(said, turn.text)]
    return [
        covered(turn.text, spans) if spans else Masked(turn.text, ()) for turn, spans in zip(turns, found, strict=True)
    ]


def _spans(text: str, asked: Collection[str], email: bool = True, plate: bool = True) -> list[Span]:
    """``email`` and ``plate`` are False where a look at the whole call has ruled them out."""
    spans: list[Span] = []
    if email and _AT.search(text):
        spans += (Span(*match.span(), "email") for match in _EMAIL.finditer(text))
    if plate and _PLATE_HINT.search(text):
        spans += (Span(*match.span(), "plate") for match in _PLATE.finditer(text))
    # The hints are looked for here as well: starting a generator costs more than most turns are worth.
    if NUMBER in asked or digit_runs.HINT.search(text):
        spans += digit_runs.find_numbers(text, NUMBER in asked)
    if NAME in asked or names.HINT.search(text):
        spans += names.find_names(text, NAME in asked)
    if places.HINT.search(text):
        spans += places.find_places(text, PLACE in asked)
    return spans


def _asked_after(turn: Turn, asked: frozenset[str], hit: bool) -> frozenset[str]:
    """What an answer in the next turn may be: an agent's question stays open while answers come in pieces."""
    if turn.role != "customer" and _QUESTION.search(turn.text):
        new = frozenset(kind for kind, pattern in _ASKS if pattern.search(turn.text))
        if new:
            return new
    return asked if hit or len(turn.text) <= _HELD else frozenset()
