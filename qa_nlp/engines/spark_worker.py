"""What runs in the Python processes of a Spark cluster: a task's pieces of the input → staged rows.

A staged row holds a chunk of at most ``CHUNK`` items: where each came from, the spool line that the local engine would
have written for them, and pieces of reports that are ready. The last row of a task holds no chunk and says how many items there were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import msgspec
import pyarrow as pa

from qa_nlp.engines.local import CHUNK, Setup, inspect_chunk
from qa_nlp.engines.spark_plan import UNSEEN, Kit, Place, Plan
from qa_nlp.privacy.shield import Shield
from qa_nlp.read.metadata import Metadata, join
from qa_nlp.read.opening import metadata
from qa_nlp.read.pieces import Piece, read_piece, survey
from qa_nlp.read.source import Item
from qa_nlp.records import Call

STAGED = pa.schema(
    [
        ("task", pa.int64()),
        ("items", pa.int64()),
        ("places", pa.binary()),
        ("chunk", pa.binary()),
        ("ready", pa.binary()),
    ]
)
SURVEYED = pa.schema([("task", pa.int64()), ("found", pa.binary())])


Batches = Iterable[pa.RecordBatch]


def survey_tasks(batches: Batches, home: Path, kit: bytes) -> Iterator[pa.RecordBatch]:
    """(task, survey of its one piece) of every task id in ``batches``."""
    plan = _plan(home.parent / msgspec.json.decode(kit, type=Kit).plan)
    for task in _ids(batches):
        (number,) = plan.tasks[task]
        found = msgspec.json.encode(survey(_seen(plan.pieces[number])))
        yield pa.record_batch([[task], [found]], schema=SURVEYED)


def inspect_tasks(
    batches: Batches, home: Path, kit: bytes, mask: bool, key: bytes | None, formats: list[str]
) -> Iterator[pa.RecordBatch]:
    """The staged rows of every task id in ``batches``, one a batch; memory holds one chunk."""
    names = msgspec.json.decode(kit, type=Kit)
    lexicons = home / names.lexicons if names.lexicons else None
    setup = Setup(names.profile, lexicons, home / names.model, Shield(mask, key))
    plan = _plan(home.parent / names.plan)
    table = _table(home / names.meta) if names.meta else {}
    for task in _ids(batches):
        count = 0
        items = _items(plan, task, table)
        while chunk := list(islice(items, CHUNK)):
            count += len(chunk)
            places = msgspec.json.encode([place for place, _ in chunk])
            line, ready = inspect_chunk([item for _, item in chunk], setup, formats)
            pieces = msgspec.msgpack.encode(ready)
            yield pa.record_batch([[task], [count], [places], [line], [pieces]], schema=STAGED)
        yield pa.record_batch([[task], [count], [b"[]"], [None], [None]], schema=STAGED)


def _items(plan: Plan, task: int, table: Metadata) -> Iterator[tuple[Place, Item]]:
    for number in plan.tasks[task]:
        for line, item in read_piece(_seen(plan.pieces[number])):
            if not isinstance(item, Call):
                yield Place(number, line, None), item
                continue
            yield Place(number, line, item.call_id), join(item, table) if table else item


def _ids(batches: Batches) -> Iterator[int]:
    for batch in batches:
        yield from batch.column(0).to_pylist()


def _seen(piece: Piece) -> Piece:
    """The piece. A node that does not see its file must not report it as broken.

    Raises:
        RuntimeError: ends the job with a message that the driver turns into advice.
    """
    if not piece.visible():
        raise RuntimeError(f"{UNSEEN} {piece.shown}")
    return piece


@cache
def _plan(path: Path) -> Plan:
    return msgspec.json.decode(path.read_bytes(), type=Plan)


@cache
def _table(path: Path) -> Metadata:
    return metadata(path, [])
