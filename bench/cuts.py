"""What a second look spares calls whose sentences were cut: ``python -m bench.cuts CALLS…``.

Every turn of annotated calls is cut at its marks, as a recogniser cuts it wherever somebody breathes. Printed, for the
calls as they are, cut, and cut without the second look: precision and recall of confirmed phrasing findings (by the
turn that a piece was cut from), how many lie on turns without any fault, how many of these are red lines, and how many
omitted steps are held against the agents.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from unittest.mock import patch

from msgspec.structs import replace

from qa_nlp.engines.local import CHUNK
from qa_nlp.inspector import Inspector
from qa_nlp.model.store import load_model
from qa_nlp.paths import data_file
from qa_nlp.records import Call, Turn, Verdict
from qa_nlp.rulebook.load import load_book
from qa_nlp.training.corpus import read_labelled

CLAUSE = re.compile(r"[^，。！？；：、,.!?;:]+[，。！？；：、,.!?;:]*|[，。！？；：、,.!?;:]+")


def cut(call: Call) -> tuple[Call, list[int]]:
    """The call with each clause as a turn of its own, and the turn that each was cut from."""
    turns, origin = [], []
    for number, turn in enumerate(call.turns):
        pieces = CLAUSE.findall(turn.text) or [turn.text]
        turns += [Turn(turn.role, piece) for piece in pieces]
        origin += [number] * len(pieces)
    return replace(call, turns=tuple(turns)), origin


def row(name: str, calls: Sequence[Call], pieces: Sequence[tuple[Call, list[int]]], inspector: Inspector) -> str:
    """One line of the table."""
    verdicts = inspected([call for call, _ in pieces], inspector)
    gold = {
        (n, i, tag.code) for n, call in enumerate(calls) for i, turn in enumerate(call.turns) for tag in turn.faults
    }
    faulty = {place[:2] for place in gold}
    found = {
        (n, origin[f.turn], f.code): f.severity
        for n, (v, (_, origin)) in enumerate(zip(verdicts, pieces, strict=True))
        for f in v.findings
        if f.status == "confirmed" and f.code in inspector.book.codes
    }
    right = found.keys() & gold
    stray = [severity for place, severity in found.items() if place[:2] not in faulty]
    missed = sum(s.verdict == "violation" and s.need != "情景" for v in verdicts for s in v.steps)
    shares = f"{len(right) / max(1, len(found)):.3f} / {len(right) / len(gold):.3f}"
    return f"| {name} | {shares} | {len(stray)} | {stray.count('critical')} | {missed} |"


def inspected(calls: Sequence[Call], inspector: Inspector) -> list[Verdict]:
    """Verdicts in the order of the calls."""
    chunks = (calls[begin : begin + CHUNK] for begin in range(0, len(calls), CHUNK))
    return [verdict for chunk in chunks for verdict in inspector.inspect(chunk)]


def table(paths: Iterable[Path]) -> str:
    """The three rows under a heading."""
    calls = [call for path in paths for call in read_labelled(path)]
    pieces = [cut(call) for call in calls]
    inspector = Inspector(load_book("power"), load_model(data_file("models", "power")))
    lines = [
        f"| {len(calls)} calls | precision / recall of faults | on turns without a fault | of these red lines | steps missed |",
        "|---|---|---|---|---|",
        row("as they are", calls, [(call, list(range(len(call.turns)))) for call in calls], inspector),
        row("cut at every mark", calls, pieces, inspector),
    ]
    with patch("qa_nlp.check.to_look_again", return_value=[]):
        lines.append(row("cut, without the second look", calls, pieces, inspector))
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(map(Path, sys.argv[1:])))
