"""What of a call and its verdict may be written down: words masked in place, people under pseudonyms."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from qa_nlp.errors import Problem, UsageError
from qa_nlp.privacy.digit_runs import HINT, find_numbers
from qa_nlp.privacy.masking import hidden_turns, mask
from qa_nlp.privacy.span import MASK, Masked, Span, covered, occurrences
from qa_nlp.records import MARKS, Call, Finding, Promise, Skipped, StepVerdict, Turn, Verdict

LEAST_KEY = 16
PERSON_KEY = re.compile(
    r"caller|callee|phone|mobile|^tel|^ani$|name|addr|id_?card|account|mail|plate|customer"
    r"|姓名|电话|手机|号码|主叫|被叫|地址|身份证|户号|户名|账号|卡号|邮箱|车牌",
    re.IGNORECASE,
)
NAME_KEY = re.compile(r"name|姓名|户名", re.IGNORECASE)
CALLER_KEY = re.compile(r"caller|主叫|来电号码|^ani$", re.IGNORECASE)
_SPOKEN = (
    "0０零〇○洞", "1１一幺壹", "2２二两贰", "3３三叁", "4４四肆", "5５五伍", "6６六陆", "7７七柒拐", "8８八捌", "9９九玖勾",
)  # fmt: skip
_PAUSE = r"[\s\-—–·,，、.。]{0,2}"
_FIGURE = f"[{''.join(_SPOKEN)}]"
_BADGE_NUMBER = rf"[A-Za-z]{{0,3}}{_FIGURE}(?:{_PAUSE}{_FIGURE}){{1,9}}"
# Said to be a badge, so that two digits are enough: 工号12, 12号话务员.
_BADGE = re.compile(
    rf"工号(?:就?是|为)?[，,：:\s]?(?P<x>{_BADGE_NUMBER})|(?<!{_FIGURE})(?P<y>{_BADGE_NUMBER})(?=号(?:座席|坐席|客服|话务|接线|为您))"
)
# Shorter ones are told from other numbers only by what is said around them.
LEAST_BADGE = 3


class ShownFinding(Finding, frozen=True):
    """A finding as it is written; ``masked`` is there (and true) only where the quote is not the raw text."""

    masked: bool | UnsetType = UNSET


class ShownStep(StepVerdict, frozen=True):
    """A step as it is written."""

    masked: bool | UnsetType = UNSET


class ShownPromise(Promise, frozen=True):
    """A promise as it is written."""

    masked: bool | UnsetType = UNSET


class ShownVerdict(Verdict, frozen=True):
    """A verdict as it is written."""

    findings: tuple[ShownFinding, ...]
    steps: tuple[ShownStep, ...]
    promises: tuple[ShownPromise, ...]


@dataclass(frozen=True)
class Shield:
    """How people are protected: ``mask`` covers their words, ``key`` gives agents and callers stable pseudonyms."""

    mask: bool = True
    key: bytes | None = field(default=None, repr=False)

    @property
    def fingerprint(self) -> str:
        """Names the key without telling it; "" without one."""
        return hmac.new(self.key, b"fingerprint", sha256).hexdigest()[:16] if self.key else ""

    def pseudonym(self, kind: str, value: str) -> str:
        """``value`` under the key (HMAC-SHA-256, 48 bits shown); unchanged without a key or a value."""
        if not self.key or not value:
            return value
        return f"{kind}-{hmac.new(self.key, f'{kind}:{value}'.encode(), sha256).hexdigest()[:12]}"

    def skipped(self, item: Skipped) -> Skipped:
        """An item of ``skipped.csv``; its reason may quote what could not be read."""
        return replace(item, reason=mask(item.reason).text) if self.mask else item

    def shown(self, call: Call, verdict: Verdict) -> tuple[Call, Verdict]:
        """The call (without labels and tags) and its verdict, fit to be written; offsets stay those of the raw text."""
        hidden = self._hidden(call)
        agent = self.pseudonym("座席", call.agent_id)
        turns = tuple(_shown(turn, hidden.get(number)) for number, turn in enumerate(call.turns))
        meta = {key: self._meta(key, value) for key, value in call.meta.items()}
        call_shown = replace(call, turns=turns, agent_id=agent, labels={}, meta=meta)
        if hidden:
            verdict = _Cover(call, hidden).verdict(verdict)
        return call_shown, verdict if agent == verdict.agent_id else replace(verdict, agent_id=agent)

    def call(self, call: Call) -> Call:
        """The call with its labels and tags, fit to be handed on; every offset stays good."""
        words = self.words(call)
        meta = {key: self._meta(key, value) for key, value in call.meta.items()}
        turns = tuple(map(_worded, call.turns, words))
        return replace(call, turns=turns, agent_id=self.pseudonym("座席", call.agent_id), meta=meta)

    def words(self, call: Call) -> list[str]:
        """The text of each turn, fit to be shown; lengths stay."""
        hidden = self._hidden(call)
        return [hidden[number].text if number in hidden else turn.text for number, turn in enumerate(call.turns)]

    def _hidden(self, call: Call) -> dict[int, Masked]:
        """The turns of which something is covered."""
        known = [v for k, v in call.meta.items() if isinstance(v, str) and NAME_KEY.search(k)] if self.mask else []
        hidden = hidden_turns(call.turns, known) if self.mask else {}
        if not self.key:
            return hidden
        own = _badge(call.agent_id)
        for number, turn in enumerate(call.turns):
            if spans := list(_badges(turn.text, own)):
                spans += hidden[number].spans if number in hidden else ()
                hidden[number] = covered(turn.text, spans)
        return hidden

    def _meta(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {inner: self._meta(inner, part) for inner, part in value.items()}
        if isinstance(value, list):
            return [self._meta(key, part) for part in value]
        if isinstance(value, int) and not isinstance(value, bool) and PERSON_KEY.search(key):
            value = str(value)
        if not isinstance(value, str) or not value:
            return value
        if self.key and CALLER_KEY.search(key):
            return self.pseudonym("来电", value)
        if not self.mask:
            return value
        return MASK * len(value) if PERSON_KEY.search(key) else mask(value).text


def read_key(path: Path) -> bytes:
    """The secret of a key file, without spaces around it.

    Raises:
        UsageError: when the file cannot be read or holds fewer than 16 bytes.
    """
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(
            Problem("P001", str(path), f"密钥文件读不出来（{error.strerror}）", "请检查路径和权限")
        ) from None
    if len(key) < LEAST_KEY:
        raise UsageError(
            Problem("P002", str(path), "密钥太短，化名会被猜出来", f"请放至少 {LEAST_KEY} 个随机字符，并妥善保管")
        )
    return key


class _Cover:
    """Replaces, in everything said about one call, the words that its masked turns cover."""

    def __init__(self, call: Call, hidden: Mapping[int, Masked]) -> None:
        self.raw, self.hidden = [turn.text for turn in call.turns], hidden
        self.pairs: dict[str, str] = {}
        for number, masked in hidden.items():
            for start, end, kind in masked.spans:
                # A short badge is a number like any other elsewhere: 第12句.
                if end - start > (LEAST_BADGE - 1 if kind == "agent" else 1):
                    self.pairs[self.raw[number][start:end]] = MASK * (end - start)

    def verdict(self, verdict: Verdict) -> Verdict:
        # Quotes first: a message may hold one that cuts through a number.
        steps = tuple(self._step(step) for step in verdict.steps)
        promises = tuple(self._promise(promise) for promise in verdict.promises)
        quotes = [self._quote(f.turn, f.start, f.end, f.quote) for f in verdict.findings]
        findings = tuple(self._finding(f, quote) for f, quote in zip(verdict.findings, quotes, strict=True))
        return replace(
            verdict, findings=findings, steps=steps, promises=promises, summary=self._tidy(verdict.summary),
            veto=verdict.veto and self._tidy(verdict.veto), notes=tuple(map(self._tidy, verdict.notes)),
        )  # fmt: skip

    def _quote(self, turn: int | None, start: int, end: int, quote: str) -> str:
        if turn is None or not 0 <= turn < len(self.raw) or self.raw[turn][start:end] != quote:
            return mask(quote).text
        if turn not in self.hidden:
            return quote
        hidden = self.hidden[turn].text[start:end]
        if hidden != quote and len(quote) > 1:
            self.pairs[quote] = hidden
            # In a sentence a quote stands without the marks around it.
            start, stop = len(quote) - len(quote.lstrip(MARKS)), len(quote.rstrip(MARKS))
            if stop - start > 1:
                self.pairs[quote[start:stop]] = hidden[start:stop]
        return hidden

    def _finding(self, finding: Finding, quote: str) -> Finding:
        message = self._tidy(finding.message)
        if quote == finding.quote:
            return finding if message == finding.message else replace(finding, message=message)
        return ShownFinding(**asdict(finding) | {"quote": quote, "message": message, "masked": True})

    def _step(self, step: StepVerdict) -> StepVerdict:
        turn, quote = step.turn, step.quote
        if not quote:
            return step
        at = self.raw[turn].find(quote) if turn is not None and 0 <= turn < len(self.raw) else -1
        if at >= 0 and turn not in self.hidden:
            return step
        hidden = self._quote(turn, at, at + len(quote), quote)
        return step if hidden == quote else ShownStep(**asdict(step) | {"quote": hidden, "masked": True})

    def _promise(self, promise: Promise) -> Promise:
        quote = self._quote(promise.turn, promise.start, promise.end, promise.quote)
        if quote == promise.quote:
            return promise
        return ShownPromise(**asdict(promise) | {"quote": quote, "masked": True})

    def _tidy(self, text: str) -> str:
        if any(map(text.__contains__, self.pairs)):
            parts: list[str] = []
            at = 0
            for start, end in occurrences(self.pairs, text):
                parts += (text[at:start], self.pairs[text[start:end]])
                at = end
            text = "".join((*parts, text[at:]))
        return covered(text, find_numbers(text)).text if HINT.search(text) else text


def _shown(turn: Turn, hidden: Masked | None) -> Turn:
    """The turn without its tags, as it may be written."""
    if hidden is None and not (turn.acts or turn.faults or turn.near_misses):
        return turn
    return Turn(turn.role, hidden.text if hidden else turn.text, turn.start, turn.end)


def _worded(turn: Turn, text: str) -> Turn:
    """The turn with other words of the same length, its tags quoting them."""
    faults, near = (
        tuple(replace(tag, quote=text[tag.start : tag.end]) for tag in tags) for tags in (turn.faults, turn.near_misses)
    )
    return replace(turn, text=text, faults=faults, near_misses=near)


def _badge(agent_id: str) -> re.Pattern[str] | None:
    """An agent's number as written and as read out, with pauses; None for one too short to be known by itself."""
    signs = [sign for sign in agent_id if not sign.isspace()]
    if len(signs) < LEAST_BADGE:
        return None
    spoken = [f"[{_SPOKEN[int(s)]}]" if s in "0123456789" else re.escape(s) for s in signs]
    edges = [rf"(?<!{_FIGURE})" if signs[0].isdecimal() else "", rf"(?!{_FIGURE})" if signs[-1].isdecimal() else ""]
    return re.compile(edges[0] + _PAUSE.join(spoken) + edges[1], re.IGNORECASE)


def _badges(text: str, own: re.Pattern[str] | None) -> Iterator[Span]:
    """Where an agent's number stands: one that is said to be a badge, and the agent's own anywhere."""
    for match in _BADGE.finditer(text):
        yield Span(*match.span("x" if match["x"] else "y"), "agent")
    if own is not None:
        yield from (Span(*match.span(), "agent") for match in own.finditer(text))
