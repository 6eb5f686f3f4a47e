"""Spark finds what the local engine finds, byte for byte, whatever dies on the way: on a real cluster of processes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from qa_nlp.paths import data_file
from tests.engines.spark_cluster import HOST, QUICK_JAVA, Cluster, kill

ROOT = Path(__file__).resolve().parent.parent.parent
HAVE_SPARK = find_spec("pyspark") is not None and find_spec("pyarrow") is not None
HAVE_JAVA = bool(shutil.which("java") or os.environ.get("JAVA_HOME"))
cluster_only = [
    pytest.mark.slow,
    pytest.mark.skipif(not HAVE_SPARK, reason="pyspark is not installed: pip install 'qa-nlp[spark]'"),
    pytest.mark.skipif(not HAVE_JAVA, reason="no Java: apt install openjdk-17-jre-headless"),
    pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds processes by /proc"),
    pytest.mark.xdist_group("spark"),
]
CONF = {
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.sql.files.maxPartitionBytes": "100k",
    "spark.executor.extraJavaOptions": QUICK_JAVA,
    "spark.driver.extraJavaOptions": QUICK_JAVA,
}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        running.add_worker("one")
        running.add_worker("two")
        yield running


def on(cluster: Cluster, **more: str) -> list[str]:
    settings = [part for name, value in (CONF | more).items() for part in ("--spark-conf", f"{name}={value}")]
    return ["--engine", "spark", "--master", cluster.url, "--quiet", *settings]


def sample_calls() -> list[dict[str, Any]]:
    lines = (ROOT / "data/samples/calls/power.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def write_calls(path: Path, count: int, prefix: str) -> Path:
    """The sample calls over and over under new ids, from callers who come back."""
    calls = sample_calls()
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            meta = {"caller": f"1390000{number % 37:04d}"}
            call = calls[number % len(calls)] | {"call_id": f"{prefix}{number:05d}", "meta": meta}
            file.write(json.dumps(call, ensure_ascii=False) + "\n")
    return path


def poison(path: Path) -> Path:
    """Lines that must not stop anybody, one good call behind each."""
    good = iter(json.dumps(call | {"call_id": f"G{n}"}, ensure_ascii=False) for n, call in enumerate(sample_calls()))
    text = '[{"role": "agent", "text": "您好"}]'
    lines: list[bytes] = [
        b'{"call_id": "cut off", "turns": [{"role"',
        b'{"call_id": "no turns"}',
        b'{"call_id": "empty", "turns": []}',
        b'{"call_id": ["list"], "turns": "text"}',
        b'{"call_id": {"a": 1}, "turns": [1, 2, null]}',
        b'{"call_id": "no text", "turns": [{"role": "agent", "text": {"deep": []}}]}',
        f'{{"call_id": "absurd", "turns": {text}, "meta": {{"ring_seconds": NaN}}, "agent_id": 1e999}}'.encode(),
        b"[" * 200_000,
        b"\xff\xfe\x00 not text at all \x80",
        b"null",
        b'{"call_id": "blank", "turns": [{"role": "agent", "text": "   "}]}',
        f'{{"call_id": "N00007", "turns": {text}}}'.encode(),
        f'{{"messages": {text}, "note": "no id"}}'.encode(),
        b"",
        b'{"call_id": "huge", "turns": [{"role": "agent", "text": "' + b"x" * (50 << 20) + b'"}]}',
        f'{{"messages": {text}, "note": "no id either"}}'.encode(),
    ]
    with path.open("wb") as file:
        for line in lines:
            file.write(line + b"\n" + next(good).encode() + b"\r\n")
    return path


def write_parquet(folder: Path) -> None:
    """One row a call with its turns as structs, and one row a turn; several row groups each."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    calls = sample_calls() * 8
    whole = [
        {"call_id": f"P{n:04d}", "agent_id": call.get("agent_id", ""), "turns": call["turns"]}
        for n, call in enumerate(calls)
    ]
    whole[3]["turns"] = []
    turns = [
        {"通话编号": f"Q{n:04d}", "角色": turn["role"], "内容": turn["text"], "开始时间": turn.get("start")}
        for n, call in enumerate(calls)
        for turn in call["turns"]
    ]
    pq.write_table(pa.Table.from_pylist(whole), folder / "calls.parquet", row_group_size=25)
    pq.write_table(pa.Table.from_pylist(turns), folder / "turns.parquet", row_group_size=333)


