"""Label Studio and back: predictions accepted by an annotator become labelled calls; broken exports are told, not dumped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_nlp.batch import score_batch
from qa_nlp.engines.local import Setup
from qa_nlp.errors import UsageError
from qa_nlp.paths import data_file
from qa_nlp.privacy.shield import Shield
from qa_nlp.read import open_calls, write_native
from qa_nlp.records import Call
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.inputs import read_labelled_inputs, refuse_without_turns
from qa_nlp.training.label_studio import CHANGED, CUSTOMER, CUT, SEVERAL, UNNAMED, take_in
from qa_nlp.training.label_studio_tasks import hand_out
from tests.conftest import ROOT, make_call

TALKS = {
    "T1": "座：您好，请问有什么可以帮您？\n客：我家没电了，电话13912345678\n座：😀不是跟您说过了吗，那您去投诉好了",
    "T2": "座：您好，供电服务热线\n客：电费怎么多了\n座：给您查一下，感谢您的来电，再见",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studio")
    calls = [make_call(talk, name, agent_id="A07", team="一班", direction="inbound") for name, talk in TALKS.items()]
    write_native(calls, folder / "calls.jsonl")
    setup = Setup("power", None, data_file("models", "power"), Shield())
    score_batch([folder / "calls.jsonl"], folder / "out", setup, formats=["jsonl"])
    return folder / "out"


def accepted(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What Label Studio exports (JSON) when an annotator submits every prediction as it is."""
    exported = []
    for number, task in enumerate(tasks, 1):
        regions = [region | {"origin": "prediction"} for region in task["predictions"][0]["result"]]
        annotation = {
            "id": 100 + number, "completed_by": 1, "result": regions, "was_cancelled": False, "ground_truth": False,
            "created_at": "2026-03-06T01:00:00.000001Z", "updated_at": "2026-03-06T01:00:00.000001Z", "lead_time": 12.5,
            "prediction": {}, "result_count": len(regions), "task": number, "parent_prediction": 7, "project": 3,
        }  # fmt: skip
        exported.append(
            {"id": number, "annotations": [annotation], "drafts": [], "predictions": [7], "data": task["data"],
             "meta": {}, "file_upload": "tasks.json", "project": 3, "total_annotations": 1, "inner_id": number}
        )  # fmt: skip
    return exported


@pytest.fixture
def tasks(results: Path, book: Rulebook, tmp_path: Path) -> list[dict[str, Any]]:
    assert hand_out(results, tmp_path / "tasks.json", book, Shield()).tasks == 2
    loaded: list[dict[str, Any]] = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def export(tmp_path: Path) -> Callable[[Any], Path]:
    def write(value: Any) -> Path:
        path = tmp_path / "annotations.json"
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
        return path

    return write


Export = Callable[[Any], Path]


def test_out_and_back_and_into_training(
    tasks: list[dict[str, Any]], results: Path, book: Rulebook, export: Export, tmp_path: Path
) -> None:
    taken = take_in(export(accepted(tasks)), book)
    assert (len(taken.calls), taken.skipped) == (2, [])
    verdicts = {v["call_id"]: v for v in map(json.loads, (results / "calls.jsonl").open(encoding="utf-8"))}
    for call in taken.calls:
        verdict = verdicts[call.call_id]
        assert call.labels == {"subtype": verdict["subtype"]}
        assert (call.agent_id, call.team, call.direction) == ("A07", "一班", "inbound")
        tags = {(at, tag.code, tag.quote) for at, turn in enumerate(call.turns) for tag in turn.faults}
        found = [f for f in verdict["findings"] if f["code"] in book.codes and f["status"] != "suppressed"]
        assert tags <= {(f["turn"], f["code"], f["quote"]) for f in found}
        assert {code for _, code, _ in tags} == {f["code"] for f in found}
        acts = {(at, act) for at, turn in enumerate(call.turns) for act in turn.acts}
        done = {(s["turn"], s["step"]) for s in verdict["steps"] if s["verdict"] == "pass" and s["step"] in book.steps}
        assert acts == {(at, step) for at, step in done if at is not None}
        for turn in call.turns:
            assert all(turn.text[tag.start : tag.end] == tag.quote for tag in (*turn.faults, *turn.near_misses))
    write_native(taken.calls, tmp_path / "labelled.jsonl")
    labelled = read_labelled_inputs([tmp_path / "labelled.jsonl"], book)
    refuse_without_turns(labelled.samples)
    assert {sample.subtype for sample in labelled.samples} == {v["subtype"] for v in verdicts.values()}


def test_a_real_export_is_understood(book: Rulebook) -> None:
    """Made with Label Studio 1.23.2: one call with its predictions submitted, one labelled by hand (offsets past emoji)."""
    taken = take_in(ROOT / "tests" / "data" / "label_studio_export.json", book)
    assert not taken.skipped and not taken.remarks
    first, second = taken.calls
    assert first.labels["subtype"] == "complaint.pricing"
    assert [(tag.code, tag.quote) for tag in first.turns[2].faults] == [("jargon", "功率因数考核")]
    assert first.turns[0].acts == ("greet",)
    (tag,) = second.turns[0].faults
    assert (tag.code, tag.quote, tag.start, tag.end) == ("rhetorical", "不是跟您说过了吗", 2, 10)


