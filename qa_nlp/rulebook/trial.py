"""One sentence on trial: which rules find it and why, which nearly do and what kept them from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa_nlp.records import Call, Turn
from qa_nlp.rulebook.anchors import anchors
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.language import parse
from qa_nlp.rulebook.matcher import Condition, Hit
from qa_nlp.rulebook.nodes import GAP_CHARS, Alt, Edge, Gap, Node, Seq, min_length, to_regex
from qa_nlp.rulebook.rule import Rule, read_turns
from qa_nlp.text.fold import sound
from qa_nlp.text.prepared import Prepared, prepare
from qa_nlp.text.words import word_edges

SPEAKERS = {"agent": "座席", "customer": "客户", "any": "任意", "system": "系统"}
NEAREST = 5
# An anchor as short as one character stands in half of all sentences.
TELLING = 2
CLOSE = 0.95
# Rules of whose words less is there are no neighbours worth showing.
LEAST = 0.25


@dataclass(frozen=True)
class Near:
    """A rule that almost fired: the words that were there, and every reason why that was not enough.

    ``share`` in (0, 1] says how much of the pattern was there; 1 where only a condition failed.
    """

    rule: Rule
    words: str
    reasons: tuple[str, ...]
    share: float


@dataclass(frozen=True)
class Trial:
    """What the whole book makes of the last sentence of a little dialogue."""

    prepared: Prepared
    hits: tuple[Hit, ...]
    near: tuple[Near, ...]


def read_dialogue(text: str) -> Call:
    """``客：什么时候来／座：快了`` → a call; a sentence without 客/座 is the agent's."""
    return Call("试", tuple(Turn(role, words) for role, words in read_turns(text)))


def try_sentence(book: Rulebook, text: str, nearest: int = NEAREST) -> Trial:
    """Scan the dialogue; look at its last sentence. At most ``nearest`` rules that nearly fired."""
    prepared = prepare(read_dialogue(text))
    last = len(prepared.roles) - 1
    hits = tuple(hit for hit in book.matcher.scan(prepared) if hit.turn == last)
    fired = {hit.rule.id for hit in hits}
    rules = enumerate(book.matcher.rules) if nearest else ()
    near = [n for i, rule in rules if rule.id not in fired and (n := _near(book, i, prepared))]
    near.sort(key=lambda n: (-n.share, len(n.reasons), n.rule.id))
    return Trial(prepared, hits, tuple(near[:nearest]))


