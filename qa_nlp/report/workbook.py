"""The workbook: ``report.xlsx`` with key figures, charts, and every table as a sheet with links between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from qa_nlp.records import Call, Skipped, Verdict
from qa_nlp.report.figures import Figures, compared
from qa_nlp.report.naming import in_order, missing_names, step_name
from qa_nlp.report.overview import Limits, write_overview
from qa_nlp.report.sheets import Formats, Sheet, formats_of, place
from qa_nlp.report.tables import Column, Table, all_tables
from qa_nlp.report.totals import AgentTotal, agents_table, rule_rows, rules_table
from qa_nlp.rulebook.book import Rulebook

NAME = "report.xlsx"
# About 200 bytes and 10 µs a cell: past this (some 4,000 calls) the rest is left to the CSV tables.
CELLS = 400_000
MADE = datetime(2000, 1, 1)
# What somebody has to look at; steps that were done would be most of the sheet.
OPEN = ("violation", "insufficient")
SHEETS = {
    "calls": "通话", "findings": "问题", "steps": "步骤", "agents": "坐席", "teams": "班组", "rules": "规则",
    "promises": "承诺", "skipped": "跳过",
}  # fmt: skip


class WorkbookSink:
    """Takes verdicts one by one; ``finish`` writes the file. The same input gives the same bytes.

    Calls are listed in the order of the input until ``cells`` cells are filled or a sheet is as
    long as Excel allows; from then on they only count, and the first sheet says so.
    """

    def __init__(self, folder: Path, book: Rulebook, cells: int = CELLS) -> None:
        self.book, self.room = book, cells
        self.figures = Figures()
        self.listed = 0
        self._full = False
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._file = Workbook(str(folder / NAME), options)
        self._file.set_properties({"title": "通话质检报告", "created": MADE})
        self._formats = formats_of(self._file)
        self._overview = self._file.add_worksheet("总览")
        self._sheets = _sheets(self._file, book, self._formats, self.figures.everyone)

    def add(self, call: Call, verdict: Verdict) -> None:
        """List one verdict and count it."""
        self.figures.add(verdict)
        steps = [step for step in verdict.steps if step.need and step.verdict in OPEN]
        rows = {"calls": 1, "findings": len(verdict.findings), "steps": len(steps), "promises": len(verdict.promises)}
        cells = sum(count * len(self._sheets[name].headers) for name, count in rows.items())
        if self._full or cells > self.room or not all(self._sheets[n].room_for(c) for n, c in rows.items()):
            self._full = True
            return
        self.room -= cells
        self.listed += 1
        self._list("steps", verdict, steps)
        self._list("findings", verdict, verdict.findings)
        self._list("promises", verdict, verdict.promises)
        back = {
            "通话编号": place("问题", self._sheets["findings"].row - len(verdict.findings)) if verdict.findings else "",
            "缺少步骤": place("步骤", self._sheets["steps"].row - len(steps)) if steps else "",
        }
        self._sheets["calls"].add(verdict, back)

    def skip(self, item: Skipped) -> None:
        """List something that was not inspected."""
        self.figures.skip(item)
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
        limits = Limits(self.listed, self._sheets["skipped"].row - 1)
        write_overview(self._file, self._overview, self.figures, limits, self.book)
        self._file.close()

    def _list(self, name: str, verdict: Verdict, items: Sequence[object]) -> None:
        target = place("通话", self._sheets["calls"].row)
        for item in items:
            # Steps are many: one link back a call keeps within Excel's number of links.
            linked = name != "steps" or item is items[0]
            self._sheets[name].add((verdict, item), {"通话编号": target} if linked else None)


def _sheets(file: Workbook, book: Rulebook, formats: Formats, everyone: AgentTotal) -> dict[str, Sheet]:
    shipped = all_tables(book)
    agents = _compared(agents_table(book), everyone)
    tables = {
        "calls": _replaced(shipped["calls"], 缺少步骤=lambda v: "、".join(missing_names(v.steps, book))),
        "findings": shipped["findings"],
        "steps": _replaced(shipped["steps"], 步骤=lambda p: step_name(p[1].step, book)),
        "agents": agents,
        "teams": _teams(agents),
        "rules": rules_table(book),
        "promises": shipped["promises"],
        "skipped": shipped["skipped"],
    }
    return {name: Sheet(file.add_worksheet(SHEETS[name]), table, formats) for name, table in tables.items()}


def _replaced(table: Table, **cells: object) -> Table:
    """The table with some cells made otherwise."""
    columns = [replace(c, cell=cells[c.header]) if c.header in cells else c for c in table.columns]  # type: ignore[arg-type]
    return replace(table, columns=tuple(columns))


def _teams(agents: Table) -> Table:
    columns = tuple(column for column in agents.columns if column.header != "坐席")
    return Table("teams", "每个班组一行", columns)


def _compared(agents: Table, everyone: AgentTotal) -> Table:
    """The table with a column that says whether a mean lies apart from the mean of all calls."""
    column = Column("与全批相比", "95% 区间不重叠才说高于、低于", lambda a: compared(a, everyone))
    place_of = [c.header for c in agents.columns].index("平均分区间±") + 1
    return replace(agents, columns=(*agents.columns[:place_of], column, *agents.columns[place_of:]))