def files(out: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.is_file() and path.name != "run.json"
    }


def verdict_lines(out: Path) -> list[str]:
    """The lines of the Parquet folder in the order of their positions."""
    table = pytest.importorskip("pyarrow.parquet").read_table(out / "verdicts.parquet")
    for row in table.to_pylist():
        told = json.loads(row["line"])
        assert {name: told[name] for name in ("call_id", "subtype", "score", "turns")} == {
            name: row[name] for name in ("call_id", "subtype", "score", "turns")
        }
    return [row["line"] for row in table.sort_by("position").to_pylist()]


def same(local: Path, spark: Path) -> None:
    expected, found = files(local), files(spark)
    assert sorted(found) == sorted(expected)
    for name, data in expected.items():
        assert found[name] == data, name
    if "calls.jsonl" in expected:
        assert verdict_lines(spark) == expected["calls.jsonl"].decode().splitlines()


@pytest.mark.slow
class TestCluster:
    pytestmark = cluster_only

    def test_every_file_equals_that_of_the_local_engine(self, cluster: Cluster, run_cli: Run, tmp_path: Path) -> None:
        """JSONL cut by bytes, both kinds of Parquet, other formats, poisoned lines, names that need escaping."""
        source = tmp_path / "输入 [1]{a}"
        shutil.copytree(ROOT / "data/samples/formats", source)
        write_calls(source / "calls.jsonl", 700, "N")
        poison(source / "poison.jsonl")
        write_parquet(source)
        local, spark = tmp_path / "local", tmp_path / "结果 *[2]"
        assert run_cli("score", source, "-o", local, "--jobs", 1, "--quiet").returncode == 1
        result = run_cli("score", source, "-o", spark, *on(cluster, **{"spark.sql.files.maxPartitionBytes": "4m"}))
        assert result.returncode == 1, result.stderr
        assert result.stderr == ""
        same(local, spark)
        reasons = (spark / "skipped.csv").read_text(encoding="utf-8-sig")
        assert all(word in reasons for word in ("不是完整的 JSON", "超过 32 MB", "turns 为空", "通话编号重复"))
        assert json.loads((spark / "run.json").read_text(encoding="utf-8"))["tasks"] > 10
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["local", "结果 *[2]", "输入 [1]{a}"])

    def test_all_options_travel_with_the_job(self, cluster: Cluster, run_cli: Run, tmp_path: Path) -> None:
        source = write_calls(tmp_path / "calls.jsonl", 120, "M")
        lexicons, model = tmp_path / "lexicons", tmp_path / "model"
        shutil.copytree(data_file("lexicons"), lexicons)
        shutil.copytree(data_file("models", "power"), model)
        (tmp_path / "key").write_text("k" * 32, encoding="ascii")
        (tmp_path / "meta.csv").write_text("通话编号,班组\nM00003,夜班\n\n", encoding="utf-8")
        options = ["--profile", "hotline", "--lexicons", lexicons, "--model", model, "--no-mask", "--format", "csv",
                   "--pseudonyms", tmp_path / "key", "--meta", tmp_path / "meta.csv"]  # fmt: skip
        local, spark = tmp_path / "local", tmp_path / "spark"
        assert run_cli("score", source, "-o", local, "--jobs", 1, "--quiet", *options).returncode == 0
        result = run_cli("score", source, "-o", spark, *on(cluster), *options)
        assert result.returncode == 0, result.stderr
        same(local, spark)
        rows = list(csv.DictReader((spark / "calls.csv").read_text(encoding="utf-8-sig").splitlines()))
        assert [row["班组"] for row in rows if row["通话编号"] == "M00003"] == ["夜班"]
        assert all(row["坐席"].startswith("座席-") for row in rows if row["坐席"])

    def test_killed_processes_cost_nothing_but_time(self, cluster: Cluster, run_cli: Run, tmp_path: Path) -> None:
        """An executor dies, then a whole worker with its executor; the job ends in the same bytes."""
        source = tmp_path / "in"
        source.mkdir()
        write_calls(source / "a.jsonl", 800, "K")
        write_parquet(source)
        local, spark = tmp_path / "local", tmp_path / "spark"
        options = ["--format", "csv,jsonl"]
        assert run_cli("score", source, "-o", local, "--jobs", 1, "--quiet", *options).returncode == 1
        doomed = cluster.add_worker("three")
        options += on(cluster, **{"spark.sql.files.maxPartitionBytes": "40k"})
        command = [sys.executable, "-m", "qa_nlp", "score", str(source), "-o", str(spark), *options]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        job = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
        try:
            staged = tmp_path / ".spark.partial" / "staged"
            until(lambda: any(staged.glob("wave-000000/_temporary/0/task_*")), job)
            (executor, *_) = cluster.executors_of("two")
            kill(executor)
            until(lambda: done(staged, 0), job)
            victims = cluster.executors_of("three")
            assert victims, "the worker had nothing to do"
            kill(doomed.pid)
            for victim in victims:
                kill(victim)
            assert not done(staged, 32), "it was all but done before"
            assert job.wait(timeout=400) == 1, job.stderr and job.stderr.read()
        finally:
            job.kill()
            job.wait()
        same(local, spark)

    def test_a_cluster_without_room_is_told_in_time(self, cluster: Cluster, tmp_path: Path) -> None:
        source = write_calls(tmp_path / "calls.jsonl", 3, "R")
        code = (
            "import sys; from qa_nlp.engines import spark_session as s; s.PATIENCE = s.SETTLING = 2;"
            "from qa_nlp.cli import main; sys.exit(main())"
        )
        command = [sys.executable, "-c", code, "score", str(source), "-o", str(tmp_path / "out")]
        result = subprocess.run(
            [*command, *on(cluster, **{"spark.executor.memory": "900g"})],
            capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=300, check=False,
        )  # fmt: skip
        assert result.returncode == 2
        assert "没有给出执行器" in result.stderr
        assert "Traceback" not in result.stderr


