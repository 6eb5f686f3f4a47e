"""Where a batch runs on this machine: worker processes, results in input order, never more than a few ahead."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path

from qa_nlp.inspector import Inspector
from qa_nlp.model.store import load_model
from qa_nlp.privacy.shield import Shield
from qa_nlp.process import calm
from qa_nlp.records import Call, Skipped, Verdict
from qa_nlp.repeats import KEYS
from qa_nlp.rulebook.load import load_book
from qa_nlp.spool import Done, Left, Record, encoded

CHUNK = 64
AHEAD = 4
# So many chunks are done before a process has started and loaded the rulebook.
SMALL = 4
# A linear model on 64 calls is too small for threads; they would only fight over the cores.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Setup:
    """What a worker needs to build its inspector; small and picklable."""

    profile: str
    lexicons: Path | None
    model: Path
    shield: Shield = field(default_factory=Shield)


def run(
    items: Iterable[Call | Skipped], setup: Setup, jobs: int, inspector: Inspector | None = None
) -> Iterator[bytes]:
    """Inspect calls lazily; one spool line a chunk, in the order of the input whatever the number of processes.

    At most ``AHEAD`` chunks a process are under way, however slowly the lines are taken. A small batch runs in this
    process whatever ``jobs`` says, with ``inspector`` where the caller has one of this ``setup`` already.
    """
    chunks = _chunks(items)
    first = list(islice(chunks, SMALL)) if jobs > 1 else []
    if len(first) < SMALL:
        yield from (inspect_chunk(chunk, setup, inspector) for chunk in chain(first, chunks))
        return
    chunks = chain(first, chunks)
    # Imported here: a run in one process needs none of it. A pool of its own, not loky's shared one:
    # joblib.Parallel cannot take over a shared pool that somebody else opened.
    from joblib.externals.loky import ProcessPoolExecutor

    pool = ProcessPoolExecutor(max_workers=jobs, env=THREADS, initializer=_end_with_parent)
    waiting = deque(pool.submit(inspect_chunk, chunk, setup) for chunk in islice(chunks, AHEAD * jobs))
    try:
        while waiting:
            line = waiting.popleft().result()
            waiting.extend(pool.submit(inspect_chunk, chunk, setup) for chunk in islice(chunks, 1))
            yield line
    except BaseException:
        pool.shutdown(wait=False, kill_workers=True)
        raise
    pool.shutdown()


def _end_with_parent() -> None:
    """In a worker: end when the run that started it was killed and could not say so."""
    calm()
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def inspect_chunk(chunk: list[Call | Skipped], setup: Setup, inspector: Inspector | None = None) -> bytes:
    """Inspect one chunk in this process; a call that breaks the program is skipped, not lost."""
    inspector = inspector or _inspector(setup)
    calls = [item for item in chunk if isinstance(item, Call)]
    try:
        verdicts = dict(zip(map(id, calls), inspector.inspect(calls), strict=True))
    except Exception:
        verdicts = {}
    records = [_one(item, verdicts, inspector, setup.shield) for item in chunk]
    return encoded(tuple(records))


def _one(item: Call | Skipped, verdicts: dict[int, Verdict], inspector: Inspector, shield: Shield) -> Record:
    if isinstance(item, Skipped):
        return Left(shield.skipped(item))
    try:
        verdict = verdicts.get(id(item)) or inspector.inspect([item])[0]
        return _shown(item, verdict, shield)
    except Exception as error:
        reason = f"检查时出错：{type(error).__name__}: {error}"
        advice = "这是程序的缺陷，请把这通电话的文本（隐去个人信息）发给维护者"
        return Left(shield.skipped(Skipped("", None, item.call_id, reason, advice)))


def _shown(call: Call, verdict: Verdict, shield: Shield) -> Done:
    links = {
        key: blake2b(str(value).encode(), digest_size=16).hexdigest() for key in KEYS if (value := call.meta.get(key))
    }
    shown, covered = shield.shown(call, verdict)
    return Done(shown, covered, links)  # type: ignore[arg-type]  # encodes as a ShownVerdict, plain findings included


@cache
def _inspector(setup: Setup) -> Inspector:
    return Inspector(load_book(setup.profile, setup.lexicons), load_model(setup.model))


def _chunks(items: Iterable[Call | Skipped]) -> Iterator[list[Call | Skipped]]:
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
