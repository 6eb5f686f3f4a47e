"""A whole batch: read, inspect, write. The result folder appears whole or not at all."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qa_nlp import __version__
from qa_nlp.engines.local import Setup, run
from qa_nlp.errors import Problem, UsageError
from qa_nlp.model.store import load_model
from qa_nlp.read import open_calls
from qa_nlp.records import Skipped
from qa_nlp.repeats import Repeats
from qa_nlp.report.totals import Totals
from qa_nlp.report.writer import Writer
from qa_nlp.rulebook.load import load_book

FORMATS = ("csv", "jsonl")
MARK = "run.json"


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    folder: Path
    calls: int
    skipped: int
    totals: Totals


def score_batch(
    paths: Sequence[Path],
    out: Path,
    setup: Setup,
    *,
    jobs: int = 1,
    formats: Iterable[str] = FORMATS,
    meta: Path | None = None,
    progress: Callable[[int], None] = lambda count: None,
) -> Outcome:
    """Score everything under ``paths`` into the folder ``out``.

    Args:
        paths: files and folders to read.
        out: result folder; an earlier result there is replaced, anything else is refused.
        setup: profile, lexicons and model.
        jobs: processes.
        formats: of csv, jsonl, xlsx, html, vcon.
        meta: table that joins agent, team … by call id.
        progress: told the number of calls done so far.

    Raises:
        UsageError, RulebookError, ModelError: before anything is written.
    """
    wanted = _formats(formats)
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise UsageError(Problem("U001", str(p), "没有这个文件或文件夹", "请检查路径") for p in missing)
    _refuse_foreign(out)
    book, model = load_book(setup.profile, setup.lexicons), load_model(setup.model)
    began = time.time()
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    count = 0
    repeats = Repeats(book)
    with Writer(partial, book, wanted) as writer:
        for item in run(open_calls(paths, meta), setup, jobs):
            if isinstance(item, Skipped):
                writer.skip(item)
            else:
                call, verdict = item
                writer.add(call, repeats.link(call, verdict))
                count += 1
                progress(count)
        writer.finish()
    details = {
        "qa_nlp": __version__, "rulebook": book.digest, "model": model.version, "profile": setup.profile,
        "inputs": [str(path) for path in paths], "calls": count, "skipped": writer.skipped, "jobs": jobs,
        "formats": sorted(wanted), "began": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - began, 3),
    }  # fmt: skip
    (partial / MARK).write_text(json.dumps(details, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _swap(partial, out)
    return Outcome(out, count, writer.skipped, writer.totals)


def _formats(formats: Iterable[str]) -> set[str]:
    wanted = set(formats)
    unknown = wanted - set(FORMATS)
    if unknown:
        raise UsageError(
            Problem("U002", "--format", f"不认识：{'、'.join(sorted(unknown))}", f"可以写：{','.join(FORMATS)}")
        )
    return wanted


def _refuse_foreign(out: Path) -> None:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MARK).exists())):
        raise UsageError(Problem("U003", str(out), "这里已有别的文件，不能当作结果文件夹", "请换一个空的或新的文件夹"))


def _swap(partial: Path, out: Path) -> None:
    """Put the finished folder in place of an earlier result."""
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial.rename(out)
    shutil.rmtree(old, ignore_errors=True)
