"""A batch that is stopped at any moment goes on: no call lost, none twice, the same bytes in the end."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa_nlp import batch
from qa_nlp.batch import SPOOL, score_batch
from qa_nlp.engines.local import CHUNK, Setup
from qa_nlp.errors import UsageError
from qa_nlp.paths import data_file
from qa_nlp.privacy.shield import Shield

ROOT = Path(__file__).resolve().parent.parent
SETUP = Setup("power", None, data_file("models", "power"))
QUICK = ("csv", "jsonl")
Run = Callable[..., subprocess.CompletedProcess[str]]


def write_calls(path: Path, count: int) -> Path:
    """The shipped sample calls over and over under new ids, one broken line in between."""
    lines = [
        json.loads(line)
        for file in sorted((ROOT / "data/samples").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            call = lines[number % len(lines)] | {"call_id": f"N{number:05d}"}
            call["meta"] = call.get("meta", {}) | {"caller": f"1390000{number % 97:04d}"}
            file.write(json.dumps(call, ensure_ascii=False) + "\n")
            if number == count // 2:
                file.write('{"call_id": "坏", "turns"\n')
    return path


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_calls(tmp_path_factory.mktemp("in") / "calls.jsonl", 3 * CHUNK + 10)


@pytest.fixture(scope="module")
def undisturbed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("whole") / "out"
    score_batch([source], out, SETUP, formats=QUICK)
    return files(out)


def files(out: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(out.iterdir()) if file.name != "run.json"}


def stop_after(chunks: int, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine fail after so many chunks."""
    whole = batch.run

    def broken(*args: object) -> Iterator[bytes]:
        for number, line in enumerate(whole(*args)):  # type: ignore[arg-type]
            if number == chunks:
                raise error
            yield line

    monkeypatch.setattr(batch, "run", broken)


