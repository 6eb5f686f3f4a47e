"""Labelled calls for training: native JSONL or the annotated text form, one *voice* a file.

Calls of one writer resemble one another; cross-validation therefore leaves out whole voices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from qa_nlp.errors import Problem, UsageError
from qa_nlp.read.annotated import read_annotated
from qa_nlp.records import Call
from qa_nlp.text.prepared import Prepared, prepare

VOICE = re.compile(r"^([A-Z]+\d*)-\d+$")
BASE_VOICE = re.compile(r"^[A-Z]\d$")
LOCKED = "locked"
BASE, OPENINGS = "base", "openings"


@dataclass(frozen=True)
class Sample:
    """One labelled call, snippet or request with the voice it was written in."""

    voice: str
    prepared: Prepared

    @property
    def call(self) -> Call:
        """The call itself."""
        return self.prepared.call

    @property
    def subtype(self) -> str:
        """The annotated subtype; empty for a snippet."""
        return str(self.call.labels.get("subtype", ""))

    @property
    def is_request(self) -> bool:
        """Whether this is a short written request or a first sentence: one customer turn."""
        return len(self.call.turns) == 1 and self.call.turns[0].role == "customer"

    @property
    def weight(self) -> float:
        """The base calls, annotated with the most care, count twice."""
        return 2.0 if VOICE.match(self.call.call_id) and BASE_VOICE.match(self.voice) else 1.0

    @property
    def only_subtype(self) -> bool:
        """Whether only the subtype is known: the turns carry no tags because nobody looked."""
        return self.is_opening or self.call.labels.get("annotated") == "subtype"

    @property
    def only_faults(self) -> bool:
        """Whether the annotator looked for faults only: a turn without a step tag may still fulfil one."""
        return self.call.labels.get("annotated") == "faults"

    @property
    def is_opening(self) -> bool:
        """Whether only the beginning of a call is given: it has a subtype, but its turns are not annotated."""
        return self.voice.startswith(OPENINGS)


def read_corpus(paths: Iterable[Path], *, with_locked: bool = False) -> list[Sample]:
    """All samples of files and folders, in sorted order; files named ``locked*`` are kept out.

    Raises:
        UsageError: for a missing path or a line that is no labelled call.
    """
    samples: list[Sample] = []
    for path in paths:
        for file in _files(path):
            if with_locked or not file.name.startswith(LOCKED):
                samples += [Sample(_voice(file, call), prepare(call)) for call in read_labelled(file)]
    return samples


def read_labelled(path: Path) -> list[Call]:
    """The calls of one labelled file."""
    if path.suffix == ".txt":
        return read_annotated(path)
    decoder = msgspec.json.Decoder(Call)
    calls = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if line.strip():
            try:
                calls.append(decoder.decode(line))
            except msgspec.MsgspecError as error:
                place = f"{path.name} 第{number}行"
                raise UsageError(
                    Problem("T001", place, f"不是标注过的通话：{error}", "格式见 docs/annotation.md")
                ) from error
    return calls


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(file for file in path.iterdir() if file.suffix in (".jsonl", ".txt"))
    elif path.is_file():
        yield path
    else:
        raise UsageError(Problem("U001", str(path), "没有这个文件或文件夹", "请检查路径"))


def _voice(file: Path, call: Call) -> str:
    """The base file holds several voices, told by the prefix of the call's number; elsewhere it is the file.

    Requests of a writer often retell his calls: they count as the same voice.
    """
    match = VOICE.match(call.call_id) if file.stem == BASE else None
    return match[1] if match else file.stem.removesuffix("_requests")
