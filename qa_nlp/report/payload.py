"""One call as the page's script reads it: short JSON that cannot end the script element it stands in."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

import msgspec

from qa_nlp.records import DIMENSIONS, Call, Finding, Promise, StepVerdict, Turn, Verdict
from qa_nlp.report.naming import step_advice, step_name, subject_name
from qa_nlp.rulebook.book import Rulebook

TEXTS = 3_000
# Longer transcripts are cut, so that one call cannot fill the page.
CALL_CHARS = 30_000
ROLES = {"agent": 0, "customer": 1, "system": 2}
# Numbers are shown to four decimals; below EXACT their units are whole numbers that a float holds.
UNITS, EXACT = 10_000, 1e11
# Every other character stands in JSON as it is.
ESCAPES = {char.encode(): f"\\u{ord(char):04x}".encode() for char in "<>&\u2028\u2029"}
_ENCODER = msgspec.json.Encoder()


def script_json(value: object) -> bytes:
    """JSON for a ``<script type="application/json">``; lone surrogates become ``?`` (one character each, too)."""
    try:
        data = _ENCODER.encode(value)
    except (UnicodeEncodeError, OverflowError):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        data = text.encode("utf-8", "replace")
    for char, escape in ESCAPES.items():
        data = data.replace(char, escape)
    return data


class Payload:
    """Encodes calls; keeps the texts that recur (messages, suggestions, bases, steps) once for all."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.texts: dict[str, int] = {}
        self.steps: dict[str, int] = {}

    def encode(self, call: Call, verdict: Verdict) -> bytes:
        """The JSON object of one call. Offsets count code points of the turn's text, as in ``calls.jsonl``."""
        turns = list(_within(call.turns))
        shown = len(turns)
        runner_up = verdict.runner_up
        item: dict[str, Any] = {
            "id": verdict.call_id, "agent": verdict.agent_id, "team": verdict.team, "at": verdict.started_at,
            "subtype": verdict.subtype, "category": verdict.category, "confidence": _number(verdict.confidence),
            "runner": [runner_up.subtype, _number(runner_up.confidence)] if runner_up else None,
            "review": int(verdict.needs_review), "score": _number(verdict.score), "grade": verdict.grade,
            "veto": verdict.veto, "unscored": verdict.not_scored,
            "dims": [_number(verdict.dimensions.get(name)) for name in DIMENSIONS], "summary": verdict.summary,
            "notes": list(verdict.notes), "signals": list(verdict.signals),
            "conduct": {k: _scalar(v) for k, v in verdict.conduct.items()},
            "turns": [_turn(turn) for turn in turns], "cut": len(call.turns) - shown,
            "findings": [self._finding(f) for f in verdict.findings],
            "steps": [self._step(s, verdict) for s in verdict.steps if s.verdict != "not_applicable"],
            "spared": [self._step_number(s.step) for s in verdict.steps if s.verdict == "not_applicable"],
            "promises": [self._promise(p) for p in verdict.promises],
        }  # fmt: skip
        return script_json(item)

    def names(self) -> dict[str, Any]:
        """The recurring texts by number, and the steps as [id, name, what to say]."""
        steps = [[step, step_name(step, self.book), step_advice(step, self.book)] for step in self.steps]
        return {"texts": list(self.texts), "steps": steps}

    def _finding(self, f: Finding) -> list[object]:
        words = [self._text(text) for text in (f.message, f.suggestion, f.basis)]
        place = [f.turn, f.start, f.end]
        return [
            f.rule_id,
            f.code,
            f.severity,
            _number(f.points),
            *place,
            *words,
            f.match,
            _number(f.confidence),
            f.status,
        ]

    def _step(self, step: StepVerdict, verdict: Verdict) -> list[object]:
        points = _number(verdict.step_points.get(step.step)) or 0 if step.verdict == "violation" else 0
        number = self._step_number(step.step)
        return [number, step.need, step.verdict, step.turn, step.quote, points, step.evidence]

    def _promise(self, p: Promise) -> list[object]:
        return [self._text(subject_name(p.subject, self.book)), p.turn, p.quote, p.due, p.limit, p.status]

    def _step_number(self, step: str) -> int:
        return self.steps.setdefault(step, len(self.steps))

    def _text(self, text: str) -> object:
        """A number where the text recurs, [number, detail] where only its （detail） differs, else the text."""
        head, bracket, detail = text.partition("（")
        if bracket and head and text.endswith("）"):
            number = self._text_number(head)
            return text if number is None else [number, bracket + detail]
        number = self._text_number(text)
        return text if number is None else number

    def _text_number(self, text: str) -> int | None:
        if text not in self.texts and len(self.texts) >= TEXTS:
            return None
        return self.texts.setdefault(text, len(self.texts))


def _within(turns: Iterable[Turn]) -> Iterable[Turn]:
    """The first turns, up to ``CALL_CHARS`` characters; the first always."""
    room = CALL_CHARS
    for index, turn in enumerate(turns):
        room -= len(turn.text) + 10
        if room < 0 and index:
            return
        yield turn


def _turn(turn: Turn) -> list[object]:
    role = ROLES.get(turn.role, 3)
    if turn.start is None and turn.end is None:
        return [role, turn.text]
    return [role, turn.text, _number(turn.start), _number(turn.end)]


def _number(value: float | None) -> float | int | None:
    """Rounded to what a page shows; None for nothing and for what JSON cannot say."""
    if value is None:
        return None
    if 0 <= value < EXACT:
        # Most values have few decimals; to round costs three times as much as to see that.
        units = int(value * UNITS + 0.5)
        if units / UNITS == value:
            return units / UNITS if units % UNITS else units // UNITS
    rounded = round(float(value), 4)
    if rounded.is_integer():
        return int(rounded)
    return rounded if math.isfinite(rounded) else None


def _scalar(value: object) -> object:
    return _number(value) if isinstance(value, int | float) else str(value)
