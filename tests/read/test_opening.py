"""Paths, folders, duplicates, damage: whatever lies there ends in calls and Skipped."""

import json
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_nlp.errors import UsageError
from qa_nlp.read import describe, open_calls
from qa_nlp.read.decoding import MAX_LINE
from qa_nlp.read.opening import MOST_TURNS, TOGETHER, finished
from qa_nlp.read.source import Placed, Source
from qa_nlp.records import Call, Turn
from tests.read.conftest import Write, read

DIALOGUE = "客服：您好\n客户：没电\n"


def native(call_id: str) -> str:
    return json.dumps({"call_id": call_id, "turns": [{"role": "agent", "text": "您好"}]}) + "\n"


def test_a_path_that_does_not_exist_is_refused_at_once(tmp_path: Path) -> None:
    """All of them are named, before anything is read."""
    with pytest.raises(UsageError) as error:
        open_calls([tmp_path / "无.txt", tmp_path / "没有"], tmp_path / "也无.csv")
    assert len(error.value.problems) == 3
    with pytest.raises(UsageError):
        describe(tmp_path / "无.txt")


@pytest.mark.parametrize(("turns", "ahead"), [(1, TOGETHER), (MOST_TURNS, 1)])
def test_reading_is_lazy(turns: int, ahead: int) -> None:
    """The first call comes when a few are read, or a long one; all come, in their order."""
    taken = 0

    def items() -> Iterator[Placed]:
        nonlocal taken
        for taken in range(1, 2 * TOGETHER + 2):
            yield taken, Call(str(taken), (Turn("agent", "您好"),) * turns)

    calls = finished(items(), Source(Path("a"), "a", "a"))
    first = next(calls)
    assert taken == ahead
    assert [line for line, _ in (first, *calls)] == list(range(1, 2 * TOGETHER + 2))


def test_a_folder_is_read_in_order_with_names_that_tell_apart(write: Write, tmp_path: Path) -> None:
    """Ids from file names hold the folder; equal stems hold the suffix."""
    for name in ("乙/通话 1.txt", "甲/通话 1.txt", "b.txt", "b.csv"):
        write(name, "角色,内容\n客服,您好\n" if name.endswith("csv") else DIALOGUE)
    calls, skipped = read(tmp_path)
    assert not skipped
    assert [call.call_id for call in calls] == ["b.csv", "b.txt", "乙-通话 1", "甲-通话 1"]


def test_what_is_no_transcript_is_told_and_litter_is_not(write: Write, tmp_path: Path) -> None:
    for name in (
        "a.txt",
        "说明.docx",
        "录音.wav",
        "无后缀",
        "readme.md",
        ".DS_Store",
        "~$a.xlsx",
        "Thumbs.db",
        ".git/x.txt",
    ):
        write(name, DIALOGUE)
    (tmp_path / "断.txt").symlink_to(tmp_path / "没有")
    os.mkfifo(tmp_path / "管道.txt")
    calls, skipped = read(tmp_path)
    assert len(calls) == 1
    assert {Path(item.source).name for item in skipped} == {
        "说明.docx",
        "录音.wav",
        "无后缀",
        "readme.md",
        "断.txt",
        "管道.txt",
    }
    assert all(item.reason and item.advice for item in skipped)


def test_a_file_named_by_the_user_is_read_whatever_its_name(write: Write) -> None:
    calls, _ = read(write("通话.log", DIALOGUE))
    assert len(calls) == 1


def test_format_is_found_by_content(write: Write) -> None:
    """A wrong suffix does not matter."""
    assert len(read(write("a.csv", native("A")))[0]) == 1
    assert len(read(write("b.json", DIALOGUE.replace("客服", "x")))[0]) == 0
    assert len(read(write("c.txt", "通话编号,角色,内容\nC,客服,您好\n"))[0]) == 1
    assert len(read(write("d.txt", "1\n00:00:01,000 --> 00:00:02,000\n客服：您好\n"))[0]) == 1


def test_the_second_call_of_an_id_is_skipped_across_files(write: Write, tmp_path: Path) -> None:
    write("a.jsonl", native("A"))
    write("b.jsonl", native("A") + native("B"))
    calls, skipped = read(tmp_path)
    assert [call.call_id for call in calls] == ["A", "B"]
    assert [(Path(item.source).name, item.line, item.call_id) for item in skipped] == [("b.jsonl", 1, "A")]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable_files(write: Write, tmp_path: Path) -> None:
    write("a.txt", DIALOGUE).chmod(0)
    write("b/c.txt", DIALOGUE).parent.chmod(0)
    _, skipped = read(tmp_path)
    assert [item.reason for item in skipped] == ["没有读取权限", "文件夹打不开"]


