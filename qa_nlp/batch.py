"""A whole batch: read, inspect, write. The result folder appears whole or not at all, and a killed run can go on.

While a run is under way, ``.OUT.partial`` holds the spool (what is finished) and the reports as far as they are
written. All reports are made from spool lines, whether of this run or of the one before, so an interrupted batch
ends in the same bytes as an undisturbed one.
"""

from __future__ import annotations

import errno
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from msgspec.structs import asdict, replace

from qa_nlp import __version__
from qa_nlp.engines import Engine
from qa_nlp.engines.local import Setup, run
from qa_nlp.errors import Problem, UsageError
from qa_nlp.folder import refuse, restore, swap
from qa_nlp.inspector import Inspector
from qa_nlp.model.store import load_model
from qa_nlp.privacy.shield import ShownFinding
from qa_nlp.privacy.span import MASK
from qa_nlp.read import open_calls
from qa_nlp.read.metadata import Joined
from qa_nlp.read.opening import MARK, walk
from qa_nlp.repeats import Repeats
from qa_nlp.report.entry import Entry
from qa_nlp.report.pieces import Makers
from qa_nlp.report.totals import Totals
from qa_nlp.report.writer import Writer, default_formats, known_formats
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import load_book
from qa_nlp.spool import Chunk, Left, Spool, decoded

SPOOL = "spool.jsonl"
STAGED = "staged"
HANDED = "handed"
RESULT = "result"
GO_ON = "已完成的部分保留着，加上 --resume 再运行一次就接着做"
CAUSES = {
    errno.ENOSPC: ("磁盘已满", "请腾出空间"),
    errno.EDQUOT: ("磁盘配额已满", "请腾出空间"),
    errno.EFBIG: ("文件超过了系统允许的大小", "请换一个磁盘，或放宽限制"),
    errno.EROFS: ("磁盘是只读的", "请换一个结果文件夹"),
    errno.EACCES: ("没有写入权限", "请换一个结果文件夹"),
    errno.EPERM: ("没有写入权限", "请换一个结果文件夹"),
    errno.ENOTDIR: ("路径里有一段是文件，不是文件夹", "请换一个结果文件夹"),
    errno.ENOENT: ("结果文件夹的上级不见了", "请检查路径，或换一个结果文件夹"),
    errno.ENAMETOOLONG: ("文件夹的名字太长", "请换一个短些的"),
    errno.EIO: ("磁盘读写出错", "请换一个磁盘"),
    errno.EBUSY: ("文件夹正被别的程序占用", "请关掉正在用它的程序"),
    errno.EPIPE: ("接收输出的程序已经关闭", "请不要中途关闭它，或加 --quiet"),
}


@dataclass(frozen=True)
class Outcome:
    """What a run did; ``resumed`` counts the items taken over from an interrupted run.

    ``joined`` tells how far the table of ``--meta`` went, where that was read on this machine.
    """

    folder: Path
    calls: int
    skipped: int
    totals: Totals
    resumed: int = 0
    joined: Joined | None = None


def score_batch(
    paths: Sequence[Path],
    out: Path,
    setup: Setup,
    *,
    jobs: int = 1,
    formats: Iterable[str] | None = None,
    meta: Path | None = None,
    resume: bool = False,
    progress: Callable[[int], None] = lambda count: None,
    engine: Engine | None = None,
) -> Outcome:
    """Score everything under ``paths`` into the folder ``out``.

    Args:
        paths: files and folders to read.
        out: result folder; an earlier result there is replaced, what others laid into it is kept; any other
            folder with something in it is refused.
        setup: profile, lexicons, model and how people are protected.
        jobs: processes.
        formats: of csv, jsonl, xlsx, html, vcon; all but vcon when None.
        meta: table that joins agent, team … by call id.
        resume: go on with an interrupted run of the same inputs and options; without one, start anew.
        progress: told the number of calls done so far.
        engine: where calls are inspected, not yet opened; processes of this machine when None.

    Raises:
        UsageError, RulebookError, ModelError: before anything is written; UsageError also when writing fails
            (a full disk, a closed pipe) or the run is interrupted, with what was finished kept for ``resume``.
    """
    wanted = _formats(default_formats() if formats is None else formats)
    missing = [path for path in (*paths, *([meta] if meta else [])) if not path.exists()]
    if missing:
        raise UsageError(Problem("U001", str(p), "没有这个文件或文件夹", "请检查路径") for p in missing)
    partial = out.parent / f".{out.name}.partial"
    with _told(out, partial):
        refuse(out, paths, wanted)
    book, model = load_book(setup.profile, setup.lexicons), load_model(setup.model)
    inspector, joined = Inspector(book, model), Joined()
    began = time.time()
    with _told(out, partial), engine or nullcontext():
        restore(out)
        partial.mkdir(parents=True, exist_ok=True)
        header = _header(paths, meta, setup, book, model.version, engine)
        with Spool(partial / SPOOL, header, resume) as spool:
            shutil.rmtree(partial / RESULT, ignore_errors=True)
            writer = Writer(partial / RESULT, book, wanted | ({"jsonl"} if engine else set()))
            chunks = (
                engine.chunks(paths, meta, setup, partial / STAGED, resume, frozenset(wanted))
                if engine
                else _chunks(spool, paths, meta, setup, jobs, inspector, writer.wanted, partial / HANDED, joined)
            )
            _feed(writer, chunks, book, setup.shield.mask, progress)
            writer.finish()
            if engine:
                _finish(engine, partial / RESULT, wanted)
            calls, skipped = writer.figures.totals.calls, writer.figures.skipped
            resumed = engine.resumed if engine else spool.items
            details = {
                "qa_nlp": __version__, "rulebook": book.digest, "model": model.version, "profile": setup.profile,
                "inputs": [str(path) for path in paths], "calls": calls, "skipped": skipped, "jobs": jobs,
                "formats": sorted(wanted), "files": sorted(path.name for path in (partial / RESULT).iterdir()), "masked": setup.shield.mask, "pseudonyms": setup.shield.key is not None,
                "resumed": resumed, "began": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
                "seconds": round(time.time() - began, 3), **(engine.facts if engine else {}),
            }  # fmt: skip
            text = json.dumps(details, ensure_ascii=False, indent=1) + "\n"
            (partial / RESULT / MARK).write_text(text, encoding="utf-8")
            swap(partial / RESULT, out)
        shutil.rmtree(partial, ignore_errors=True)
    return Outcome(out, calls, skipped, writer.figures.totals, resumed, joined if meta and not engine else None)


