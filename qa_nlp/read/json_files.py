"""Files of JSON: lines of objects, or one document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import msgspec

from qa_nlp.read.decoding import MAX_LINE, byte_lines, text_lines, whole
from qa_nlp.read.native import decode_strict
from qa_nlp.read.recognise import calls_of
from qa_nlp.read.source import Placed, Source
from qa_nlp.records import Call

MAX_DOCUMENT = 256 << 20
PLAIN = ("utf-8", "utf-8-sig", "ascii", "")


def read_json_lines(source: Source) -> Iterator[Placed]:
    """Calls of a JSONL file; a line that cannot be read is one Skipped with its number."""
    plain = source.encoding in PLAIN
    yield from json_lines(byte_lines(source.path) if plain else text_lines(source.path, source.encoding), source)


def json_lines(lines: Iterable[tuple[int, bytes | str | None]], source: Source) -> Iterator[Placed]:
    """Calls of numbered lines, as ``read_json_lines``; None stands for a line that was too long to be read."""
    decoder = msgspec.json.Decoder(Call)
    for number, line in lines:
        if line is None:
            skipped = source.skip(f"这一行超过 {MAX_LINE >> 20} MB", "一行只放一通通话；检查导出时是否漏了换行", number)
            yield number, skipped
        elif line.strip():
            data = line.encode("utf-8", "replace") if isinstance(line, str) else line
            call = decode_strict(data, decoder)
            if call is not None:
                yield number, call
            else:
                yield from _line(data, source, number)


def _line(data: bytes, source: Source, number: int) -> Iterator[Placed]:
    text = data.decode("utf-8", "replace").strip("\ufeff\x00\x1a \r\n\t")
    if not text:
        return
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = f"这一行不是完整的 JSON（{_where(error)}）"
        yield number, source.skip(reason, "多半是文件被截断或被手工改过，请重新导出", number)
        return
    yield from calls_of(value, source, number)


def read_json_document(source: Source) -> Iterator[Placed]:
    """Calls of a file that is one JSON document (an object, or a list of objects)."""
    if source.path.stat().st_size > MAX_DOCUMENT:
        reason = f"JSON 文件超过 {MAX_DOCUMENT >> 20} MB"
        yield None, source.skip(reason, "请改存为 JSONL（一行一通），可以边读边查")
        return
    try:
        value = json.loads(whole(source.path, source.encoding).strip("\ufeff\x00\x1a \r\n\t"))
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        yield line, source.skip(f"文件不是完整的 JSON（{_where(error)}）", "多半是文件被截断，请重新导出", line)
        return
    yield from calls_of(value, source)


def _where(error: BaseException) -> str:
    return f"第 {error.colno} 个字符处出错" if isinstance(error, json.JSONDecodeError) else "嵌套过深或数字过长"
