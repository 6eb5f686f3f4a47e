"""The weekly or monthly report in Word: ``qa-nlp brief``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from qa_nlp.errors import Problem, UsageError
from qa_nlp.report.desk.brief_fields import fields
from qa_nlp.report.desk.filling import fill_template
from qa_nlp.report.desk.period import Period, read_period
from qa_nlp.rulebook.load import load_book

TEMPLATE = Path(__file__).parent / "assets" / "brief.docx"


def write_brief(
    folders: Sequence[Path],
    out: Path,
    *,
    before: Sequence[Path] = (),
    template: Path | None = None,
    title: str = "",
    at: date | None = None,
    lexicons: Path | None = None,
) -> Period:
    """Write the report of some result folders; the same folders give the same bytes.

    Args:
        folders: results of ``qa-nlp score`` that make up the period; a call in two of them counts once.
        out: a .docx; replaced if it exists.
        before: results of the period before, to compare with.
        template: a .docx with tags; the one shipped when None.
        title: instead of 通话质检日报, 周报 or 月报 (by the days that the calls span).
        at: day of the report, from which promises fall due; the day of the last call when None.
        lexicons: folder of the rule tables that give names and advice; those shipped when None.

    Raises:
        UsageError: a folder holds no results, the template has a mistake, or the file cannot be written.
    """
    refuse_ending(out, (".docx",))
    both = {folder.resolve() for folder in folders} & {folder.resolve() for folder in before}
    if both:
        place = "、".join(sorted(map(str, both)))
        raise UsageError(Problem("U048", place, "同一个结果既算本期又算上期", "--before 只写上期的结果文件夹"))
    now, earlier = read_period(folders), read_period(before) if before else None
    if earlier is not None and earlier.profile != now.profile:
        raise UsageError(
            Problem(
                "U042",
                "--before",
                f"本期用的档是 {now.profile}，上期是 {earlier.profile}，不能比",
                "换成同一个档的结果",
            )
        )
    book = load_book(now.profile, lexicons)
    write_file(out, fill_template(template or TEMPLATE, lambda draw: fields(now, earlier, book, draw, title, at)))
    return now


def refuse_ending(out: Path, endings: tuple[str, ...]) -> None:
    """Only these endings can be written.

    Raises:
        UsageError: for another one, or where ``out`` is a folder.
    """
    if out.suffix.lower() not in endings or out.is_dir():
        told = " 或 ".join(endings)
        raise UsageError(Problem("U049", str(out), f"这里要写文件名，以 {told} 结尾", f"例如 -o 报告{endings[0]}"))


def write_file(out: Path, blob: bytes) -> None:
    """Write a whole file or none.

    Raises:
        UsageError: when it cannot be written, as where Word holds it open.
    """
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(blob)
        partial.replace(out)
    except OSError as error:
        partial.unlink(missing_ok=True)
        advice = "请检查文件夹和磁盘；文件正被 Word 打开时先关掉它"
        raise UsageError(Problem("U050", str(out), f"写不进去：{error.strerror or error}", advice)) from None
