"""Where every item of the source documents lands: ``docs/rules-coverage.csv`` → ``rules-coverage.md``.

    python -m qa_nlp.rulebook.coverage        writes the page anew

A row names the rules, situations, steps, conduct rows and limits that look after an item, or says
why nothing can. Its sayings are proof: a standard answer must be clean, a forbidden one must be
found by one of the rules named.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from qa_nlp.errors import Problem, RulebookError
from qa_nlp.paths import data_file
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import PROFILES, load_book
from qa_nlp.rulebook.matcher import Hit
from qa_nlp.rulebook.rule import Rule
from qa_nlp.rulebook.selftest import example_call
from qa_nlp.rulebook.sheet import Row, read_sheet
from qa_nlp.rulebook.trial import try_sentence
from qa_nlp.text.prepared import Prepared

SHEET = "rules-coverage"
REFERENCES = ("规则", "情景", "步骤", "行为", "时限")
COLUMNS = ("编号", "文件", "条目", "方面", "说法", *REFERENCES, "说明")
# Sayings of these sides are the standard ones; a line with the mark is forbidden all the same.
CLEAN, BAD_MARK = ("应答", "应答与不可以"), "✗"


@dataclass(frozen=True)
class Item:
    """One item: its references by column, and its sayings as (words, forbidden)."""

    row: Row
    references: dict[str, tuple[str, ...]]
    sayings: tuple[tuple[str, bool], ...]

    @property
    def id(self) -> str:
        """The row's number."""
        return self.row["编号"]


def read_items(folder: Path) -> list[Item]:
    """The rows of the sheet in ``folder``. Raises RulebookError where it cannot be read."""
    problems: list[Problem] = []
    rows = read_sheet(folder, SHEET, COLUMNS, problems)
    if problems:
        raise RulebookError(problems)
    return [_item(row) for row in rows]


def _item(row: Row) -> Item:
    references = {column: tuple(row[column].split()) for column in REFERENCES}
    clean = row["方面"] in CLEAN
    sayings = tuple((s.removeprefix(BAD_MARK), s.startswith(BAD_MARK) or not clean) for s in row["说法"].splitlines())
    return Item(row, references, sayings)


def complaints(items: Iterable[Item], books: Sequence[Rulebook]) -> list[str]:
    """What is wrong with the sheet: things that do not exist, items without home, sayings misjudged."""
    known = {
        "规则": {rule.id for book in books for rule in book.rules},
        "情景": {situation.id for book in books for situation in book.situations},
        "步骤": {step for book in books for step in book.steps},
        "行为": {row["项目"] for book in books for row in book.tables["conduct"]},
        "时限": {row["编号"] for book in books for row in book.tables["limits"]},
    }
    found = []
    for item in items:
        found += [f"{item.id}：{c}没有“{x}”" for c, xs in item.references.items() for x in xs if x not in known[c]]
        if not any(item.references.values()) and not item.row["说明"]:
            found.append(f"{item.id}：没有着落，也没有说明")
        found += [f"{item.id}：{text}" for text in _misjudged(item, books)]
    return found


def _misjudged(item: Item, books: Sequence[Rulebook]) -> Iterator[str]:
    named = set(item.references["规则"])
    for saying, bad in item.sayings:
        hits = {book.profile: _phrase_hits(book, saying) for book in books}
        if not bad and any(hits.values()):
            yield f"标准说法“{saying}”被命中：{'、'.join(sorted(set().union(*hits.values())))}"
        if bad and named and not named & set().union(*hits.values()):
            yield f"说法“{saying}”没有被 {'、'.join(sorted(named))} 命中"


def _phrase_hits(book: Rulebook, saying: str) -> set[str]:
    return {hit.rule.id for hit in try_sentence(book, saying, nearest=0).hits if hit.rule.kind == "phrase"}


@dataclass(frozen=True)
class Overlap:
    """How many of a rule's hit examples another rule of its code finds at the same place."""

    rule: Rule
    examples: int
    shared: int
    others: tuple[str, ...]

    @property
    def redundant(self) -> bool:
        """Whether no example of the rule needs the rule."""
        return self.examples == self.shared > 0


