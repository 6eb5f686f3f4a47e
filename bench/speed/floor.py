"""(d) The least that any program does: decode the line, cut the text once, scan one automaton once."""

from __future__ import annotations

from pathlib import Path

import ahocorasick_rs
import msgspec
import rjieba

from bench.speed.contender import Work, main
from bench.speed.phrases import phrases
from qa_nlp.records import Call


def ready() -> Work:
    """Build the automaton over all phrases."""
    automaton = ahocorasick_rs.AhoCorasick(sorted({word for words in phrases().values() for word in words}))
    decoder = msgspec.json.Decoder(Call)
    rjieba.cut("预热")

    def work(calls: Path, out: Path) -> int:
        count = 0
        for line in calls.open("rb"):
            text = "\n".join(turn.text for turn in decoder.decode(line).turns)
            rjieba.cut(text)
            automaton.find_matches_as_indexes(text)
            count += 1
        return count

    return work


if __name__ == "__main__":
    main(ready)
