"""The CSV tables on disk: the rows of a call as bytes, and the files that take them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qa_nlp.records import Call, Skipped, Verdict
from qa_nlp.report.entry import Entry
from qa_nlp.report.figures import Figures
from qa_nlp.report.part_rows import PartRows
from qa_nlp.report.tables import RUN, Table, all_tables, neutralised, text_of, texts
from qa_nlp.report.totals import agents_table, rule_rows, rules_table
from qa_nlp.rulebook.book import Rulebook

BOM = b"\xef\xbb\xbf"
# The files that calls add rows to, in the order in which a piece holds their rows.
FILES = ("calls", "findings", "steps", "promises")


def csv_line(values: Iterable[object]) -> str:
    """A line of a CSV file with every cell quoted and formulas neutralised."""
    return csv_cells(values) + "\r\n"


def csv_cells(values: Iterable[object]) -> str:
    """Cells side by side."""
    cells = texts(values)
    line = '","'.join(cells)
    if line.count('"') != 2 * (len(cells) - 1):
        line = '","'.join(cell.replace('"', '""') for cell in cells)
    return f'"{line}"'


class CsvRows:
    """Makes the rows of one call: the bytes that each of ``FILES`` gets."""

    def __init__(self, book: Rulebook) -> None:
        tables = all_tables(book)
        self._calls = tables["calls"]
        self._parts = [(tables[name], PartRows(tables[name], _following)) for name in FILES[1:]]

    def __call__(self, call: Call, verdict: Verdict) -> list[bytes]:
        """Rows of the call, its findings, its steps and its promises."""
        rows = [csv_line(self._calls.values(verdict)).encode()]
        parts = (verdict.findings, verdict.steps, verdict.promises)
        for (table, own_cells), items in zip(self._parts, parts, strict=True):
            start = csv_cells(table.shared_values(verdict)) if items else ""
            rows.append("".join([f"{start}{cells}\r\n" for cells in own_cells(verdict, items)]).encode())
        return rows


def _following(place: int, value: object) -> str:
    """A cell that is not the first of its row."""
    text = value if type(value) is str else text_of(value)
    if text[:1] in RUN or '"' in text:
        text = neutralised(text).replace('"', '""')
    return f',"{text}"'


class CsvFile:
    """One CSV: UTF-8 with BOM."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.table = table
        self.file = (folder / f"{table.name}.csv").open("wb")
        self.file.write(BOM + csv_line(table.headers).encode())

    def add(self, item: object) -> None:
        """Write one row."""
        self.file.write(csv_line(self.table.values(item)).encode())


class CsvSink:
    """The CSV tables."""

    def __init__(self, folder: Path, book: Rulebook, figures: Figures) -> None:
        self._folder, self._book, self._figures = folder, book, figures
        self._files = {name: CsvFile(folder, table) for name, table in all_tables(book).items()}

    def add(self, entry: Entry) -> None:
        """Write the rows of one call."""
        for name, rows in zip(FILES, entry.piece("csv"), strict=True):
            self._files[name].file.write(rows)

    def skip(self, item: Skipped) -> None:
        """Write one row of ``skipped.csv``."""
        self._files["skipped"].add(item)

    def finish(self) -> None:
        """Write the tables by agent and by rule."""
        totals = self._figures.totals
        self._whole(agents_table(self._book), (totals.agents[name] for name in sorted(totals.agents)))
        self._whole(rules_table(self._book), rule_rows(totals, self._book))
        for file in self._files.values():
            file.file.close()

    def _whole(self, table: Table, rows: Iterable[object]) -> None:
        file = CsvFile(self._folder, table)
        for row in rows:
            file.add(row)
        file.file.close()
