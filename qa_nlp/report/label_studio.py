"""Our result as Label Studio wants it: a labelling configuration (XML) and tasks with predictions.

What is shown is Chinese; what is stored are our ids (``alias``), so that a renamed label breaks nothing. Label Studio
counts characters as JavaScript does, in UTF-16 units; its paragraph numbers are texts. Formats:
https://labelstud.io/guide/task_format, https://labelstud.io/tags/paragraphs, https://labelstud.io/tags/paragraphlabels
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import msgspec

from qa_nlp.records import CATEGORIES, Call
from qa_nlp.rulebook.book import Rulebook

DIALOGUE, SUBTYPE, FAULTS, NEAR, STEPS = "dialogue", "subtype", "faults", "near_misses", "steps"
SPEAKERS = {"agent": "座席", "customer": "客户", "system": "系统", "unknown": "不明"}
COLOURS = {FAULTS: "#C0392B", NEAR: "#B7791F", STEPS: "#2E7D32"}
HELP = {
    SUBTYPE: "业务（选一个）",
    FAULTS: "措辞差错：先点标签，再在座席的话里划出原话，越短越好",
    NEAR: "很像差错但不是：同样划出原话",
    STEPS: "做到的步骤：先点标签，再在做到的那一句里划几个字",
}
# A line break inside a turn would count in our offsets and not in the page's.
ONE_LINE = str.maketrans("\r\n\t", "   ")


class Found(msgspec.Struct, frozen=True):
    """A finding, as far as a task shows it; offsets are code points of the turn's text."""

    code: str
    status: str
    turn: int
    start: int
    end: int
    confidence: float = 1.0


class Step(msgspec.Struct, frozen=True):
    """A step of the result."""

    step: str
    verdict: str
    turn: int | None = None
    confidence: float = 1.0


class Result(msgspec.Struct, frozen=True):
    """What is read of one line of ``calls.jsonl``."""

    call_id: str
    subtype: str
    confidence: float = 0.0
    agent_id: str = ""
    team: str = ""
    direction: str = ""
    started_at: str = ""
    findings: tuple[Found, ...] = ()
    steps: tuple[Step, ...] = ()
    versions: dict[str, str] = {}


def units(text: str, offset: int) -> int:
    """UTF-16 units before the code point ``offset`` of ``text``."""
    return len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def points(text: str, offset: int) -> int:
    """Code points before the UTF-16 unit ``offset``; one inside a character counts as before it."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * max(offset, 0)].decode("utf-16-le", "ignore"))


def config(book: Rulebook) -> str:
    """The labelling configuration for the labels of a rulebook, to be pasted into a project's settings."""
    view = Element("View", style="display: flex; gap: 16px; align-items: flex-start")
    left = SubElement(view, "View", style="flex: 3")
    SubElement(left, "Header", value="通话 $call_id", size="4")
    SubElement(
        left, "Paragraphs", name=DIALOGUE, value=f"${DIALOGUE}", nameKey="speaker", textKey="text", layout="dialogue"
    )
    right = SubElement(view, "View", style="flex: 2; position: sticky; top: 0; max-height: 92vh; overflow-y: auto")
    if book.subtypes:
        _subtypes(right, book)
    codes = {code.id: (code.name, code.message) for code in book.codes.values()}
    _labels(right, FAULTS, codes)
    _labels(right, NEAR, codes)
    _labels(right, STEPS, {step.id: (step.name, step.suggestion) for step in book.steps.values()})
    indent(view)
    return tostring(view, encoding="unicode") + "\n"


def _subtypes(parent: Element, book: Rulebook) -> None:
    SubElement(parent, "Header", value=HELP[SUBTYPE], size="5")
    choices = SubElement(
        parent, "Choices", name=SUBTYPE, toName=DIALOGUE, choice="single-radio", showInline="true", required="true",
        requiredMessage="请选业务",
    )  # fmt: skip
    for category, name in CATEGORIES.items():
        own = [subtype for subtype in book.subtypes.values() if subtype.category == category]
        if own:
            SubElement(choices, "Header", value=name, size="6")
        for subtype in own:
            SubElement(choices, "Choice", value=subtype.name, alias=subtype.id, hint=subtype.definition)


