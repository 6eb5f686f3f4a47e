"""What a run has finished so far, on disk: one line a chunk, so that a killed run can go on where it stopped.

The first line names what the run depends on. A chunk counts only when its line is whole; anything behind the last
whole line is cut off. The file is locked while a run writes it and gone when its reports are in place.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import msgspec

from qa_nlp.errors import Problem, UsageError
from qa_nlp.records import Skipped

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no advisory locks
    fcntl = None  # type: ignore[assignment]


class Done(msgspec.Struct, frozen=True, tag="done"):
    """An inspected call as it may be shown and its verdict, both as JSON; its caller is known again by ``links``."""

    call: msgspec.Raw
    verdict: msgspec.Raw
    links: dict[str, str]


class Left(msgspec.Struct, frozen=True, tag="left"):
    """Something that was not inspected."""

    item: Skipped


Record = Done | Left
Records = tuple[Record, ...]
# Pieces of reports by format, made where the call was inspected; they are made again when a run goes on.
Ready = Mapping[str, Any]
# How often and after how many seconds a file that is locked is tried again.
PATIENCE, PAUSE = 20, 0.1
_RECORDS = msgspec.json.Decoder(Records)
_HEADER = msgspec.json.Decoder(dict[str, str])
_ENCODER = msgspec.json.Encoder()


class Inspected(NamedTuple):
    """A chunk as it leaves the process that inspected it: its line, and for each record what is ready of it."""

    line: bytes
    ready: Sequence[Ready]


class Chunk(NamedTuple):
    """A chunk as it enters the reports."""

    records: Records
    ready: Sequence[Ready]


def encoded(records: Iterable[Record]) -> bytes:
    """Records as one line."""
    return _ENCODER.encode(tuple(records)) + b"\n"


def decoded(line: bytes) -> Records:
    """The records of a line.

    Raises:
        msgspec.DecodeError: when it is none.
    """
    return _RECORDS.decode(line)


class Spool:
    """The file of finished chunks; ``items`` counts the records of those read back."""

    def __init__(self, path: Path, header: Mapping[str, str], resume: bool) -> None:
        """Open (or create) the spool.

        Raises:
            UsageError: when another run writes it, or ``resume`` finds a spool of other inputs or options.
        """
        self.items = 0
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
        try:
            self._lock(path)
            if not (resume and self._fits(header)):
                self._file.seek(0)
                self._file.truncate()
                self.append(_ENCODER.encode(dict(header)) + b"\n")
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def kept(self) -> Iterator[Chunk]:
        """The chunks of the earlier run in order; must be read to the end before anything is appended."""
        end = self._file.tell()
        with open(self._file.fileno(), "rb", closefd=False) as reader:
            for line in reader:
                if not line.endswith(b"\n"):
                    break
                try:
                    records = decoded(line)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    break
                end += len(line)
                self.items += len(records)
                yield Chunk(records, ({},) * len(records))
        self._file.seek(end)
        self._file.truncate()

    def append(self, line: bytes) -> None:
        """Write one whole line."""
        rest = memoryview(line)
        while rest:
            rest = rest[self._file.write(rest) :]

    def _lock(self, path: Path) -> None:
        if fcntl is None:  # pragma: no cover
            return
        for left in range(PATIENCE, -1, -1):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if not left:
                    problem = Problem(
                        "U005", str(path.parent), "另一个程序正在写这个结果", "等它结束，或换一个结果文件夹"
                    )
                    raise UsageError(problem) from None
                # A process of an earlier run that is about to start, or to end, still holds its files for a moment.
                time.sleep(PAUSE)
            except OSError:  # Some network folders have no locks.
                return

    def _fits(self, header: Mapping[str, str]) -> bool:
        """Whether there is something to go on with; the file then stands behind its header."""
        with open(self._file.fileno(), "rb", closefd=False) as reader:
            line = reader.readline()
        try:
            earlier = _HEADER.decode(line) if line.endswith(b"\n") else None
        except (msgspec.DecodeError, UnicodeDecodeError):
            earlier = None
        if earlier is None:
            return False
        changed = [name for name in {**earlier, **header} if earlier.get(name) != header.get(name)]
        if changed:
            advice = "改回原来的样子再续跑；或去掉 --resume 从头开始"
            raise UsageError(
                Problem(
                    "U006",
                    name,
                    f"上次是“{earlier.get(name, '无')}”，现在是“{header.get(name, '无')}”，不能续跑",
                    advice,
                )
                for name in changed
            )
        self._file.seek(len(line))
        return True
