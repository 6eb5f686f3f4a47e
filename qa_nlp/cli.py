"""The ``qa-nlp`` command: parse options, call one function, print. Decides nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from qa_nlp import __version__
from qa_nlp.errors import QaError

app = typer.Typer(
    help="通话质检：读入通话文本，判业务、查措辞、查步骤、评分、出报告。全程离线。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules_app = typer.Typer(help="规则表：检查、测试、查看。", no_args_is_help=True)
app.add_typer(rules_app, name="rules")

Profile = Annotated[str, typer.Option("--profile", help="档：power（95598）、hotline（快递/通用）、telecom（10000）、common")]
Lexicons = Annotated[Path | None, typer.Option("--lexicons", help="规则表所在文件夹；默认用随程序安装的")]


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
