"""Writes the result folder as verdicts stream by: calls.jsonl and the CSV tables."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TextIO

import msgspec

from qa_nlp.records import Call, Skipped, Verdict
from qa_nlp.report.tables import Table, all_tables, neutralised
from qa_nlp.report.totals import Totals, agents_table, rule_rows, rules_table
from qa_nlp.rulebook.book import Rulebook

ROUNDED = msgspec.json.Encoder()


class CsvFile:
    """One CSV: UTF-8 with BOM, every cell quoted, formulas neutralised."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.table = table
        self.file: TextIO = (folder / f"{table.name}.csv").open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self.file, quoting=csv.QUOTE_ALL)
        self._writer.writerow([column.header for column in table.columns])

    def add(self, item: object) -> None:
        """Write one row."""
        self._writer.writerow([neutralised(cell) for cell in self.table.row(item)])


class Writer:
    """Takes verdicts one by one; ``close`` writes the tables that need all of them."""

    def __init__(self, folder: Path, book: Rulebook, formats: Iterable[str]) -> None:
        self.folder, self.book, self.formats = folder, book, set(formats)
        folder.mkdir(parents=True, exist_ok=True)
        self.totals = Totals()
        self.skipped = 0
        self._jsonl = (folder / "calls.jsonl").open("wb") if "jsonl" in self.formats else None
        tables = all_tables(book)
        self._csv = {name: CsvFile(folder, table) for name, table in tables.items()} if "csv" in self.formats else {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close_files()

    def add(self, call: Call, verdict: Verdict) -> None:
        """Write one verdict everywhere."""
        self.totals.add(verdict)
        if self._jsonl:
            self._jsonl.write(ROUNDED.encode(verdict) + b"\n")
        if self._csv:
            self._csv["calls"].add(verdict)
            for name, items in (
                ("findings", verdict.findings),
                ("steps", verdict.steps),
                ("promises", verdict.promises),
            ):
                for item in items:
                    self._csv[name].add((verdict, item))

    def skip(self, item: Skipped) -> None:
        """Record something that was not inspected."""
        self.skipped += 1
        if self._csv:
            self._csv["skipped"].add(item)

    def finish(self) -> None:
        """Write what needs the whole batch."""
        if self._csv:
            agents = CsvFile(self.folder, agents_table(self.book))
            for name in sorted(self.totals.agents):
                agents.add(self.totals.agents[name])
            rules = CsvFile(self.folder, rules_table(self.book))
            for row in rule_rows(self.totals, self.book):
                rules.add(row)
            agents.file.close()
            rules.file.close()
        self._close_files()

    def _close_files(self) -> None:
        if self._jsonl:
            self._jsonl.close()
        for file in self._csv.values():
            file.file.close()