def overlaps(book: Rulebook) -> list[Overlap]:
    """Run every rule's hit examples through the whole book and see who else answers.

    Rows of subtype_rules are left out: they vote together, so several are meant to answer.
    """
    rules = [rule for rule in book.rules if rule.kind != "subtype"]
    calls = [example_call(rule, example) for rule in rules for example in rule.hits]
    found = zip(calls, book.matcher.scan_all(calls), strict=True)
    return [_overlap(rule, list(islice(found, len(rule.hits)))) for rule in rules]


def _overlap(rule: Rule, examples: Sequence[tuple[Prepared, Sequence[Hit]]]) -> Overlap:
    found: list[set[str]] = []
    for prepared, scanned in examples:
        last = len(prepared.roles) - 1
        hits = [h for h in scanned if h.turn == last and h.rule.kind == rule.kind]
        own = [h for h in hits if h.rule.id == rule.id]
        found.append({h.rule.id for h in hits if h.rule.id != rule.id and h.rule.code == rule.code and _meets(h, own)})
    return Overlap(rule, len(rule.hits), sum(map(bool, found)), tuple(sorted(set().union(*found))))


def _meets(hit: Hit, own: Iterable[Hit]) -> bool:
    return any(hit.start < o.end and o.start < hit.end for o in own)


INTRO = """# 规则覆盖表：每份文件的每一条落在哪里

本页由 `docs/rules-coverage.csv` 生成（`python -m qa_nlp.rulebook.coverage`），请改那张表，不要改本页。

“着落”一栏：规则号见 `qa-nlp rules show 编号`；H、T 开头的是情景；英文小写的是步骤（steps）、通话行为（conduct）
或时限（limits）的编号。没有着落的写明原因。表里的说法都经过检查：标准说法不会被任何措辞规则命中，
不可以的说法一定被所列规则之一命中。
"""


def render(items: Sequence[Item], books: Sequence[Rulebook]) -> str:
    """The page as Markdown: one table a document, then what is covered twice."""
    parts = [INTRO]
    for source in dict.fromkeys(item.row["文件"] for item in items):
        own = [item for item in items if item.row["文件"] == source]
        homeless = sum(not any(item.references.values()) for item in own)
        parts.append(f"## {source}\n\n{len(own)} 项，其中 {homeless} 项没有着落（原因见表）。\n")
        parts.append("| 编号 | 条目 | 方面 | 说法 | 着落 | 说明 |\n|---|---|---|---|---|---|")
        parts.append("\n".join(map(_line, own)) + "\n")
    return "\n".join([*parts, _redundancy(books)])


def _line(item: Item) -> str:
    homes = [f"{column}：{' '.join(names)}" for column, names in item.references.items() if names]
    sayings = [f"{'✗' if bad else '✓'} {saying}" for saying, bad in item.sayings]
    row = item.row
    cells = (item.id, row["条目"], row["方面"], "<br>".join(sayings), "<br>".join(homes), row["说明"])
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _redundancy(books: Sequence[Rulebook]) -> str:
    lines = [
        "## 重复的规则\n",
        "把每条规则的应命中例句放进整个规则表：在同一处另有同代码的规则也命中，就算这个例句“有别人兜着”。",
        "全部例句都有别人兜着的规则，删掉也不会漏掉它自己的例句（但它的提示语和建议说法可能更贴切）。\n",
        "| 档 | 规则 | 例句 | 有别人兜着的例句 | 全部例句都有别人兜着的规则 |",
        "|---|---|---|---|---|",
    ]
    for book in books:
        found = overlaps(book)
        examples, shared = sum(o.examples for o in found), sum(o.shared for o in found)
        lines.append(f"| {book.profile} | {len(found)} | {examples} | {shared} | {sum(o.redundant for o in found)} |")
    return "\n".join(lines) + "\n"


def write_page(folder: Path) -> Path:
    """Write ``rules-coverage.md`` beside the sheet, from the shipped rulebook."""
    books = [load_book(profile) for profile in PROFILES]
    path = folder / f"{SHEET}.md"
    path.write_text(render(read_items(folder), books), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{write_page(data_file('docs'))}\n")
