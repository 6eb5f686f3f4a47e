"""``read``: what a file was understood to be, and the same calls as native JSONL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_nlp.cli.common import app
from qa_nlp.cli.output import printed

if TYPE_CHECKING:
    from qa_nlp.read import FileReport
    from qa_nlp.records import Call, Skipped

ROLES = {"agent": "座席", "customer": "客户", "system": "系统", "unknown": "不明"}
FIRST_TURNS = 3
WIDTH = 40


@app.command()
def read(
    paths: Annotated[list[Path], typer.Argument(help="通话文件或文件夹，可以多个")],
    to: Annotated[Path | None, typer.Option("--to", help="把读到的通话另存为 JSONL（原话不遮蔽）")] = None,
) -> None:
    """看看文件读成了什么：格式、编码、通话数、说话人、时间；可另存为 JSONL。"""
    from qa_nlp.read import describe

    reports = [report for path in paths for report in describe(path)]
    with printed():
        for report in reports:
            _print_report(report)
    if to is not None:
        written, left = _convert(paths, to)
        with printed():
            print(f"已写出 {written} 通到 {to}，跳过 {left} 项")
    if any(report.skipped for report in reports):
        raise typer.Exit(1)


def _print_report(report: FileReport) -> None:
    from qa_nlp.privacy import mask, mask_turns

    print(report.path)
    print(f"  格式：{report.format}" + (f"，编码 {report.encoding}" if report.encoding else ""))
    roles = "，".join(f"{ROLES[role]} {count}" for role, count in sorted(report.roles.items()))
    print(f"  通话 {report.calls} 通，{report.turns} 句" + (f"（{roles}）" if roles else ""))
    print(f"  有起止时间的 {report.timed} 句")
    for note, count in report.notes.items():
        print(f"  {count} 通：{mask(note).text}")
    if report.first is not None:
        print(f"  第一通 {report.first.call_id}：")
        for turn, masked in zip(report.first.turns[:FIRST_TURNS], mask_turns(report.first.turns), strict=False):
            more = "…" if len(masked.text) > WIDTH else ""
            print(f"    {ROLES[turn.role]}：{masked.text[:WIDTH]}{more}")
    for item in report.skipped:
        place = f"第 {item.line} 行：" if item.line else ""
        print(f"  跳过 {place}{mask(item.reason).text} → {item.advice}")


def _convert(paths: list[Path], to: Path) -> tuple[int, int]:
    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.read import open_calls, write_native
    from qa_nlp.records import Call

    left = 0

    def calls(items: Iterable[Call | Skipped]) -> Iterator[Call]:
        nonlocal left
        for item in items:
            if isinstance(item, Call):
                yield item
            else:
                left += 1

    if to.exists() and any(path.exists() and path.samefile(to) for path in paths):
        raise UsageError(Problem("U011", str(to), "这就是要读的文件，不能覆盖它", "请换一个文件名"))
    try:
        written = write_native(calls(open_calls(paths)), to)
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise UsageError(Problem("U007", str(to), f"写不下去：{cause}", "请检查文件夹、权限和磁盘空间")) from error
    return written, left
