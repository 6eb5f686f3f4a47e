"""Where a batch runs on this machine: joblib processes, results in input order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from joblib import Parallel, delayed

from qa_nlp.inspector import Inspector
from qa_nlp.model.store import load_model
from qa_nlp.records import Call, Skipped, Verdict
from qa_nlp.rulebook.load import load_book

CHUNK = 64


@dataclass(frozen=True)
class Setup:
    """What a worker needs to build its inspector; small and picklable."""

    profile: str
    lexicons: Path | None
    model: Path


Item = tuple[Call, Verdict] | Skipped


def run(items: Iterable[Call | Skipped], setup: Setup, jobs: int) -> Iterator[Item]:
    """Inspect calls lazily; yields in the order of the input whatever the number of processes."""
    chunks = _chunks(items)
    if jobs <= 1:
        for chunk in chunks:
            yield from inspect_chunk(chunk, setup)
        return
    pool = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="3*n_jobs", batch_size=1)
    for results in pool(delayed(inspect_chunk)(chunk, setup) for chunk in chunks):
        yield from results


def inspect_chunk(chunk: list[Call | Skipped], setup: Setup) -> list[Item]:
    """Inspect one chunk in this process; a call that breaks the program is skipped, not lost."""
    inspector = _inspector(setup)
    calls = [item for item in chunk if isinstance(item, Call)]
    try:
        verdicts = dict(zip(map(id, calls), inspector.inspect(calls), strict=True))
    except Exception:
        verdicts = {}
    return [item if isinstance(item, Skipped) else _one(item, verdicts, inspector) for item in chunk]


def _one(call: Call, verdicts: dict[int, Verdict], inspector: Inspector) -> Item:
    verdict = verdicts.get(id(call))
    if verdict is not None:
        return call, verdict
    try:
        return call, inspector.inspect([call])[0]
    except Exception as error:
        reason = f"检查时出错：{type(error).__name__}: {error}"
        return Skipped("", None, call.call_id, reason, "这是程序的缺陷，请把这通电话的文本（隐去个人信息）发给维护者")


@cache
def _inspector(setup: Setup) -> Inspector:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    return Inspector(load_book(setup.profile, setup.lexicons), load_model(setup.model))


def _chunks(items: Iterable[Call | Skipped]) -> Iterator[list[Call | Skipped]]:
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
