"""The page as a file: what it holds, and that nothing in it can break out."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qa_nlp.inspector import Inspector
from qa_nlp.records import Call, Skipped, Turn
from qa_nlp.report.figures import Figures
from qa_nlp.report.page import PageSink
from qa_nlp.report.payload import script_json
from qa_nlp.rulebook.book import Rulebook
from tests.report.conftest import Pairs

Write = Callable[..., Path]
HOSTILE = [
    "</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<!--<script>", "@@DATA@@", "{{ 7*7 }}", "' onclick='x", "&lt;b&gt;",
    "\u2028\u2029\x00", "坏\ud800",
]  # fmt: skip


def read(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="data" type="application/json">\n?(.*?)</script>', page, re.DOTALL)
    assert found
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


def test_a_thousand_calls_stay_small_and_ask_for_nothing(book: Rulebook, batch: Pairs, written: Write) -> None:
    page = read(written(partial(PageSink, book=book), batch))
    assert len(page.encode()) < 6_000_000
    assert len(data_of(page)["calls"]) == 1_000
    head = page.split('<script id="data"')[0] + page.rsplit("</script>", 2)[1]
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)|url\(|@import|fetch\(|XMLHttp|innerHTML|\seval\(""", head)
    assert not re.search(r"\sstyle=|\son[a-z]+=", page.split('<script id="data"')[0])


def test_only_its_own_script_and_style_may_run(book: Rulebook, batch: Pairs, written: Write) -> None:
    page = read(written(partial(PageSink, book=book), batch[:3]))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert "default-src 'none'" in policy[1].replace("&#39;", "'")
    for tag in ("style", "script"):
        text = page.rsplit(f"<{tag}>", 1)[1].split(f"</{tag}>")[0]
        assert f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}" in policy[1].replace("&#43;", "+")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_call_changes_no_markup(text: str, book: Rulebook, inspector: Inspector, written: Write) -> None:
    call = Call(
        text,
        (Turn("agent", text), Turn("customer", text), Turn("agent", "您好" + text)),
        agent_id=text,
        team=text,
        started_at=text,
        notes=(text,),
    )
    plain = replace(
        call,
        call_id="T1",
        agent_id="A",
        team="B",
        started_at="",
        notes=(),
        turns=tuple(Turn(t.role, "您好") for t in call.turns),
    )
    verdict, calm = inspector.inspect([plain])[0], inspector.inspect([plain])[0]
    verdict = replace(verdict, call_id=text, agent_id=text, team=text, started_at=text, summary=text, notes=(text,))

    def make(skipped: str) -> Callable[..., PageSink]:
        def sink(folder: Path, figures: Figures) -> PageSink:
            figures.skip(Skipped(skipped, 1, skipped, skipped, skipped))
            return PageSink(folder, book, figures)

        return sink

    page, quiet = read(written(make(text), [(call, verdict)], "a")), read(written(make("x"), [(plain, calm)], "b"))
    tags = re.compile(r"<[a-zA-Z/!][^>\s]*")
    assert tags.findall(page) == tags.findall(quiet)
    shown = text.replace("\ud800", "?")
    assert data_of(page)["calls"][0]["turns"][0][1] == shown


@given(
    st.recursive(
        st.text() | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_script_json_reads_back_and_holds_no_markup(value: object) -> None:
    text = script_json(value).decode()
    assert not set(text) & set("<>&\u2028\u2029")
    if "\\ud" not in json.dumps(value):
        assert json.loads(text) == value


def test_offsets_cut_the_quotes_out(book: Rulebook, batch: Pairs, written: Write) -> None:
    data = data_of(read(written(partial(PageSink, book=book), batch[:100])))
    for item, (_, verdict) in zip(data["calls"], batch, strict=False):
        quotes = [item["turns"][f[4]][1][f[5] : f[6]] for f in item["findings"]]
        assert quotes == [finding.quote for finding in verdict.findings]


def test_messages_come_back_whole(book: Rulebook, batch: Pairs, written: Write) -> None:
    data = data_of(read(written(partial(PageSink, book=book), batch[:100])))
    texts = data["names"]["texts"]

    def text(value: Any) -> str:
        return (
            texts[value] if isinstance(value, int) else value if isinstance(value, str) else texts[value[0]] + value[1]
        )

    for item, (_, verdict) in zip(data["calls"], batch, strict=False):
        words = [tuple(map(text, f[7:10])) for f in item["findings"]]
        assert words == [(f.message, f.suggestion, f.basis) for f in verdict.findings]


def test_the_same_calls_give_the_same_bytes(book: Rulebook, batch: Pairs, written: Write) -> None:
    make = partial(PageSink, book=book, count=20)
    assert read(written(make, batch[:60], "a")) == read(written(make, batch[:60], "b"))


def test_a_large_batch_says_what_is_shown(book: Rulebook, batch: Pairs, written: Write) -> None:
    page = read(written(partial(PageSink, book=book, count=20), batch[:60]))
    assert "这批有 60 通，本页能打开其中 20 通：得分最低的 10 通，其余随机抽取" in page
    shown = {item["id"] for item in data_of(page)["calls"]}
    worst = sorted((v.score, v.call_id) for _, v in batch[:60] if v.score is not None)[:5]
    assert {call_id for _, call_id in worst} <= shown


def test_few_calls_are_not_compared_and_an_empty_batch_has_a_page(book: Rulebook, batch: Pairs, written: Write) -> None:
    assert "样本不足" in read(written(partial(PageSink, book=book), batch[:2], "few"))
    assert "没有缺少必做步骤的通话" in read(written(partial(PageSink, book=book), [], "none"))
