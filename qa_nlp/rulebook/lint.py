"""What may be written and still helps nobody: warnings about books that compile.

    W301  a saying that 除非出现 always takes back        W302  two rows with the same words
    W303  a rule that another of the same code contains   W304  a word class nobody uses
    W305  a code without any rule                         W306  a condition without any signal
    W307  signs of regular expressions that stand for themselves here
    W308  a sheet that is never read, for its name or place (phrases(1).csv)

A pattern is judged by its spellings: every string it stands for, each gap once empty and once
full of a character that matches nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from pathlib import Path

from qa_nlp.errors import Problem
from qa_nlp.rulebook.book import OUTGOING, Rulebook
from qa_nlp.rulebook.language import parse
from qa_nlp.rulebook.load import PROFILES, SHEETS
from qa_nlp.rulebook.matcher import Condition, Pattern, compile_pattern
from qa_nlp.rulebook.nodes import Alt, Edge, Gap, Literal, Node, Seq
from qa_nlp.rulebook.rule import Rule, Scope
from qa_nlp.rulebook.sheet import read_sheet

# Inside a gap this stands for any character; it occurs in no sheet.
FILLER = "\ue000"
MAX_SPELLINGS = 4000
# In the phrase language these are plain characters; whoever writes them means something else.
REGEX_SIGNS = re.compile(r"[)\]}][?？*+]|\.[*+]|\\[dwsbDWSB]|\[\^")
CLASS_NAME = re.compile(r"[{｛]\s*([^{}｛｝]+?)\s*[}｝]")


def warnings(books: Sequence[Rulebook], root: Path | None = None) -> list[Problem]:
    """Every warning about these books (one a profile), each once, in the order of the sheets.

    Args:
        books: compiled books; what one of them uses counts as used in all.
        root: folder of the sheets; with it word classes are looked up in every cell.
    """
    found: dict[str, Problem] = {}
    for book in books:
        checked = _Patterns(book)
        for problem in (*_unreachable(checked), *_same_words(checked), *_contained(checked), *_foreign(checked)):
            found.setdefault(str(problem), problem)
    of_files = (*_unread(root), *_unused_classes(books, root)) if root else ()
    return [*found.values(), *of_files, *_without_rules(books)]


def spellings(node: Node, full: bool = False) -> Iterator[str]:
    """Every string a pattern stands for; gaps are empty, or with ``full`` as long as they may be."""
    match node:
        case Literal(text):
            yield text
        case Gap(size):
            yield FILLER * (size if full else 0)
        case Edge():
            yield "\n"
        case Alt(choices):
            for choice in choices:
                yield from spellings(choice, full)
        case Seq(parts):
            yield from _joined(parts, full)


def _joined(parts: tuple[Node, ...], full: bool) -> Iterator[str]:
    if not parts:
        yield ""
        return
    tails = list(islice(_joined(parts[1:], full), MAX_SPELLINGS + 1))
    for head, tail in product(spellings(parts[0], full), tails):
        yield head + tail


class _Patterns:
    """The rules of a book with their trees and expressions, made when first needed."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.rules = [rule for rule in book.rules if rule.mode != "正则"]
        self.trees = {rule.id: parse(rule.pattern, book.classes) for rule in self.rules}

    def lines(self, rule: Rule) -> tuple[Node, ...]:
        """The alternatives of a cell."""
        tree = self.trees[rule.id]
        return tree.choices if isinstance(tree, Alt) else (tree,)

    def compiled(self, rule: Rule) -> Pattern:
        """The rule's own pattern."""
        return compile_pattern(rule.pattern, rule.mode, self.book.classes)

    def choices(self, cell: str) -> set[Node]:
        """The alternatives of a condition."""
        if not cell:
            return set()
        tree = parse(cell, self.book.classes)
        return set(tree.choices) if isinstance(tree, Alt) else {tree}


def _samples(node: Node) -> Iterator[str]:
    """Spellings with both lengths of their gaps, each amid other words."""
    for full in (False, True) if _has_gap(node) else (False,):
        for text in spellings(node, full):
            yield FILLER + text + FILLER


def _has_gap(node: Node) -> bool:
    match node:
        case Gap():
            return True
        case Seq(parts):
            return any(map(_has_gap, parts))
        case Alt(choices):
            return any(map(_has_gap, choices))
        case _:
            return False


def _unreachable(checked: _Patterns) -> Iterator[Problem]:
    for rule in checked.rules:
        unless = Condition(rule.unless, checked.book.classes)
        if unless.pattern is None:
            continue
        dead = [line for line in checked.lines(rule) if all(unless.found(s, 0, len(s)) for s in _samples(line))]
        if dead and len(dead) == len(checked.lines(rule)):
            yield _warning(
                "W301", rule, "“除非出现”包住了“词语”，这条规则永远不会命中", "改窄“除非出现”，或关闭这条规则"
            )
        for line in dead if len(dead) < len(checked.lines(rule)) else ():
            yield _warning("W301", rule, f"说法“{_sample(line)}”总被“除非出现”排除", "删去这个说法，或改窄“除非出现”")


def _same_words(checked: _Patterns) -> Iterator[Problem]:
    seen: dict[object, Rule] = {}
    for rule in checked.rules:
        other = seen.setdefault(_twin_key(checked, rule), rule)
        if other is not rule:
            yield _warning("W302", rule, f"与 {other.id}（{other.place}）的“词语”相同", "合并成一行，或改得不同")


