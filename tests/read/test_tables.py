"""Tables: one row a turn, one row a call, metadata."""

import io
import zipfile
from datetime import datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from qa_nlp.read.headers import header_of, headers_of, is_table
from qa_nlp.read.tables import ONE_TABLE
from tests.read.conftest import Write, lines, read

CSV = '通话编号,说话人,内容,开始时间,结束时间,工号\nC1,客服,"您好,请讲",0.5,2,A1\nC1,客户,没电,3,4,A1\nC2,客服,您好,1,2,\n'


def workbook(path: Path, *sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("cell", "name", "scale"),
    [
        ("通话编号", "call_id", 1.0),
        ("流水号", "call_id", 1.0),
        ("Call ID", "call_id", 1.0),
        ("说话人", "role", 1.0),
        ("角色（座席/客户）", "role", 1.0),
        ("文本", "text", 1.0),
        ("开始时间(ms)", "start", 0.001),
        ("开始时间（毫秒）", "start", 0.001),
        ("start_ms", "start", 0.001),
        ("结束时间(秒)", "end", 1.0),
        ("备注", "", 1.0),
        ("", "", 1.0),
    ],
)
def test_headers(cell: str, name: str, scale: float) -> None:
    header = header_of(cell)
    assert (header.name, header.scale) == (name, scale)


def test_the_most_telling_of_two_columns_counts() -> None:
    """id beside 通话编号 is the number of the row."""
    assert [header.name for header in headers_of(["id", "通话编号", "角色", "内容"])] == ["", "call_id", "role", "text"]
    assert not is_table(headers_of(["日期", "内容"]))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv(write: Write, codec: str, mark: str) -> None:
    text = CSV if mark == "," else CSV.replace('"您好,请讲"', "您好，请讲").replace(",", mark)
    calls, skipped = read(write("a.csv", text, codec))
    assert not skipped
    assert [call.call_id for call in calls] == ["C1", "C2"]
    assert lines(calls[0])[1] == "customer:没电"
    assert [(turn.start, turn.end) for turn in calls[0].turns] == [(0.5, 2.0), (3.0, 4.0)]
    assert calls[0].agent_id == "A1"


def test_rows_of_a_call_need_not_stand_together(write: Write) -> None:
    """Rows go to their call, and into the order of time when every row has one."""
    text = "call_id,role,text,start\nC1,agent,二,2\nC2,agent,甲,\nC1,customer,一,1\nC2,customer,乙,1\n"
    calls, _ = read(write("a.csv", text))
    assert [lines(call) for call in calls] == [["customer:一", "agent:二"], ["agent:甲", "customer:乙"]]


def test_title_rows_above_the_header(write: Write) -> None:
    calls, _ = read(write("a.csv", "通话记录导出,,\n\n" + CSV))
    assert len(calls) == 2


def test_clock_and_absolute_times(write: Write) -> None:
    """Units come from the column, never from the size of a number."""
    text = (
        "通话编号,角色,内容,开始时间,结束时间\nC1,客服,您好,2026-03-05 09:12:00,2026-03-05 09:12:02\n"
        "C1,客户,没电,2026-03-05 09:12:03,2026-03-05 09:12:05\nC2,客服,您好,00:00:01,00:00:02.5\nC3,客服,您好,60000,61000\n"
    )
    calls, _ = read(write("a.csv", text))
    assert [[(turn.start, turn.end) for turn in call.turns] for call in calls] == [
        [(0.0, 2.0), (3.0, 5.0)],
        [(1.0, 2.5)],
        [(60000.0, 61000.0)],
    ]


def test_unknown_columns_become_meta(write: Write) -> None:
    text = "通话编号,角色,内容,受理类型,挂机方,振铃秒数,城市,呼叫方向,子类\nC1,客服,您好,咨询,客户,6,某市,呼出,other.callback\n"
    calls, _ = read(write("a.csv", text))
    assert calls[0].meta == {"recorded_type": "咨询", "hangup_by": "customer", "ring_seconds": 6.0, "城市": "某市"}
    assert (calls[0].direction, calls[0].labels) == ("outbound", {"subtype": "other.callback"})


def test_one_row_a_call(write: Write) -> None:
    """The dialogue of a cell is taken apart; 开始时间 is then the start of the call."""
    text = '通话编号,座席工号,开始时间,通话全文\nC1,A07,2026/3/5 9:12:00,"客服：您好\n客户：没电 客服：好的"\nC2,A08,,没有说话人\n'
    calls, _ = read(write("a.csv", text))
    assert lines(calls[0]) == ["agent:您好", "customer:没电", "agent:好的"]
    assert (calls[0].agent_id, calls[0].started_at) == ("A07", "2026-03-05T09:12:00")
    assert lines(calls[1]) == ["unknown:没有说话人"]


