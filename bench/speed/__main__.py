"""``python -m bench.speed``: every contender in turn, several rounds, one core each; ratios with their spread.

Clocks of shared machines drift, so a ratio is taken within a round, never across rounds. CPU seconds of the
work alone for the others (their loading and training is free); for the product everything after the imports.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.speed.calls import write_calls

ROOT = Path(__file__).parents[2]
# How many of the calls each works on: the cost a call hardly changes with their number.
SHARES = {"product": 1.0, "floor": 1.0, "script": 0.1, "with_spacy": 0.05}
NAMES = {
    "product": "(a) this program, all reports",
    "script": "(b) jieba + re + scikit-learn + pandas",
    "with_spacy": "(c) spaCy zh, jieba, PhraseMatcher, text classifier",
    "floor": "(d) floor: decode, one cut, one scan",
}
TARGETS = {"with_spacy": "≥ 12, aim 25", "script": "≥ 4, aim 8", "floor": "≤ 5, aim 3"}


def main() -> None:
    """Run all rounds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results.md")
    options = parser.parse_args()
    rounds: list[dict[str, dict[str, float]]] = []
    with TemporaryDirectory() as folder:
        files = {}
        for name, share in SHARES.items():
            files[name] = Path(folder) / f"{name}.jsonl"
            write_calls(files[name], max(100, int(options.calls * share)))
        size = _size(files["product"])
        for number in range(options.rounds):
            rounds.append({name: _run(name, file, Path(folder) / f"out-{name}") for name, file in files.items()})
            print(f"round {number + 1}: {_line(rounds[-1])}", flush=True)
    options.out.write_text(_table(rounds, size, options.calls), encoding="utf-8")
    print(options.out.read_text(encoding="utf-8"))


def _run(name: str, calls: Path, out: Path) -> dict[str, float]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", f"bench.speed.{name}", str(calls), str(out)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return {"ms": found["seconds"] / found["calls"] * 1000, "peak": found["peak"]}


def _line(found: dict[str, dict[str, float]]) -> str:
    return ", ".join(f"{name} {values['ms']:.3f} ms" for name, values in found.items())


def _table(rounds: list[dict[str, dict[str, float]]], size: str, calls: int) -> str:
    lines = [
        "# Speed", "",
        f"`make bench`: {calls} calls ({size}), {len(rounds)} rounds, CPU time of one process. {_machine()}", "",
        "| contender | ms a call (median) | peak MB | ratio to (a), median | least–greatest | wanted |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, title in NAMES.items():
        ratios = [found[name]["ms"] / found["product"]["ms"] for found in rounds]
        if name == "floor":
            ratios = [1 / ratio for ratio in ratios]
        shown = f"{median(found[name]['ms'] for found in rounds):.3f}"
        peak = f"{max(found[name]['peak'] for found in rounds):.0f}"
        spread = "" if name == "product" else f"{min(ratios):.1f}–{max(ratios):.1f}"
        ratio = "" if name == "product" else f"{median(ratios):.1f}"
        lines.append(f"| {title} | {shown} | {peak} | {ratio} | {spread} | {TARGETS.get(name, '')} |")
    lines += [
        "", "Ratios of (b) and (c): how many times longer they take a call than the product. Ratio of (d): how many",
        "times longer the product takes than the floor. The others do less: no offsets, no conditions, no steps in",
        "context, no promises, no scores, no workbook, no page.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _size(path: Path) -> str:
    lengths = [sum(len(turn["text"]) for turn in json.loads(line)["turns"]) for line in path.open(encoding="utf-8")]
    return f"{sum(lengths) / len(lengths):.0f} characters on average, {max(lengths)} at most"


def _machine() -> str:
    found = Path("/proc/cpuinfo")
    lines = found.read_text(encoding="utf-8").splitlines() if found.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}."


if __name__ == "__main__":
    main()