def _twin_key(checked: _Patterns, rule: Rule) -> object:
    """What two rows share that look for the same words in the same place."""
    code = "" if rule.kind == "phrase" else rule.code
    words = frozenset(checked.lines(rule))
    return rule.kind, code, rule.speaker, rule.scope, rule.subtypes, rule.along, rule.customer_before, words


def _contained(checked: _Patterns) -> Iterator[Problem]:
    by_code: dict[tuple[str, str], list[Rule]] = {}
    for rule in checked.rules:
        by_code.setdefault((rule.kind, rule.code), []).append(rule)
    for rules in by_code.values():
        for rule in rules:
            sample = next(_samples(checked.trees[rule.id]))
            wider = [r for r in rules if r is not rule and checked.compiled(r).regex.search(sample)]
            holder = next((r for r in wider if _holds(checked, r, rule)), None)
            if holder is not None and not (rules.index(rule) < rules.index(holder) and _holds(checked, rule, holder)):
                advice = f"删去这一行，例句并入 {holder.id}"
                yield _warning("W303", rule, f"能命中的话都已被 {holder.id} {holder.name} 命中", advice)


def _holds(checked: _Patterns, wide: Rule, narrow: Rule) -> bool:
    """Whether ``wide`` finds whatever ``narrow`` finds, under no stricter conditions."""
    twins = _twin_key(checked, wide) == _twin_key(checked, narrow)
    if twins or (wide.severity, wide.points) != (narrow.severity, narrow.points):
        return False
    if wide.mode == "分词" or wide.speaker not in (narrow.speaker, "any"):
        return False
    if wide.scope not in (Scope(), narrow.scope) or not set(wide.subtypes) >= set(narrow.subtypes or wide.subtypes):
        return False
    if wide.subtypes and not narrow.subtypes:
        return False
    if wide.along not in ("", narrow.along) or wide.customer_before not in ("", narrow.customer_before):
        return False
    if not checked.choices(wide.unless) <= checked.choices(narrow.unless):
        return False
    regex = checked.compiled(wide).regex
    samples = list(islice(_samples(checked.trees[narrow.id]), MAX_SPELLINGS + 1))
    return len(samples) <= MAX_SPELLINGS and all(regex.search(sample) for sample in samples)


def _foreign(checked: _Patterns) -> Iterator[Problem]:
    for rule in checked.book.rules:
        cells = {"除非出现": rule.unless, "同时出现": rule.along, "客户上句": rule.customer_before}
        if rule.mode != "正则":
            cells["词语"] = rule.pattern
        for column, cell in cells.items():
            if found := REGEX_SIGNS.search(cell):
                message = f"列“{column}”里的“{found[0]}”像正则表达式，在这里只是普通的字"
                yield _warning("W307", rule, message, "可有可无写作 [字]，间隔写作 …；要用正则，匹配方式写“正则”")


def _unread(root: Path) -> Iterator[Problem]:
    """Sheets beside those that are read: copies that a system or a person named anew, and sheets laid elsewhere."""
    for path in sorted((*root.glob("*"), *root.glob("*/*"))):
        if path.suffix.lower() not in (".csv", ".xlsx") or path.name.startswith((".", "~$")):
            continue
        if path.stem not in SHEETS or path.parent.name not in PROFILES:
            advice = "要用它，改成规则表的名字放进档的文件夹；不用就移走"
            yield Problem("W308", str(path.relative_to(root)), "这个文件不是规则表的名字或位置，没有读", advice)


def _unused_classes(books: Sequence[Rulebook], root: Path) -> Iterator[Problem]:
    used: set[str] = set()
    for path in sorted(root.glob("*/*")):
        if path.suffix in (".csv", ".xlsx"):
            rows = read_sheet(path.parent, path.stem, (), [])
            used |= {name for row in rows for cell in row.cells.values() for name in CLASS_NAME.findall(cell)}
    for name in dict.fromkeys(name for book in books for name in book.classes):
        if name not in used:
            yield Problem("W304", f"classes“{name}”", "没有规则用到这个词类", f"用 {{{name}}} 引用它，或删去这一行")


def _without_rules(books: Sequence[Rulebook]) -> Iterator[Problem]:
    ruled = {(rule.kind, rule.code) for book in books for rule in book.rules}
    for code in {code.id: code for book in books for code in book.codes.values()}.values():
        if ("phrase", code.id) not in ruled:
            yield Problem(
                "W305", f"codes“{code.id}”", f"没有一条规则查“{code.name}”", "在 phrases 里加规则，或删去这个代码"
            )
    conditions = {demand.condition for book in books for demand in book.demands if demand.need == "条件"}
    for name in sorted(c for c in conditions if ("signal", c) not in ruled and c != OUTGOING):
        yield Problem(
            "W306", f"checklist“{name}”", "这个条件没有信号规则，永远不会成立", "在 signals 里加一行，类别写这个条件"
        )


def _warning(code: str, rule: Rule, message: str, advice: str) -> Problem:
    return Problem(code, f"{rule.place} {rule.id}", message, advice)


def _sample(node: Node) -> str:
    return next(spellings(node)).replace("\n", "")
