"""What the waves of a batch on Spark leave on disk: staged rows, the same after an interruption."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from qa_nlp.engines.spark_plan import Place, Plan
from qa_nlp.errors import Problem, UsageError
from qa_nlp.privacy.shield import Shield
from qa_nlp.read.once import Once
from qa_nlp.spool import Chunk, Left, decoded


class Row(NamedTuple):
    """One chunk of a task with the place of each item and what is ready of it for the reports.

    At the task's end ``chunk`` and ``ready`` are None, ``items`` is the number of items.
    """

    task: int
    items: int
    places: bytes
    chunk: bytes | None
    ready: bytes | None


def kept_plan(plan: Plan, folder: Path, resume: bool) -> Plan:
    """The plan to go by: the earlier one where its waves can be used, else this, with the folder emptied."""
    path = folder / "plan.json"
    if resume and path.exists():
        try:
            earlier = msgspec.json.decode(path.read_bytes(), type=Plan)
        except msgspec.DecodeError:
            earlier = None
        if earlier and replace(earlier, wave=plan.wave) == plan:
            return earlier
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path.write_bytes(msgspec.json.encode(plan))
    return plan


def finished(folder: Path) -> bool:
    """Whether Spark completed a wave."""
    return (folder / "_SUCCESS").exists()


def staged_rows(folder: Path, tasks: range) -> Iterator[Row]:
    """The staged rows of a finished wave in order; every task must have come to its end.

    Raises:
        UsageError: when rows are missing, for then the nodes wrote to disks of their own.
    """
    expected = iter(tasks)
    task = next(expected, -1)
    for row in _rows(folder, ("task", "items", "places", "chunk", "ready")):
        if row[0] != task:
            raise _scattered(folder)
        yield Row(*row)
        if row[3] is None:
            task = next(expected, -1)
    if task != -1:
        raise _scattered(folder)


def staged_items(folder: Path, tasks: range) -> int:
    """How many items a wave of an earlier run holds; 0 when it is not finished."""
    if not finished(folder):
        return 0
    most = dict.fromkeys(tasks, 0)
    for task, items in _rows(folder, ("task", "items")):
        most[task] = max(items, most.get(task, 0))
    return sum(most.values())


def _rows(folder: Path, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    parquet: Any = import_module("pyarrow.parquet")
    for part in sorted(folder.glob("part-*"), key=lambda path: int(path.name.split("-")[1])):
        with parquet.ParquetFile(part, pre_buffer=False, buffer_size=1 << 20) as file:
            for batch in file.iter_batches(batch_size=1, columns=list(columns)):
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def first_only(row: Row, plan: Plan, once: Once, shield: Shield) -> Chunk:
    """The chunk, calls of ids that came before turned into skipped items."""
    records = []
    for place, record in zip(
        msgspec.json.decode(row.places, type=list[Place]), decoded(row.chunk or b"[]"), strict=True
    ):
        again = place.call_id is not None and once.again(place.call_id, place.line, plan.pieces[place.piece].source)
        records.append(Left(shield.skipped(again)) if again else record)
    return Chunk(tuple(records), msgspec.msgpack.decode(row.ready or b"\x90"))


def _scattered(folder: Path) -> UsageError:
    advice = "把结果放在各节点以同一路径都能读写的共享文件夹（如 NFS），或用 --master local[*]"
    return UsageError(Problem("S009", str(folder.parent.parent), "工作节点写的结果这里看不到", advice))