def _labels(parent: Element, control: str, labels: Mapping[str, tuple[str, str]]) -> None:
    SubElement(parent, "Header", value=HELP[control], size="5")
    finder = f"find_{control}"
    SubElement(parent, "Filter", name=finder, toName=control, minlength="0", placeholder="找标签")
    group = SubElement(parent, "ParagraphLabels", name=control, toName=DIALOGUE)
    for name, (shown, hint) in labels.items():
        SubElement(group, "Label", value=shown, alias=name, background=COLOURS[control], hint=hint)


def task(call: Call, result: Result, book: Rulebook) -> dict[str, Any]:
    """One call as a task: its words (as they may be shown) and our result as a prediction."""
    texts = [turn.text.translate(ONE_LINE) for turn in call.turns]
    turns = [
        {"speaker": SPEAKERS[turn.role], "role": turn.role, "text": text, "start": turn.start, "end": turn.end}
        for turn, text in zip(call.turns, texts, strict=True)
    ]
    versions = "，".join(f"{name} {value}" for name, value in sorted(result.versions.items()))
    prediction = {
        "model_version": versions or "qa_nlp",
        "score": round(result.confidence, 4),
        "result": list(_predicted(result, texts, book)),
    }
    data = {
        "call_id": call.call_id, "agent_id": result.agent_id, "team": result.team, "direction": result.direction,
        "started_at": result.started_at,
        DIALOGUE: [{key: value for key, value in turn.items() if value is not None} for turn in turns],
    }  # fmt: skip
    return {"data": data, "predictions": [prediction]}


def _predicted(result: Result, texts: Sequence[str], book: Rulebook) -> Iterator[dict[str, Any]]:
    if result.subtype in book.subtypes:
        value = {"choices": [result.subtype]}
        yield {"id": SUBTYPE, "from_name": SUBTYPE, "to_name": DIALOGUE, "type": "choices", "value": value}
    spans = [(FAULTS if f.status != "suppressed" else NEAR, f.code, f.turn, f.start, f.end, f.confidence)
             for f in result.findings if f.code in book.codes]  # fmt: skip
    for s in result.steps:
        if s.verdict == "pass" and s.step in book.steps and s.turn is not None and 0 <= s.turn < len(texts):
            spans.append((STEPS, s.step, s.turn, 0, len(texts[s.turn]), s.confidence))
    for number, (control, label, turn, start, end, sure) in enumerate(_apart(spans)):
        if 0 <= turn < len(texts) and 0 <= start < end <= len(texts[turn]):
            yield _region(f"{control}{number}", control, label, (turn, start, end), texts[turn], sure)


Span = tuple[str, str, int, int, int, float]


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """Several rules may find the same words: of overlapping spans of one label the longest stays."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s[3] - s[4], s)):
        control, label, turn, start, end, _ = span
        if not any(k[:3] == (control, label, turn) and start < k[4] and k[3] < end for k in kept):
            kept.append(span)
    yield from sorted(kept, key=lambda s: (s[2], s[3], s[:2]))


def _region(name: str, control: str, label: str, place: tuple[int, int, int], text: str, sure: float) -> dict[str, Any]:
    turn, start, end = place
    value = {
        "start": str(turn), "end": str(turn), "startOffset": units(text, start), "endOffset": units(text, end),
        "text": text[start:end], "paragraphlabels": [label],
    }  # fmt: skip
    return {
        "id": name, "from_name": control, "to_name": DIALOGUE, "type": "paragraphlabels", "value": value,
        "score": round(sure, 4),
    }  # fmt: skip
