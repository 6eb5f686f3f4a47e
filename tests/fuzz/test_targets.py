"""Every format against hostile bytes: inputs that once broke a reader, and a bounded run of the fuzzer."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, seeds

ROOT = Path(__file__).resolve().parents[2]
RUNS = 100
NO_ATHERIS = "atheris has no wheel for this system or Python" if importlib.util.find_spec("atheris") is None else ""


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_pass(name: str) -> None:
    """The samples themselves, nothing, and halves of them."""
    target = TARGETS[name]
    for data in (b"", b"\x00", *(part for seed in seeds(name) for part in (seed, seed[: len(seed) // 2]))):
        target(data)


BROKE = {
    "a cell longer than the csv module allows": ("sheet.csv", b'a,b\n"' + b"x" * 200_000 + b'"\n'),
}


@pytest.mark.parametrize("what", BROKE)
def test_what_once_broke_a_reader(what: str) -> None:
    name, data = BROKE[what]
    TARGETS[name](data)


@pytest.mark.slow
@pytest.mark.skipif(bool(NO_ATHERIS), reason=NO_ATHERIS)
@pytest.mark.parametrize("name", TARGETS)
def test_the_fuzzer_finds_nothing(name: str) -> None:
    """A fixed number of runs from a fixed seed; longer ones are in docs/robustness.md."""
    command = [sys.executable, "-m", "tests.fuzz.run", name, f"-runs={RUNS}", "-seed=1", "-max_len=4096", "-timeout=20"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr.decode("utf-8", "replace")[-4000:]
