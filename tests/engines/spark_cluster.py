"""A real Spark cluster on this machine for tests: a master and workers as processes of their own, on 127.0.0.1."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

HOST = "127.0.0.1"
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"
EXECUTOR = "CoarseGrainedExecutorBackend"
UP = 300.0
# Compiling for speed does not pay in a process that lives for seconds.
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@dataclass
class Cluster:
    """A master and its workers; ``url`` is what jobs ask for. Ports are whatever is free."""

    folder: Path
    url: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        try:
            self._run("master", MASTER)
            self.url = self._wait("master", r"Starting Spark master at (spark://\S+)")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def add_worker(self, name: str) -> subprocess.Popen[bytes]:
        """A worker that offers one core; returns when the master knows it."""
        options = ["--cores", "1", "--memory", "600m", "--work-dir", str(self.folder / name)]
        process = self._run(name, WORKER, *options, self.url)
        self._wait(name, r"(Successfully registered with master)")
        return process

    def executors_of(self, name: str) -> list[int]:
        """The process ids of the executors that a worker has started."""
        return [pid for pid, command in self._inside(self.folder / name) if EXECUTOR in command]

    def stop(self) -> None:
        """End everything that was started, workers' executors as well."""
        # Executors stop by themselves, but nobody waits for them.
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        for pid, _ in self._inside(self.folder):
            kill(pid)

    def _run(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        import pyspark

        home = Path(pyspark.__file__).parent
        environment = os.environ | {
            "SPARK_LOCAL_IP": HOST, "SPARK_HOME": str(home), "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_LOCAL_DIRS": str(self.folder / "local"), "SPARK_DAEMON_JAVA_OPTS": QUICK_JAVA,
        }  # fmt: skip
        place = ["--host", HOST, "--port", "0", "--webui-port", "0"]
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(home / "bin" / "spark-class"), command[0], *place, *command[1:]],
                stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=self.folder,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def _wait(self, name: str, pattern: str) -> str:
        end = time.monotonic() + UP
        while time.monotonic() < end:
            log = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
            if found := re.search(pattern, log):
                return found[1]
            time.sleep(0.1)
        raise TimeoutError(f"{name} did not come up:\n{log}")

    def _inside(self, folder: Path) -> Iterator[tuple[int, str]]:
        """(id, command) of the processes that workers started: they run in folders below the workers' own."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):
                    if (entry / "cwd").readlink().is_relative_to(folder):
                        yield int(entry.name), (entry / "cmdline").read_bytes().decode("utf-8", "replace")


def kill(pid: int) -> None:
    """SIGKILL, were the process gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
