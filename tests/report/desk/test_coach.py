"""The coaching sheet: what it picks, that it compares only what can be compared, and that it is one safe file."""

from __future__ import annotations

import re
import zipfile
from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from qa_nlp.errors import UsageError
from qa_nlp.records import Call, Finding, StepVerdict, Verdict
from qa_nlp.report.desk.coach import habits, read_portrait, strengths
from qa_nlp.report.desk.coach_sheet import fields, write_coach
from qa_nlp.rulebook.book import Rulebook
from tests.report.conftest import Pairs
from tests.report.desk.runs import rendered, results, week, words

RUDE = Finding("RHE-001", "rhetorical", "major", 5.0, 2, 0, 8, "不是跟您说过了吗", "反问带责备", "我再为您说明一遍。", "话务服务规范", "exact", 1.0, "confirmed")  # fmt: skip
HELLO = StepVerdict("greet", "必须", "pass", 0, "您好，请问有什么可以帮您？", "STP-001", 1.0)
NO_HELLO = replace(HELLO, verdict="violation", turn=None, quote="", evidence=None)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, batch: Pairs, book: Rulebook) -> Path:
    return results(tmp_path_factory.mktemp("coach") / "out", week(batch[:200]), book)


def plain(pair: tuple[Call, Verdict], agent: str, number: int, **changes: object) -> tuple[Call, Verdict]:
    """A call with nothing in it but what is given."""
    empty = {
        "findings": (),
        "steps": (),
        "promises": (),
        "step_points": {},
        "veto": None,
        "score": 90.0,
        "grade": "优秀",
    }
    verdict = replace(pair[1], call_id=f"{agent}-{number}", agent_id=agent, team="一班", **empty | changes)
    return pair[0], verdict


def desk(pair: tuple[Call, Verdict], mine: int = 20, rude: int = 15) -> list[tuple[Call, Verdict]]:
    """A01 asks back rudely and always greets; the others never ask back and rarely greet."""
    own = [
        plain(pair, "A01", n, findings=(RUDE,) if n < rude else (), steps=(HELLO,), score=70.0 if n < rude else 95.0)
        for n in range(mine)
    ]
    others = [plain(pair, f"A{2 + n % 3:02d}", n, steps=(NO_HELLO if n % 4 else HELLO,)) for n in range(60)]
    return own + others


@pytest.fixture
def clear(tmp_path: Path, batch: Pairs, book: Rulebook) -> Path:
    return results(tmp_path / "out", desk(batch[0]), book)


def test_what_is_surely_better_or_worse_is_found(clear: Path, book: Rulebook) -> None:
    portrait = read_portrait("A01", [clear])
    (habit,), (strength,) = habits(portrait), strengths(portrait)
    assert (habit.id, habit.against, habit.mine.part, habit.others.part) == ("rhetorical", 1, 15, 0)
    assert habit.finding
    assert habit.finding[1].quote == RUDE.quote
    assert (strength.id, strength.against, strength.mine.value) == ("greet", 1, 1.0)
    sheet = fields(portrait, book)
    assert [row["判断"] for row in sheet["对比"][:2]] == ["更差", "更差"]
    assert sheet["对照"] == "一班其他人"
    assert "降到一班其他人的水平（0%）" in sheet["练习"][0]
    assert "我再为您说明一遍" in sheet["练习"][0]


