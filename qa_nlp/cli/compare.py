"""``trend``: finished runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_nlp.cli.common import Lexicons, app
from qa_nlp.cli.output import printed
from qa_nlp.process import calm_numpy

ENDINGS = (".csv", ".html", ".htm")


@app.command()
def trend(
    folders: Annotated[list[Path], typer.Argument(metavar="OUT...", help="score 的结果文件夹，旧的在前")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="另写成 .csv 或 .html，含全部项目")] = None,
    everything: Annotated[bool, typer.Option("--all", help="屏幕上列出全部项目，不只是有变化的")] = False,
    profile: Annotated[str, typer.Option("--profile", help="档；不写则用最后一期的")] = "",
    lexicons: Lexicons = None,
) -> None:
    """比较两次或几期的检查结果：什么上升、什么下降，是真变了还是偶然。"""
    calm_numpy()
    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.report.rule_stats import run_profile
    from qa_nlp.report.trend import lines, write_csv
    from qa_nlp.report.trend_page import write_page
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.trend import compare, read_periods

    if len(folders) < 2:
        raise UsageError(Problem("U041", str(folders[0]), "只有一期，没有可比的", "请再写一个结果文件夹"))
    if out is not None and out.suffix.lower() not in ENDINGS:
        raise UsageError(Problem("U042", str(out), "不知道要写成什么格式", "文件名请以 .csv 或 .html 结尾"))
    book = load_book(profile or run_profile(folders[-1]) or "power", lexicons)
    found = compare(read_periods(folders), book)
    if out is not None:
        try:
            (write_csv if out.suffix.lower() == ".csv" else write_page)(found, out)
        except OSError as error:
            cause = error.strerror or type(error).__name__
            raise UsageError(Problem("U007", str(out), f"写不下去：{cause}", "请检查文件夹、权限和磁盘空间")) from error
    with printed():
        print("\n".join(lines(found, everything)))
        if out is not None:
            print(f"全部项目写入 {out}")