def test_words_are_masked_and_come_back_whole_from_the_originals(
    tasks: list[dict[str, Any]], results: Path, book: Rulebook, export: Export
) -> None:
    assert "13912345678" not in json.dumps(tasks, ensure_ascii=False)
    originals = {c.call_id: c for c in open_calls([results.parent / "calls.jsonl"]) if isinstance(c, Call)}
    taken = take_in(export(accepted(tasks)), book, originals)
    call = next(call for call in taken.calls if call.call_id == "T1")
    assert "13912345678" in call.turns[1].text
    assert all(turn.text[tag.start : tag.end] == tag.quote for turn in call.turns for tag in turn.faults)
    assert not taken.remarks
    other = take_in(export(accepted(tasks)), book, {})
    assert other.remarks[CHANGED] == 2 and "●" in other.calls[0].turns[1].text + other.calls[1].turns[1].text


def region(control: str, label: str, start: int, end: int, begin: int, stop: int, **value: Any) -> dict[str, Any]:
    place = {"start": str(start), "end": str(end), "startOffset": begin, "endOffset": stop}
    return {"id": "x", "from_name": control, "to_name": "dialogue", "type": "paragraphlabels",
            "value": place | {"paragraphlabels": [label]} | value}  # fmt: skip


def subtype(name: str, kind: str = "choices") -> dict[str, Any]:
    return {"id": "s", "from_name": "subtype", "to_name": "dialogue", "type": kind, "value": {kind: name}}


def one(*regions: Any, **annotation: Any) -> list[dict[str, Any]]:
    """An export of one annotated call: 座 您好 / 客 没电了 / 座 😀谁让你 不交费 / 座 再见."""
    said = [("agent", "您好"), ("customer", "没电了"), ("agent", "😀谁让你 不交费"), ("agent", "再见")]
    dialogue = [{"role": role, "speaker": role, "text": text} for role, text in said]
    return [
        {
            "id": 5,
            "data": {"call_id": "T9", "dialogue": dialogue},
            "annotations": [{"result": list(regions)} | annotation],
        }
    ]


SINGLE = subtype(["repair.outage_single"])  # type: ignore[arg-type]


def test_offsets_are_javascripts(book: Rulebook, export: Export) -> None:
    taken = take_in(export(one(SINGLE, region("faults", "blame", 2, 2, 2, 5, text="谁让你"))), book)
    tag = taken.calls[0].turns[2].faults[0]
    assert (tag.code, tag.quote, tag.start, tag.end) == ("blame", "谁让你", 1, 4)


@pytest.mark.parametrize(
    "chosen",
    [
        subtype(["单户停电"]),  # type: ignore[arg-type]
        subtype([["repair", "repair.outage_single"]], "taxonomy"),  # type: ignore[arg-type]
        subtype("repair.outage_single"),
    ],
)
def test_names_paths_and_ids_are_understood(chosen: dict[str, Any], book: Rulebook, export: Export) -> None:
    taken = take_in(export(one(chosen, region("steps", book.steps["greet"].name, 0, 0, 0, 1))), book)
    assert taken.calls[0].labels == {"subtype": "repair.outage_single"}
    assert taken.calls[0].turns[0].acts == ("greet",)


def test_what_is_put_right_is_told(book: Rulebook, export: Export) -> None:
    """The customer's words bear no tags; a span over turns is cut; spaces at its edges are not part of a quote."""
    regions = [
        region("faults", "blame", 1, 1, 0, 2),
        region("faults", "cold", 2, 3, 5, 2),
        region("near_misses", "vague", 2, 2, 5, 7),
    ]
    taken = take_in(export(one(*regions)), book)
    call = taken.calls[0]
    assert call.turns[1].faults == ()
    assert [tag.quote for turn in call.turns for tag in turn.faults] == ["不交费", "再见"]
    assert [(tag.quote, tag.start) for tag in call.turns[2].near_misses] == [("不", 5)]
    assert dict(taken.remarks) == {CUSTOMER: 1, CUT: 1, UNNAMED: 1}


