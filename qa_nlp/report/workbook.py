"""The workbook: ``report.xlsx`` with key figures, charts, and every table as a sheet with links between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from qa_nlp.records import Skipped
from qa_nlp.report.entry import Entry
from qa_nlp.report.figures import Figures, compared
from qa_nlp.report.naming import in_order
from qa_nlp.report.overview import Limits, write_overview
from qa_nlp.report.sheet_rows import CALL_ID, MISSING, listed_tables
from qa_nlp.report.sheets import Sheet, formats_of
from qa_nlp.report.tables import Column, Table, all_tables
from qa_nlp.report.totals import AgentTotal, agents_table, rule_rows, rules_table
from qa_nlp.rulebook.book import Rulebook

NAME = "report.xlsx"
# About 200 bytes and 10 µs a cell: past this (some 4,000 calls) the rest is left to the CSV tables.
CELLS = 400_000
MADE = datetime(2000, 1, 1)
SHEETS = {
    "calls": "通话", "findings": "问题", "steps": "步骤", "agents": "坐席", "teams": "班组", "rules": "规则",
    "promises": "承诺", "skipped": "跳过",
}  # fmt: skip


class WorkbookSink:
    """Takes calls one by one; ``finish`` writes the file. The same input gives the same bytes.

    Calls are listed in the order of the input until ``cells`` cells are filled or a sheet is as
    long as Excel allows; from then on it is ``full``, they only count, and the first sheet says so.
    """

    def __init__(self, folder: Path, book: Rulebook, figures: Figures, cells: int = CELLS) -> None:
        self.book, self.figures, self.room = book, figures, cells
        self.listed = 0
        self.full = False
        self._file = Workbook(str(folder / NAME))
        self._file.set_properties({"title": "通话质检报告", "created": MADE})
        formats = formats_of(self._file)
        self._overview = self._file.add_worksheet("总览")
        tables = _tables(book, figures.everyone)
        self._sheets = {name: Sheet(self._file, SHEETS[name], tables[name], formats) for name in SHEETS}
        self._filled = [self._sheets[name] for name in listed_tables(book)]

    def add(self, entry: Entry) -> None:
        """List one call."""
        if self.full:
            return
        parts = entry.piece("xlsx")
        cells = sum(len(rows) * len(sheet.headers) for sheet, rows in zip(self._filled, parts, strict=True))
        if cells > self.room or not all(s.room_for(len(rows)) for s, rows in zip(self._filled, parts, strict=True)):
            self.full = True
            return
        self.room -= cells
        self.listed += 1
        self._link(entry, *map(len, parts[1:]))
        for sheet, rows in zip(self._filled, parts, strict=True):
            for row in rows:
                sheet.append(row)

    def skip(self, item: Skipped) -> None:
        """List something that was not inspected."""
        sheet = self._sheets["skipped"]
        if self.room > 0 and sheet.room_for(1):
            self.room -= len(sheet.headers)
            sheet.add(item)

    def finish(self) -> None:
        """Write the summaries and close the file."""
        totals = self.figures.totals
        for name in sorted(totals.agents, key=in_order):
            self._sheets["agents"].add(totals.agents[name])
        for name in sorted(self.figures.teams, key=in_order):
            self._sheets["teams"].add(self.figures.teams[name])
        for row in rule_rows(totals, self.book):
            self._sheets["rules"].add(row)
        for sheet in self._sheets.values():
            sheet.close()
        limits = Limits(self.listed, self._sheets["skipped"].next - 2)
        write_overview(self._file, self._overview, self.figures, limits, self.book)
        self._file.close()

    def _link(self, entry: Entry, findings: int, steps: int, promises: int) -> None:
        """Links between the next call and its parts, of which there are so many."""
        calls, *others = self._filled
        if findings:
            calls.link(CALL_ID, calls.next, self._sheets["findings"], self._sheets["findings"].next)
        if steps and any(step.verdict == "violation" for step in entry.counted.steps):
            calls.link(MISSING, calls.next, self._sheets["steps"], self._sheets["steps"].next)
        for sheet, count in zip(others, (findings, min(1, steps), promises), strict=True):
            for row in range(sheet.next, sheet.next + count):
                sheet.link(CALL_ID, row, calls, calls.next)


def _tables(book: Rulebook, everyone: AgentTotal) -> dict[str, Table]:
    agents = _compared(agents_table(book), everyone)
    others = {
        "agents": agents,
        "teams": _teams(agents),
        "rules": rules_table(book),
        "skipped": all_tables(book)["skipped"],
    }
    return listed_tables(book) | others


def _teams(agents: Table) -> Table:
    columns = tuple(column for column in agents.columns if column.header != "坐席")
    return Table("teams", "每个班组一行", columns)


def _compared(agents: Table, everyone: AgentTotal) -> Table:
    """The table with a column that says whether a mean lies apart from the mean of all calls."""
    column = Column("与全批相比", "95% 区间不重叠才说高于、低于", lambda a: compared(a, everyone))
    place_of = [c.header for c in agents.columns].index("平均分区间±") + 1
    return replace(agents, columns=(*agents.columns[:place_of], column, *agents.columns[place_of:]))
