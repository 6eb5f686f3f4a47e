"""The result folder: what may lie where it goes, what people laid there, and how a new one takes its place.

What an earlier run of ``score`` wrote is replaced; anything else that lies in its folder is kept in the new one.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from qa_nlp.errors import Problem, UsageError
from qa_nlp.read.opening import MARK, is_result

# The names that a run may write, by format; those of Spark come with any.
NAMES = {
    "csv": tuple(f"{n}.csv" for n in ("calls", "findings", "steps", "promises", "skipped", "agents", "rules")),
    "jsonl": ("calls.jsonl",),
    "xlsx": ("report.xlsx",),
    "html": ("report.html",),
    "vcon": ("vcon",),
    "": (MARK, "verdicts.parquet"),
}
# The files of a folder that a run writes; others in it are somebody's.
WITHIN = {"vcon": ".vcon"}


def refuse(out: Path, inputs: Sequence[Path], formats: Iterable[str]) -> None:
    """Refuse a place where no result can go, or where one would take something away.

    Raises:
        UsageError: for the folder one stands in, a file, a folder of other things, one of the inputs, and names
            that are taken.
    """
    if problem := _wrong_place(out, inputs):
        raise UsageError(Problem("U003", str(out), *problem))
    names = {name for kind in (*formats, "") for name in NAMES.get(kind, ())}
    taken = sorted(str(path.relative_to(out)) for path in foreign(out) if _written(path.relative_to(out)) in names)
    if taken:
        listed = "、".join(taken)
        advice = "请把它移走或改名，或换一个结果文件夹"
        raise UsageError(Problem("U013", str(out), f"{listed} 不是上次检查写出的，这次要写同名的文件", advice))


def _wrong_place(out: Path, inputs: Sequence[Path]) -> tuple[str, str] | None:
    whole = out.resolve()
    with suppress(OSError):
        if Path.cwd().is_relative_to(whole):
            return "不能把当前所在的文件夹（或它的上级）当作结果文件夹", "请写一个新文件夹的名字，如 -o 结果"
    above = next((folder for folder in whole.parents if os.path.lexists(folder)), None)
    if above is not None and not above.is_dir():
        return f"上级 {above} 是一个文件，里面不能建文件夹", "请换一个结果文件夹"
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not is_result(out))):
        return "这里已有别的文件，不能当作结果文件夹", "请换一个空的或新的文件夹"
    if out.exists() and any(path.exists() and path.samefile(out) for path in inputs):
        return "这就是要读的文件夹，不能同时当作结果文件夹", "请换一个结果文件夹"
    return None


def foreign(out: Path) -> Iterator[Path]:
    """Files and folders in an earlier result that its run did not write."""
    if not out.is_dir():
        return
    own = _own(out)
    for path in sorted(out.iterdir()):
        if path.name in WITHIN and path.is_dir() and not path.is_symlink():
            ours = WITHIN[path.name] if path.name in own else None
            yield from (inner for inner in sorted(path.iterdir()) if inner.suffix != ours)
        elif path.name not in own:
            yield path


def _written(path: Path) -> str:
    """The name under which ``NAMES`` knows what lies at this path of a result; "" for what no run writes."""
    return path.parts[0] if len(path.parts) == 1 or path.suffix == WITHIN.get(path.parts[0]) else ""


def _own(out: Path) -> set[str]:
    """The names that the run wrote; all that a run may write where it does not say."""
    try:
        listed = json.loads((out / MARK).read_text(encoding="utf-8")).get("files")
    except (OSError, ValueError, AttributeError):
        listed = None
    every = {name for names in NAMES.values() for name in names}
    return {MARK, *map(str, listed)} if isinstance(listed, list) else every


def restore(out: Path) -> None:
    """Killed between the two renames of ``swap``: the earlier result gets its name back."""
    old = out.with_name(f".{out.name}.old")
    if old.exists() and not out.exists():
        old.rename(out)


def swap(result: Path, out: Path) -> None:
    """Put the finished folder in place of an earlier result, with what others laid into that.

    Theirs is in both folders before one goes: whenever the program dies, nothing is lost.
    """
    for path in foreign(out):
        _keep(path, result / path.relative_to(out))
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    result.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _keep(path: Path, target: Path) -> None:
    """The same file under another name, or a copy where the disk has no such thing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        target.symlink_to(path.readlink())
    elif path.is_dir():
        target.mkdir(exist_ok=True)
        for inner in path.iterdir():
            _keep(inner, target / inner.name)
        shutil.copystat(path, target)
    else:
        try:
            os.link(path, target)
        except OSError as error:
            if error.errno == errno.EEXIST:
                raise
            shutil.copy2(path, target)