def test_errors_of_the_disk_are_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.txt", DIALOGUE)
    for error, reason in (
        (PermissionError(13, "no"), "没有读取权限"),
        (OSError(5, "I/O error"), "文件读不出来（I/O error）"),
    ):
        monkeypatch.setattr("qa_nlp.read.detect.sample", lambda path, error=error: (_ for _ in ()).throw(error))
        assert [item.reason for item in read(path)[1]] == [reason]


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 10, b"   \n", b"\xef\xbb\xbf", b"\xff\xfe", b"%PDF-1.7", b"RIFF....WAVE", b"\x1f\x8b\x08", b"PK\x03\x04abc",
     b"\xd0\xcf\x11\xe0" + b"\x00" * 600, b"PAR1xxxxPAR1", b"\x89PNG\r\n", bytes(range(256)) * 20, b"hello world\n"],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".csv", ".xlsx", ".parquet"])
def test_empty_and_binary_files_are_one_skipped(write: Write, content: bytes, suffix: str) -> None:
    calls, skipped = read(write("a" + suffix, content))
    assert not calls
    assert len(skipped) == 1
    assert skipped[0].reason
    assert skipped[0].advice


def test_nuls_and_control_characters(write: Write) -> None:
    """They are dropped from plain files; from JSON they are kept, for offsets count them."""
    calls, _ = read(write("a.txt", "客服：您\x00\x07好\n客户：没电\n"))
    assert calls[0].turns[0].text == "您好"
    calls, _ = read(write("b.jsonl", '{"call_id":"B","turns":[{"role":"agent","text":"您\\u0000好"}]}'))
    assert calls[0].turns[0].text == "您\x00好"


def test_a_truncated_document(write: Write) -> None:
    _, skipped = read(write("a.json", '{\n "segments": [\n  {"start": 1, "te'))
    assert "不是完整的 JSON" in skipped[0].reason
    assert skipped[0].line == 3


def test_a_line_too_long_is_passed_over_in_little_memory(tmp_path: Path) -> None:
    """A line of 50 MB is skipped with its number; the calls around it are read."""
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(native("A").encode() + b'{"call_id":"X","turns":[{"role":"agent","text":"')
        for _ in range(50):
            file.write(b"x" * (1 << 20))
        file.write(b'"}]}\n' + native("B").encode())
    tracemalloc.start()
    calls, skipped = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [call.call_id for call in calls] == ["A", "B"]
    assert [item.line for item in skipped] == [2]
    assert peak < MAX_LINE * 2.5


@pytest.mark.parametrize("form", ["jsonl", "txt", "csv"])
def test_a_hundred_thousand_turns(write: Write, form: str) -> None:
    many = 100_000
    if form == "jsonl":
        text = json.dumps({"call_id": "A", "turns": [{"role": "agent", "text": "好"}] * many})
    elif form == "txt":
        text = "客服：好\n接着说\n" * (many // 2) + "客户：好\n" * (many // 2)
    else:
        text = "通话编号,角色,内容\n" + "A,客服,好\n" * many
    calls, _ = read(write(f"a.{form}", text))
    assert [len(call.turns) for call in calls] == [many]


def test_a_turn_over_many_lines_is_put_together_once(write: Write) -> None:
    calls, _ = read(write("a.txt", "客服：好\n" + "接着说\n" * 100_000))
    assert len(calls[0].turns[0].text) == 300_001


def test_annotated_text_and_its_mistakes(write: Write) -> None:
    head = "### T1 | other.silent | agent=A07 | team=一班 | direction=inbound\n"
    calls, _ = read(write("a.txt", head + "座| 您好 @greet\n客| 喂\n"))
    assert (calls[0].call_id, calls[0].labels, calls[0].turns[0].acts) == (
        "T1",
        {"subtype": "other.silent"},
        ("greet",),
    )
    _, skipped = read(write("b.txt", head + "座| 您好\n乱写\n"))
    assert [item.line for item in skipped] == [3]
    _, skipped = read(write("c.txt", head + "座| 您好\n", "gb18030"))
    assert "UTF-8" in skipped[0].reason
