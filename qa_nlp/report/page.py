"""The page: ``report.html``, one file that needs no network; figures, charts and the calls with their findings."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from qa_nlp.records import CATEGORIES, DIMENSIONS, Skipped
from qa_nlp.report.charts import views
from qa_nlp.report.entry import Entry
from qa_nlp.report.figures import Figures
from qa_nlp.report.kept import COUNT, SIZE, Kept
from qa_nlp.report.naming import MATCHED, PROMISE_LONG, subtype_name
from qa_nlp.report.payload import Payload, script_json
from qa_nlp.report.tables import SEVERITY, STATUS, VERDICT, code_name
from qa_nlp.rulebook.book import Rulebook

NAME = "report.html"
ASSETS = Path(__file__).parent / "assets"
SCRIPTS = ("base.js", "list.js", "timeline.js", "dialogue.js", "main.js")


class PageSink:
    """Takes calls one by one; ``finish`` writes the file. The same input gives the same bytes.

    Charts count every call. At most ``count`` calls and about ``size`` bytes of them can be
    opened: all, or the worst half and a sample that the call's number and id alone decide.
    """

    def __init__(self, folder: Path, book: Rulebook, figures: Figures, count: int = COUNT, size: int = SIZE) -> None:
        self.folder, self.book, self.figures = folder, book, figures
        self._payload = Payload(book)
        self._kept = Kept(count, size)

    def add(self, entry: Entry) -> None:
        """Perhaps keep one call."""
        self._kept.add(entry.counted.call_id, entry.counted.score, lambda: self._payload.encode(*entry.whole))

    def skip(self, item: Skipped) -> None:
        """Skipped items are among the figures."""

    def finish(self) -> None:
        """Write the page."""
        calls, worst = self._kept.chosen()
        styles, script = styles_and_script()
        head = _template().render(
            views=views(self.figures, self.book), shown=len(calls), worst=worst, total=self._kept.seen,
            styles=Markup(styles), style_hash=_hash(styles), script_hash=_hash(script),
        )  # fmt: skip
        with (self.folder / NAME).open("wb") as file:
            file.write(head.encode("utf-8", "replace"))
            file.write(b'{"names":' + script_json(self._names()) + b',"calls":[\n')
            file.write(b",\n".join(calls))
            file.write(f"\n]}}</script>\n<script>{script}</script>\n</body>\n</html>\n".encode())

    def _names(self) -> dict[str, object]:
        book, totals = self.book, self.figures.totals
        conduct = {row["项目"]: row["数值"] for row in book.tables.get("conduct", ())}
        codes = {code for _, code, _ in totals.rules}
        return self._payload.names() | {
            "subtypes": {s: subtype_name(s, book) for s in sorted({*book.subtypes, *totals.subtypes})},
            "categories": CATEGORIES, "codes": {c: code_name(c, book) for c in sorted(codes)},
            "severity": SEVERITY, "status": STATUS, "verdict": VERDICT, "match": MATCHED, "promise": PROMISE_LONG,
            "dimensions": DIMENSIONS, "grades": [*dict.fromkeys([*(g for _, g in book.scoring.grades), "未评"])],
            "silence": _seconds(conduct.get("long_silence", "")),
        }  # fmt: skip


@cache
def styles_and_script() -> tuple[str, str]:
    """The style sheet and the script, exactly as they stand between their tags."""
    script = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return (ASSETS / "page.css").read_text(encoding="utf-8"), f'(function () {{\n"use strict";\n{script}}})();\n'


@cache
def _template():  # type: ignore[no-untyped-def]
    environment = Environment(
        loader=FileSystemLoader(ASSETS), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=StrictUndefined,
    )  # fmt: skip
    return environment.get_template("page.html.j2")


def _hash(text: str) -> str:
    """A hash source for the page's Content-Security-Policy: nothing else may run or style."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 10.0
