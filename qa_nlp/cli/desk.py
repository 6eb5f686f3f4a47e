"""``brief`` and ``coach``: what a supervisor hands in and hands out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from qa_nlp.cli.common import Lexicons, app
from qa_nlp.process import calm_numpy

Folders = Annotated[list[Path], typer.Argument(metavar="OUT...", help="score 写出的结果文件夹，可以多个")]


@app.command()
def brief(
    folders: Folders,
    out: Annotated[Path, typer.Option("-o", "--out", help="写到哪个 .docx")],
    before: Annotated[list[Path] | None, typer.Option("--before", help="上期的结果文件夹；可以写几次")] = None,
    template: Annotated[Path | None, typer.Option("--template", help="自己的 Word 模板；默认用随附的")] = None,
    title: Annotated[str, typer.Option("--title", help="标题；默认按期间写通话质检周报、月报")] = "",
    at: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="报告日期；默认为最后一通的日期")
    ] = None,
    lexicons: Lexicons = None,
) -> None:
    """写抽检周报、月报（Word）：与上期比、主要差错、班组坐席、承诺、案例、建议。"""
    calm_numpy()
    from qa_nlp.report.desk.brief import write_brief

    day = at.date() if at else None
    period = write_brief(
        folders, out, before=before or (), template=template, title=title, at=day, lexicons=lexicons
    )  # fmt: skip
    print(f"写好 {out}：{period.text}，检查 {period.figures.totals.calls:,} 通")


@app.command()
def coach(
    agent: Annotated[str, typer.Argument(help="座席工号")],
    folders: Folders,
    out: Annotated[Path, typer.Option("-o", "--out", help="写到哪个 .html 或 .docx")],
    lexicons: Lexicons = None,
) -> None:
    """写一名坐席的辅导单：三个长处、三个要改的习惯、原话和改法、下周练什么。"""
    calm_numpy()
    from qa_nlp.report.desk.coach_sheet import write_coach

    portrait = write_coach(agent, folders, out, lexicons)
    note = "；样本太少，只列实例" if portrait.few else ""
    print(f"写好 {out}：{agent}，检查 {portrait.mine.figures.totals.calls:,} 通，对照{portrait.group}{note}")