def done(staged: Path, task: int) -> bool:
    """Whether the wave that begins with a task is finished."""
    return (staged / f"wave-{task:06d}" / "_SUCCESS").exists()


def until(true: Callable[[], bool], job: subprocess.Popen[str], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert job.poll() is None, job.stderr and job.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.skipif(not (HAVE_SPARK and HAVE_JAVA), reason="needs pyspark and Java")
def test_a_master_that_is_not_there_is_told_soon(run_cli: Run, tmp_path: Path) -> None:
    source = write_calls(tmp_path / "calls.jsonl", 1, "X")
    began = time.monotonic()
    result = run_cli("score", source, "-o", tmp_path / "out", "--engine", "spark", "--master", f"spark://{HOST}:9")
    assert result.returncode == 2
    assert "连不上 Spark 主节点" in result.stderr
    assert "检查地址和端口" in result.stderr
    assert "Traceback" not in result.stderr
    assert time.monotonic() - began < 120
    assert [path.name for path in tmp_path.iterdir()] == ["calls.jsonl"]


@pytest.mark.skipif(not (HAVE_SPARK and HAVE_JAVA), reason="needs pyspark and Java")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--engine", "spark", "--master", "spork://x:1"], "不是 Spark 主节点的地址"),
        (["--engine", "spark", "--spark-conf", "spark.executor.memory"], "不是 名=值"),
        (["--engine", "spark", "--spark-conf", "spark.sql.files.maxPartitionBytes=viel"], "不是大小"),
        (["--master", "local[2]"], "--engine spark"),
    ],
)
def test_bad_options_are_told(options: list[str], told: str, run_cli: Run, tmp_path: Path) -> None:
    result = run_cli("score", ROOT / "data/samples/demo.jsonl", "-o", tmp_path / "out", *options)
    assert result.returncode == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("guard", "told"),
    [
        ("import sys; sys.modules['pyspark'] = None", "pip install 'qa-nlp[spark]'"),
        ("import os; os.environ['PATH'] = '/nowhere'; os.environ.pop('JAVA_HOME', 0)", "没有找到 Java"),
    ],
)
def test_what_is_not_installed_is_told(guard: str, told: str, tmp_path: Path) -> None:
    if "JAVA_HOME" in guard and not HAVE_SPARK:
        pytest.skip("pyspark is not installed")
    (tmp_path / "sitecustomize.py").write_text(guard, encoding="utf-8")
    command = [sys.executable, "-m", "qa_nlp", "score", str(ROOT / "data/samples/demo.jsonl"), "--engine", "spark"]
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    result = subprocess.run(
        [*command, "-o", str(tmp_path / "out")], capture_output=True, text=True, env=environment, check=False
    )
    assert result.returncode == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()
