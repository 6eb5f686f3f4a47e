"""Processes of this machine: the same results in the same order, read lazily; a worker that dies is told."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from joblib import Parallel, delayed

from qa_nlp.batch import score_batch
from qa_nlp.engines import local
from qa_nlp.engines.local import Setup, run
from qa_nlp.errors import UsageError
from qa_nlp.paths import data_file
from qa_nlp.records import Call, Skipped, Turn
from tests.conftest import ROOT

SETUP = Setup(profile="power", lexicons=None, model=data_file("models", "power"))
SAMPLE = ROOT / "data" / "samples" / "demo.jsonl"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of four calls, of which few are enough to start other processes."""
    monkeypatch.setattr(local, "CHUNK", 4)
    monkeypatch.setattr(local, "SMALL", 2)


def calls(count: int) -> Iterator[Call | Skipped]:
    """Calls that differ, every tenth of them unreadable."""
    for number in range(count):
        if number % 10 == 9:
            yield Skipped("x.csv", number, "", "坏行", "请改")
        else:
            yield Call(
                f"C{number}", (Turn("agent", "您好"), Turn("customer", f"停电{number}天了"), Turn("agent", "嗯"))
            )


@pytest.fixture(params=["copied", "new"])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways in which other processes start, whatever threads the tests themselves run with."""
    if request.param == "copied" and sys.platform != "linux":
        pytest.skip("processes are copied on Linux alone")
    context = multiprocessing.get_context("fork") if request.param == "copied" else None
    monkeypatch.setattr(local, "_forking", lambda: context)
    return str(request.param)


def test_a_process_with_threads_is_not_copied() -> None:
    lines = [
        "import threading, qa_nlp.engines.local as local",
        "print(local._forking() is not None)",
        "stop = threading.Event(); threading.Thread(target=stop.wait).start()",
        "print(local._forking() is not None); stop.set()",
    ]
    shown = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True).stdout
    assert shown.split() == [str(sys.platform == "linux"), "False"]


@pytest.mark.usefixtures("small", "processes")
@pytest.mark.parametrize("jobs", [2, 3])
def test_any_number_of_processes_gives_the_same(jobs: int) -> None:
    alone = [line for line, _ in run(calls(150), SETUP, jobs=1)]
    assert [line for line, _ in run(calls(150), SETUP, jobs=jobs)] == alone
    assert [len(msgspec.json.decode(line)) for line in alone] == [4] * 37 + [2]
    # The pool was the run's own: other users of joblib in the same process are not disturbed.
    assert Parallel(n_jobs=2, max_nbytes="50M")(delayed(math.sqrt)(n) for n in (4, 9)) == [2, 3]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_is_read_than_is_needed(jobs: int) -> None:
    """However slowly the results are taken."""
    read = 0

    def counted() -> Iterator[Call | Skipped]:
        nonlocal read
        for call in calls(1_000):
            read += 1
            yield call

    results = run(counted(), SETUP, jobs=jobs)
    for taken in range(1, 20):
        next(results)
        assert read <= local.CHUNK * (taken + (jobs > 1) * (local.SMALL + local.AHEAD * jobs))
    results.close()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found through /proc")
@pytest.mark.usefixtures("small", "processes")
def test_a_worker_that_is_killed_ends_the_run_with_a_way_to_go_on(tmp_path: Path) -> None:
    source, out = tmp_path / "calls.jsonl", tmp_path / "out"
    source.write_bytes(SAMPLE.read_bytes() * 40)

    def kill(done: int) -> None:
        for worker in workers():
            os.kill(worker, signal.SIGKILL)

    with pytest.raises(UsageError, match="被系统终止") as refused:
        score_batch([source], out, SETUP, jobs=2, formats=("csv",), progress=kill)
    assert "--resume" in str(refused.value)
    assert score_batch([source], out, SETUP, jobs=2, formats=("csv",), resume=True).resumed > 0


def workers() -> list[int]:
    """Processes of the pool that this process has started: new ones, or copies of itself."""
    me = os.getpid()
    own = Path("/proc/self/cmdline").read_text()
    found = Path(f"/proc/{me}/task/{me}/children").read_text().split()
    lines = {int(pid): Path(f"/proc/{pid}/cmdline").read_text() for pid in found}
    return [pid for pid, line in lines.items() if "popen_loky" in line or line == own]