@pytest.mark.parametrize(
    ("error", "told"),
    [(OSError(28, "no space"), "磁盘已满"), (BrokenPipeError(32, "pipe"), "已经关闭"), (KeyboardInterrupt(), "已中断")],
)
@pytest.mark.parametrize("chunks", [0, 1, 3])
def test_what_stops_a_run_is_told_and_the_run_goes_on(
    error: BaseException, told: str, chunks: int, source: Path, undisturbed: dict[str, bytes], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        stop_after(chunks, error, patched)
        with pytest.raises(UsageError, match=told):
            score_batch([source], out, SETUP, formats=QUICK)
    assert not out.exists()
    outcome = score_batch([source], out, SETUP, formats=QUICK, resume=True)
    assert outcome.resumed == chunks * CHUNK
    assert files(out) == undisturbed
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["resumed"] == chunks * CHUNK


@pytest.fixture
def stopped(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder whose run stopped after two chunks."""
    with monkeypatch.context() as patched:
        stop_after(2, KeyboardInterrupt(), patched)
        with pytest.raises(UsageError):
            score_batch([source], tmp_path / "out", SETUP, formats=QUICK)
    return tmp_path / "out"


@pytest.mark.parametrize("tail", [b"[", b'[["half', b"\x00" * 4096, b"not a chunk\n", b'[{"type":"left"}]\n'])
def test_a_torn_line_does_not_count(tail: bytes, stopped: Path, source: Path, undisturbed: dict[str, bytes]) -> None:
    with (stopped.with_name(".out.partial") / SPOOL).open("ab") as file:
        file.write(tail)
    assert score_batch([source], stopped, SETUP, formats=QUICK, resume=True).resumed == 2 * CHUNK
    assert files(stopped) == undisturbed


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_spool_cut_anywhere_is_continued(
    cut: int, stopped: Path, source: Path, undisturbed: dict[str, bytes]
) -> None:
    spool = stopped.with_name(".out.partial") / SPOOL
    os.truncate(spool, spool.stat().st_size - cut)
    assert score_batch([source], stopped, SETUP, formats=QUICK, resume=True).resumed == CHUNK
    assert files(stopped) == undisturbed


@pytest.mark.parametrize("kept", [0, 1, 30])
def test_a_spool_without_a_whole_header_is_started_anew(
    kept: int, stopped: Path, source: Path, undisturbed: dict[str, bytes]
) -> None:
    os.truncate(stopped.with_name(".out.partial") / SPOOL, kept)
    assert score_batch([source], stopped, SETUP, formats=QUICK, resume=True).resumed == 0
    assert files(stopped) == undisturbed


def test_without_resume_the_old_part_is_discarded(stopped: Path, source: Path, undisturbed: dict[str, bytes]) -> None:
    assert score_batch([source], stopped, SETUP, formats=QUICK).resumed == 0
    assert files(stopped) == undisturbed


def test_nothing_to_resume_is_a_normal_run(source: Path, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    assert score_batch([source], tmp_path / "out", SETUP, formats=QUICK, resume=True).resumed == 0
    assert files(tmp_path / "out") == undisturbed


def test_other_formats_and_other_jobs_may_resume(stopped: Path, source: Path, undisturbed: dict[str, bytes]) -> None:
    score_batch([source], stopped, SETUP, formats=("jsonl",), resume=True, jobs=2)
    assert files(stopped) == {"calls.jsonl": undisturbed["calls.jsonl"]}


def test_changed_options_and_inputs_are_named(stopped: Path, source: Path, tmp_path: Path) -> None:
    other = Setup("common", None, SETUP.model, Shield(mask=False, key=b"k" * 16))
    with pytest.raises(UsageError) as refused:
        score_batch([source], stopped, other, formats=QUICK, resume=True)
    told = str(refused.value)
    assert all(word in told for word in ("--profile", "规则表", "--no-mask", "--pseudonyms", "--resume"))
    with pytest.raises(UsageError, match="输入2"):
        score_batch([source, ROOT / "data/samples/demo.jsonl"], stopped, SETUP, formats=QUICK, resume=True)
    stat = source.stat()
    os.utime(source, ns=(stat.st_atime_ns, stat.st_mtime_ns + 10**9))
    try:
        with pytest.raises(UsageError, match="输入1"):
            score_batch([source], stopped, SETUP, formats=QUICK, resume=True)
    finally:
        os.utime(source, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert score_batch([source], stopped, SETUP, formats=QUICK, resume=True).resumed == 2 * CHUNK


def test_two_runs_do_not_write_one_result(stopped: Path, source: Path) -> None:
    import fcntl

    with (stopped.with_name(".out.partial") / SPOOL).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="另一个程序"):
            score_batch([source], stopped, SETUP, formats=QUICK)


def test_an_earlier_result_stays_until_the_new_one_is_whole(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    score_batch([ROOT / "data/samples/demo.jsonl"], out, SETUP, formats=QUICK)
    before = files(out)
    with monkeypatch.context() as patched:
        stop_after(1, OSError(28, "no space"), patched)
        with pytest.raises(UsageError):
            score_batch([source], out, SETUP, formats=QUICK)
    assert files(out) == before


def test_a_swap_cut_in_two_is_mended(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    score_batch([ROOT / "data/samples/demo.jsonl"], out, SETUP, formats=QUICK)
    out.rename(tmp_path / ".out.old")
    stop_after(0, KeyboardInterrupt(), monkeypatch)
    with pytest.raises(UsageError):
        score_batch([source], out, SETUP, formats=QUICK)
    assert (out / "calls.jsonl").exists()


def test_the_spool_holds_no_raw_number(stopped: Path) -> None:
    spool = stopped.with_name(".out.partial") / SPOOL
    assert b"1390000" not in spool.read_bytes()
    assert spool.stat().st_mode & 0o077 == 0


def command(source: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "qa_nlp", "score", str(source), "-o", str(out), *more]


def test_a_full_disk_ends_with_a_message(source: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: the write fails inside a line."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    out = tmp_path / "out"
    result = subprocess.run(
        command(source, out, "--jobs", "1"), capture_output=True, text=True, cwd=ROOT, preexec_fn=limited, check=False
    )
    assert result.returncode == 2, result.stderr
    assert "写不下去" in result.stderr
    assert "--resume" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Error" not in result.stderr
    assert not out.exists()


@pytest.mark.parametrize("output", ["/dev/full", "pipe"])
def test_an_output_that_takes_no_more_ends_with_a_message(output: str, tmp_path: Path) -> None:
    demo, out = ROOT / "data/samples/demo.jsonl", tmp_path / "out"
    if output == "pipe":
        end, target = os.pipe()
        os.close(end)
    else:
        target = os.open(output, os.O_WRONLY)
    try:
        result = subprocess.run(
            command(demo, out, "--format", "jsonl"),
            stdout=target,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            check=False,
        )
    finally:
        os.close(target)
    assert result.returncode == 2
    assert "打印不下去" in result.stderr
    assert "未写出" not in result.stderr
    assert "Traceback" not in result.stderr
    assert "Exception" not in result.stderr
    assert (out / "calls.jsonl").exists()


@pytest.mark.slow
def test_killed_at_twenty_random_moments_it_ends_in_the_same_bytes(tmp_path: Path) -> None:
    source = write_calls(tmp_path / "calls.jsonl", 600)
    whole = tmp_path / "whole"
    subprocess.run(command(source, whole, "--jobs", "1", "--quiet"), cwd=ROOT, check=False)
    expected, out, chance = files(whole), tmp_path / "out", random.Random(7)
    assert "calls.jsonl" in expected
    kills = finished = 0
    while kills < 20 or not finished:
        more = ["--resume", "--quiet", "--jobs", str(1 + kills % 2)]
        process = subprocess.Popen(command(source, out, *more), cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=chance.uniform(0.3, 5.0) if kills < 20 else None)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        else:
            assert process.returncode == 1  # the broken line was skipped
            assert files(out) == expected
            finished += 1
    lines = (out / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["call_id"] for line in lines] == [f"N{number:05d}" for number in range(600)]
