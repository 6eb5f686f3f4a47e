"""``rules …``: check, test, list, try."""

from __future__ import annotations

from typing import Annotated

import typer

from qa_nlp.cli.common import AnyProfile, Lexicons, Profile, rules_app


@rules_app.command("check")
def rules_check(profile: AnyProfile = "", lexicons: Lexicons = None) -> None:
    """检查规则表的写法，列出全部问题。"""
    from qa_nlp.rulebook.load import PROFILES, load_book

    for name in [profile] if profile else PROFILES:
        book = load_book(name, lexicons)
        print(f"{name}：{len(book.rules)} 条规则，没有问题。")


@rules_app.command("test")
def rules_test(profile: AnyProfile = "", lexicons: Lexicons = None) -> None:
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


@rules_app.command("list")
def rules_list(
    profile: Profile = "power",
    lexicons: Lexicons = None,
    kind: Annotated[str, typer.Option("--kind", help="phrase 措辞、step 步骤、signal 信号、subtype 业务")] = "",
) -> None:
    """列出一个档的规则。"""
    from qa_nlp.rulebook.load import load_book

    for rule in load_book(profile, lexicons).rules:
        if not kind or rule.kind == kind:
            print(f"{rule.id}\t{rule.kind}\t{rule.code}\t{rule.name}")
