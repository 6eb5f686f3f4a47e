"""Writes the result folder as calls stream by: feeds every sink, adds up the batch."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from qa_nlp.records import Skipped
from qa_nlp.report.entry import Entry
from qa_nlp.report.figures import Figures
from qa_nlp.rulebook.book import Rulebook


class Sink(Protocol):
    """One report: told of every call and every skipped item in input order, then told that this was all.

    The figures that it was made with are those of the calls and items so far, this one included.
    """

    def add(self, entry: Entry) -> None:
        """Take one call."""

    def skip(self, item: Skipped) -> None:
        """Take something that was not inspected."""

    def finish(self) -> None:
        """Write what needs the whole batch and close."""


class JsonlSink:
    """``calls.jsonl``: one verdict a line."""

    def __init__(self, folder: Path, book: Rulebook, figures: Figures) -> None:
        self._file = (folder / "calls.jsonl").open("wb")

    def add(self, entry: Entry) -> None:
        """Write one verdict."""
        self._file.write(entry.line)
        self._file.write(b"\n")

    def skip(self, item: Skipped) -> None:
        """Skipped items have no line here."""

    def finish(self) -> None:
        """Close the file."""
        self._file.close()


# Sinks are loaded when they are asked for: a run that writes CSV does not import a workbook library.
SINKS = {
    "csv": ("qa_nlp.report.csv_tables", "CsvSink"),
    "jsonl": (__name__, "JsonlSink"),
    "xlsx": ("qa_nlp.report.workbook", "WorkbookSink"),
    "html": ("qa_nlp.report.page", "PageSink"),
    "vcon": ("qa_nlp.report.vcon", "VconSink"),
}
ON_DEMAND = ("vcon",)


def known_formats() -> tuple[str, ...]:
    """The formats that can be written."""
    return tuple(name for name, (module, _) in SINKS.items() if find_spec(module) is not None)


def default_formats() -> tuple[str, ...]:
    """The formats that are written when none is named."""
    return tuple(name for name in known_formats() if name not in ON_DEMAND)


class Writer:
    """Takes calls one by one, counts them and feeds them to the sinks; ``finish`` writes what needs all of them."""

    def __init__(self, folder: Path, book: Rulebook, formats: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.figures = Figures()
        wanted = set(formats)
        self._sinks: dict[str, Sink] = {
            name: getattr(import_module(module), sink)(folder, book, self.figures)
            for name, (module, sink) in SINKS.items()
            if name in wanted
        }

    def wanted(self) -> frozenset[str]:
        """The formats whose pieces are of use for the calls to come: a full workbook takes no more."""
        return frozenset(name for name, sink in self._sinks.items() if not getattr(sink, "full", False))

    def add(self, entry: Entry) -> None:
        """Count one call and feed it to every sink."""
        self.figures.add(entry.counted)
        for sink in self._sinks.values():
            sink.add(entry)

    def skip(self, item: Skipped) -> None:
        """Feed one skipped item to every sink."""
        self.figures.skip(item)
        for sink in self._sinks.values():
            sink.skip(item)

    def finish(self) -> None:
        """Let every sink write what needs the whole batch."""
        for sink in self._sinks.values():
            sink.finish()
