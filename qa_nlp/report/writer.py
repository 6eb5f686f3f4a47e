"""Writes the result folder as verdicts stream by: feeds every sink, adds up the batch."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, TextIO

import msgspec

from qa_nlp.records import Call, Skipped, Verdict
from qa_nlp.report.tables import Table, all_tables
from qa_nlp.report.totals import Totals, agents_table, rule_rows, rules_table
from qa_nlp.rulebook.book import Rulebook


class Sink(Protocol):
    """One report: told of every call and every skipped item in input order, then told that this was all."""

    def add(self, call: Call, verdict: Verdict) -> None:
        """Take one call (as it may be shown) and its verdict."""

    def skip(self, item: Skipped) -> None:
        """Take something that was not inspected."""

    def finish(self) -> None:
        """Write what needs the whole batch and close."""


class CsvFile:
    """One CSV: UTF-8 with BOM, every cell quoted, formulas neutralised."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.table = table
        self.file: TextIO = (folder / f"{table.name}.csv").open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self.file, quoting=csv.QUOTE_ALL)
        self._writer.writerow([column.header for column in table.columns])

    def add(self, item: object) -> None:
        """Write one row."""
        self._writer.writerow(self.table.row(item))


class JsonlSink:
    """``calls.jsonl``: one verdict a line."""

    def __init__(self, folder: Path, book: Rulebook) -> None:
        self._file = (folder / "calls.jsonl").open("wb")
        self._encoder = msgspec.json.Encoder()

    def add(self, call: Call, verdict: Verdict) -> None:
        """Write one verdict."""
        self._file.write(self._encoder.encode(verdict) + b"\n")

    def skip(self, item: Skipped) -> None:
        """Skipped items have no line here."""

    def finish(self) -> None:
        """Close the file."""
        self._file.close()


class CsvSink:
    """The CSV tables."""

    def __init__(self, folder: Path, book: Rulebook) -> None:
        self._folder, self._book, self._totals = folder, book, Totals()
        self._files = {name: CsvFile(folder, table) for name, table in all_tables(book).items()}

    def add(self, call: Call, verdict: Verdict) -> None:
        """Write the rows of one call."""
        self._totals.add(verdict)
        self._files["calls"].add(verdict)
        parts = (("findings", verdict.findings), ("steps", verdict.steps), ("promises", verdict.promises))
        for name, items in parts:
            for item in items:
                self._files[name].add((verdict, item))

    def skip(self, item: Skipped) -> None:
        """Write one row of ``skipped.csv``."""
        self._files["skipped"].add(item)

    def finish(self) -> None:
        """Write the tables by agent and by rule."""
        agents, rules = CsvFile(self._folder, agents_table(self._book)), CsvFile(self._folder, rules_table(self._book))
        for name in sorted(self._totals.agents):
            agents.add(self._totals.agents[name])
        for row in rule_rows(self._totals, self._book):
            rules.add(row)
        for file in (agents, rules, *self._files.values()):
            file.file.close()


# Sinks are loaded when they are asked for: a run that writes CSV does not import a workbook library.
SINKS = {
    "csv": (__name__, "CsvSink"),
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
    """Takes verdicts one by one and feeds them to the sinks; ``finish`` writes what needs all of them."""

    def __init__(self, folder: Path, book: Rulebook, formats: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.totals = Totals()
        self.skipped = 0
        wanted = set(formats)
        self._sinks: list[Sink] = [
            getattr(import_module(module), sink)(folder, book)
            for name, (module, sink) in SINKS.items()
            if name in wanted
        ]

    def add(self, call: Call, verdict: Verdict) -> None:
        """Feed one call to every sink."""
        self.totals.add(verdict)
        for sink in self._sinks:
            sink.add(call, verdict)

    def skip(self, item: Skipped) -> None:
        """Feed one skipped item to every sink."""
        self.skipped += 1
        for sink in self._sinks:
            sink.skip(item)

    def finish(self) -> None:
        """Let every sink write what needs the whole batch."""
        for sink in self._sinks:
            sink.finish()
