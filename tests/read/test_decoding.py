"""Encodings are found from the bytes."""

import os
from pathlib import Path

import pytest

from qa_nlp.read.decoding import byte_lines, encoding_of, sample, text_lines

CHINESE = "客服：您好，请问有什么可以帮您？\n客户：我家没电了，“一按”就跳\n"
TRADITIONAL = "客服：您好，請問有什麼可以幫您？\n客戶：我家沒電了，請幫我看看\n"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_simplified_text_reads_back(codec: str) -> None:
    found = encoding_of(CHINESE.encode(codec))
    assert found is not None
    assert CHINESE.encode(codec).decode(found).lstrip("\ufeff") == CHINESE


@pytest.mark.parametrize("codec", ["utf-8", "big5", "gb18030", "utf-16-le"])
def test_traditional_text_reads_back(codec: str) -> None:
    found = encoding_of(TRADITIONAL.encode(codec))
    assert found is not None
    assert TRADITIONAL.encode(codec).decode(found) == TRADITIONAL


def test_a_few_bad_bytes_do_not_change_the_encoding() -> None:
    """A damaged UTF-8 file is still UTF-8, and one cut inside a character too."""
    data = CHINESE.encode()
    assert encoding_of(data[:40] + b"\xff\xfe\x80" + data[42:]) == "utf-8"
    assert encoding_of(data[:-3]) == "utf-8"


def test_binary_is_no_text() -> None:
    assert encoding_of(bytes(range(256)) * 8) is None
    assert encoding_of(b"\x00" * 100) is None
    assert all(encoding_of(os.urandom(4096)) is None for _ in range(20))


def test_sample_looks_past_an_ascii_beginning(tmp_path: Path) -> None:
    """A long English header does not hide that the file is GB18030."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"call_id,role,text\n" * 30000 + CHINESE.encode("gb18030"))
    assert encoding_of(sample(path)) == "gb18030"


def test_lines_over_the_limit_are_passed_over(tmp_path: Path) -> None:
    """A monstrous line comes back as None with its number; the lines after it are read."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\n" + b"x" * 5000 + b"\nb\n" + b"y" * 100)
    assert [(number, line and line.strip()) for number, line in byte_lines(path, 100)] == [
        (1, b"a"), (2, None), (3, b"b"), (4, b"y" * 100),
    ]  # fmt: skip
    assert [(number, line is None) for number, line in text_lines(path, "utf-8", 50)] == [
        (1, False), (2, True), (3, False), (4, True),
    ]  # fmt: skip
