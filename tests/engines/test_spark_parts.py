"""The parts of the Spark engine without Spark: plans, staged rows, resumption, what is told."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from qa_nlp.batch import score_batch  # noqa: E402
from qa_nlp.engines import spark, spark_session, spark_worker  # noqa: E402
from qa_nlp.engines.local import Setup  # noqa: E402
from qa_nlp.engines.spark_plan import Plan, planned  # noqa: E402
from qa_nlp.engines.spark_staged import kept_plan, staged_items, staged_rows  # noqa: E402
from qa_nlp.errors import UsageError  # noqa: E402
from qa_nlp.paths import data_file  # noqa: E402
from qa_nlp.read.opening import walk  # noqa: E402
from qa_nlp.read.pieces import cut  # noqa: E402
from tests.engines.test_spark import files, write_calls  # noqa: E402

SETUP = Setup("power", None, data_file("models", "power"))
QUICK = ("csv", "jsonl")


class Here(spark.SparkEngine):
    """The engine with this process in the place of a cluster; ``ran`` lists the tasks of each job."""

    def __init__(self, home: Path, split: int, fail_at: int = 10**9) -> None:
        self.split, self.resumed, self.tasks, self.fail_at = split, 0, 0, fail_at
        self._home, self.ran = home, []  # type: list[tuple[str, range]]
        self._log = home / "spark.log"
        self._session: Any = SimpleNamespace(
            sparkContext=SimpleNamespace(addArchive=self._unpack, addFile=lambda path: None, defaultParallelism=1)
        )

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    @property
    def facts(self) -> dict[str, object]:
        return {"engine": self.name}

    def finish(self, result: Path) -> None:
        assert (result / "calls.jsonl").exists()

    def _alive(self) -> bool:
        return True

    def _unpack(self, archive: str) -> None:
        path, _, name = archive.partition("#")
        with zipfile.ZipFile(path) as file:
            file.extractall(self._home / name)

    def _map(self, entry: str, tasks: range, schema: str, *arguments: Any) -> Any:
        self.ran.append((entry, tasks))
        if tasks.start >= self.fail_at:
            raise RuntimeError("a job that fails")

        def rows() -> Iterator[Any]:
            batches = [pa.record_batch([[task]], names=["id"]) for task in tasks]
            return getattr(spark_worker, entry)(batches, self._home / spark.BUNDLE, *arguments)

        def parquet(uri: str) -> None:
            folder = Path(uri.removeprefix("file:"))
            folder.mkdir()
            pq.write_table(pa.Table.from_batches(rows()), folder / "part-00000-x.parquet")
            (folder / "_SUCCESS").touch()

        collected = lambda: [tuple(row.values()) for batch in rows() for row in batch.to_pylist()]  # noqa: E731
        writer = SimpleNamespace(parquet=parquet)
        return SimpleNamespace(collect=collected, write=SimpleNamespace(mode=lambda mode: writer))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = write_calls(tmp_path / "calls.jsonl", 60, "N")
    with path.open("a", encoding="utf-8") as file:
        file.write(path.read_text(encoding="utf-8").splitlines()[3] + '\n{"call_id": \n')
    return path


def homes(tmp_path: Path) -> Iterator[Path]:
    for number in range(9):
        (tmp_path / f"home{number}").mkdir()
        yield tmp_path / f"home{number}"


def test_an_interrupted_run_goes_on_with_the_waves_that_are_missing(source: Path, tmp_path: Path) -> None:
    home = homes(tmp_path)
    score_batch([source], tmp_path / "local", SETUP, formats=QUICK)
    out = tmp_path / "out"
    with pytest.raises(UsageError):
        score_batch([source], out, SETUP, formats=QUICK, engine=Here(next(home), 3000, fail_at=16))
    assert not out.exists()
    again = Here(next(home), 3000)
    outcome = score_batch([source], out, SETUP, formats=QUICK, resume=True, engine=again)
    waves = [tasks.start for entry, tasks in again.ran if entry == "inspect_tasks"]
    assert waves
    assert 0 not in waves
    assert 0 < outcome.resumed < 62
    assert files(out) == files(tmp_path / "local")
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["resumed"] == outcome.resumed
    assert not list(tmp_path.glob(".*"))


def test_other_inputs_are_not_resumed(source: Path, tmp_path: Path) -> None:
    home = homes(tmp_path)
    with pytest.raises(UsageError):
        score_batch([source], tmp_path / "out", SETUP, formats=QUICK, engine=Here(next(home), 3000, fail_at=16))
    with pytest.raises(UsageError, match="运行方式 --engine"):
        score_batch([source], tmp_path / "out", SETUP, formats=QUICK, resume=True)
    anew = Here(next(home), 3000)
    score_batch([source], tmp_path / "out", SETUP, formats=("csv",), engine=anew)
    assert 0 in [tasks.start for _, tasks in anew.ran]
    assert anew.resumed == 0
    assert not (tmp_path / "out" / "calls.jsonl").exists()


def test_another_cut_of_the_same_input_starts_anew(source: Path, tmp_path: Path) -> None:
    small, large = (planned(list(cut(walk(source), size)), size, 4) for size in (3000, 5000))
    assert kept_plan(small, tmp_path / "staged", resume=True) == small
    (tmp_path / "staged" / "wave-000000").mkdir()
    wider = Plan(small.pieces, small.tasks, 16)
    assert kept_plan(wider, tmp_path / "staged", resume=True).wave == 4
    assert (tmp_path / "staged" / "wave-000000").exists()
    assert kept_plan(large, tmp_path / "staged", resume=True) == large
    assert not (tmp_path / "staged" / "wave-000000").exists()


def test_small_files_share_a_task_in_order(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number:02d}.txt").write_text("x" * 100)
    plan = planned(list(cut(walk(tmp_path), 350)), 350, 3)
    assert [len(task) for task in plan.tasks] == [3, 3, 3, 3, 3, 3, 2]
    assert [number for task in plan.tasks for number in task] == list(range(20))
    assert plan.waves == [range(0, 3), range(3, 6), range(6, 7)]
    assert planned([], 350, 3).waves == []


@pytest.mark.parametrize("rows", [[], [0], [0, 2], [1, 0, 2]])
def test_rows_that_did_not_arrive_are_told(rows: list[int], tmp_path: Path) -> None:
    """Nodes that write to disks of their own must not end in a report of half the calls."""
    folder = tmp_path / "staged" / "wave-000000"
    folder.mkdir(parents=True)
    for number, task in enumerate(rows):
        table = pa.Table.from_pylist(
            [{"task": task, "items": 5, "places": b"[]", "chunk": None, "ready": None}], schema=spark_worker.STAGED
        )
        pq.write_table(table, folder / f"part-{number:05d}-x.parquet")
    with pytest.raises(UsageError, match="共享文件夹"):
        list(staged_rows(folder, range(3)))
    assert staged_items(folder, range(3)) == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"RuntimeError: {spark_worker.UNSEEN} /data/a.jsonl", "看不到输入文件"),
        ("ModuleNotFoundError: No module named 'msgspec'", "缺少程序库"),
        ("PYTHON_VERSION_MISMATCH", "Python 版本"),
        ("java.lang.OutOfMemoryError: Java heap space", "内存不足"),
        ("Python worker exited unexpectedly (crashed)", "检查进程被终止"),
        ("something\njava.lang.FooException: at first\nCaused by: a.b.BarError: the reason\n", "the reason"),
    ],
)
def test_errors_of_spark_are_told_with_advice(text: str, told: str, tmp_path: Path) -> None:
    error = spark_session.told(RuntimeError(text), tmp_path / "spark.log", "没有做完")
    assert told in str(error)
    assert "spark.log" in str(error)
    assert text.strip() in (tmp_path / "spark.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "master",
    ["local", "local[*]", "local[2]", "local[2,3]", "spark://a-b.c:7077", "spark://a:1,b:2", "yarn", "k8s://x"],
)
def test_masters_that_may_be_asked_for(master: str) -> None:
    assert spark_session.MASTER.fullmatch(master)


@pytest.mark.parametrize("master", ["", "locale", "local[x]", "spark://host", "spark://h:1,", "sc://h:1", "http://h:1"])
def test_masters_that_are_none(master: str) -> None:
    assert not spark_session.MASTER.fullmatch(master)


@pytest.mark.parametrize(("text", "size"), [("8m", 8 << 20), ("512K", 512 << 10), ("1gb", 1 << 30), ("77", 77)])
def test_sizes(text: str, size: int) -> None:
    assert spark_session.size(text, "x") == size
