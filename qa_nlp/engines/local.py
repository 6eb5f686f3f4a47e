"""Where a batch runs on this machine: worker processes, results in input order, never more than a few ahead."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw

from qa_nlp.engines.handover import put, take
from qa_nlp.inspector import Inspector
from qa_nlp.model.store import load_model
from qa_nlp.privacy.shield import Shield
from qa_nlp.process import NUMPY, calm
from qa_nlp.records import Call, Skipped, Verdict
from qa_nlp.repeats import links
from qa_nlp.report.pieces import WHOLE, Makers
from qa_nlp.rulebook.load import load_book
from qa_nlp.spool import Done, Inspected, Left, Record, encoded

CHUNK = 64
# Chunks for each process: read and not yet taken; waiting for one of the others.
AHEAD, QUEUED = 6, 4
# A batch of fewer chunks is done here before another process has started and loaded the rulebook.
SMALL = 10
# Chunks done here before this process is copied: most expressions are compiled by then, for the copies too.
WARM = 2
# Seconds that the threads of a broken pool have to end.
LAST_WORDS = 2.0
# Seconds between two looks whether the parent still lives; a copy holds the parent's files, its locks among them.
WATCH = 0.3
_ENCODER = msgspec.json.Encoder()
# What a copied process has from the one that it was copied from.
_COPIED: dict[Setup, Bench] = {}


@dataclass(frozen=True)
class Setup:
    """What a worker needs to build its inspector; small and picklable."""

    profile: str
    lexicons: Path | None
    model: Path
    shield: Shield = field(default_factory=Shield)


def run(
    items: Iterable[Call | Skipped],
    setup: Setup,
    jobs: int,
    inspector: Inspector | None = None,
    formats: Callable[[], frozenset[str]] = frozenset,
    folder: Path | None = None,
) -> Iterator[Inspected]:
    """Inspect calls lazily, chunk by chunk in the order of the input whatever the number of processes.

    This process is one of the ``jobs``: it begins while the others start and lends a hand whenever the next result is
    not there yet. Where it can be copied (``_forking``), the others start as its copies, with all that it has loaded. At most ``AHEAD`` chunks a process are under way, however slowly they are taken. A small batch runs
    in this process alone, whatever ``jobs`` says. ``inspector`` is used here where the caller has one of this ``setup``
    already. ``formats`` tells of which reports pieces are to be ready; it is asked again for every chunk. ``folder`` is
    where results are handed over, see ``handover``; it is made, emptied and removed again. None: through the pipe.
    """
    chunks = _chunks(items)
    bench = Bench(inspector, setup.shield) if inspector else _bench(setup)
    first: list[list[Call | Skipped]] = list(islice(chunks, SMALL)) if jobs > 1 else []
    if len(first) < SMALL:
        yield from (bench.inspect(chunk, formats(), here=True) for chunk in chain(first, chunks))
        return
    # Imported here: a run in one process needs none of it. A pool of its own, not loky's shared one:
    # joblib.Parallel cannot take over a shared pool that somebody else opened.
    from joblib.externals.loky import ProcessPoolExecutor

    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    waiting: deque[Future[Inspected | Path] | Inspected] = deque()
    warm: list[Inspected] = []
    copied = _forking()
    if copied:
        warm = [bench.inspect(chunk, formats(), here=True) for chunk in first[:WARM]]
        _COPIED[setup] = bench
    pool = ProcessPoolExecutor(max_workers=jobs - 1, context=copied, env=NUMPY, initializer=_end_with_parent)

    def send() -> None:
        under_way = sum(isinstance(result, Future) and not result.done() for result in waiting)
        room = min(QUEUED * (jobs - 1) - under_way, AHEAD * jobs - len(waiting))
        waiting.extend(
            pool.submit(_inspected, chunk, setup, formats(), folder) for chunk in islice(chunks, max(0, room))
        )

    hook, threading.excepthook = threading.excepthook, _untold
    try:
        send()
        yield from warm
        for chunk in first[len(warm) :]:
            yield bench.inspect(chunk, formats(), here=True)
        while waiting:
            send()
            head = waiting[0]
            while isinstance(head, Future) and not head.done() and len(waiting) < AHEAD * jobs:
                more = next(chunks, None)
                if more is None:
                    break
                waiting.append(bench.inspect(more, formats(), here=True))
                send()
            waiting.popleft()
            result = head.result() if isinstance(head, Future) else head
            yield take(result) if isinstance(result, Path) else result
    except BaseException as error:
        # A broken pool ends itself; its threads are given the time to do so unheard.
        if not isinstance(error, BrokenExecutor):
            pool.shutdown(wait=False, kill_workers=True)
        for thread in filter(_of_pool, threading.enumerate()):
            thread.join(LAST_WORDS)
        raise
    finally:
        _COPIED.pop(setup, None)
        threading.excepthook = hook
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
    pool.shutdown()


def _forking() -> BaseContext | None:
    """Copying this process is safe on Linux alone, and only while no other thread can hold a lock; else None."""
    alone = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork") if alone else None


def _untold(args: threading.ExceptHookArgs) -> None:
    """A thread of loky may stumble over work that was sent while a worker died; the run tells of the death itself."""
    if args.thread is None or not _of_pool(args.thread):
        threading.__excepthook__(args)


def _of_pool(thread: threading.Thread) -> bool:
    return "Executor" in thread.name


def _end_with_parent() -> None:
    """In a worker: end when the run that started it was killed and could not say so; Ctrl-C is for that run to answer."""
    calm()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def inspect_chunk(chunk: list[Call | Skipped], setup: Setup, formats: Iterable[str]) -> Inspected:
    """Inspect one chunk in this process, which loads what ``setup`` names once."""
    return (_COPIED.get(setup) or _bench(setup)).inspect(chunk, formats)


def _inspected(
    chunk: list[Call | Skipped], setup: Setup, formats: Iterable[str], folder: Path | None
) -> Inspected | Path:
    result = inspect_chunk(chunk, setup, formats)
    return put(result, folder) if folder else result


@cache
def _bench(setup: Setup) -> Bench:
    return Bench(Inspector(load_book(setup.profile, setup.lexicons), load_model(setup.model)), setup.shield)


class Bench:
    """What a process needs to inspect chunks and to make of them what the reports take."""

    def __init__(self, inspector: Inspector, shield: Shield) -> None:
        self._inspector, self._shield = inspector, shield
        self._makers = Makers(inspector.book)

    def inspect(self, chunk: list[Call | Skipped], formats: Iterable[str], here: bool = False) -> Inspected:
        """Inspect one chunk; a call that breaks the program is skipped, not lost.

        ``here``: the reports are written in this very process, which then need not decode what it has encoded.
        """
        calls = [item for item in chunk if isinstance(item, Call)]
        try:
            verdicts = dict(zip(map(id, calls), self._inspector.inspect(calls), strict=True))
        except Exception:
            verdicts = {}
        records, ready = zip(*(self._one(item, verdicts, formats, here) for item in chunk), strict=True)
        return Inspected(encoded(records), ready)

    def _one(
        self, item: Call | Skipped, verdicts: dict[int, Verdict], formats: Iterable[str], here: bool
    ) -> tuple[Record, Mapping[str, Any]]:
        shield = self._shield
        if isinstance(item, Skipped):
            return Left(shield.skipped(item)), {}
        try:
            call, verdict = shield.shown(item, verdicts.get(id(item)) or self._inspector.inspect([item])[0])
            done = Done(Raw(_ENCODER.encode(call)), Raw(_ENCODER.encode(verdict)), links(item.meta))
            ready = self._makers.ready(call, verdict, formats)
            return done, ready | {WHOLE: (call, verdict)} if here else ready
        except Exception as error:
            reason = f"检查时出错：{type(error).__name__}: {error}"
            advice = "这是程序的缺陷，请把这通电话的文本（隐去个人信息）发给维护者"
            return Left(shield.skipped(Skipped("", None, item.call_id, reason, advice))), {}


def _chunks(items: Iterable[Call | Skipped]) -> Iterator[list[Call | Skipped]]:
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