class _Last:
    """The last sentence: its folded text and syllables, and the customer's words before it."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared, self.turn = prepared, len(prepared.roles) - 1
        self.role = prepared.roles[self.turn]
        folded = prepared.folded
        self.start, self.end = folded.starts[self.turn], folded.end_of(self.turn)
        self.text = folded.match[self.start : self.end]
        self.sound = prepared.sound[self.start : self.end]

    def raw(self, start: int, end: int) -> str:
        """The raw words of a span of ``text``."""
        return self.prepared.quote(self.turn, self.start + start, self.start + end)[2]


def _near(book: Rulebook, index: int, prepared: Prepared) -> Near | None:
    matcher, last = book.matcher, _Last(prepared)
    rule, pattern = matcher.rules[index], matcher.patterns[index]
    spelled = pattern.node is None or any(anchor in last.text for anchor in pattern.anchors)
    heard = any(sound(word) in last.sound for need in pattern.audible for word in need.trigger)
    if not spelled and not heard:
        return None
    found = pattern.regex.search(last.text) if spelled else None
    if found is None and heard:
        found = pattern.by_sound.search(last.sound)
    failed = list(_failed_conditions(book, index, last, found.span() if found else None))
    if found is not None:
        return Near(rule, last.raw(*found.span()), tuple(failed), 1.0) if failed else None
    if rule.speaker not in (last.role, "any"):
        return None
    partly = _partly(book, rule, last)
    return Near(rule, partly[0], (partly[1], *failed), partly[2]) if partly else None


def _failed_conditions(book: Rulebook, index: int, last: _Last, span: tuple[int, int] | None) -> Iterator[str]:
    matcher, prepared = book.matcher, last.prepared
    rule = matcher.rules[index]
    if rule.speaker not in (last.role, "any"):
        yield f"说话人：只查{SPEAKERS[rule.speaker]}的话"
        return
    if not rule.scope.holds(prepared.nth[last.turn], prepared.totals[last.role]):
        yield f"范围：只查{scope_text(rule)}，这是第 {prepared.nth[last.turn] + 1} 句（共 {prepared.totals[last.role]} 句）"
    if (words := _first(matcher.unless[index], last.text)) is not None:
        yield f"除非出现：句中有“{last.raw(*words)}”"
    if matcher.along[index].pattern is not None and _first(matcher.along[index], last.text) is None:
        yield f"同时出现：句中没有“{short(rule.along)}”"
    if matcher.customer[index].pattern is not None and not _customer_said(matcher.customer[index], last):
        yield f"客户上句：客户前面的话里没有“{short(rule.customer_before)}”"
    if span and matcher.patterns[index].mode == "分词":
        edges = word_edges(prepared.folded.plain[last.start : last.end])
        if span[0] not in edges or span[1] not in edges:
            yield "分词：两端不在词的边界"


def _first(condition: Condition, text: str) -> tuple[int, int] | None:
    found = condition.pattern.regex.search(text) if condition.pattern else None
    return found.span() if found else None


def _customer_said(condition: Condition, last: _Last) -> bool:
    folded = last.prepared.folded
    return any(
        condition.found(folded.match, folded.starts[t], folded.end_of(t)) for t in last.prepared.before[last.turn]
    )


def _partly(book: Rulebook, rule: Rule, last: _Last) -> tuple[str, str, float] | None:
    """(words that are there, what is missing, share) of the line of the pattern that fits best."""
    if rule.mode == "正则":
        return None
    tree = parse(rule.pattern, book.classes)
    best: tuple[str, str, float] | None = None
    for line in tree.choices if isinstance(tree, Alt) else (tree,):
        here = [a for a in anchors(line) or () if a in last.text]
        if not here or len(max(here, key=len)) < TELLING:
            continue
        anchor = max(here, key=len)
        loosened = _loosened(line, last.text)
        share = CLOSE if loosened else 0.5 * min(1.0, len(anchor) / max(1, min_length(line)))
        at = last.text.find(anchor)
        if share >= LEAST and (best is None or share > best[2]):
            best = (last.raw(at, at + len(anchor)), loosened or "写法：其余的字没有出现", share)
    return best


def _loosened(line: Node, text: str) -> str | None:
    """Which single loosening would make the line match: a wider gap, another sentence, no edge."""
    wide = to_regex(_changed(line, Gap, Gap(len(text))))
    if re.search(wide, text):
        return "间隔：隔得太远，把 … 写作 …<字数>（最多 40）"
    if re.search(wide.replace(GAP_CHARS, r"[^\n]"), text):
        return "间隔：中间隔了句号、问号或叹号"
    if re.search(to_regex(_changed(line, Edge, Seq(()))), text):
        return "句首句尾：要在 ^ 句首或 $ 句尾"
    return None


def _changed(node: Node, kind: type[Node], put: Node) -> Node:
    """The pattern with every part of one kind replaced."""
    if isinstance(node, kind):
        return put
    match node:
        case Seq(parts):
            return Seq(tuple(_changed(part, kind, put) for part in parts))
        case Alt(choices):
            return Alt(tuple(_changed(choice, kind, put) for choice in choices))
        case _:
            return node


def scope_text(rule: Rule) -> str:
    """``首3句`` as people say it."""
    if rule.scope.first:
        return f"前 {rule.scope.first} 句"
    return f"最后 {rule.scope.last} 句" if rule.scope.last else "全程"


def short(cell: str, limit: int = 24) -> str:
    """A cell on one line, cut where it gets long."""
    line = "|".join(part.strip() for part in cell.splitlines() if part.strip())
    return line if len(line) <= limit else f"{line[:limit]}……"
