"""The ``qa-nlp`` command: parse options, call one function, print. Decides nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_nlp import __version__
from qa_nlp.errors import QaError

if TYPE_CHECKING:
    from qa_nlp.batch import Outcome

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
Lexicons = Annotated[Path | None, typer.Option("--lexicons", help="规则表所在文件夹；默认用随程序安装的")]


ModelPath = Annotated[Path | None, typer.Option("--model", help="模型文件夹；默认用随程序安装的")]


def _model_folder(model: Path | None, profile: str) -> Path:
    """The chosen model, or the one shipped for the profile (power serves those that have none)."""
    from qa_nlp.paths import data_file

    if model is not None:
        return model
    own = data_file("models", profile)
    return own if own.exists() else data_file("models", "power")


@contextmanager
def _progress(label: str, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A counter on the terminal; silent with --quiet or when the output is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed} 通"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda count: bar.update(task, completed=count)


def _print_outcome(outcome: Outcome) -> None:
    """The table after a run."""
    totals = outcome.totals
    print(f"检查了 {outcome.calls} 通，跳过 {outcome.skipped} 项，结果在 {outcome.folder}")
    grades = "，".join(f"{name} {count}" for name, count in sorted(totals.grades.items()))
    print(f"等级：{grades or '无'}；需复核 {totals.reviews} 通")
    for name, agent in sorted(totals.agents.items())[:20]:
        mean = "未评" if agent.mean is None else f"{agent.mean:.1f} 分"
        print(
            f"  座席 {name or '（未知）'}：{agent.calls} 通，平均 {mean}，有差错 {agent.faulty} 通，红线 {agent.vetoes} 通"
        )
    if outcome.skipped:
        print("跳过的内容及原因见 skipped.csv")


def main() -> None:
    """Run the command; every foreseeable failure ends with a message and exit code 2."""
    try:
        app()
    except QaError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"共 {len(error.problems)} 个问题，未写出任何文件。", file=sys.stderr)
        sys.exit(2)


@app.command()
def version() -> None:
    """显示版本号。"""
    print(__version__)


@app.command()
def score(
    paths: Annotated[list[Path], typer.Argument(help="通话文件或文件夹，可以多个")],
    out: Annotated[Path, typer.Option("-o", "--out", help="结果文件夹")],
    profile: Profile = "power",
    model: ModelPath = None,
    lexicons: Lexicons = None,
    meta: Annotated[Path | None, typer.Option("--meta", help="按通话编号补充座席、班组等的表（CSV 或 XLSX）")] = None,
    formats: Annotated[str, typer.Option("--format", help="输出格式，逗号分隔")] = "csv,jsonl",
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="进程数；0 为全部核心")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="不显示进度和总表")] = False,
) -> None:
    """检查一批通话，写出报告。"""
    import os

    from qa_nlp.batch import score_batch
    from qa_nlp.engines.local import Setup

    setup = Setup(profile, lexicons, _model_folder(model, profile))
    count = jobs or os.cpu_count() or 1
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    with _progress("已检查", quiet) as tick:
        outcome = score_batch(paths, out, setup, jobs=count, formats=wanted, meta=meta, progress=tick)
    if not quiet:
        _print_outcome(outcome)
    if outcome.skipped:
        raise typer.Exit(1)


@app.command()
def train(
    paths: Annotated[list[Path], typer.Argument(help="标注过的通话（JSONL 或标注文本），文件或文件夹")],
    out: Annotated[Path, typer.Option("-o", "--out", help="模型文件夹")],
    profile: Profile = "power",
    lexicons: Lexicons = None,
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="进程数；0 为全部核心")] = 0,
) -> None:
    """用标注过的通话训练模型。"""
    import os

    from qa_nlp.model.store import save_model
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.training.corpus import read_corpus
    from qa_nlp.training.train import train as fit_model

    samples = read_corpus(paths)
    fitted = fit_model(samples, load_book(profile, lexicons), jobs=jobs or os.cpu_count() or 1)
    save_model(fitted, out)
    print(f"已用 {len(samples)} 份标注训练，写入 {out}")
    for name, value in fitted.card["cross_validated"].items():
        print(f"  {name} = {value:.4f}")


@app.command()
def evaluate(
    paths: Annotated[list[Path], typer.Argument(help="标注过的通话（JSONL 或标注文本）")],
    profile: Profile = "power",
    model: ModelPath = None,
    lexicons: Lexicons = None,
    customer_turns: Annotated[int | None, typer.Option("--customer-turns", min=1, help="只看客户的前几句")] = None,
) -> None:
    """用标注过的通话检验模型与规则，打印成绩。"""
    from qa_nlp.inspector import Inspector
    from qa_nlp.model.store import load_model
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.training.corpus import read_corpus
    from qa_nlp.training.evaluate import evaluate as measure
    from qa_nlp.training.evaluate import render

    inspector = Inspector(load_book(profile, lexicons), load_model(_model_folder(model, profile)))
    print(render(measure(read_corpus(paths, with_locked=True), inspector, customer_turns)))


@app.command()
def explain(
    call_id: Annotated[str, typer.Argument(help="通话编号")],
    paths: Annotated[list[Path], typer.Argument(help="这通电话所在的文件或文件夹")],
    profile: Profile = "power",
    model: ModelPath = None,
    lexicons: Lexicons = None,
) -> None:
    """打印一通电话，在原话处标出每个问题、理由和建议。"""
    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.inspector import Inspector
    from qa_nlp.model.store import load_model
    from qa_nlp.read import open_calls
    from qa_nlp.records import Call
    from qa_nlp.report.explain import explain as render
    from qa_nlp.rulebook.load import load_book

    inspector = Inspector(load_book(profile, lexicons), load_model(_model_folder(model, profile)))
    for call in open_calls(paths):
        if isinstance(call, Call) and call.call_id == call_id:
            print(render(call, inspector.inspect([call])[0], inspector.book))
            return
    raise UsageError(Problem("U004", call_id, "在这些文件里没有这通电话", "请检查通话编号，或换一个文件"))


@rules_app.command("check")
def rules_check(profile: Profile = "", lexicons: Lexicons = None) -> None:
    """检查规则表的写法，列出全部问题。"""
    from qa_nlp.rulebook.load import PROFILES, load_book

    for name in [profile] if profile else PROFILES:
        book = load_book(name, lexicons)
        print(f"{name}：{len(book.rules)} 条规则，没有问题。")


@rules_app.command("test")
def rules_test(profile: Profile = "", lexicons: Lexicons = None) -> None:
    """逐条运行规则自带的例句。"""
    from qa_nlp.rulebook.load import PROFILES, load_book
    from qa_nlp.rulebook.selftest import run_examples

    failed = 0
    for name in [profile] if profile else PROFILES:
        outcomes = list(run_examples(load_book(name, lexicons)))
        bad = [outcome for outcome in outcomes if not outcome.passed]
        failed += len(bad)
        for outcome in bad:
            print(f"✗ {outcome}")
        print(f"{name}：{len(outcomes)} 个例句，{len(bad)} 个不符。")
    if failed:
        raise typer.Exit(1)


@rules_app.command("try")
def rules_try(
    sentence: Annotated[str, typer.Argument(help="要试的一句话；前文写作 客：…／座：…")],
    profile: Profile = "power",
    lexicons: Lexicons = None,
) -> None:
    """试一句话会命中哪些规则。"""
    from qa_nlp.records import Call, Turn
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.rulebook.rule import read_example
    from qa_nlp.text.prepared import prepare

    book = load_book(profile, lexicons)
    example = read_example(sentence, "agent")
    last = Turn("customer" if sentence.startswith("客") and "／座" not in sentence else "agent", example.text)
    prepared = prepare(Call("试", (*(Turn(role, text) for role, text in example.before), last)))
    hits = book.matcher.scan(prepared)
    for hit in hits:
        _, _, quote = prepared.quote(hit.turn, hit.start, hit.end)
        print(f"{hit.rule.id} {hit.rule.name}（{hit.rule.kind} {hit.rule.code}，{hit.match}）：“{quote}”")
    if not hits:
        print("没有命中任何规则。")
