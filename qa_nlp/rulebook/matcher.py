"""All rules of a profile in one automaton.

The automaton finds the literal parts of every rule in one pass over the call; a rule's own
regular expression runs only on the turns in which one of its literals occurred. The cost of a
call therefore hardly depends on the number of rules. A second automaton over syllables finds
phrases that speech recognition damaged.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import ahocorasick_rs
import re2

from qa_nlp.rulebook.language import SyntaxProblem, anchors, parse, to_regex
from qa_nlp.rulebook.rule import Rule
from qa_nlp.text.fold import sound
from qa_nlp.text.prepared import Prepared
from qa_nlp.text.words import word_edges

SOUND_LENGTH = 4
SOUND_CONFIDENCE = 0.8
ANY = "any"


@dataclass(frozen=True)
class Hit:
    """A rule found at a half-open span of the joined text."""

    rule: Rule
    turn: int
    start: int
    end: int
    match: str

    @property
    def confidence(self) -> float:
        """1 for the words themselves, less for words that only sound alike."""
        return 1.0 if self.match == "exact" else SOUND_CONFIDENCE


@dataclass(frozen=True)
class Pattern:
    """A pattern ready to search: its literal anchors; expressions are compiled when first needed."""

    source: str
    sound_source: str
    anchors: frozenset[str]
    whole_words: bool = False

    @cached_property
    def regex(self) -> Any:
        """Expression over folded text; RE2 where staff wrote the expression themselves."""
        return re.compile(self.source) if self.anchors else re2.compile(self.source)

    @cached_property
    def by_sound(self) -> Any:
        """Expression over syllables."""
        return re.compile(self.sound_source)


Classes = Mapping[str, tuple[str, ...]]


def compile_pattern(text: str, mode: str, classes: Classes) -> Pattern:
    """Compile one cell. Raises SyntaxProblem."""
    return _compile(text, mode, tuple(sorted(classes.items())))


@cache
def _compile(text: str, mode: str, classes: tuple[tuple[str, tuple[str, ...]], ...]) -> Pattern:
    if mode == "正则":
        try:
            re2.compile(text)
        except re2.error as error:
            raise SyntaxProblem(f"正则表达式有误：{error}；只支持 RE2 语法（不支持回溯引用、前后断言）") from error
        return Pattern(text, "", frozenset())
    node = parse(text, dict(classes))
    found = anchors(node)
    assert found is not None
    audible = mode == "词语" and min(map(len, found)) >= SOUND_LENGTH
    return Pattern(
        to_regex(node), to_regex(node, by_sound=True) if audible else "", found, whole_words=mode == "分词"
    )  # fmt: skip


class Condition:
    """The patterns of one 除非出现 / 同时出现 / 客户上句 cell; blank means no condition."""

    def __init__(self, text: str, classes: Classes) -> None:
        self.pattern = compile_pattern(text, "原字", classes) if text else None

    def found(self, text: str, start: int, end: int) -> bool:
        """Whether the pattern occurs between two positions."""
        return self.pattern is not None and self.pattern.regex.search(text, start, end) is not None


class Matcher:
    """Finds every rule in a prepared call. Built once; safe to share and to pickle by rules."""

    def __init__(self, rules: Iterable[Rule], classes: Classes) -> None:
        self.rules = tuple(rules)
        self.patterns = tuple(compile_pattern(rule.pattern, rule.mode, classes) for rule in self.rules)
        self.unless = tuple(Condition(rule.unless, classes) for rule in self.rules)
        self.along = tuple(Condition(rule.along, classes) for rule in self.rules)
        self.customer = tuple(Condition(rule.customer_before, classes) for rule in self.rules)
        self._always = [i for i, pattern in enumerate(self.patterns) if not pattern.anchors]
        self._scoped = [rule.scope.first > 0 or rule.scope.last > 0 for rule in self.rules]
        self._exact, self._exact_rules = self._automaton((i, a) for i, p in enumerate(self.patterns) for a in p.anchors)
        self._sound, self._sound_rules = self._automaton(
            (i, sound(a)) for i, p in enumerate(self.patterns) if p.sound_source for a in p.anchors
        )

    def scan(self, prepared: Prepared) -> list[Hit]:
        """All hits of a call in the order of their place; conditions of the rows are applied."""
        hits: list[Hit] = []
        if self._exact is not None:
            self._search(prepared, self._exact, self._exact_rules, "exact", frozenset(), hits)
        for index in self._always:
            for turn, role in enumerate(prepared.roles):
                if self.rules[index].speaker in (role, ANY):
                    self._hit(prepared, index, turn, "exact", hits)
        if self._sound is not None:
            done = frozenset((hit.rule.id, hit.turn) for hit in hits)
            self._search(prepared, self._sound, self._sound_rules, "phonetic", done, hits)
        hits.sort(key=lambda hit: (hit.start, hit.end, hit.rule.id))
        return hits

    def _search(
        self,
        prepared: Prepared,
        automaton: Any,
        owners: dict[str, list[tuple[int, ...]]],
        match: str,
        done: frozenset[tuple[str, int]],
        hits: list[Hit],
    ) -> None:
        """Try each rule once in each turn in which one of its literals occurs and whose speaker it names."""
        starts, roles = prepared.folded.starts, prepared.roles
        text = prepared.folded.match if match == "exact" else prepared.sound
        tried: set[int] = set()
        size = len(self.rules)
        for literal, start, _ in automaton.find_matches_as_indexes(text, overlapping=True):
            turn = bisect_right(starts, start) - 1
            for index in owners.get(roles[turn], owners[ANY])[literal]:
                key = turn * size + index
                if key not in tried:
                    tried.add(key)
                    if not done or (self.rules[index].id, turn) not in done:
                        self._hit(prepared, index, turn, match, hits)

    def _hit(self, prepared: Prepared, index: int, turn: int, match: str, hits: list[Hit]) -> None:
        rule, pattern = self.rules[index], self.patterns[index]
        if self._scoped[index]:
            role = prepared.roles[turn]
            if not rule.scope.holds(prepared.nth[turn], prepared.totals[role]):
                return
        folded = prepared.folded
        start, end = folded.starts[turn], folded.end_of(turn)
        exact = match == "exact"
        text = folded.match if exact else prepared.sound
        regex = pattern.regex if exact else pattern.by_sound
        if not pattern.anchors:
            spans = _re2_spans(regex, text, start, end)
        elif regex.search(text, start, end) is None:
            return
        else:
            spans = [found.span() for found in regex.finditer(text, start, end)]
        if not spans or not self._conditions_hold(prepared, index, turn, start, end):
            return
        if pattern.whole_words:
            edges = word_edges(folded.plain[start:end])
            spans = [(a, b) for a, b in spans if a - start in edges and b - start in edges]
        hits.extend(Hit(rule, turn, a, b, match) for a, b in spans)

    def _automaton(self, pairs: Iterable[tuple[int, str]]) -> tuple[Any, dict[str, list[tuple[int, ...]]]]:
        """The automaton over all literals, and for each role the rules that own each literal."""
        owners: dict[str, list[int]] = {}
        for index, literal in pairs:
            owners.setdefault(literal, []).append(index)
        if not owners:
            return None, {}
        by_role = {
            role: [tuple(i for i in found if self.rules[i].speaker in (role, ANY)) for found in owners.values()]
            for role in ("agent", "customer", ANY)
        }
        return ahocorasick_rs.AhoCorasick(list(owners)), by_role

    def _conditions_hold(self, prepared: Prepared, index: int, turn: int, start: int, end: int) -> bool:
        text = prepared.folded.match
        if self.unless[index].found(text, start, end):
            return False
        if self.along[index].pattern is not None and not self.along[index].found(text, start, end):
            return False
        customer = self.customer[index]
        if customer.pattern is None:
            return True
        spans = ((prepared.folded.starts[t], prepared.folded.end_of(t)) for t in prepared.before[turn])
        return any(customer.found(text, a, b) for a, b in spans)


def _re2_spans(regex: Any, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """RE2 reads a slice, since it copies what it is given."""
    found = (match.span() for match in regex.finditer(text[start:end]))
    return [(a + start, b + start) for a, b in found if b > a]