def test_one_row_a_call_as_json(write: Write) -> None:
    cell = '"[{""role"":""客服"",""text"":""您好""},{""role"":""客户"",""text"":""没电""}]"'
    calls, _ = read(write("a.csv", f"通话编号,工号,对话\nC1,A07,{cell}\n"))
    assert (calls[0].call_id, calls[0].agent_id, lines(calls[0])) == ("C1", "A07", ["agent:您好", "customer:没电"])


def test_rows_without_an_id_are_skipped(write: Write) -> None:
    calls, skipped = read(write("a.csv", "通话编号,角色,内容\nC1,客服,您好\n,客户,没电\n"))
    assert len(calls) == 1
    assert [(item.line, item.reason) for item in skipped] == [(3, "这一行没有通话编号")]


def test_a_header_alone_is_told(write: Write) -> None:
    calls, skipped = read(write("表.csv", "通话编号,角色,内容\n"))
    assert not calls
    assert [item.reason for item in skipped] == ["只有列名，下面没有内容"]


def test_ids_that_excel_has_mangled_are_not_merged_into_one_call(write: Write) -> None:
    rows = "2.02603E+11,客服,您好\n2.02603E+11,客户,没电了\nC1,客服,您好\n"
    calls, skipped = read(write("表.csv", "通话编号,说话人,内容\n" + rows))
    assert [call.call_id for call in calls] == ["C1"]
    assert [item.line for item in skipped] == [2, 3]
    assert all("科学计数" in item.reason and "文本" in item.advice for item in skipped)


def test_a_table_without_an_id_column_is_one_call(write: Write) -> None:
    """And says so, where it is more than a line."""
    calls, _ = read(write("138-甲.csv", "角色,内容\n客服,您好\n客户,没电\n"))
    assert [(call.call_id, len(call.turns)) for call in calls] == [("138-甲", 2)]
    assert ONE_TABLE in calls[0].notes
    (call,), _ = read(write("b.csv", "角色,内容\n客服,您好\n"))
    assert ONE_TABLE not in call.notes


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("来电时间", "46086.59", "2026-03-05T14:09:36"),
        ("通话开始时间", "2026年3月5日 14时20分", "2026-03-05T14:20:00"),
        ("来电时间", "2026/3/5 14:20", "2026-03-05T14:20:00"),
        ("来电时间", "昨天", "昨天"),
        ("开始时间", "46086.59", "2026-03-05T14:09:36"),
        ("开始时间", "46086", ""),
    ],
)
def test_start_of_a_call_a_row(header: str, cell: str, expected: str, write: Write) -> None:
    """The same in the table of calls and, but for seconds, in one about calls."""
    (call,), _ = read(write("a.csv", f"通话编号,{header},通话全文\nC1,{cell},客服：您好 客户：喂\n"))
    assert call.started_at == expected
    meta = write("m.csv", f"通话编号,{header},班组\nC1,{cell},一班\n")
    (call,), _ = read(write("b.csv", "通话编号,角色,内容\nC1,客服,您好\n"), meta)
    assert call.started_at == (expected or "2026-03-05")


def test_the_agents_name_stands_in_for_his_number(write: Write) -> None:
    text = "通话编号,角色,内容,工号,坐席姓名\nC1,客服,您好,A7,李芳\nC2,客服,您好,,李芳\n"
    calls, _ = read(write("a.csv", text))
    assert [call.agent_id for call in calls] == ["A7", "李芳"]
    assert [call.meta["坐席姓名"] for call in calls] == ["李芳", "李芳"]
    meta = write("m.csv", "通话编号,坐席姓名\nC1,王强\nC2,王强\n")
    calls, _ = read(write("b.csv", "通话编号,角色,内容,工号\nC1,客服,您好,A7\nC2,客服,您好,\n"), meta)
    assert [call.agent_id for call in calls] == ["A7", "王强"]


def test_an_open_quote_ends_the_table(write: Write) -> None:
    """What stands before it is kept, the place is named."""
    calls, skipped = read(write("a.csv", CSV + 'C9,客服,"没有结束' + "x" * 100))
    assert len(calls) == 3
    assert not skipped or skipped[0].line


