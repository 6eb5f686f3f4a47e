"""What one call adds to a report, made without knowing the rest of the batch, so that any process can make it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from qa_nlp.records import Call, Verdict
from qa_nlp.rulebook.book import Rulebook

Make = Callable[[Call, Verdict], Any]

# By format: module and name of what makes its pieces of a rulebook. ``calls.jsonl`` takes the verdict's line as it is;
# which calls the page keeps, only the whole batch tells.
MAKERS = {
    "csv": ("qa_nlp.report.csv_tables", "CsvRows"),
    "xlsx": ("qa_nlp.report.sheet_rows", "SheetRows"),
    "vcon": ("qa_nlp.report.vcon", "VconFile"),
}

# Among the pieces: call and verdict themselves, where they have not left the process that inspected them.
WHOLE = "whole"


class Makers:
    """Makes pieces: bytes, text, numbers and lists of them. Loads what makes those of a format when first asked."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._makers: dict[str, Make] = {}

    def make(self, name: str, call: Call, verdict: Verdict) -> Any:
        """The piece of one format."""
        maker = self._makers.get(name)
        if maker is None:
            module, maker_name = MAKERS[name]
            maker = self._makers[name] = getattr(import_module(module), maker_name)(self._book)
        return maker(call, verdict)

    def ready(self, call: Call, verdict: Verdict, formats: Iterable[str]) -> dict[str, Any]:
        """The pieces of those formats that have any."""
        return {name: self.make(name, call, verdict) for name in formats if name in MAKERS}
