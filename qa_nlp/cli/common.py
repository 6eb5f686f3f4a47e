"""What the commands share: the application, common options, progress on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="通话质检：读入通话文本，判业务、查措辞、查步骤、评分、出报告。全程离线。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules_app = typer.Typer(help="规则表：检查、测试、查看。", no_args_is_help=True)
app.add_typer(rules_app, name="rules")

Profile = Annotated[
    str, typer.Option("--profile", help="档：power（95598）、hotline（快递/通用）、telecom（10000）、common")
]
AnyProfile = Annotated[str, typer.Option("--profile", help="只看一个档；不写为全部")]
Lexicons = Annotated[Path | None, typer.Option("--lexicons", help="规则表所在文件夹；默认用随程序安装的")]
ModelPath = Annotated[Path | None, typer.Option("--model", help="模型文件夹；默认用随程序安装的")]
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="进程数；0 为全部核心")]
Quiet = Annotated[bool, typer.Option("--quiet", help="不显示进度和总表")]


def cores(jobs: int) -> int:
    """``--jobs`` as a number of processes; 0 means every core."""
    import os

    return jobs or os.cpu_count() or 1


def model_folder(model: Path | None, profile: str) -> Path:
    """The chosen model, or the one shipped for the profile (power serves those that have none)."""
    from qa_nlp.paths import data_file

    if model is not None:
        return model
    own = data_file("models", profile)
    return own if own.exists() else data_file("models", "power")


# Seconds between two looks of the counter.
REFRESH = 0.1


@contextmanager
def progress(label: str, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A counter on the terminal; silent with --quiet or when the output is no terminal.

    It is drawn as calls come, not by a thread of its own: a process with threads cannot be copied (``engines.local``).
    """
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed} 通"), TimeElapsedColumn())
    with Progress(*columns, transient=True, auto_refresh=False) as bar:
        task = bar.add_task(label, total=None)
        bar.refresh()
        drawn = 0.0

        def tick(count: int) -> None:
            nonlocal drawn
            bar.update(task, completed=count)
            if (now := time.monotonic()) - drawn >= REFRESH:
                drawn = now
                bar.refresh()

        yield tick
