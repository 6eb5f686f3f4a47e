"""Files of JSON: lines of objects or one document, each value handed to the format it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from qa_nlp.read.decoding import MAX_LINE, byte_lines, text_lines, whole
from qa_nlp.read.native import decode_strict, from_object
from qa_nlp.read.source import Item, Source
from qa_nlp.records import Call

MAX_DOCUMENT = 256 << 20


def read_json_lines(source: Source) -> Iterator[Item]:
    """Calls of a JSONL file; a line that cannot be read is one Skipped with its number."""
    decoder = msgspec.json.Decoder(Call)
    lines: Iterator[tuple[int, bytes | str | None]]
    if source.encoding in ("utf-8", "utf-8-sig", "ascii"):
        lines = byte_lines(source.path)
    else:
        lines = text_lines(source.path, source.encoding)
    for number, line in lines:
        if line is None:
            yield source.skip(f"这一行超过 {MAX_LINE >> 20} MB", "一行只放一通通话；检查导出时是否漏了换行", number)
        elif line.strip():
            data = line.encode("utf-8", "replace") if isinstance(line, str) else line
            call = decode_strict(data, decoder)
            if call is not None:
                yield call
            else:
                yield from _line(data, source, number)


def _line(data: bytes, source: Source, number: int) -> Iterator[Item]:
    text = data.decode("utf-8-sig" if number == 1 else "utf-8", "replace").strip()
    if not text.strip("\x00\x1a"):
        return
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield source.skip(f"这一行不是完整的 JSON（{_where(error)}）", "多半是文件被截断或被手工改过，请重新导出", number)
        return
    yield from calls_of(value, source, number)


def read_json_document(source: Source) -> Iterator[Item]:
    """Calls of a file that is one JSON document (an object, or a list of objects)."""
    if source.path.stat().st_size > MAX_DOCUMENT:
        yield source.skip(f"JSON 文件超过 {MAX_DOCUMENT >> 20} MB", "请改存为 JSONL（一行一通），可以边读边查")
        return
    try:
        value = json.loads(whole(source.path, source.encoding).strip("\ufeff\x00\x1a \r\n\t"))
    except (ValueError, RecursionError) as error:
        yield source.skip(f"文件不是完整的 JSON（{_where(error)}）", "多半是文件被截断，请重新导出", getattr(error, "lineno", None))
        return
    yield from calls_of(value, source, None)


def calls_of(value: Any, source: Source, line: int | None) -> Iterator[Item]:
    """The calls in one JSON value, whichever format it is of."""
    if isinstance(value, list) and value and all(isinstance(item, dict) and "turns" in item for item in value):
        for item in value:
            yield from_object(item, source, line)
    elif isinstance(value, dict) and ("turns" in value or "call_id" in value):
        yield from_object(value, source, line)
    else:
        yield source.skip("这段 JSON 不是认识的通话格式", "支持的格式见 docs/formats.md；可转成 JSONL 再试", line)


def _where(error: BaseException) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.colno} 个字符处出错"
    return "嵌套过深或数字过长"
