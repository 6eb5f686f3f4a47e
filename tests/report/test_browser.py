"""The page in a real browser: Debian's Chromium, driven by playwright. Pictures go to docs/img with --rewrite-golden."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa_nlp.inspector import Inspector
from qa_nlp.records import Call, Skipped, Turn
from qa_nlp.report.figures import Figures
from qa_nlp.report.page import PageSink
from qa_nlp.rulebook.book import Rulebook
from tests.conftest import ROOT
from tests.report.conftest import Pairs, feed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PICTURES = ROOT / "docs" / "img"
TODAY = "2026-06-24T09:00:00"
try:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Browser, Page, sync_playwright
except ImportError:
    pytest.skip("needs playwright and axe-playwright-python (pip install -e .[dev])", allow_module_level=True)
if CHROMIUM is None:
    pytest.skip("needs a browser (apt-get install chromium fonts-noto-cjk)", allow_module_level=True)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(book: Rulebook, batch: Pairs, inspector: Inspector, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page of 1,000 calls, one of them with letters beyond the basic plane before its faults."""
    folder = tmp_path_factory.mktemp("page")
    figures = Figures()
    sink = PageSink(folder, book, figures)
    words = "😀𠮷您好，这都不懂？不是跟您说过了吗"
    turns = (Turn("agent", "您好"), Turn("customer", "<b>没电了</b>"), Turn("agent", words), Turn("agent", "再见"))
    astral = Call("ASTRAL", turns, agent_id="A99", team="一班", started_at="2026-06-23T10:00:00+08:00")
    feed(sink, figures, [*batch[:-1], (astral, inspector.inspect([astral])[0])], book)
    figures.skip(Skipped("录音/0312.json", 3, "", "这一行不是 JSON", "请改好这一行再跑"))
    sink.finish()
    return (folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, open; fails at the end if it asked for anything or complained."""
    yield from opened(browser, address)


def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
    page = context.new_page()
    page.clock.set_fixed_time(TODAY)
    asked: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.goto(address)
    yield page
    context.close()
    assert (asked, troubles) == ([address], [])


def rows(page: Page) -> list[str]:
    return page.locator("#list tbody button[data-open]").all_inner_texts()


def found(page: Page) -> int:
    return int(page.locator("#found").inner_text().split()[1].replace(",", ""))


def test_search_and_filters_narrow_the_list(page: Page, batch: Pairs) -> None:
    verdicts = [v for _, v in batch[:-1]]
    assert found(page) == 1_000
    wanted = verdicts[0]
    page.fill("#f-text", wanted.call_id)
    assert rows(page) == [wanted.call_id]
    page.click("#f-reset")
    page.wait_for_function("document.querySelector('#found').textContent.includes('1,000')")
    page.select_option("#f-subtype", wanted.subtype)
    assert found(page) == sum(v.subtype == wanted.subtype for v in verdicts)
    page.select_option("#f-agent", wanted.agent_id)
    assert found(page) == sum(v.subtype == wanted.subtype and v.agent_id == wanted.agent_id for v in verdicts)
    page.fill("#f-text", "绝无此话")
    assert "请放宽条件" in page.locator("#found").inner_text()


def test_a_name_in_a_chart_filters_the_list(page: Page, batch: Pairs) -> None:
    first = page.locator("#faults [data-filter=code]").first
    code = first.get_attribute("data-value")
    first.click()
    hits = sum(any(f.code == code and f.status != "suppressed" for f in v.findings) for _, v in batch[:-1])
    assert found(page) in (hits, hits + 1)
    page.locator("#steps [data-filter=step]").first.click()
    assert page.locator("#f-code").input_value().startswith("s:")


def test_the_list_sorts_and_turns_pages(page: Page, batch: Pairs) -> None:
    def scores() -> list[float]:
        return [float(text) for text in page.locator("#list td[data-label='得分（分）']").all_inner_texts()]

    assert scores() == sorted(scores())
    page.select_option("#f-sort", "best")
    assert scores() == sorted(scores(), reverse=True)
    page.select_option("#f-sort", "input")
    assert rows(page) == [v.call_id for _, v in batch[:50]]
    page.click("#p-after")
    assert rows(page) == [v.call_id for _, v in batch[50:100]]


def test_highlights_stand_exactly_at_the_offsets(page: Page, batch: Pairs) -> None:
    """Every mark of a finding, put together, is its quote; measured ones mark nothing."""
    checked = 0
    page.select_option("#f-sort", "input")
    for number, (_, verdict) in enumerate(batch[:40]):
        page.evaluate("number => document.querySelector(`[data-open='${number}']`).click()", number)
        marks = page.eval_on_selector_all(
            "mark",
            "all => all.map(m => [m.closest('li').id, m.dataset.findings.split(' ').map(Number), m.textContent])",
        )
        for index, finding in enumerate(verdict.findings):
            pieces = [text for turn, over, text in marks if index in over and turn == f"turn-{finding.turn}"]
            expected = "" if finding.match in ("measured", "linked") else finding.quote
            assert "".join(pieces) == expected
            checked += bool(expected)
        page.click("#c-close")
    assert checked > 20


def test_letters_beyond_the_basic_plane_do_not_shift_marks(page: Page) -> None:
    page.fill("#f-text", "ASTRAL")
    page.locator("#list tbody button").first.click()
    marks = page.locator("#turn-2 mark").all_inner_texts()
    assert marks
    assert all("\ufffd" not in mark and "😀" not in mark for mark in marks)
    assert page.locator("#turn-1 .said").inner_text() == "<b>没电了</b>"
    assert page.locator("#turn-2 .said").inner_text() == "😀𠮷您好，这都不懂？不是跟您说过了吗"


def test_the_keyboard_opens_closes_and_comes_back(page: Page) -> None:
    first = page.locator("#list tbody button").first
    first.focus()
    page.keyboard.press("Enter")
    title = page.locator("#call-title")
    assert title.inner_text() == "通话 " + first.inner_text()
    assert page.evaluate("document.activeElement.id") == "call-title"
    page.keyboard.press("ArrowRight")
    assert page.locator("#call-title").inner_text() != "通话 " + first.inner_text()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    assert not page.locator("#call").is_visible()
    assert page.evaluate("document.activeElement.textContent") == first.inner_text()


def test_an_address_opens_a_call(page: Page, address: str, batch: Pairs) -> None:
    page.evaluate("id => { location.hash = '#call=' + encodeURIComponent(id); }", batch[7][1].call_id)
    page.wait_for_selector("#call[open]")
    assert page.locator("#call-title").inner_text() == "通话 " + batch[7][1].call_id
    assert page.locator("svg.timeline rect.t0").count() > 0


def test_promises_still_to_come_stand_first(page: Page) -> None:
    left = page.locator("#due td.left").all_inner_texts()
    past = [text.startswith("已过") for text in left]
    assert past == sorted(past)
    assert not all(past)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_problem(browser: Browser, address: str, scheme: str) -> None:
    """WCAG AA, contrast included: the whole page, then an open call."""
    for page in opened(browser, address, color_scheme=scheme):
        for place in ("page", "call"):
            if place == "call":
                page.locator("#list tbody button").first.click()
            violations = Axe().run(page).response["violations"]
            serious = [
                (v["id"], v["nodes"][0]["html"][:200], len(v["nodes"]))
                for v in violations
                if v["impact"] in ("serious", "critical")
            ]
            assert serious == [], place


def test_the_switch_overrides_the_system(page: Page) -> None:
    def colour() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = colour()
    page.click("#theme")
    assert colour() == light
    page.click("#theme")
    assert colour() != light
    assert page.locator("#theme").inner_text() == "配色：深色"


def test_printing_an_open_call_prints_it_alone(page: Page) -> None:
    page.locator("#list tbody button").first.click()
    page.emulate_media(media="print")
    assert not page.locator("main").is_visible()
    assert page.locator("#call .turns").is_visible()
    assert not page.locator("#c-close").is_visible()


@pytest.mark.parametrize(
    ("name", "scheme", "width"), [("light", "light", 1280), ("dark", "dark", 1280), ("phone", "light", 390)]
)
def test_pictures(
    name: str, scheme: str, width: int, browser: Browser, address: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """No sideways scrolling at any width; the pictures in the documentation are made here."""
    folder = PICTURES if request.config.getoption("--rewrite-golden") else tmp_path
    for page in opened(browser, address, color_scheme=scheme, viewport={"width": width, "height": 844}):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=folder / f"report-{name}.png")
        page.evaluate("document.querySelector('#steps h3').scrollIntoView()")
        if name == "light":
            page.screenshot(path=folder / "report-steps.png")
            page.evaluate("document.querySelector('#calls').scrollIntoView()")
            page.screenshot(path=folder / "report-calls.png")
        page.locator("#list tbody button").nth(3).click()
        assert page.evaluate("document.querySelector('#call').scrollWidth") <= width
        page.screenshot(path=folder / f"report-call-{name}.png")
