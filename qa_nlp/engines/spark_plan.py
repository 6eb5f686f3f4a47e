"""What a batch on Spark is cut into, and what travels with the job to every node."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from qa_nlp.engines.local import Setup
from qa_nlp.paths import PACKAGE, data_file
from qa_nlp.read.pieces import Piece

BUNDLE = "qa_nlp_bundle"
UNSEEN = "qa-nlp-unseen"


class Plan(msgspec.Struct, frozen=True):
    """Pieces of the input, which of them make a task, and how many tasks make a wave; all in the batch's order."""

    pieces: tuple[Piece, ...]
    tasks: tuple[tuple[int, ...], ...]
    wave: int

    @property
    def waves(self) -> list[range]:
        """The tasks of each wave."""
        return [range(at, min(at + self.wave, len(self.tasks))) for at in range(0, len(self.tasks), self.wave)]


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where an item comes from: the number of its piece, its line, and its id when it was a call."""

    piece: int
    line: int | None
    call_id: str | None


class Kit(msgspec.Struct, frozen=True):
    """What a node finds where the job's files are unpacked: names, empty for what the program has itself."""

    profile: str
    model: str
    lexicons: str
    meta: str
    plan: str


def planned(pieces: Sequence[Piece], split: int, wave: int) -> Plan:
    """Small pieces share a task of about ``split`` bytes, large ones have their own."""
    tasks: list[tuple[int, ...]] = []
    task: list[int] = []
    held = 0
    for number, piece in enumerate(pieces):
        if task and held + piece.weight > split:
            tasks.append(tuple(task))
            task, held = [], 0
        task.append(number)
        held += piece.weight
    return Plan(tuple(pieces), (*tasks, tuple(task)) if task else tuple(tasks), wave)


def bundle(setup: Setup, meta: Path | None, folder: Path) -> tuple[Path, Kit]:
    """A zip of the program with its lexicons and models, and of the user's own, unpacked on each node.

    As files, not as an importable zip: the program reads tables that lie beside its modules.
    """
    model, lexicons, table = "own_model", "", ""
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        _add(archive, PACKAGE, "qa_nlp", skip="data")
        for name in ("lexicons", "models"):
            _add(archive, data_file(name), name)
        if setup.model.absolute().parent == data_file("models"):
            model = f"models/{setup.model.name}"
        else:
            _add(archive, setup.model, model)
        if setup.lexicons is not None:
            lexicons = "own_lexicons"
            _add(archive, setup.lexicons, lexicons)
        if meta is not None:
            table = f"meta/{meta.name}"
            archive.write(meta, table)
    return path, Kit(setup.profile, model, lexicons, table, "")


def _add(archive: zipfile.ZipFile, folder: Path, name: str, skip: str = "") -> None:
    for file in sorted(folder.rglob("*")):
        inner = file.relative_to(folder)
        if file.is_file() and "__pycache__" not in inner.parts and inner.parts[0] != skip:
            with archive.open(zipfile.ZipInfo(f"{name}/{inner.as_posix()}"), "w") as target, file.open("rb") as source:
                shutil.copyfileobj(source, target)


def mapper(entry: str, *arguments: object) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """A function for an Arrow map that imports the program from the files of the job, whatever the node has."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        import sys
        from importlib import import_module
        from pathlib import Path

        from pyspark import SparkFiles

        home = Path(SparkFiles.getRootDirectory(), BUNDLE)
        if str(home) not in sys.path:
            sys.path.insert(0, str(home))
        yield from getattr(import_module("qa_nlp.engines.spark_worker"), entry)(batches, home, *arguments)

    return run
