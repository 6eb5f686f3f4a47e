"""A batch on Spark: the inspector of the local engine as an Arrow map over parts of the input.

The driver cuts the input into pieces, a task being some of them; lexicons, model and this program travel with the
job. Tasks run in waves, each a Spark job that leaves a folder of staged rows (see ``spark_worker``). The driver reads
the waves in order and hands on the chunks that the local engine would have spooled.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from qa_nlp.engines import spark_session
from qa_nlp.engines.local import Setup
from qa_nlp.engines.spark_plan import BUNDLE, Kit, Plan, bundle, mapper, planned
from qa_nlp.engines.spark_session import told
from qa_nlp.engines.spark_staged import Row, finished, first_only, kept_plan, staged_items, staged_rows
from qa_nlp.read.once import Once
from qa_nlp.read.opening import metadata, sources
from qa_nlp.read.pieces import LINES, Piece, Survey, cut, settled
from qa_nlp.records import Skipped
from qa_nlp.spool import Chunk, Left

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SPLIT, SPLIT_KEY = "8m", "spark.sql.files.maxPartitionBytes"
# Tasks of a wave: enough that no core waits for the last of them while the next wave is under way as well.
LEAST_WAVE, TASKS_A_CORE, AHEAD = 16, 4, 2
ATTEMPTS = 3
# Spark ends a job when a node dies between being allowed to keep its output and saying that it did.
RACE = "Authorized committer"
# A workbook takes only the first calls of a large batch, a page a few: the driver makes the pieces of those.
GROWING = {"csv", "vcon"}
VERDICTS, CALLS = "verdicts.parquet", "calls.jsonl"
FIELDS = (
    "call_id STRING, category STRING, subtype STRING, confidence DOUBLE, needs_review BOOLEAN, score DOUBLE, "
    "grade STRING, veto STRING, not_scored STRING, agent_id STRING, team STRING, started_at STRING, "
    "direction STRING, turns INT, summary STRING"
)
SURVEYED = "task LONG, found BINARY"
STAGED = "task LONG, items LONG, places BINARY, chunk BINARY, ready BINARY"


class SparkEngine:
    """Runs batches on the cluster behind ``master``. A context manager: Spark runs as long as it is open."""

    name = "spark"

    def __init__(self, master: str, conf: Mapping[str, str] | None = None) -> None:
        """``conf`` holds Spark's own settings; ``spark.sql.files.maxPartitionBytes`` is the input of a task.

        Raises:
            UsageError: when pyspark, pyarrow or Java is missing, or the address or a size cannot be read.
        """
        self.master, self.conf = master, dict(conf or {})
        spark_session.check_usage(master)
        self.split = spark_session.size(self.conf.get(SPLIT_KEY, SPLIT), SPLIT_KEY)
        self.resumed = self.tasks = 0

    def __enter__(self) -> SparkEngine:
        self._home = Path(tempfile.mkdtemp(prefix="qa-nlp-spark-"))
        self._log = self._home / "spark.log"
        try:
            self._session: SparkSession = spark_session.start(self.master, self.conf, self._log)
        except BaseException as error:
            self._tidy(error)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: object) -> None:
        try:
            self._session.sparkContext.cancelAllJobs()
            self._session.stop()
        except Exception as error:  # Java has died: there is nothing left to stop.
            told(error, self._log, "")
        self._tidy(value)

    def _tidy(self, error: BaseException | None) -> None:
        """Leave nothing behind but a log that a message speaks of."""
        if str(self._log) in str(error):
            for path in self._home.iterdir():
                if path != self._log:
                    path.unlink()
            return
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def facts(self) -> dict[str, object]:
        """For ``run.json``."""
        version = self._session.version
        return {"engine": self.name, "spark": version, "master": self.master, "tasks": self.tasks}

    def chunks(
        self,
        paths: Sequence[Path],
        meta: Path | None,
        setup: Setup,
        folder: Path,
        resume: bool,
        formats: frozenset[str],
    ) -> Iterator[Chunk]:
        """The finished chunks of a batch in its order; each call id once.

        Args:
            folder: where waves leave their rows; every node must see it under the same path, as well as ``paths``.
            resume: use the waves that an earlier run of the same batch finished.
            formats: reports that are wanted; pieces of those that grow with the batch are made on the nodes.

        Raises:
            UsageError: when Spark gives up.
        """
        archive, kit = bundle(setup, meta, self._home)
        context = self._session.sparkContext
        self._tried(lambda: context.addArchive(f"{archive}#{BUNDLE}"))
        pieces = self._surveyed(list(cut(sources(paths, meta), self.split)), kit)
        wave = max(LEAST_WAVE, TASKS_A_CORE * context.defaultParallelism)
        plan = kept_plan(planned(pieces, self.split, wave), folder, resume)
        self.tasks = len(plan.tasks)
        kit = self._with_plan(plan, kit, "plan.json")
        skipped: list[Skipped] = []
        if meta is not None:
            metadata(meta, skipped)
        if skipped:
            yield Chunk(tuple(Left(setup.shield.skipped(item)) for item in skipped), ({},) * len(skipped))
        once = Once()
        self.resumed = sum(staged_items(_wave(folder, tasks), tasks) for tasks in plan.waves)
        for rows in self._waves(plan, kit, setup, folder, sorted(formats & GROWING)):
            for row in rows:
                if row.chunk is not None:
                    yield first_only(row, plan, once, setup.shield)

    def finish(self, result: Path) -> None:
        """Write ``verdicts.parquet`` of the ``calls.jsonl`` in the folder: main fields, and the line as it is."""
        path = re.sub(r"([\\{}\[\]*?])", r"\\\1", str((result / CALLS).absolute()))

        def write() -> None:
            lines = self._session.read.option("lineSep", "\n").text(f"file:{path}")
            frame = lines.selectExpr(
                "monotonically_increasing_id() AS position", f"from_json(value, '{FIELDS}') AS call", "value AS line"
            ).select("position", "call.*", "line")
            frame.write.mode("overwrite").parquet(_uri(result / VERDICTS))

        self._watched(write)

    def _surveyed(self, pieces: list[Piece], kit: Kit) -> list[Piece]:
        """The pieces with what comes before each in its file; files cut by bytes are gone through once for that."""
        parts = [piece for piece in pieces if piece.part == LINES]
        if not parts:
            return pieces
        kit = self._with_plan(planned(parts, 0, len(parts)), kit, "survey.json")
        names = msgspec.json.encode(kit)
        rows = self._watched(lambda: self._map("survey_tasks", range(len(parts)), SURVEYED, names).collect())
        return settled(pieces, (msgspec.json.decode(found, type=Survey) for _, found in sorted(rows)))

    def _with_plan(self, plan: Plan, kit: Kit, name: str) -> Kit:
        (self._home / name).write_bytes(msgspec.json.encode(plan))
        self._tried(lambda: self._session.sparkContext.addFile(str(self._home / name)))
        return replace(kit, plan=name)

    def _map(self, entry: str, tasks: range, schema: str, *arguments: object) -> DataFrame:
        ids = self._session.range(tasks.start, tasks.stop, 1, len(tasks))
        return ids.mapInArrow(mapper(entry, *arguments), schema)

    def _waves(self, plan: Plan, kit: Kit, setup: Setup, folder: Path, formats: list[str]) -> Iterator[Iterator[Row]]:
        """The rows of each wave in order; two waves are under way, so that no core waits for the last task of one."""
        arguments = (msgspec.json.encode(kit), setup.shield.mask, setup.shield.key, formats)

        def run(tasks: range) -> None:
            target = _wave(folder, tasks)
            if not finished(target):
                rows = self._map("inspect_tasks", tasks, STAGED, *arguments)
                rows.write.mode("overwrite").parquet(_uri(target))

        pool = ThreadPoolExecutor(AHEAD)
        waiting = deque((tasks, pool.submit(self._tried, partial(run, tasks))) for tasks in plan.waves[:AHEAD])
        following = iter(plan.waves[AHEAD:])
        try:
            while waiting:
                tasks, future = waiting.popleft()
                self._patient(future)
                waiting.extend((later, pool.submit(self._tried, partial(run, later))) for later in islice(following, 1))
                yield staged_rows(_wave(folder, tasks), tasks)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _tried(self, job: Callable[[], Any]) -> Any:
        """The result of what is asked of Spark."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return job()
            except Exception as error:  # py4j's, Spark's and Java's, of many kinds
                if RACE not in str(error) or attempt == ATTEMPTS:
                    raise told(error, self._log, "Spark 任务没有做完") from error
        return None

    def _watched(self, job: Callable[[], Any]) -> Any:
        """The same for a job that may last; it runs beside this thread."""
        pool = ThreadPoolExecutor(1)
        try:
            return self._patient(pool.submit(self._tried, job))
        finally:
            pool.shutdown(wait=False)

    def _patient(self, future: Future[Any]) -> Any:
        """The result of a job, unless all executors are gone for too long: Spark itself would wait for ever."""
        seen = time.monotonic()
        while True:
            try:
                return future.result(timeout=2)
            except TimeoutError:
                if future.done():
                    raise
            if self._alive():
                seen = time.monotonic()
            if time.monotonic() - seen > spark_session.PATIENCE:
                raise spark_session.nobody(self.master)

    def _alive(self) -> bool:
        try:
            return spark_session.executors(self._session) > 0
        except Exception as error:
            raise told(error, self._log, "Spark 中途停了") from error


def _wave(folder: Path, tasks: range) -> Path:
    return folder / f"wave-{tasks.start:06d}"


def _uri(path: Path) -> str:
    return f"file:{path.absolute()}"
