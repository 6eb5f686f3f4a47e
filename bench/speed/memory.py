"""Memory along one long run: ``python -m bench.speed.memory [CALLS …]``, by default at 10,000, 50,000, 100,000, 200,000.

Every call has an id, a caller and a time of its own, as in a real batch, and one of ``AGENTS`` agents. A process of its
own reads, inspects and writes all reports, and notes its peak so far at each of the counts and once all is written.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.speed.calls import endless

COUNTS = (10_000, 50_000, 100_000, 200_000)
AGENTS, TEAMS = 500, 20
BEGAN, APART = datetime(2026, 1, 1, 8), timedelta(seconds=90)
STATUS = Path("/proc/self/status")


def peaks(counts: tuple[int, ...] = COUNTS) -> dict[str, float]:
    """Peak resident MB when so many calls were done, and at the "end"; takes some 6 ms a call."""
    with TemporaryDirectory() as folder:
        calls = Path(folder) / "calls.jsonl"
        _write(calls, max(counts))
        command = [sys.executable, "-m", "bench.speed.memory", "--run", str(calls), f"{folder}/out", *map(str, counts)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def described(found: dict[str, float]) -> str:
    """The peaks and what one call more takes between the first and the last count."""
    counts = [int(name) for name in found if name != "end"]
    growth = found[str(counts[-1])] / found[str(counts[0])] - 1
    each = (found[str(counts[-1])] - found[str(counts[0])]) * 1e6 / max(1, counts[-1] - counts[0])
    shown = ", ".join(f"{found[str(count)]:.0f} MB at {count:,}" for count in counts)
    return (
        f"peak memory of one run: {shown}, {found['end']:.0f} MB in all (growth {growth:+.1%}, {each:.0f} bytes a call)"
    )


def _write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number, call in enumerate(islice(endless(), count)):
            agent = number % AGENTS
            call |= {
                "call_id": f"20260101-{number:08d}", "agent_id": f"{agent:05d}", "team": f"{agent % TEAMS}班",
                "started_at": (BEGAN + number * APART).isoformat(), "meta": {"caller": f"139{number:08d}"},
            }  # fmt: skip
            file.write(json.dumps(call, ensure_ascii=False) + "\n")


def _peak() -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _run(calls: Path, out: Path, counts: list[int]) -> None:
    from qa_nlp.batch import score_batch
    from qa_nlp.engines.local import Setup
    from qa_nlp.paths import data_file
    from qa_nlp.process import calm

    found: dict[str, float] = {}

    def note(done: int) -> None:
        if done in counts:
            found[str(done)] = _peak()

    calm()
    score_batch([calls], out, Setup("power", None, data_file("models", "power")), progress=note)
    print(json.dumps(found | {"end": _peak()}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        _run(Path(sys.argv[2]), Path(sys.argv[3]), [int(count) for count in sys.argv[4:]])
    else:
        print(described(peaks(tuple(int(count) for count in sys.argv[1:]) or COUNTS)))
