"""Rows of the parts of a verdict as text, column by column: most cells of a batch are ones that were made before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from qa_nlp.records import Verdict
from qa_nlp.report.tables import Cell, Table

# How a report writes a cell: its column's place in the table and its value → text.
Write = Callable[[int, object], str]
MOST = 4_096


class PartRows:
    """Makes the cells of each part's own columns of one table, joined."""

    def __init__(self, table: Table, write: Write) -> None:
        own = [*enumerate(table.columns)][table.shared :]
        self._fields: list[_Own | _Known] = []
        for by, columns in groupby(own, key=lambda column: column[1].by):
            cells = [(place, column.cell) for place, column in columns]
            self._fields += [_Known(by, cells, write)] if by else [_Own(*cell, write) for cell in cells]

    def __call__(self, verdict: Verdict, parts: Sequence[object]) -> Iterable[str]:
        """What follows the shared cells, for each part."""
        return map("".join, zip(*[field(verdict, parts) for field in self._fields], strict=True)) if parts else ()


class _Own:
    """One column whose cells are made anew for each part."""

    def __init__(self, place: int, cell: Cell, write: Write) -> None:
        self._place, self._cell, self._write = place, cell, write

    def __call__(self, verdict: Verdict, parts: Sequence[object]) -> list[str]:
        place, cell, write = self._place, self._cell, self._write
        return [write(place, cell(verdict, part)) for part in parts]


class _Known:
    """Columns side by side that follow from the same few attributes: their text is kept by the values of these."""

    def __init__(self, by: tuple[str, ...], cells: Sequence[tuple[int, Cell]], write: Write) -> None:
        self._key, self._cells, self._write = attrgetter(*by), cells, write
        self._texts: dict[object, str] = {}

    def __call__(self, verdict: Verdict, parts: Sequence[object]) -> list[str]:
        texts, keys = self._texts, list(map(self._key, parts))
        try:
            return [texts[key] for key in keys]
        except KeyError:
            self._learn(verdict, zip(keys, parts, strict=True))
            return [texts[key] for key in keys]

    def _learn(self, verdict: Verdict, parts: Iterable[tuple[object, object]]) -> None:
        if len(self._texts) > MOST:
            self._texts.clear()
        for key, part in parts:
            if key not in self._texts:
                self._texts[key] = "".join(self._write(place, cell(verdict, part)) for place, cell in self._cells)