def _chunks(
    spool: Spool,
    paths: Sequence[Path],
    meta: Path | None,
    setup: Setup,
    jobs: int,
    inspector: Inspector,
    wanted: Callable[[], frozenset[str]],
    folder: Path,
    joined: Joined,
) -> Iterator[Chunk]:
    """First what an earlier run finished, then the rest; a chunk is on disk before it is reported."""
    yield from spool.kept()
    items = islice(open_calls(paths, meta, joined), spool.items, None)
    for line, ready in run(items, setup, jobs, inspector, wanted, folder):
        spool.append(line)
        yield Chunk(decoded(line), ready)


def _finish(engine: Engine, result: Path, wanted: set[str]) -> None:
    """The engine's own files are made of ``calls.jsonl``, which goes again where nobody asked for it."""
    engine.finish(result)
    if "jsonl" not in wanted:
        (result / "calls.jsonl").unlink()


def _feed(
    writer: Writer, chunks: Iterable[Chunk], book: Rulebook, masked: bool, progress: Callable[[int], None]
) -> None:
    repeats, makers = Repeats(book), Makers(book)
    for record, ready in (pair for chunk in chunks for pair in zip(*chunk, strict=True)):
        if isinstance(record, Left):
            writer.skip(record.item)
            continue
        entry = Entry(record.call, record.verdict, makers, ready)
        writer.add(_linked(entry, record.links, repeats, makers, masked))
        progress(writer.figures.totals.calls)


def _linked(entry: Entry, links: Mapping[str, str], repeats: Repeats, makers: Makers, masked: bool) -> Entry:
    """The entry with a finding for a caller who came back; its quote is cut from words already masked."""
    earlier = repeats.earlier(links, entry.counted)
    if earlier is None:
        return entry
    call, verdict = entry.whole
    finding = repeats.finding(call, earlier)
    if finding is None:
        return entry
    if masked and MASK in finding.quote:
        finding = ShownFinding(**asdict(finding) | {"masked": True})
    return Entry(call, replace(verdict, findings=(*verdict.findings, finding)), makers)


def _header(
    paths: Sequence[Path], meta: Path | None, setup: Setup, book: Rulebook, model: str, engine: Engine | None
) -> dict[str, str]:
    """Everything that the finished part depends on, each under a name that a message can show."""
    header = {f"输入{number}（{path}）": _listing(path) for number, path in enumerate(paths, 1)}
    return header | {
        "随录表 --meta": f"{meta} {_listing(meta)}" if meta else "无",
        "程序版本": __version__,
        "档 --profile": setup.profile,
        "规则表": book.digest,
        "模型": model,
        "遮蔽": "有" if setup.shield.mask else "无（--no-mask）",
        "化名密钥 --pseudonyms": setup.shield.fingerprint or "无",
        **({"运行方式 --engine": engine.name} if engine else {}),
    }


def _listing(path: Path) -> str:
    """Names, sizes and times of the files under a path, summed up."""
    digest, files, size = sha256(), 0, 0
    for source in walk(path):
        try:
            stat = source.path.stat()
        except OSError:
            continue
        files, size = files + 1, size + stat.st_size
        digest.update(f"{source.path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return f"{files} 个文件，共 {size} 字节，校验 {digest.hexdigest()[:16]}"


@contextmanager
def _told(out: Path, partial: Path) -> Iterator[None]:
    """Turns what stops a run from outside into a message that says how to go on."""
    try:
        yield
    except OSError as error:
        shutil.rmtree(partial / RESULT, ignore_errors=True)
        unknown = f"系统报告 {error.strerror or type(error).__name__}", "请检查磁盘和文件夹"
        cause, advice = CAUSES.get(error.errno or 0, unknown)
        go_on = f"；{GO_ON}" if _there(partial / SPOOL) else ""
        raise UsageError(Problem("U007", str(out), f"写不下去：{cause}", f"{advice}{go_on}")) from error
    except BrokenExecutor as error:
        problem = Problem("U008", str(out), "一个检查进程被系统终止（常见原因是内存不足）", f"请减少 --jobs；{GO_ON}")
        raise UsageError(problem) from error
    except KeyboardInterrupt as error:
        raise UsageError(Problem("U009", str(out), "已中断", GO_ON)) from error


def _formats(formats: Iterable[str]) -> set[str]:
    wanted, known = set(formats), known_formats()
    unknown = wanted - set(known)
    if unknown:
        raise UsageError(
            Problem("U002", "--format", f"不认识：{'、'.join(sorted(unknown))}", f"可以写：{','.join(known)}")
        )
    return wanted


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
