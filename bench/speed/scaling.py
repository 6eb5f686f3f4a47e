"""How cost grows: ``python -m bench.speed.scaling rules|jobs|memory|cold`` (all of them without a name).

``rules``  the matching of a call with 10,000 generated rules more, within one process, in alternation.
``jobs``   wall time of one and of two processes, in alternation.
``memory`` peak of one process along a run of 200,000 calls (takes half an hour; ``bench.speed.memory`` takes counts).
``cold``   ``qa-nlp --help`` and one call from nothing to all reports, as whole processes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from bench.speed.calls import corpus, write_calls
from bench.speed.memory import described, peaks
from qa_nlp.engines.local import CHUNK
from qa_nlp.records import Call
from qa_nlp.rulebook.load import load_book
from qa_nlp.rulebook.matcher import Matcher
from qa_nlp.text.prepared import prepare
from qa_nlp.text.words import cut

EXTRA = 10_000
ROUNDS = 5
PROCESSES = 20_000


def rules() -> str:
    """Extra rules are two or three words of the corpus in a row or with a gap, as staff would write them."""
    book = load_book("power")
    random = Random(7)
    raw = [msgspec.convert(call, Call) for call in corpus()[:600]]
    words = sorted({w for call in raw for turn in call.turns for w in cut(turn.text) if len(w) >= 2})
    base = next(rule for rule in book.matcher.rules if rule.kind == "phrase" and not rule.unless)
    more = []
    for number in range(EXTRA):
        chosen = random.sample(words, random.choice((2, 2, 3)))
        pattern = random.choice(("", "…")).join(chosen)
        more.append(replace(base, id=f"X{number}", pattern=pattern, mode="词语", along="", customer_before=""))
    calls = [prepare(call) for call in raw]
    matchers = [book.matcher, Matcher((*book.matcher.rules, *more), book.classes)]
    ratios = []
    for _ in range(ROUNDS + 1):
        seconds = []
        for matcher in matchers:
            began = time.process_time()
            for begin in range(0, len(calls), CHUNK):
                matcher.scan_all(calls[begin : begin + CHUNK])
            seconds.append(time.process_time() - began)
        ratios.append(seconds[1] / seconds[0])
    before, after = (len(matcher.rules) for matcher in matchers)
    return f"{before} rules → {after} rules: matching takes {_spread(ratios[1:])} times as long (wanted ≤ 1.3)"


def jobs() -> str:
    """The start of the processes is part of it. Two runs of one process side by side show what the machine itself allows."""
    ratios, possible = [], []
    with TemporaryDirectory() as folder:
        calls = Path(folder) / "calls.jsonl"
        write_calls(calls, PROCESSES)
        for _ in range(3):
            one, two = (_wall([*_score(calls, folder), "--jobs", str(count)]) for count in (1, 2))
            ratios.append(one / two)
            possible.append(2 * one / _both([*_score(calls, folder), "--jobs", "1"], folder))
    return (
        f"{PROCESSES} calls, 2 processes for 1: {_spread(ratios)} times as fast (wanted ≥ 1.85); "
        f"two runs of one process at the same time: {_spread(possible)} times the calls"
    )


def memory() -> str:
    """Peak resident memory of the one process that reads, inspects and writes."""
    return f"{described(peaks())} (wanted ±5 %, under 600 MB)"


def cold() -> str:
    """Wall time, the best of several: a cold disk is not what is measured, nor the compiling of an installation."""
    call = Path("data/samples/demo.jsonl")
    with TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        one = Path(folder) / "one.jsonl"
        one.write_bytes(call.read_bytes().splitlines(keepends=True)[0])
        score = min(_wall(_score(one, folder), environment) for _ in range(ROUNDS))
        helped = min(_wall([sys.executable, "-m", "qa_nlp", "--help"], environment) for _ in range(ROUNDS))
    return f"--help {helped:.2f} s (wanted ≤ 0.3), one call from cold {score:.2f} s (wanted ≤ 1.5)"


def _score(calls: Path, folder: str) -> list[str]:
    return [sys.executable, "-m", "qa_nlp", "score", str(calls), "-o", f"{folder}/out", "--quiet"]


def _wall(command: list[str], environment: dict[str, str] | None = None) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - began


def _both(command: list[str], folder: str) -> float:
    """Wall time until two runs that were begun together have ended."""
    began = time.perf_counter()
    runs = [
        subprocess.Popen(
            [part.replace(f"{folder}/out", f"{folder}/out{number}") for part in command], stdout=subprocess.DEVNULL
        )
        for number in range(2)
    ]
    codes = [run.wait() for run in runs]
    if any(codes):
        raise SystemExit("a run failed")
    return time.perf_counter() - began


def _spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


PARTS: dict[str, Callable[[], str]] = {"rules": rules, "jobs": jobs, "memory": memory, "cold": cold}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        print(PARTS[name](), flush=True)
