"""Labelled data of staff: tables, names for ids, unknown labels all listed."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from qa_nlp.errors import UsageError
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.evaluate import has_annotated_turns
from qa_nlp.training.inputs import read_labelled_inputs, refuse_without_turns
from qa_nlp.training.label_tables import Labels, read_table

DIALOGUE = "客服：您好\n客户：我家电压忽高忽低\n客服：我帮您登记"


@pytest.fixture
def labels(book: Rulebook) -> Labels:
    return Labels(tuple(book.subtypes), {s.name: s.id for s in book.subtypes.values()})


def write(path: Path, text: str, encoding: str = "utf-8-sig") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def jsonl(path: Path, *calls: tuple[str, str, str]) -> Path:
    lines = [
        {"call_id": call_id, "turns": [{"role": "customer", "text": text}], "labels": {"subtype": subtype}}
        for call_id, text, subtype in calls
    ]
    return write(path, "\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("repair.voltage", "repair.voltage"),
        ("Repair.Voltage", "repair.voltage"),
        ("电压质量故障", "repair.voltage"),
        (" 故障报修-电压质量故障 ", "repair.voltage"),
        ("故障报修/电压质量故障", "repair.voltage"),
        ("95598难拨通", "complaint.hotline_access"),
        ("电压", "电压"),
        ("", ""),
    ],
)
def test_labels_by_id_or_name(labels: Labels, given: str, meant: str) -> None:
    assert labels.id_of(given) == meant


@pytest.mark.parametrize("header", ["文本,业务", "对话,标签", "诉求内容,subtype", "通话内容,子类"])
def test_table_with_text_and_label_columns(tmp_path: Path, labels: Labels, header: str) -> None:
    path = write(tmp_path / "t.csv", f'{header}\n"{DIALOGUE}",电压质量故障\n我要开票,consult.invoice\n')
    calls, remarks = read_table(path, labels)
    assert [call.labels["subtype"] for call in calls] == ["repair.voltage", "consult.invoice"]
    assert [turn.role for turn in calls[0].turns] == ["agent", "customer", "agent"]
    assert [turn.role for turn in calls[1].turns] == ["customer"]
    assert remarks == []


def test_table_in_the_encoding_of_excel(tmp_path: Path, labels: Labels) -> None:
    path = write(tmp_path / "t.csv", "文本,业务\n我想问怎么开发票给我们单位,发票\n", "gb18030")
    assert read_table(path, labels)[0][0].labels["subtype"] == "consult.invoice"


def test_workbook_with_a_title_above_the_header(tmp_path: Path, labels: Labels) -> None:
    book = openpyxl.Workbook()
    for row in (["三月标注"], ["通话编号", "对话", "业务"], ["A1", DIALOGUE, "电压质量故障"], ["A2", "没写", None]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    calls, remarks = read_table(tmp_path / "t.xlsx", labels)
    assert [call.call_id for call in calls] == ["A1"]
    assert "1 行没有业务标签" in remarks[0]


def test_table_with_one_turn_a_row(tmp_path: Path, labels: Labels) -> None:
    rows = "通话编号,角色,内容,业务\nA1,客服,您好,发票\nA1,客户,怎么开发票,发票\nA2,客户,表箱着火了,电能表烧坏\n"
    calls, _ = read_table(write(tmp_path / "t.csv", rows), labels)
    assert [(call.call_id, len(call.turns), call.labels["subtype"]) for call in calls] == [
        ("A1", 2, "consult.invoice"),
        ("A2", 1, "repair.meter_burnt"),
    ]


def test_table_that_names_call_files(tmp_path: Path, labels: Labels) -> None:
    (tmp_path / "通话").mkdir()
    write(tmp_path / "通话" / "一.txt", DIALOGUE)
    path = write(tmp_path / "t.csv", "通话文件,业务\n通话/一.txt,电压质量故障\n")
    calls, _ = read_table(path, labels)
    assert len(calls[0].turns) == 3


def test_all_missing_call_files_are_listed(tmp_path: Path, labels: Labels) -> None:
    path = write(tmp_path / "t.csv", "通话文件,业务\n甲.txt,发票\n乙.txt,发票\n")
    with pytest.raises(UsageError) as raised:
        read_table(path, labels)
    assert [problem.place for problem in raised.value.problems] == ["t.csv 第2行", "t.csv 第3行"]


@pytest.mark.parametrize("text", ["文本,备注\n你好,无\n", "业务\n发票\n", "文本,业务\n,\n", "甲,乙\n1,2\n"])
def test_table_without_what_is_needed(tmp_path: Path, labels: Labels, text: str) -> None:
    with pytest.raises(UsageError, match="列名"):
        read_table(write(tmp_path / "t.csv", text), labels)


def test_unknown_labels_are_all_listed_with_what_may_be_meant(tmp_path: Path, book: Rulebook) -> None:
    path = write(tmp_path / "t.csv", "文本,业务\n没电了,单户停电了\n开票,发飘\n开票吧,发飘\n电价,电价政策\n")
    with pytest.raises(UsageError) as raised:
        read_labelled_inputs([path], book)
    shown = {problem.message: problem.advice for problem in raised.value.problems}
    assert len(shown) == 2
    assert "单户停电”" in next(advice for message, advice in shown.items() if "单户停电了" in message)
    assert any("“发飘”" in message and "2 通" in message for message in shown)


def test_names_in_json_lines_become_ids_and_locked_files_stay_apart(tmp_path: Path, book: Rulebook) -> None:
    jsonl(tmp_path / "a.jsonl", ("A1", "怎么开发票", "发票"), ("A2", "怎么开发票", "consult.invoice"))
    jsonl(tmp_path / "locked.jsonl", ("L1", "电压低", "repair.voltage"))
    labelled = read_labelled_inputs([tmp_path], book)
    assert [s.subtype for s in labelled.samples] == ["consult.invoice"]
    assert [s.call.call_id for s in labelled.locked] == ["L1"]
    assert any("完全相同" in note for note in labelled.notes)


def test_data_of_one_file_is_cut_into_voices(tmp_path: Path, book: Rulebook) -> None:
    path = jsonl(tmp_path / "a.jsonl", *((f"A{i}", f"第{i}次问怎么开发票", "发票") for i in range(40)))
    labelled = read_labelled_inputs([path], book)
    assert len({s.voice for s in labelled.samples}) == 5
    assert "成绩会偏高" in "".join(labelled.notes)


def test_tables_alone_teach_no_steps(tmp_path: Path, book: Rulebook) -> None:
    """Turns of a table are not annotated: they count neither as examples nor in the figures of steps."""
    path = write(tmp_path / "t.csv", f'文本,业务\n"{DIALOGUE}",电压质量故障\n')
    labelled = read_labelled_inputs([path], book)
    assert not has_annotated_turns(labelled.samples[0])
    with pytest.raises(UsageError, match="T004"):
        refuse_without_turns(labelled.samples)


def test_a_missing_path_is_bad_usage(tmp_path: Path, book: Rulebook) -> None:
    with pytest.raises(UsageError):
        read_labelled_inputs([tmp_path / "没有.csv"], book)
