"""``score`` and ``explain``: inspect a batch, look at one call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from qa_nlp.cli.common import Jobs, Lexicons, ModelPath, Profile, Quiet, app, cores, model_folder, progress
from qa_nlp.cli.output import printed
from qa_nlp.process import calm_numpy

if TYPE_CHECKING:
    from qa_nlp.batch import Outcome
    from qa_nlp.engines import Engine
    from qa_nlp.privacy.shield import Shield

# A table of --meta that knows fewer of the calls is told.
FEW = 0.5
EngineName = Literal["local", "spark"]
NoMask = Annotated[bool, typer.Option("--no-mask", help="报告里不遮蔽个人信息（会记入 run.json）")]
Meta = Annotated[Path | None, typer.Option("--meta", help="按通话编号补充座席、班组等的表（CSV 或 XLSX）")]
Pseudonyms = Annotated[
    Path | None, typer.Option("--pseudonyms", help="密钥文件：座席和来电号码换成稳定的化名（HMAC-SHA-256）")
]

# Among so many calls a similar number is looked for.
NEARBY = 20_000


@app.command()
def score(
    paths: Annotated[list[Path], typer.Argument(help="通话文件或文件夹，可以多个")],
    out: Annotated[Path, typer.Option("-o", "--out", help="结果文件夹")],
    profile: Profile = "power",
    model: ModelPath = None,
    lexicons: Lexicons = None,
    meta: Meta = None,
    formats: Annotated[
        str, typer.Option("--format", help="输出格式，逗号分隔：csv,xlsx,html,jsonl,vcon；默认除 vcon 外全部")
    ] = "",
    jobs: Jobs = 0,
    resume: Annotated[bool, typer.Option("--resume", help="接着做上次中断的同一批")] = False,
    no_mask: NoMask = False,
    pseudonyms: Pseudonyms = None,
    engine: Annotated[EngineName, typer.Option("--engine", help="在哪里检查：local 本机进程，spark 集群")] = "local",
    master: Annotated[
        str, typer.Option("--master", help="Spark 主节点，如 spark://主机:7077、yarn；不写为本机 local[*]")
    ] = "",
    spark_conf: Annotated[
        list[str] | None, typer.Option("--spark-conf", help="Spark 设置 名=值，可以多个，如 spark.executor.memory=2g")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """检查一批通话，写出报告。"""
    calm_numpy()
    from qa_nlp.batch import score_batch
    from qa_nlp.engines.local import Setup

    setup = Setup(profile, lexicons, model_folder(model, profile), _shield(no_mask, pseudonyms))
    cluster = _cluster(engine, master, spark_conf or [])
    wanted = [name.strip() for name in formats.split(",") if name.strip()] or None
    with progress("已检查", quiet) as tick:
        outcome = score_batch(
            paths, out, setup, jobs=cores(jobs), formats=wanted, meta=meta, resume=resume, progress=tick,
            engine=cluster,
        )  # fmt: skip
    if not quiet:
        with printed():
            _print_outcome(outcome)
    if outcome.skipped:
        raise typer.Exit(1)


@app.command()
def explain(
    call_id: Annotated[str, typer.Argument(help="通话编号")],
    paths: Annotated[list[Path], typer.Argument(help="这通电话所在的文件或文件夹")],
    profile: Profile = "power",
    model: ModelPath = None,
    lexicons: Lexicons = None,
    meta: Meta = None,
    no_mask: NoMask = False,
) -> None:
    """打印一通电话，在原话处标出每个问题、理由和建议；检查时用了 --meta 的，这里也要写上，结果才一样。"""
    calm_numpy()
    from difflib import get_close_matches

    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.inspector import Inspector
    from qa_nlp.model.store import load_model
    from qa_nlp.read import open_calls
    from qa_nlp.records import Call
    from qa_nlp.report.explain import explain as render
    from qa_nlp.rulebook.load import load_book

    shield = _shield(no_mask, None)
    inspector = Inspector(load_book(profile, lexicons), load_model(model_folder(model, profile)))
    others: list[str] = []
    for call in open_calls(paths, meta):
        if not isinstance(call, Call):
            continue
        others.append(call.call_id)
        if call.call_id == call_id:
            shown, verdict = shield.shown(call, inspector.inspect([call])[0])
            with printed():
                print(render(shown, verdict, inspector.book))
            return
    near = "、".join(get_close_matches(call_id, others[:NEARBY], 3) or others[:3])
    advice = f"这里有 {near} 等" if near else "这些文件里没有一通能读的电话"
    raise UsageError(Problem("U004", call_id, "在这些文件里没有这通电话", f"请检查通话编号，或换一个文件；{advice}"))


def _cluster(engine: EngineName, master: str, settings: list[str]) -> Engine | None:
    """The cluster to run on; None for processes of this machine."""
    from qa_nlp.errors import Problem, UsageError

    if engine == "local":
        if master or settings:
            option = "--master" if master else "--spark-conf"
            raise UsageError(Problem("S010", option, "只用于 Spark", "加上 --engine spark，或去掉它"))
        return None
    bad = [text for text in settings if not re.fullmatch(r"spark\.[^=\s]+=.*", text, re.DOTALL)]
    if bad:
        advice = "写成 spark.executor.memory=2g 这样"
        raise UsageError(Problem("S011", "--spark-conf", f"不是 名=值：{text}", advice) for text in bad)
    from qa_nlp.engines.spark import SparkEngine

    pairs = (text.partition("=") for text in settings)
    return SparkEngine(master or "local[*]", {name: value for name, _, value in pairs})


def _shield(no_mask: bool, pseudonyms: Path | None) -> Shield:
    from qa_nlp.privacy.shield import Shield, read_key

    return Shield(not no_mask, read_key(pseudonyms) if pseudonyms else None)


def _print_outcome(outcome: Outcome) -> None:
    """The table after a run."""
    totals = outcome.totals
    print(f"检查了 {outcome.calls} 通，跳过 {outcome.skipped} 项，结果在 {outcome.folder}")
    for hint in _hints(outcome):
        print(hint)
    grades = "，".join(f"{name} {count}" for name, count in sorted(totals.grades.items()))
    print(f"等级：{grades or '无'}；需复核 {totals.reviews} 通")
    for name, agent in sorted(totals.agents.items())[:20]:
        mean = "未评" if agent.mean is None else f"{agent.mean:.1f} 分"
        print(
            f"  座席 {name or '（未知）'}：{agent.calls} 通，平均 {mean}，有差错 {agent.faulty} 通，红线 {agent.vetoes} 通"
        )
    if outcome.skipped:
        print("跳过的内容及原因见 skipped.csv")


def _hints(outcome: Outcome) -> Iterator[str]:
    """What may have gone otherwise than it was meant."""
    from qa_nlp.read.opening import SUFFIXES

    if not outcome.calls and not outcome.skipped:
        yield f"没有找到可读的通话文件。能读：{' '.join(SUFFIXES)}（隐藏文件和以前的检查结果不读）"
    joined = outcome.joined
    if joined and joined.ids and joined.found < joined.calls * FEW:
        yield (
            f"随录表只对上了 {joined.calls} 通中的 {joined.found} 通：按“{joined.column}”列的 {joined.ids} 个编号找，"
            "请看它与通话编号是不是同一种编号"
        )
