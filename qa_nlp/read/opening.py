"""Opening anything: paths → calls, in order, each file by its format, each call id once."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qa_nlp.errors import Problem, ReadError, UsageError
from qa_nlp.read.annotated import read_annotated
from qa_nlp.read.detect import UnknownFormatError, detect
from qa_nlp.read.dialogue import read_dialogue
from qa_nlp.read.json_files import read_json_document, read_json_lines
from qa_nlp.read.metadata import Joined, Metadata, join, read_metadata
from qa_nlp.read.once import Once
from qa_nlp.read.parquet import read_parquet
from qa_nlp.read.roles import with_all_roles
from qa_nlp.read.source import Item, Placed, Reader, Source, checked, numbered
from qa_nlp.read.subtitles import read_subtitles
from qa_nlp.read.tables import read_csv, read_workbook
from qa_nlp.read.values import clean
from qa_nlp.records import Call, Skipped

SUFFIXES = (
    ".jsonl", ".ndjson", ".json", ".txt", ".text", ".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".parquet", ".srt", ".vtt", ".vcon",
)  # fmt: skip
AUDIO = (".wav", ".mp3", ".m4a", ".amr", ".ogg", ".flac", ".aac", ".wma", ".opus", ".v3", ".pcm")
IN_FOLDER, RESULT = "in folder", "result"
MARK = "run.json"
MAX_MARK = 1 << 20
# So many calls, or turns of calls, are given roles at once.
TOGETHER, MOST_TURNS = 64, 2_000
LITTER = re.compile(r"^(?:\.|~\$|__MACOSX$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)


def open_calls(paths: Sequence[Path], meta: Path | None = None, joined: Joined | None = None) -> Iterator[Item]:
    """All calls under ``paths``, lazily: folders recursively in sorted order, one Skipped for all that cannot be read.

    ``meta`` is a table (CSV or XLSX) that adds agent, team, recorded type … by call id; its cells win over the
    call's own; ``joined`` is told how many calls it knows. The second call of an id is skipped. Hidden files, what
    systems leave in folders and the results of this program are passed over.

    Raises:
        UsageError: at once, when a path does not exist. Nothing else, whatever the files hold.
    """
    missing = [path for path in (*paths, *([meta] if meta else [])) if not os.path.lexists(path)]
    if missing:
        raise UsageError(
            Problem("R001", clean(str(path)), "没有这个文件或文件夹", "检查路径有没有写错") for path in missing
        )
    return _opened(paths, meta, joined or Joined())


def _opened(paths: Sequence[Path], meta: Path | None, joined: Joined) -> Iterator[Item]:
    skipped: list[Skipped] = []
    table = metadata(meta, skipped, joined) if meta else {}
    yield from skipped
    once = Once()
    for source in sources(paths, meta):
        for line, item in read_file(source):
            if isinstance(item, Skipped):
                yield item
            elif again := once.again(item.call_id, line, source):
                yield again
            else:
                yield join(item, table, joined) if table else item


def sources(paths: Sequence[Path], meta: Path | None) -> Iterator[Source]:
    """Every file under ``paths`` in the order of the batch; not the table ``meta`` where it lies among them."""
    for source in (source for path in paths for source in walk(path)):
        if not (meta and source.kind == IN_FOLDER and source.path.exists() and source.path.samefile(meta)):
            yield source


def metadata(path: Path, skipped: list[Skipped], joined: Joined | None = None) -> Metadata:
    """The table of ``--meta`` by call id; what is wrong with it goes to ``skipped``, what it is to ``joined``."""
    source = Source(path, clean(str(path)), clean(path.stem))
    try:
        return read_metadata(detect(source, table=True), skipped, joined or Joined())
    except UnknownFormatError as error:
        skipped.append(source.skip(f"随录表：{error.reason}", error.advice))
    except OSError as error:
        skipped.append(source.skip(f"随录表读不出来（{error.strerror or type(error).__name__}）", "检查文件和权限"))
    except Exception as error:  # As for calls: no content may stop a batch.
        skipped.append(source.skip(f"随录表内容无法解读（{type(error).__name__}）", "请另存为 CSV 再试"))
    return {}


def walk(path: Path) -> Iterator[Source]:
    """The file itself, or the files of a folder, sorted, as sources whose names are unique within the folder.

    Results of this program among them are passed over: a batch reads the same the next time.
    """
    if not path.is_dir():
        yield Source(path, clean(str(path)), clean(path.stem))
        return
    if is_result(path):
        yield Source(path, clean(str(path)), clean(path.name), RESULT)
        return
    closed: list[OSError] = []
    for folder, folders, files in os.walk(path, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not (LITTER.match(name) or is_result(Path(folder, name))))
        stems = Counter(Path(name).stem for name in files)
        for name in sorted(files):
            if not LITTER.match(name):
                file = Path(folder, name)
                above = file.relative_to(path).parts[:-1]
                own = file.stem if stems[file.stem] == 1 else name
                yield Source(file, clean(str(file)), clean("-".join((*above, own))), IN_FOLDER)
    for error in closed:
        yield Source(Path(error.filename), clean(str(error.filename)), "")


def is_result(folder: Path) -> bool:
    """Whether ``score`` wrote this folder: its ``run.json`` says so."""
    try:
        with (folder / MARK).open("rb") as file:
            facts = json.loads(file.read(MAX_MARK))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(facts, dict) and "qa_nlp" in facts


def read_file(source: Source) -> Iterator[Placed]:
    """(line, call or Skipped) of one file; every call has an id and some text, and roles where they are plain."""
    yield from finished(numbered(guarded(source, _detected), source.name), source)


def finished(items: Iterable[Placed], source: Source) -> Iterator[Placed]:
    """What a reader gave, with the roles that its words bear out; calls without any text become Skipped.

    A few calls are read ahead, for the words of several are weighed faster than those of each.
    """
    for batch in _batches(checked(placed, source) for placed in items):
        calls = iter(with_all_roles([item for _, item in batch if isinstance(item, Call)]))
        for line, item in batch:
            yield line, next(calls) if isinstance(item, Call) else item


def _batches(items: Iterable[Placed]) -> Iterator[list[Placed]]:
    batch: list[Placed] = []
    turns = 0
    for line, item in items:
        batch.append((line, item))
        turns += len(item.turns) if isinstance(item, Call) else 0
        if len(batch) == TOGETHER or turns >= MOST_TURNS:
            yield batch
            batch, turns = [], 0
    yield batch


def guarded(source: Source, reader: Reader) -> Iterator[Placed]:
    """What ``reader`` gives for the file; whatever is wrong with the file or goes wrong is a Skipped at the end."""
    reason = not_transcript(source)
    if reason:
        yield None, source.skip(*reason)
        return
    try:
        yield from reader(source)
    except UnknownFormatError as error:
        yield None, source.skip(error.reason, error.advice)
    except PermissionError:
        yield None, source.skip("没有读取权限", "请检查文件权限，或复制到别处再试")
    except OSError as error:
        reason = f"文件读不出来（{error.strerror or type(error).__name__}）", "检查磁盘或网络位置，复制到本机再试"
        yield None, source.skip(*reason)
    except Exception as error:  # The last net: no content may stop a batch. Readers name what they foresee.
        yield None, source.skip(f"文件内容无法解读（{type(error).__name__}）", "请重新导出；仍不行时换一种格式导出")


def not_transcript(source: Source) -> tuple[str, str] | None:
    """Why a file is not even opened, and what to do; None for all others."""
    suffix = source.path.suffix.lower()
    if source.kind == RESULT:
        return "这是检查结果，不是通话", "请指定原来的通话；放在结果里的通话文件，请单独指定或移出来"
    if source.path.is_dir():
        return "文件夹打不开", "请检查文件夹权限"
    if not source.path.is_file():
        return "不是普通文件，或链接已失效", "请换成实际的文件"
    if suffix in AUDIO:
        return "这是录音文件，不是通话文本", "请先转写成文字"
    if source.kind == IN_FOLDER and suffix not in SUFFIXES:
        shown = clean(suffix) or "没有扩展名"
        return f"不是通话文本文件（{shown}）", "可不处理；确是通话时请单独指定这个文件，或改成 .txt、.csv、.jsonl"
    return None


def _detected(source: Source) -> Iterator[Placed]:
    found = detect(source)
    yield from READERS[found.kind](found)


def _read_annotated(source: Source) -> Iterator[Placed]:
    try:
        for call in read_annotated(source.path):
            yield None, call
    except ReadError as error:
        for problem in error.problems:
            place = problem.place.rpartition(":")[2]
            line = int(place) if place.isdecimal() else None
            yield line, source.skip(problem.message, problem.advice, line)
    except UnicodeDecodeError:
        yield None, source.skip("标注文件不是 UTF-8 编码", "请另存为 UTF-8")


READERS: dict[str, Reader] = {
    "jsonl": read_json_lines,
    "json": read_json_document,
    "csv": read_csv,
    "workbook": read_workbook,
    "parquet": read_parquet,
    "subtitles": read_subtitles,
    "dialogue": read_dialogue,
    "annotated": _read_annotated,
}
