"""How often does ``qa-nlp trend`` speak of a change where there is none, and how often does it find one?

One run over the calls given (``score … --format jsonl``) is cut at random into two or three periods, over and over:
nothing can have changed between them. Then, in the last period, calls are given an extra fault.

    python bench/trend_noise.py OUT [rounds]
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import msgspec

from qa_nlp.report.trend import ROSE
from qa_nlp.rulebook.load import load_book
from qa_nlp.trend import compare
from qa_nlp.trend.periods import FAULT, Period, _Line

PLANTED = "planted"


def periods(lines: list[_Line], count: int, extra: float, chance: random.Random) -> list[Period]:
    shuffled = chance.sample(lines, len(lines))
    size = len(lines) // count
    found = []
    for number in range(count):
        period = Period(f"P{number}", Path())
        for line in shuffled[number * size : (number + 1) * size]:
            share = 0.05 + extra * number / (count - 1)
            planted = [{"rule_id": PLANTED, "code": PLANTED, "status": "confirmed", "points": 1.0}]
            findings = [*msgspec.to_builtins(line.findings), *(planted if chance.random() < share else [])]
            period.add(msgspec.convert(msgspec.to_builtins(line) | {"findings": findings}, _Line))
        found.append(period)
    return found


def main() -> None:
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200
    book = load_book("power")
    lines = [msgspec.convert(json.loads(line), _Line) for line in (folder / "calls.jsonl").open(encoding="utf-8")]
    print(f"{len(lines)} calls, {rounds} rounds")
    for count in (2, 3):
        for extra in (0.0, 0.05, 0.1, 0.2):
            chance = random.Random(0)
            wrong = false_rows = judged = hit = 0
            for _ in range(rounds):
                rows = compare(periods(lines, count, extra, chance), book).rows
                own = [row for row in rows if row.key == PLANTED and row.group == FAULT]
                # What hangs together with the planted fault may rightly change with it.
                others = [row for row in rows if row.key not in (PLANTED, "faulty") and not row.name.endswith("差错")]
                false_rows += sum(row.changed for row in others)
                wrong += any(row.changed for row in others)
                judged += sum(row.p is not None for row in others)
                hit += bool(own and own[0].verdict == ROSE)
            print(
                f"{count} periods, planted 5 % -> {5 + 100 * extra:.0f} %: found in {hit / rounds:.0%}; "
                f"of {judged / rounds:.0f} judged rows {false_rows / rounds:.2f} wrongly called changed, "
                f"some in {wrong / rounds:.1%} of rounds"
            )


if __name__ == "__main__":
    main()
