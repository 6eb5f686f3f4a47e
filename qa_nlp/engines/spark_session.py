"""Starting Spark, and what goes wrong with it told in the reader's language. pyspark is imported only here."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
import warnings
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_nlp.engines.spark_plan import UNSEEN
from qa_nlp.errors import Problem, UsageError
from qa_nlp.process import NUMPY

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = re.compile(r"local|local\[(?:\d+|\*)(?:,\d+)?\]|spark://[^/\s:]+:\d+(?:,[^/\s:]+:\d+)*|yarn|k8s://\S+")
SIZE = re.compile(r"(\d+)([kmg]?)b?", re.IGNORECASE)
LOOPBACK = "127.0.0.1"
CONNECT_MS = 5_000
# Nobody may be waiting at the screen for executors that never come.
PATIENCE = 120
SETTLING = 10
ADVICE = {
    "stopped SparkContext": (
        "主节点没有应答，或版本与这里的 Spark 不同",
        "检查地址和端口，主节点的 Spark 版本要与 pyspark 相同",
    ),
    UNSEEN: (
        "工作节点看不到输入文件",
        "把输入放在各节点以同一路径都能读到的共享文件夹（如 NFS），或用 --master local[*]",
    ),
    "ModuleNotFoundError": (
        "工作节点的 Python 缺少程序库",
        "在每个节点装好 qa-nlp[spark]，或用 --spark-conf spark.pyspark.python=路径 指定装好的 Python",
    ),
    "PYTHON_VERSION_MISMATCH": (
        "工作节点的 Python 版本与这里不同",
        "用 --spark-conf spark.pyspark.python=路径 指定同一版本的 Python",
    ),
    "No such file or directory": (
        "工作节点缺少文件",
        "检查节点上的 Python 路径（--spark-conf spark.pyspark.python=…）和结果文件夹是否共享",
    ),
    "Permission denied": ("工作节点没有写入权限", "让运行 Spark 的用户能写结果所在的文件夹"),
    "No space left": ("磁盘已满", "请腾出空间，再加 --resume 接着做"),
    "Python worker exited unexpectedly": (
        "工作节点上的检查进程被终止（常见原因是内存不足）",
        "减少每个节点同时做的任务（--spark-conf spark.executor.cores=1），再加 --resume 接着做",
    ),
    "OutOfMemoryError": ("执行器内存不足", "用 --spark-conf spark.executor.memory=2g 加大内存"),
}


def check_usage(master: str) -> None:
    """Refuse what cannot work before anything is started.

    Raises:
        UsageError: pyspark, pyarrow or Java is missing, or the address is none of a Spark master.
    """
    missing = [name for name in ("pyspark", "pyarrow") if find_spec(name) is None]
    if missing:
        advice = "运行 pip install 'qa-nlp[spark]'；只用本机时去掉 --engine spark"
        raise UsageError(Problem("S001", "--engine spark", f"还没有安装 {'、'.join(missing)}", advice))
    if not MASTER.fullmatch(master):
        advice = "可以写：local[*]、spark://主机:7077、yarn、k8s://…"
        raise UsageError(Problem("S002", "--master", f"不是 Spark 主节点的地址：{master}", advice))
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and Path(home, "bin", "java").exists())):
        advice = "安装 Java 17 以上（如 apt install openjdk-17-jre-headless），或设置 JAVA_HOME"
        raise UsageError(Problem("S003", "--engine spark", "没有找到 Java，Spark 要用它", advice))


def size(text: str, name: str) -> int:
    """Bytes of a size as Spark writes it: 1048576, 512k, 8m, 1g.

    Raises:
        UsageError: when it is none, or nothing.
    """
    found = SIZE.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise UsageError(Problem("S008", name, f"不是大小：{text}", "写成 8m、512k 这样"))
    return int(found[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[found[2].lower()]


def start(master: str, conf: Mapping[str, str], log: Path) -> SparkSession:
    """A session on ``master``; what Spark and Java print goes to the file ``log``.

    Raises:
        UsageError: when it does not start or the master does not answer.
    """
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    settings = settings_for(master, conf)
    os.environ["PYSPARK_PYTHON"] = (
        conf.get("spark.pyspark.python") or os.environ.get("PYSPARK_PYTHON") or sys.executable
    )
    pyspark, gateways = import_module("pyspark"), import_module("pyspark.java_gateway")
    sql, errors = import_module("pyspark.sql"), import_module("pyspark.errors")
    try:
        # Without an earlier session, whose Java process would be used again with its own settings.
        if pyspark.SparkContext._gateway is None:
            with log.open("ab") as output:
                gateway = gateways.launch_gateway(_conf(pyspark, settings), {"stdout": output, "stderr": output})
            pyspark.SparkContext._ensure_initialized(gateway=gateway)
    except errors.PySparkException as error:
        advice = f"检查 Java 是不是 17 以上，--spark-conf 的值是否写对；详情在 {log}"
        raise UsageError(Problem("S004", "--engine spark", "Spark 没有启动起来", advice)) from error
    _reach(master, pyspark.SparkContext._jvm)
    try:
        session: SparkSession = sql.SparkSession(pyspark.SparkContext(conf=_conf(pyspark, settings)))
    except Exception as error:  # py4j's and Spark's own, of many kinds
        raise told(error, log, f"连不上 {master}") from error
    _wait(session)
    return session


def settings_for(master: str, conf: Mapping[str, str]) -> dict[str, str]:
    """The configuration of the job: quiet, no web page, one thread a task; what the user says wins."""
    settings = {
        "spark.master": master,
        "spark.app.name": "qa-nlp",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "WARN",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "64",
        **{f"spark.executorEnv.{name}": value for name, value in NUMPY.items()},
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK}
    return settings | dict(conf)


def _conf(pyspark: Any, settings: Mapping[str, str]) -> Any:
    conf = pyspark.SparkConf(loadDefaults=False)
    for name, value in settings.items():
        conf.set(name, value)
    return conf


def _reach(master: str, jvm: Any) -> None:
    """Spark itself tries for a minute before it says that nobody is there."""
    if not master.startswith("spark://"):
        return
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.partition(":")
        try:
            channel = jvm.java.net.Socket()
            channel.connect(jvm.java.net.InetSocketAddress(host, int(port)), CONNECT_MS)
            channel.close()
            return
        except Exception:  # py4j wraps whatever Java raises: refused, unknown host, no route, too late
            continue
    advice = "检查地址和端口，主节点是否在运行，防火墙是否放行"
    raise UsageError(Problem("S005", "--master", f"连不上 Spark 主节点 {master}", advice))


def executors(session: SparkSession) -> int:
    """How many executors the job has at this moment; in local mode the driver is one."""
    jsc: Any = session.sparkContext._jsc
    found = len(jsc.sc().statusTracker().getExecutorInfos())
    return found if str(session.sparkContext.master).startswith("local") else found - 1


def _wait(session: SparkSession) -> None:
    """Give executors some time to come: by their number the batch is cut into waves."""
    end = time.monotonic() + SETTLING
    while not executors(session) and time.monotonic() < end:
        time.sleep(0.2)


def nobody(master: str) -> UsageError:
    """The error for a cluster that gives no executor."""
    advice = "检查工作节点是否在运行、有没有空闲的核和内存；可用 --spark-conf spark.executor.memory=512m 少要一些"
    return UsageError(Problem("S006", "--master", f"{master} 在 {PATIENCE} 秒里没有给出执行器", advice))


def told(error: BaseException, log: Path, what: str) -> UsageError:
    """An error of a Spark job as a message; Spark's own words stay in ``log``."""
    text = str(error)
    with log.open("a", encoding="utf-8", errors="replace") as file:
        file.write(f"\n{text}\n")
    for sign, (cause, advice) in ADVICE.items():
        if sign in text:
            return UsageError(Problem("S007", "--engine spark", f"{what}：{cause}", f"{advice}；详情在 {log}"))
    lines = re.findall(r"^(?:Caused by: )?\S*(?:Error|Exception): .+$", text, re.MULTILINE)
    cause = (lines[-1] if lines else text.strip() or type(error).__name__).splitlines()[0][:200]
    return UsageError(Problem("S007", "--engine spark", f"{what}：{cause}", f"详情在 {log}"))