def test_three_words_are_quoted_where_there_is_nothing_longer(tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    short = replace(RUDE, quote="你爱信", end=3)
    pairs = [(c, replace(v, findings=tuple(short if f == RUDE else f for f in v.findings))) for c, v in desk(batch[0])]
    sheet = fields(read_portrait("A01", [results(tmp_path / "out", pairs, book)]), book)
    assert (sheet["习惯"][0]["原话"], sheet["习惯"][0]["改说"]) == ("你爱信", RUDE.suggestion)


def test_few_calls_are_said_to_be_few(tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    folder = results(tmp_path / "out", desk(batch[0], mine=3, rude=3), book)
    sheet = fields(read_portrait("A01", [folder]), book)
    assert sheet["样本太少"]
    assert {row["判断"] for row in sheet["对比"]} == {"样本太少"}
    assert sheet["习惯"][0]["判断"] == "样本太少"
    assert sheet["习惯"][0]["图"] is None
    assert "3/3 通（样本太少），目标：下周不再出现" in sheet["练习"][0]
    write_coach("A01", [folder], tmp_path / "辅导单.html")
    assert "样本太少：评分通话不足 5 通" in (tmp_path / "辅导单.html").read_text(encoding="utf-8")


def test_without_a_team_everybody_else_is_the_measure(tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    alone = [(c, replace(v, team="" if v.agent_id == "A01" else v.team)) for c, v in desk(batch[0])]
    assert read_portrait("A01", [results(tmp_path / "out", alone, book)]).group == "全批其他人"


def test_the_measure_is_the_team_without_the_agent(out: Path) -> None:
    portrait = read_portrait("A01", [out])
    assert portrait.group == "一班其他人"
    assert set(portrait.others.figures.totals.agents) == {"A03", "A05"}
    assert set(portrait.mine.figures.totals.agents) == {"A01"}


def test_real_calls_give_three_and_three_with_real_words(out: Path, book: Rulebook) -> None:
    portrait = read_portrait("A01", [out])
    sheet = fields(portrait, book)
    assert len(sheet["长处"]) == len(sheet["习惯"]) == len(sheet["练习"]) == 3
    quotes = {f.quote for _, f in filter(None, (p.finding for p in habits(portrait)))}
    assert quotes
    page = tmp = out.parent / "单.html"
    write_coach("A01", [out], tmp)
    assert all(f"“{quote}”" in page.read_text(encoding="utf-8") for quote in quotes)


@pytest.mark.parametrize(("name", "near"), [("A1", "A01"), ("a01", "A01"), ("王五", "A00"), ("", "A00")])
def test_an_unknown_agent_is_refused_with_near_names(out: Path, tmp_path: Path, name: str, near: str) -> None:
    with pytest.raises(UsageError, match="没有这个座席") as caught:
        write_coach(name, [out], tmp_path / "单.html")
    assert near in caught.value.problems[0].advice
    assert not list(tmp_path.iterdir())


def test_calls_without_agents_are_told(tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    folder = results(tmp_path / "out", [(c, replace(v, agent_id="")) for c, v in batch[:3]], book)
    with pytest.raises(UsageError, match="都没有座席工号"):
        write_coach("A01", [folder], tmp_path / "单.html")


def test_the_page_stands_alone_and_runs_nothing(out: Path, tmp_path: Path) -> None:
    write_coach("A01", [out], tmp_path / "单.html")
    page = (tmp_path / "单.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|\son[a-z]+=|\sstyle=|src=|href=|url\(|@import|https?://", page)
    style = page.split("<style>")[1].split("</style>")[0]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert b64encode(sha256(style.encode()).digest()).decode() in policy[1].replace("&#43;", "+")
    assert "prefers-color-scheme: dark" in style
    assert "@page { size: A4" in style


HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7*7 }}&"


def test_nothing_said_can_break_out_of_it(tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    rude = replace(RUDE, quote=HOSTILE, message=HOSTILE, suggestion=HOSTILE)
    calls = [
        (c, replace(v, agent_id=HOSTILE if v.agent_id == "A01" else v.agent_id, team=HOSTILE, call_id=HOSTILE + v.call_id,
                    findings=tuple(rude for _ in v.findings)))
        for c, v in desk(batch[0])
    ]  # fmt: skip
    folder = results(tmp_path / "out", calls, book)
    write_coach(HOSTILE, [folder], tmp_path / "单.html")
    page = (tmp_path / "单.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page
    write_coach(HOSTILE, [folder], tmp_path / "单.docx")
    assert f"“{HOSTILE}”" in words(tmp_path / "单.docx")


def test_the_same_folder_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    for name in ("一.html", "二.html", "一.docx", "二.docx"):
        write_coach("A02", [out], tmp_path / name)
    assert (tmp_path / "一.html").read_bytes() == (tmp_path / "二.html").read_bytes()
    assert (tmp_path / "一.docx").read_bytes() == (tmp_path / "二.docx").read_bytes()


def test_the_word_sheet_says_the_same(out: Path, tmp_path: Path, book: Rulebook) -> None:
    write_coach("A01", [out], tmp_path / "单.docx")
    text, sheet = words(tmp_path / "单.docx"), fields(read_portrait("A01", [out]), book)
    for point in (*sheet["长处"], *sheet["习惯"]):
        assert point["名称"] in text
        assert point["本人"] in text
    assert all(line in text for line in sheet["练习"])
    assert not re.search(r"\{\{|\{%|None", text)
    with zipfile.ZipFile(BytesIO((tmp_path / "单.docx").read_bytes())) as file:
        assert {entry.date_time[0] for entry in file.infolist()} == {1980}


def test_another_ending_is_refused(out: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="U049"):
        write_coach("A01", [out], tmp_path / "单.pdf")


@pytest.mark.slow
def test_libreoffice_shows_it_on_one_or_two_pages(out: Path, tmp_path: Path) -> None:
    write_coach("A01", [out], tmp_path / "单.docx")
    text, pages = rendered(tmp_path / "单.docx")
    assert len(pages) <= 2
    assert "坐席辅导单：A01" in text
    assert "下周练什么" in text


@pytest.mark.slow
def test_the_page_prints_on_one_or_two_pages(out: Path, tmp_path: Path) -> None:
    api = pytest.importorskip("playwright.sync_api")
    chromium = next((p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if p.exists()), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    write_coach("A01", [out], tmp_path / "单.html")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto((tmp_path / "单.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        blob = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert len(re.findall(rb"/Type\s*/Page\b", blob)) <= 2
    assert said == []
