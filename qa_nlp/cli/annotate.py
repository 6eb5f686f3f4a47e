"""``label-studio …``: calls out to be labelled in Label Studio, and the labelled ones back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from qa_nlp.cli.common import Lexicons, Profile, app
from qa_nlp.process import calm_numpy

studio = typer.Typer(help="用 Label Studio 标注：导出任务，导入标注。", no_args_is_help=True)
app.add_typer(studio, name="label-studio")
SHOWN = 20


@studio.command("export")
def export(
    results: Annotated[Path, typer.Argument(metavar="OUT", help="score 的结果文件夹")],
    out: Annotated[Path, typer.Option("-o", "--out", help="任务文件 tasks.json；旁边另写 config.xml")],
    count: Annotated[int, typer.Option("-n", "--count", min=0, help="挑多少通最值得标的；0 为全部")] = 50,
    sources: Annotated[list[Path] | None, typer.Option("--from", help="原来的通话文件；不写则用那次检查读的")] = None,
    profile: Annotated[str, typer.Option("--profile", help="档；不写则用那次运行的")] = "",
    lexicons: Lexicons = None,
    no_mask: Annotated[bool, typer.Option("--no-mask", help="任务里不遮蔽个人信息")] = False,
    pseudonyms: Annotated[Path | None, typer.Option("--pseudonyms", help="那次检查用的化名密钥文件")] = None,
) -> None:
    """把通话和机器的判断写成 Label Studio 的任务，连同标注界面的配置。"""
    calm_numpy()
    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.privacy.shield import Shield, read_key
    from qa_nlp.report.rule_stats import run_profile
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.training.label_studio_tasks import CONFIG, hand_out

    missing = [path for path in sources or () if not path.exists()]
    if missing:
        raise UsageError(Problem("U001", str(path), "没有这个文件或文件夹", "请检查路径") for path in missing)
    book = load_book(profile or run_profile(results) or "power", lexicons)
    shield = Shield(not no_mask, read_key(pseudonyms) if pseudonyms else None)
    handed = hand_out(results, out, book, shield, count, sources or ())
    print(f"{handed.tasks} 个任务写入 {out}")
    print(f"标注界面的配置写入 {out.with_name(CONFIG)}：新建项目时粘贴到 Labeling Interface → Code，再导入任务。")
    if handed.missing:
        names = "、".join(handed.missing[:SHOWN])
        print(f"有 {len(handed.missing)} 通在通话文件里没找到：{names}", file=sys.stderr)
        raise typer.Exit(1)


@studio.command("import")
def import_(
    annotations: Annotated[Path, typer.Argument(help="Label Studio 导出的文件（格式选 JSON）")],
    out: Annotated[Path, typer.Option("-o", "--out", help="写成标注过的通话（JSONL），可直接给 train")],
    sources: Annotated[
        list[Path] | None, typer.Option("--from", help="原来的通话文件；写了就用原话，不用任务里遮蔽过的话")
    ] = None,
    profile: Profile = "power",
    lexicons: Lexicons = None,
) -> None:
    """把 Label Studio 的标注读回来，写成训练用的格式。"""
    calm_numpy()
    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.read import open_calls, write_native
    from qa_nlp.records import Call
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.training.label_studio import take_in

    missing = [path for path in (annotations, *(sources or ())) if not path.exists()]
    if missing:
        raise UsageError(Problem("U001", str(path), "没有这个文件或文件夹", "请检查路径") for path in missing)
    if out.exists() and any(out.samefile(path) for path in (annotations, *(sources or ())) if path.exists()):
        raise UsageError(Problem("U011", str(out), "这就是要读的文件，不能覆盖它", "请换一个文件名"))
    originals = {item.call_id: item for item in open_calls(sources) if isinstance(item, Call)} if sources else None
    taken = take_in(annotations, load_book(profile, lexicons), originals)
    try:
        write_native(taken.calls, out)
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise UsageError(Problem("U007", str(out), f"写不下去：{cause}", "请检查文件夹、权限和磁盘空间")) from error
    print(f"{len(taken.calls)} 通标注过的通话写入 {out}；接着用 qa-nlp train {out} … -o 训练")
    for remark, times in sorted(taken.remarks.items()):
        print(f"注意：{times} 处{remark}", file=sys.stderr)
    for item in taken.skipped[:SHOWN]:
        print(f"跳过第 {item.line} 个任务 {item.call_id}：{item.reason} → {item.advice}", file=sys.stderr)
    if taken.skipped:
        print(f"共跳过 {len(taken.skipped)} 个任务", file=sys.stderr)
        raise typer.Exit(1)
