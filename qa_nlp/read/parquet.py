"""Parquet tables, through pyarrow when it is installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from qa_nlp.read.rows import Row, RowsError, cell_text
from qa_nlp.read.source import Placed, Source
from qa_nlp.read.tables import table_calls

MAX_GROUP = 2 << 30
BATCH = 4096


def read_parquet(source: Source) -> Iterator[Placed]:
    """The calls of a Parquet file, one row a turn or one row a call (text, or a list column ``turns``)."""
    try:
        import_module("pyarrow.parquet")
    except ImportError:
        yield None, source.skip("读 Parquet 需要 pyarrow，还没有安装", "运行 pip install pyarrow，或改存为 CSV")
        return
    yield from table_calls(source, lambda: parquet_rows(source))


def parquet_rows(source: Source, start: int = 0, stop: int | None = None) -> Iterator[Row]:
    """(row number, cells) with the names of the columns first; lists and objects as JSON.

    Only the rows ``start`` to ``stop`` (exclusive, from 0), under the numbers that they have in the whole file.

    Raises:
        RowsError: when the file is damaged or one of its groups is too large.
    """
    pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")
    try:
        with pq.ParquetFile(source.path) as file:
            groups = [file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups)]
            if max(groups, default=0) > MAX_GROUP:
                raise RowsError("Parquet 的一个分组解压后太大，没有读", "请把行组（row group）写得小一些")
            names = list(file.schema_arrow.names)
            yield 1, names
            first, wanted = _groups(file.metadata, start, stop)
            number = first + 1
            for batch in file.iter_batches(batch_size=BATCH, row_groups=wanted):
                for record in batch.to_pylist():
                    number += 1
                    if stop is not None and number - 2 >= stop:
                        return
                    if number - 2 >= start:
                        yield number, [_cell(record.get(name)) for name in names]
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise RowsError(f"Parquet 文件读不出来（{type(error).__name__}）", "多半是文件不完整，请重新导出") from error


def _groups(metadata: Any, start: int, stop: int | None) -> tuple[int, list[int]]:
    """The first row of, and the row groups that hold any of the rows ``start`` to ``stop``."""
    first = before = 0
    wanted: list[int] = []
    for number in range(metadata.num_row_groups):
        after = before + metadata.row_group(number).num_rows
        if after > start and (stop is None or before < stop):
            first = first if wanted else before
            wanted.append(number)
        before = after
    return first, wanted


def _cell(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return cell_text(value)
