"""``rules …``: check, test, show, try and list; diff, stats and accept-appeal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_nlp.cli.common import AnyProfile, Lexicons, ModelPath, Profile, model_folder, rules_app

if TYPE_CHECKING:
    from qa_nlp.errors import Problem
    from qa_nlp.records import Call, Finding, Skipped
    from qa_nlp.rulebook.appeals import CaseOutcome
    from qa_nlp.rulebook.book import Rulebook
    from qa_nlp.rulebook.matcher import Hit
    from qa_nlp.rulebook.selftest import Outcome
    from qa_nlp.rulebook.selftest_situations import DialogueOutcome
    from qa_nlp.rulebook.trial import Trial

Calls = Annotated[list[Path], typer.Argument(help="通话文件或文件夹，可以多个")]


@rules_app.command("check")
def rules_check(profile: AnyProfile = "", lexicons: Lexicons = None) -> None:
    """检查规则表的写法，列出全部问题；写得对而没有用的，作为提醒列在后面。"""
    from qa_nlp.paths import data_file
    from qa_nlp.rulebook.lint import warnings

    books, problems = _books(profile, lexicons)
    for book in books:
        print(f"{book.profile}：{len(book.rules)} 条规则，没有问题。")
    for problem in problems:
        print(problem, file=sys.stderr)
    found = warnings(books, (lexicons or data_file("lexicons")) if not profile else None)
    for warning in found:
        print(warning)
    if found:
        print(f"共 {len(found)} 处提醒，不影响使用。")
    if problems:
        print(f"共 {len(problems)} 个问题，改好之前不能使用。", file=sys.stderr)
        raise typer.Exit(2)


@rules_app.command("test")
def rules_test(
    only: Annotated[list[str] | None, typer.Argument(help="只运行这些编号：规则、例句、情景或案例")] = None,
    profile: AnyProfile = "",
    lexicons: Lexicons = None,
) -> None:
    """逐条运行规则和情景自带的例句，以及 cases 里的句子。"""
    from qa_nlp.errors import RulebookError, UsageError

    books, problems = _books(profile, lexicons)
    if problems:
        raise RulebookError(problems)
    tested = [_test(book, only or []) for book in books]
    if only and not any(ran for ran, _ in tested):
        raise UsageError(_unknown(only[0], books))
    if any(bad for _, bad in tested):
        raise typer.Exit(1)


def _test(book: Rulebook, only: list[str]) -> tuple[int, int]:
    """Print what failed in one book and a sum; return how many were run and how many failed."""
    from qa_nlp.check.situations import judge_call
    from qa_nlp.rulebook.appeals import run_cases
    from qa_nlp.rulebook.selftest import run_examples
    from qa_nlp.rulebook.selftest_situations import run_dialogues

    def wanted(*names: str) -> bool:
        return not only or bool(set(names) & set(only))

    examples = [o for o in run_examples(book) if wanted(o.name, o.rule.id)]
    dialogues = [o for o in run_dialogues(book, judge_call) if wanted(o.dialogue.name, o.situation.id)]
    cases = [o for o in run_cases(book) if wanted(o.case.id)]
    outcomes: list[Outcome | DialogueOutcome | CaseOutcome] = [*examples, *dialogues, *cases]
    bad = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in bad:
        print(f"✗ {outcome}")
    for held in (outcome for outcome in cases if outcome.held_by_appeal):
        print(f"○ {held.case.id}：{'、'.join(held.rules)} 仍会命中，靠 cases 排除；请把规则改窄")
    parts = f"{len(examples)} 个例句，{len(dialogues)} 段情景对话，{len(cases)} 个案例"
    print(f"{book.profile}：{parts}，{len(bad)} 个不符。")
    return len(outcomes), len(bad)


def _unknown(number: str, books: Iterable[Rulebook]) -> Problem:
    """The problem of a number that no sheet has, with those that come near."""
    from difflib import get_close_matches

    from qa_nlp.errors import Problem

    known = dict.fromkeys(n for book in books for n in (*book.by_id, *(s.id for s in book.situations)))
    near = get_close_matches(number.upper(), known, 3, 0.5)
    return Problem("U011", number, "没有这个编号", f"是不是：{'、'.join(near)}" if near else "用 rules list 看全部编号")


@rules_app.command("show")
def rules_show(
    number: Annotated[str, typer.Argument(help="规则或情景的编号，如 BLA-001、H05")],
    profile: Profile = "power",
    lexicons: Lexicons = None,
) -> None:
    """看一条规则：查到什么、为什么、例句、换个说法、依据、写法。"""
    from qa_nlp.errors import UsageError
    from qa_nlp.rulebook.load import PROFILES, load_book
    from qa_nlp.rulebook.pages import page

    books = [load_book(name, lexicons) for name in dict.fromkeys((profile, *PROFILES))]
    for book in books:
        if found := page(number.strip().upper(), book):
            print(found)
            return
    raise UsageError(_unknown(number, books))


@rules_app.command("try")
def rules_try(
    sentence: Annotated[str, typer.Argument(help="要试的一句话；前文写作 客：…／座：…")],
    profile: Profile = "power",
    lexicons: Lexicons = None,
    nearest: Annotated[int, typer.Option("--nearest", min=0, help="最多列几条差一点命中的规则")] = 5,
) -> None:
    """试一句话会命中哪些规则，为什么；哪些差一点命中，差在哪里。"""
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.rulebook.pages import trial_lines
    from qa_nlp.rulebook.trial import try_sentence

    book = load_book(profile, lexicons)
    trial = try_sentence(book, sentence, nearest)
    print("\n".join(trial_lines(trial, lambda hit: _why_suppressed(hit, trial, book))))


def _why_suppressed(hit: Hit, trial: Trial, book: Rulebook) -> str:
    """Why a report keeps this hit out of the score; "" where it counts."""
    from qa_nlp.check.phrasing import is_mention, is_quoted
    from qa_nlp.rulebook.appeals import is_cleared

    folded, text = trial.prepared.folded, trial.prepared.call.turns[hit.turn].text
    if hit.rule.kind != "phrase":
        return ""
    if is_cleared(hit.rule.code, text, book):
        return "cases 里已认定不算，报告里排除"
    start, end, _ = trial.prepared.quote(hit.turn, hit.start, hit.end)
    said = is_mention(folded.match, folded.starts[hit.turn], hit.start) or is_quoted(text, start, end)
    return "像是转述或引用别人的话，报告里排除" if said else ""


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


@rules_app.command("diff")
def rules_diff(
    old: Annotated[Path, typer.Argument(help="改之前的规则表文件夹")],
    new: Annotated[Path, typer.Argument(help="改之后的规则表文件夹")],
    calls: Calls,
    profile: Profile = "power",
    model: ModelPath = None,
    no_mask: Annotated[bool, typer.Option("--no-mask", help="引出的原话里不遮蔽个人信息")] = False,
) -> None:
    """比较两套规则表：同样的通话，哪些问题新增、消失，各座席的分数怎么变。"""
    from qa_nlp.inspector import Inspector
    from qa_nlp.model.store import load_model
    from qa_nlp.privacy.shield import Shield
    from qa_nlp.rule_diff import compare, lines
    from qa_nlp.rulebook.load import load_book

    scorer = load_model(model_folder(model, profile))
    before, after = (Inspector(load_book(profile, root), scorer) for root in (old, new))
    difference = compare(_open(calls), before, after, Shield(not no_mask))
    print("\n".join(lines(difference)))
    if difference.skipped:
        print(f"跳过 {len(difference.skipped)} 项，未比较", file=sys.stderr)
        raise typer.Exit(1)


@rules_app.command("stats")
def rules_stats(
    out: Annotated[Path, typer.Argument(help="score 的结果文件夹")],
    profile: Annotated[str, typer.Option("--profile", help="档；不写则用那次运行的")] = "",
    lexicons: Lexicons = None,
) -> None:
    """统计一次结果里每条规则命中多少、疑似占多少，哪些规则从未命中。"""
    from qa_nlp.report.rule_stats import lines, read_stats, run_profile
    from qa_nlp.rulebook.load import load_book

    stats = read_stats(out)
    print("\n".join(lines(stats, load_book(profile or run_profile(out) or "power", lexicons))))


@rules_app.command("accept-appeal")
def rules_accept_appeal(
    call_id: Annotated[str, typer.Argument(help="通话编号")],
    turn: Annotated[int, typer.Argument(min=1, help="第几句，从 1 数起（findings.csv 的“第几句”）")],
    code: Annotated[
        str,
        typer.Argument(
            help="被判的差错（findings.csv 的“代码”或“问题”），或这句话做到了的步骤（steps.csv 的“步骤编号”或“步骤”）"
        ),
    ],
    calls: Calls,
    reason: Annotated[str, typer.Option("--reason", help="为什么不算差错")],
    profile: Profile = "power",
    lexicons: Lexicons = None,
) -> None:
    """申诉成立：把这句话记入 common/cases.csv，以后同样的话不再算这种差错；步骤判漏了的，以后同样的话算做到。"""
    from datetime import date

    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.inspector import Inspector
    from qa_nlp.model.store import load_model
    from qa_nlp.paths import data_file
    from qa_nlp.records import Call
    from qa_nlp.rulebook.appeals import accept_appeal
    from qa_nlp.rulebook.load import load_book

    root = lexicons or data_file("lexicons")
    found = next((c for c in _open(calls) if isinstance(c, Call) and c.call_id == call_id), None)
    if found is None:
        raise UsageError(Problem("U004", call_id, "在这些文件里没有这通电话", "请检查通话编号，或换一个文件"))
    if not reason.strip():
        raise UsageError(Problem("U028", "--reason", "没有写理由", "写明为什么不算差错，以后查得到"))
    today = date.today().isoformat()
    book = load_book(profile, lexicons)
    code = _code_of(code, book)
    verdict = Inspector(book, load_model(model_folder(None, profile))).inspect([found])[0]
    judged = verdict.findings
    hits = [(f.start, f.end) for f in judged if f.turn == turn - 1 and f.code == code]
    words, why = _to_store(found, turn - 1, hits if code != "privacy" else (), reason.strip())
    number = accept_appeal(root, found, turn - 1, code, why, today, book, words)
    where = root / "common" / "cases.csv"
    print(f"已记入 {where}：{number}" if number else f"{where} 里已有这句话，没有重复记。")
    if number and code in book.codes:
        _tell_unjudged(judged, turn - 1, code)
    elif number and not any(s.step == code and s.verdict == "violation" for s in verdict.steps):
        print(f"注意：照记下之前的规则，这通电话并没有判漏“{book.step_info(code).name}”，请核对步骤。")


def _code_of(named: str, book: Rulebook) -> str:
    """The code or step that a number or a Chinese name means; what is unknown stays as it is."""
    if named in book.codes or named in book.steps:
        return named
    names = {info.name.split("(")[0]: info.id for info in book.steps.values()} | {
        c.name: c.id for c in book.codes.values()
    }
    return names.get(named.split("(")[0].split("（")[0], named)


def _to_store(call: Call, turn: int, hits: Iterable[tuple[int, int]], reason: str) -> tuple[list[str], str]:
    """The turns and the reason of an appeal with people covered; what was hit in the turn stays, but for digits."""
    from msgspec.structs import replace

    from qa_nlp.privacy.digit_runs import DIGITS
    from qa_nlp.privacy.shield import Shield
    from qa_nlp.records import Turn

    # The reason goes first: whom the call names is covered there too, and no question of the call waits for it.
    why, *words = Shield().words(replace(call, turns=(Turn("customer", reason), *call.turns)))
    if 0 <= turn < len(words):
        raw, shown = call.turns[turn].text, list(words[turn])
        for place in {place for start, end in hits for place in range(start, end)}:
            shown[place] = shown[place] if raw[place] in DIGITS else raw[place]
        words[turn] = "".join(shown)
    return words, why


def _tell_unjudged(found: Sequence[Finding], turn: int, code: str) -> None:
    """Say so where the sentence of an accepted appeal was not judged so before: the number may be a slip."""
    if any(f.turn == turn and f.code == code and f.status != "suppressed" for f in found):
        return
    judged = "、".join(f"第{f.turn + 1}句 {f.code}" for f in found if f.status == "confirmed") or "没有差错"
    print(f"注意：照记下之前的规则，第{turn + 1}句并没有判为 {code}（这通判了：{judged}），请核对句数和代码。")


def _books(profile: str, lexicons: Path | None) -> tuple[list[Rulebook], list[Problem]]:
    """The books that compile, and every problem of all of them, each once."""
    from qa_nlp.errors import RulebookError
    from qa_nlp.rulebook.load import PROFILES, load_book

    books: list[Rulebook] = []
    problems: dict[str, Problem] = {}
    for name in [profile] if profile else PROFILES:
        try:
            books.append(load_book(name, lexicons))
        except RulebookError as error:
            problems |= {str(problem): problem for problem in error.problems}
    return books, list(problems.values())


def _open(paths: list[Path]) -> Iterable[Call | Skipped]:
    """Calls below the paths. Raises UsageError where a path does not exist."""
    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.read import open_calls

    missing = [path for path in paths if not path.exists()]
    if missing:
        raise UsageError(Problem("U001", str(p), "没有这个文件或文件夹", "请检查路径") for p in missing)
    return open_calls(paths)
