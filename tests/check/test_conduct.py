"""Conduct from clocks and metadata: each threshold from both sides; no clock, no verdict."""

from __future__ import annotations

import numpy as np
import pytest

from qa_nlp.check.conduct import conduct_findings
from qa_nlp.check.evidence import Evidence
from qa_nlp.model.store import Model
from qa_nlp.records import Call, Label, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare

LABEL = Label("repair", "repair.outage_single", 0.99)


def codes(call: Call, book: Rulebook, model: Model) -> set[str]:
    prepared = prepare(call)
    scores = np.zeros((len(prepared.agent_turns), len(model.sentences.labels)))
    evidence = Evidence(prepared, tuple(book.matcher.scan(prepared)), scores, model)
    return {finding.code for finding in conduct_findings(evidence, LABEL, book)[0]}


def timed(*turns: tuple[str, str, float, float], **fields: object) -> Call:
    return Call("T", tuple(Turn(*turn) for turn in turns), **fields)  # type: ignore[arg-type]


SAID = "我现在帮您查询一下您家的用电情况"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (timed(("agent", SAID, 0, 3.5)), {"fast_speech"}),
        (timed(("agent", SAID, 0, 7.0)), set()),
        (timed(("agent", "好的", 0, 0.2)), set()),
        (timed(("customer", "没电", 0, 2), ("agent", SAID, 15, 23)), {"long_silence"}),
        (timed(("customer", "没电", 0, 2), ("agent", SAID, 11, 19)), set()),
        (timed(("agent", "请您稍等，我查一下", 0, 4), ("customer", "好", 4, 5), ("agent", SAID, 25, 33)), set()),
        (timed(("customer", "我家从早上", 0, 5), ("agent", SAID, 3.5, 11)), {"interruption"}),
        (timed(("customer", "我家从早上", 0, 5), ("agent", SAID, 4.5, 12)), set()),
        (Call("T", (Turn("customer", "没电"), Turn("agent", SAID))), set()),
        (Call("T", (Turn("agent", SAID),), meta={"ring_seconds": 20}), {"ring_time"}),
        (Call("T", (Turn("agent", "让您久等了，您好"),), meta={"ring_seconds": 20}), set()),
        (Call("T", (Turn("agent", SAID),), meta={"ring_seconds": 8}), set()),
        (Call("T", (Turn("agent", SAID),), meta={"hangup_by": "agent"}), {"agent_hangup"}),
        (Call("T", (Turn("agent", SAID),), direction="outbound", started_at="2026-03-05T12:40:00+08:00"), {"outbound_hours"}),
        (Call("T", (Turn("agent", SAID),), direction="outbound", started_at="2026-03-05T10:40:00+08:00"), set()),
        (Call("T", (Turn("agent", SAID),), direction="inbound", started_at="2026-03-05T12:40:00+08:00"), set()),
    ],
)  # fmt: skip
def test_thresholds(call: Call, expected: set[str], book: Rulebook, model: Model) -> None:
    assert codes(call, book, model) == expected