def test_workbook(tmp_path: Path) -> None:
    """Numbers, times of day and dates as Excel keeps them; other sheets are passed over."""
    rows: list[list[Any]] = [
        ["流水号", "角色", "文本", "开始时间", "结束时间", "来电时间"],
        [1001, "坐席", "您好", time(0, 0, 1), time(0, 0, 2, 500000), datetime(2026, 3, 5, 9, 12)],
        [1001, "客户", 95598, time(0, 0, 3), time(0, 0, 4), None],
    ]
    calls, skipped = read(workbook(tmp_path / "a.xlsx", [["说明"], ["x"]], rows))
    assert not skipped
    assert calls[0].call_id == "1001"
    assert lines(calls[0]) == ["agent:您好", "customer:95598"]
    assert [(turn.start, turn.end) for turn in calls[0].turns] == [(1.0, 2.5), (3.0, 4.0)]
    assert calls[0].started_at == "2026-03-05T09:12:00"


def test_what_is_skipped_names_its_sheet(tmp_path: Path) -> None:
    rows = [["通话编号", "角色", "内容"], ["C1", "客服", "您好"], ["", "客户", "没电"]]
    _, skipped = read(workbook(tmp_path / "a.xlsx", [["说明"]], rows))
    assert [(item.line, item.reason) for item in skipped] == [(3, "工作表“表1”：这一行没有通话编号")]


def test_workbook_without_dialogue(tmp_path: Path) -> None:
    _, skipped = read(workbook(tmp_path / "a.xlsx", [["甲", "乙"], [1, 2]]))
    assert skipped[0].reason == "工作簿里没有对话表"


def test_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    """A small file that unpacks to hundreds of megabytes is refused before it is unpacked."""
    path = workbook(tmp_path / "a.xlsx", [["通话编号", "角色", "内容"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet2.xml", b"0" * (120 << 20))
    assert path.stat().st_size < 1 << 20
    _, skipped = read(path)
    assert "可能有害" in skipped[0].reason


def test_broken_and_foreign_zip_files(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", [["通话编号", "角色", "内容"]]).read_bytes()
    (tmp_path / "a.xlsx").write_bytes(whole[: len(whole) // 2])
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("a.txt", "x")
    (tmp_path / "b.xlsx").write_bytes(other.getvalue())
    calls, skipped = read(tmp_path)
    assert not calls
    assert len(skipped) == 2


def test_metadata_joins_by_call_id(write: Write, tmp_path: Path) -> None:
    """Its cells win where they say something; calls it does not know stay as they are."""
    write("calls/a.csv", CSV)
    meta = write(
        "calls/meta.csv", "通话编号,座席工号,班组,受理类型,开始时间\nC1,A9,二班,咨询,2026-03-05 09:12\n", "gb18030"
    )
    calls, skipped = read(tmp_path / "calls", meta)
    assert not skipped
    assert [(call.agent_id, call.team, call.started_at) for call in calls] == [
        ("A9", "二班", "2026-03-05T09:12:00"),
        ("", "", ""),
    ]
    assert calls[0].meta == {"recorded_type": "咨询"}


def test_metadata_as_workbook(write: Write, tmp_path: Path) -> None:
    meta = workbook(tmp_path / "m.xlsx", [["通话编号", "班组"], ["C2", "三班"]])
    calls, _ = read(write("a.csv", CSV), meta)
    assert [call.team for call in calls] == ["", "三班"]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", "甲,乙\n1,2\n".encode(), b"PK\x03\x04xl/"])
def test_metadata_that_cannot_be_used_is_told(write: Write, content: bytes) -> None:
    calls, skipped = read(write("a.csv", CSV), write("m.xlsx", content))
    assert len(calls) == 2
    assert len(skipped) == 1
    assert "随录表" in skipped[0].reason


def test_parquet_with_a_call_a_row(tmp_path: Path) -> None:
    """A list column of turns is native; other columns describe the call."""
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    turns = [
        {"role": "客服", "text": "您好", "start": 0.5, "end": 1.0},
        {"role": "客户", "text": "没电", "start": None, "end": None},
    ]
    columns = {"call_id": [7], "班组": ["一班"], "started_at": [datetime(2026, 3, 5, 9, 12)], "turns": [turns]}
    parquet.write_table(arrow.table(columns), tmp_path / "a.parquet")
    calls, skipped = read(tmp_path / "a.parquet")
    assert not skipped
    assert (calls[0].call_id, calls[0].team, calls[0].started_at) == ("7", "一班", "2026-03-05T09:12:00")
    assert lines(calls[0]) == ["agent:您好", "customer:没电"]
    assert [turn.start for turn in calls[0].turns] == [0.5, None]


def test_parquet_without_pyarrow(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """pyarrow is an extra; the message says how to get it."""

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("qa_nlp.read.parquet.import_module", missing)
    _, skipped = read(write("a.parquet", b"PAR1" + b"x" * 20 + b"PAR1"))
    assert "pyarrow" in skipped[0].reason
    assert "pip install pyarrow" in skipped[0].advice