def test_of_several_annotations_the_best_is_taken(book: Rulebook, export: Export) -> None:
    value = one(SINGLE, updated_at="2026-01-02")
    base = {"result": [subtype(["repair.voltage"])], "updated_at": "2026-01-01"}  # type: ignore[arg-type]
    value[0]["annotations"] += [base, {"result": [], "was_cancelled": True, "updated_at": "2026-09-09"}]
    taken = take_in(export(value), book)
    assert taken.calls[0].labels["subtype"] == "repair.outage_single"
    assert taken.remarks[SEVERAL] == 1
    base["ground_truth"] = True
    assert take_in(export(value), book).calls[0].labels["subtype"] == "repair.voltage"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (one(subtype(["不存在"])), "没有“不存在”"),  # type: ignore[arg-type]
        (one(region("faults", "nonsense", 0, 0, 0, 1)), "没有“nonsense”"),
        (one(region("faults", "blame", 9, 9, 0, 1)), "超出了对话"),
        (one(region("faults", "blame", 2, 0, 0, 1)), "超出了对话"),
        (one(region("faults", "blame", 0, 0, 5, 9)), "超出了那一句"),
        (one(region("faults", "blame", 0, 0, 0, 2, text="别的话")), "不同"),
        (one({"from_name": "faults", "value": {"start": "0"}}), "没有标签"),
        (one(region("faults", "blame", 0, 0, 0, 1) | {"value": None}), "没有标签"),
        (one(was_cancelled=True), "跳过了这通"),
        ([{"id": 1, "data": {"call_id": "x", "dialogue": []}, "annotations": [{"result": []}]}], "没有对话"),
        ([{"id": 1, "data": {"call_id": "x", "dialogue": ["a"]}, "annotations": [{"result": []}]}], "没有对话"),
        ([{"id": 1, "annotations": [{"result": []}]}], "没有 data"),
        ([{"data": {"dialogue": [{"text": "a"}]}, "annotations": [{"result": []}]}], "没有通话编号"),
        ([*one(SINGLE), {"id": 6, "data": one()[0]["data"] | {"call_id": "T10"}, "annotations": []}], "还没有标注"),
        ([*one(SINGLE), *one(SINGLE)], "编号重复"),
        ([*one(SINGLE), 7], "不完整"),
    ],
)
def test_a_task_that_cannot_be_believed_is_skipped_with_its_reason(
    value: Any, reason: str, book: Rulebook, export: Export
) -> None:
    taken = take_in(export(value), book)
    assert [reason in item.reason for item in taken.skipped] == [True]
    assert taken.skipped[0].advice
    assert len(taken.calls) == len(value) - 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("{", "U062"), ("id,call\n1,2\n", "U062"), ("[]", "U063"), ("3", "U063"), ('[{"id":1,"data":{}}]', "U064"),
        ('[{"dialogue":[],"subtype":"repair.voltage"}]', "U064"), ("[" * 100_000, "U062"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused(text: str, number: str, book: Rulebook, export: Export) -> None:
    with pytest.raises(UsageError, match=number):
        take_in(export(text), book)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["start", "end", "text", "from_name", "value", "result", "choices", "paragraphlabels"]), inner),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=JSON, where=st.sampled_from(["result", "region", "value", "dialogue", "turn", "annotation", "task"]))
def test_nothing_in_an_export_ends_in_a_traceback(junk: Any, where: str, book: Rulebook, export: Export) -> None:
    value: list[Any] = one(SINGLE, region("faults", "blame", 0, 0, 0, 1))
    places: dict[str, tuple[Any, Any]] = {
        "result": (value[0]["annotations"][0], "result"), "region": (value[0]["annotations"][0]["result"], 1),
        "value": (value[0]["annotations"][0]["result"][1], "value"), "dialogue": (value[0]["data"], "dialogue"),
        "turn": (value[0]["data"]["dialogue"], 0), "annotation": (value[0], "annotations"), "task": (value, 0),
    }  # fmt: skip
    holder, key = places[where]
    holder[key] = junk
    try:
        taken = take_in(export(value), book)
    except UsageError as error:
        assert error.problems[0].code == "U064"
    else:
        assert len(taken.calls) + len(taken.skipped) == 1


def test_call_files_that_are_gone_and_pseudonyms_are_told(results: Path, book: Rulebook, tmp_path: Path) -> None:
    facts = json.loads((results / "run.json").read_text(encoding="utf-8"))
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "calls.jsonl").write_bytes((results / "calls.jsonl").read_bytes())
    for changed, number in (
        ({"inputs": ["/nowhere/x"]}, "U052"),
        ({"inputs": []}, "U052"),
        ({"pseudonyms": True}, "U051"),
    ):
        (folder / "run.json").write_text(json.dumps(facts | changed), encoding="utf-8")
        with pytest.raises(UsageError, match=number):
            hand_out(folder, tmp_path / "t.json", book, Shield())
    handed = hand_out(folder, tmp_path / "t.json", book, Shield(key=b"k" * 16), 1, [results.parent / "calls.jsonl"])
    assert (handed.tasks, handed.missing) == (1, ())
    assert (tmp_path / "config.xml").exists()
    elsewhere = tmp_path / "other.jsonl"
    write_native([make_call(TALKS["T1"], "T1")], elsewhere)
    assert hand_out(folder, tmp_path / "t.json", book, Shield(key=b"k" * 16), 0, [elsewhere]).missing == ("T2",)
