"""Tasks and configuration for Label Studio: its form, Chinese to read and ids to store, offsets as JavaScript counts."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.records import Call, Turn
from qa_nlp.report.label_studio import FAULTS, NEAR, STEPS, SUBTYPE, Found, Result, Step, config, points, task, units
from qa_nlp.rulebook.book import Rulebook

CALL = Call(
    "T1", (Turn("agent", "您好，😀不是跟您说过了吗", 0.0, 2.5), Turn("customer", "没电\n了"), Turn("system", "[静音]"))
)
RESULT = Result(
    "T1", "repair.outage_single", 0.9312345, "A07", "一班", "inbound", "2026-03-05T09:12:00+08:00",
    (Found("rhetorical", "confirmed", 0, 4, 12), Found("rhetorical", "suspected", 0, 5, 12, 0.4),
     Found("blame", "suppressed", 0, 4, 7), Found("long_silence", "confirmed", 0, 0, 2), Found("cold", "confirmed", 9, 0, 1)),
    (Step("greet", "pass", 0, 0.97), Step("close", "violation"), Step("H01", "pass", 0)),
    {"rulebook": "r1", "model": "m1"},
)  # fmt: skip


def test_the_configuration_names_every_label_in_chinese_and_stores_ids(book: Rulebook) -> None:
    view = fromstring(config(book))
    controls = {node.get("name"): node for node in view.iter() if node.get("toName") == "dialogue"}
    assert set(controls) == {SUBTYPE, FAULTS, NEAR, STEPS}
    stored = {
        name: {label.get("alias"): label.get("value") for label in node if label.get("alias")}
        for name, node in controls.items()
    }
    assert stored[SUBTYPE] == {subtype.id: subtype.name for subtype in book.subtypes.values()}
    assert stored[FAULTS] == stored[NEAR] == {code.id: code.name for code in book.codes.values()}
    assert stored[STEPS] == {step.id: step.name for step in book.steps.values()}
    shown = [list(labels.values()) for labels in stored.values()]
    assert all(len(set(names)) == len(names) for names in shown), "a label shown twice could not be told apart"
    names = [node.get("name") for node in view.iter() if node.get("name")]
    assert len(names) == len(set(names))
    paragraphs = next(view.iter("Paragraphs"))
    assert (paragraphs.get("value"), paragraphs.get("nameKey"), paragraphs.get("textKey")) == (
        "$dialogue",
        "speaker",
        "text",
    )


def test_a_rulebook_without_subtypes_has_no_choice_of_them(book: Rulebook) -> None:
    assert "<Choices" not in config(replace(book, subtypes={}))


def test_a_task_holds_the_words_and_what_we_found(book: Rulebook) -> None:
    made = task(CALL, RESULT, book)
    assert made["data"]["call_id"] == "T1" and made["data"]["agent_id"] == "A07"
    assert made["data"]["dialogue"] == [
        {"speaker": "座席", "role": "agent", "text": "您好，😀不是跟您说过了吗", "start": 0.0, "end": 2.5},
        {"speaker": "客户", "role": "customer", "text": "没电 了"},
        {"speaker": "系统", "role": "system", "text": "[静音]"},
    ]
    (prediction,) = made["predictions"]
    assert prediction["score"] == 0.9312
    assert prediction["model_version"] == "model m1，rulebook r1"
    found = {(item["from_name"], *item["value"].get("paragraphlabels", item["value"].get("choices"))): item
             for item in prediction["result"]}  # fmt: skip
    assert set(found) == {(SUBTYPE, "repair.outage_single"), (FAULTS, "rhetorical"), (NEAR, "blame"), (STEPS, "greet")}
    fault = found[FAULTS, "rhetorical"]
    assert (fault["type"], fault["to_name"]) == ("paragraphlabels", "dialogue")
    # The emoji before it counts two.
    assert fault["value"] == {
        "start": "0", "end": "0", "startOffset": 5, "endOffset": 13, "text": "不是跟您说过了吗", "paragraphlabels": ["rhetorical"],
    }  # fmt: skip
    assert found[STEPS, "greet"]["value"]["endOffset"] == units(CALL.turns[0].text, 99)
    assert len({item["id"] for item in prediction["result"]}) == len(prediction["result"])


@given(text=st.text(max_size=20), offset=st.integers(0, 20))
def test_offsets_survive_the_way_to_javascript_and_back(text: str, offset: int) -> None:
    at = min(offset, len(text))
    assert points(text, units(text, at)) == at


@pytest.mark.parametrize(
    ("text", "unit", "point"), [("😀a", 0, 0), ("😀a", 1, 0), ("😀a", 2, 1), ("😀a", 9, 2), ("a", -3, 0)]
)
def test_units_inside_and_beyond(text: str, unit: int, point: int) -> None:
    assert points(text, unit) == point
