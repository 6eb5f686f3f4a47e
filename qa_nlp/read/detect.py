"""Which format a file is in, found from its first bytes and lines; the name only breaks ties."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import islice

from qa_nlp.read.decoding import encoding_of, sample
from qa_nlp.read.headers import header_line, is_table
from qa_nlp.read.labels import begins_with_label, speakers_in
from qa_nlp.read.marks import SPEAKER, TIMED_NAME
from qa_nlp.read.source import Source
from qa_nlp.read.subtitles import TIMING

ANNOTATED = re.compile(r"^(?:### \S+ \| \S+ \| agent=|[座客]\||[a-z]+\.[a-z_]+\s*\|\s*\S)", re.MULTILINE)
BINARY = (
    (b"%PDF", "PDF 文件", "请另存为文本或 Excel"),
    (b"RIFF", "录音文件", "请先转写成文字"),
    (b"ID3", "录音文件", "请先转写成文字"),
    (b"#!AMR", "录音文件", "请先转写成文字"),
    (b"OggS", "录音文件", "请先转写成文字"),
    (b"fLaC", "录音文件", "请先转写成文字"),
    (b"\x1f\x8b", "压缩包", "请先解压"),
    (b"Rar!", "压缩包", "请先解压"),
    (b"7z\xbc\xaf", "压缩包", "请先解压"),
    (b"\x89PNG", "图片", "请先转成文字"),
    (b"\xff\xd8\xff", "图片", "请先转成文字"),
    (b"SQLite format", "数据库文件", "请导出为 CSV"),
)


class UnknownFormatError(Exception):
    """The file is of no format that can be read: why, and what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason, self.advice = reason, advice


def detect(source: Source, table: bool = False) -> Source:
    """The source with its ``kind`` and ``encoding``. With ``table``, any text is taken for a table.

    Raises:
        UnknownFormatError: for empty, binary and unrecognised files.
        OSError: when the file cannot be opened.
    """
    data = sample(source.path)
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnknownFormatError("文件是空的", "检查导出是否成功")
    if kind := _magic(data):
        return replace(source, kind=kind)
    encoding = encoding_of(data)
    if encoding is None:
        raise UnknownFormatError("不是文本文件，也不是认识的表格", "请导出为 JSONL、CSV、XLSX 或文本")
    text = data.decode(encoding, "replace").lstrip("\ufeff\x00 \t\r\n")
    kind = "csv" if table else _text_kind(text, source.path.suffix.lower())
    return replace(source, kind=kind, encoding=encoding)


def _magic(data: bytes) -> str:
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith(b"PK\x03\x04"):
        if b"xl/" in data or (b"[Content_Types].xml" in data[:2000] and b"word/" not in data):
            return "workbook"
        raise UnknownFormatError("压缩包或 Word 文档", "请先解压，或把内容另存为文本、Excel")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "workbook"
    for magic, what, advice in BINARY:
        if data.startswith(magic):
            raise UnknownFormatError(f"这是{what}，不是通话文本", advice)
    return ""


def _text_kind(text: str, suffix: str) -> str:
    if text.startswith("WEBVTT") or any(map(TIMING.match, text[:4000].splitlines())):
        return "subtitles"
    if text.startswith(("{", "[")):
        first = text.split("\n", 1)[0]
        if not (SPEAKER.match(first) or begins_with_label(first)):
            return _json_kind(text, suffix)
    if suffix in (".jsonl", ".ndjson", ".json"):
        return "jsonl" if suffix != ".json" else "json"
    lines = text.splitlines()
    if ANNOTATED.search(text):
        return "annotated"
    _, headers = header_line(lines)
    if is_table(headers):
        return "csv"
    if headers:
        raise UnknownFormatError("这张表没有对话内容，像是随录表", "要用它补充座席、班组等，用 --meta 指定它")
    if any(map(_speaks, lines)) or speakers_in(lines):
        return "dialogue"
    if suffix in (".csv", ".tsv"):
        raise UnknownFormatError("表格缺少需要的列", "第一行要有列名，如：通话编号、角色、内容")
    raise UnknownFormatError(
        "看不出是通话：没有找到说话人", "每句话前写上说话人，如“客服：”“客户：”；支持的格式见 docs/formats.md"
    )


def _json_kind(text: str, suffix: str) -> str:
    first, newline, rest = text.partition("\n")
    if text.startswith("{"):
        if _parses(first) or not newline:
            return "jsonl"
        if any(line.startswith("{") and _parses(line) for line in islice(rest.splitlines(), 50)):
            return "jsonl"
        return "jsonl" if suffix in (".jsonl", ".ndjson") else "json"
    return "json"


def _parses(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _speaks(line: str) -> bool:
    line = line.strip()
    return bool(SPEAKER.search(line) or TIMED_NAME.match(line))
