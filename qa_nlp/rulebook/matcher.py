"""All rules of a profile in one automaton.

The automaton finds the literal parts of every rule in one pass over the call; a rule's own
regular expression runs only on the turns in which one of its literals occurred. The cost of a
call therefore hardly depends on the number of rules. A second automaton over syllables finds
phrases that speech recognition damaged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import accumulate
from operator import methodcaller
from typing import Any

import msgspec
import re2

from qa_nlp.rulebook.anchors import Need, needs
from qa_nlp.rulebook.grams import ANY, Joined
from qa_nlp.rulebook.language import SyntaxProblem, parse
from qa_nlp.rulebook.leading import Sought
from qa_nlp.rulebook.nodes import Alt, Node, begins_turn, to_regex
from qa_nlp.rulebook.rule import Rule
from qa_nlp.rulebook.triggers import Candidate, Triggers
from qa_nlp.text import tables
from qa_nlp.text.fold import sound
from qa_nlp.text.prepared import Prepared
from qa_nlp.text.words import word_edges

# A number of a rule (12345, 12398) is a whole one: it does not stand inside a longer one. 正则 means what it says.
NUMBER = re.compile(r"[0-9]{3}")
SOUND_LENGTH = 4
SOUND_CONFIDENCE = 0.8


class Hit(msgspec.Struct, frozen=True):
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
    """A pattern that can be read; what it needs and its expressions are made when first used.

    ``node`` is None for expressions of staff (``正则``), which run on RE2, on every turn.
    """

    text: str
    mode: str
    node: Node | None

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """The words without which it cannot match, by alternative."""
        return needs(self.node) if self.node is not None else ()

    @cached_property
    def audible(self) -> tuple[Need, ...]:
        """The alternatives that are long enough to be found by their sound."""
        if self.mode != "词语":
            return ()
        return tuple(replace(need, others=()) for need in self.needs if min(map(len, need.trigger)) >= SOUND_LENGTH)

    @cached_property
    def regex(self) -> Any:
        """Expression over folded text."""
        return _staff_regex(self.text) if self.node is None else Sought(self.node)

    @cached_property
    def by_sound(self) -> Any:
        """Expression over syllables for the audible alternatives."""
        return Sought(Alt(tuple(need.node for need in self.audible)), by_sound=True)

    @property
    def anchors(self) -> frozenset[str]:
        """Words of which every match contains one."""
        return frozenset().union(*(need.trigger for need in self.needs))


def _staff_regex(text: str) -> Any:
    options = re2.Options()
    # What is wrong is told as a problem of the cell; RE2 would print it besides.
    options.log_errors = False
    return re2.compile(text, options)


Classes = Mapping[str, tuple[str, ...]]


def compile_pattern(text: str, mode: str, classes: Classes) -> Pattern:
    """Compile one cell. Raises SyntaxProblem."""
    return _compile(text, mode, tuple(sorted(classes.items())))


@cache
def _compile(text: str, mode: str, classes: tuple[tuple[str, tuple[str, ...]], ...]) -> Pattern:
    if mode != "正则":
        return Pattern(text, mode, parse(text, dict(classes)))
    try:
        _staff_regex(text)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else ""
        raise SyntaxProblem(f"正则表达式有误：{reason}；只支持 RE2 语法（不支持回溯引用、前后断言）") from error
    return Pattern(text, mode, None)


class Condition:
    """The patterns of one 除非出现 / 同时出现 / 客户上句 cell; blank means no condition."""

    def __init__(self, text: str, classes: Classes) -> None:
        self.pattern = compile_pattern(text, "原字", classes) if text else None

    def found(self, text: str, start: int, end: int) -> bool:
        """Whether the pattern occurs between two positions."""
        pattern = self.pattern
        return pattern is not None and pattern.regex.search(text, start, end) is not None


Search = Callable[[str, int, int], "re.Match[str] | None"]
Spans = list[tuple[int, int]]
_BEGIN = methodcaller("start")


class Finder:
    """Finds the alternatives of all patterns; their expressions are compiled when first needed."""

    def __init__(self, needs: Sequence[Need], by_sound: bool) -> None:
        self._needs, self._by_sound = needs, by_sound
        self._searches: list[Search | None] = [None] * len(needs)

    def spans(self, alternatives: Sequence[int], text: str, start: int, end: int) -> Spans:
        """Spans of all matches of some alternatives of one pattern in a turn, as in ``re.finditer``."""
        if len(alternatives) > 1:
            return self._spans_of_several(alternatives, text, start, end)
        search = self._searches[alternatives[0]] or self._search(alternatives[0])
        spans = []
        while match := search(text, start, end):
            spans.append(match.span())
            start = match.end()
        return spans

    def _spans_of_several(self, alternatives: Sequence[int], text: str, start: int, end: int) -> Spans:
        """Of the matches that begin first, that of the alternative which stands first in the pattern."""
        found = [
            match for nth in alternatives if (match := (self._searches[nth] or self._search(nth))(text, start, end))
        ]
        spans: Spans = []
        while found:
            first = min(found, key=_BEGIN) if len(found) > 1 else found[0]
            spans.append(first.span())
            start = first.end()
            later = [match if match.start() >= start else match.re.search(text, start, end) for match in found]
            found = [match for match in later if match]
        return spans

    def _search(self, nth: int) -> Search:
        node = self._needs[nth].node
        regex = re.compile(to_regex(node, by_sound=self._by_sound))
        search = self._searches[nth] = regex.match if begins_turn(node) else regex.search
        return search


class Matcher:
    """Finds every rule in a prepared call. Built once; safe to share and to pickle by rules."""

    def __init__(self, rules: Iterable[Rule], classes: Classes) -> None:
        self.rules = tuple(rules)
        self.patterns = tuple(compile_pattern(rule.pattern, rule.mode, classes) for rule in self.rules)
        self.unless = tuple(Condition(rule.unless, classes) for rule in self.rules)
        self.along = tuple(Condition(rule.along, classes) for rule in self.rules)
        self.customer = tuple(Condition(rule.customer_before, classes) for rule in self.rules)
        self._always = [i for i, pattern in enumerate(self.patterns) if pattern.node is None]
        self._numbers = [p.node is not None and NUMBER.search(p.text) is not None for p in self.patterns]
        self._anywhere = [not (rule.scope.first or rule.scope.last or rule.customer_before) for rule in self.rules]
        self._exact = Triggers(self.rules, [pattern.needs for pattern in self.patterns], str)
        self._sound = Triggers(self.rules, [pattern.audible for pattern in self.patterns], sound)
        self._by_words, self._by_sound = Finder(self._exact.needs, False), Finder(self._sound.needs, True)

    def scan(self, prepared: Prepared) -> list[Hit]:
        """All hits of a call in the order of their place; conditions of the rows are applied."""
        return self.scan_all([prepared])[0]

    def scan_all(self, prepared: Sequence[Prepared]) -> list[list[Hit]]:
        """The hits of several calls, as ``scan`` finds them in each; much cheaper than one by one."""
        if not prepared:
            return []
        joined = Joined.of(prepared)
        words = self._exact.candidates(joined.codes, joined)
        sounds = self._sound.candidates(tables.sound_table()[joined.codes], joined)
        firsts = list(accumulate((len(p.roles) for p in prepared), initial=0))
        return [
            self._hits(p, words.of_call(first, last), sounds.of_call(first, last))
            for p, first, last in zip(prepared, firsts, firsts[1:], strict=False)
        ]

    def _hits(self, prepared: Prepared, words: Sequence[Candidate], sounds: Sequence[Candidate]) -> list[Hit]:
        folded, asked = prepared.folded, _Asked(prepared)
        text, starts, ends = folded.match, folded.starts, folded.ends
        hits: list[Hit] = []
        for turn, index, alternatives in words:
            if self._anywhere[index] or self._may_hold(index, turn, asked):
                spans = self._by_words.spans(alternatives, text, starts[turn], ends[turn])
                if spans:
                    self._add(prepared, index, turn, "exact", spans, hits)
        for index in self._always:
            for turn, role in enumerate(prepared.roles):
                if self.rules[index].speaker in (role, ANY) and self._may_hold(index, turn, asked):
                    spans = _re2_spans(self.patterns[index].regex, text, starts[turn], ends[turn])
                    self._add(prepared, index, turn, "exact", spans, hits)
        if sounds:
            done = {(hit.rule.id, hit.turn) for hit in hits}
            for turn, index, alternatives in sounds:
                if (self.rules[index].id, turn) not in done and self._may_hold(index, turn, asked):
                    spans = self._by_sound.spans(alternatives, prepared.sound, starts[turn], ends[turn])
                    self._add(prepared, index, turn, "phonetic", spans, hits)
        hits.sort(key=lambda hit: (hit.start, hit.end, hit.rule.id))
        return hits

    def _may_hold(self, index: int, turn: int, asked: _Asked) -> bool:
        """Whether scope and 客户上句 of a rule allow it in a turn: what costs less than to look for its words."""
        nth, total = asked.prepared.nth[turn], asked.prepared.totals[asked.prepared.roles[turn]]
        if not self.rules[index].scope.holds(nth, total):
            return False
        customer = self.customer[index].pattern
        return customer is None or asked.before(turn, customer)

    def _add(self, prepared: Prepared, index: int, turn: int, match: str, spans: Spans, hits: list[Hit]) -> None:
        text, start, end = prepared.folded.match, prepared.folded.starts[turn], prepared.folded.ends[turn]
        unless, along = self.unless[index].pattern, self.along[index].pattern
        if not spans or (unless is not None and unless.regex.search(text, start, end)):
            return
        if along is not None and not along.regex.search(text, start, end):
            return
        if self.patterns[index].mode == "分词":
            edges = word_edges(prepared.folded.plain[start:end])
            spans = [(a, b) for a, b in spans if a - start in edges and b - start in edges]
        if self._numbers[index]:
            spans = [(a, b) for a, b in spans if not (_inside_number(text, a) or _inside_number(text, b))]
        rule = self.rules[index]
        hits.extend([Hit(rule, turn, a, b, match) for a, b in spans])


class _Asked:
    """What was asked of the customer's words of one call: many rules ask the same of the same turns."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._known: dict[tuple[str, tuple[int, ...]], bool] = {}

    def before(self, turn: int, pattern: Pattern) -> bool:
        """Whether a pattern occurs in what the customer said directly before a turn."""
        turns = self.prepared.before[turn]
        if not turns:
            return False
        key = pattern.text, turns
        if key not in self._known:
            folded, search = self.prepared.folded, pattern.regex.search
            self._known[key] = any(search(folded.match, folded.starts[t], folded.ends[t]) for t in turns)
        return self._known[key]


def _inside_number(text: str, place: int) -> bool:
    """Whether digits stand on both sides of a place."""
    return text[place - 1 : place].isdigit() and text[place : place + 1].isdigit()


def _re2_spans(regex: Any, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """RE2 reads a slice, since it copies what it is given."""
    found = (match.span() for match in regex.finditer(text[start:end]))
    return [(a + start, b + start) for a, b in found if b > a]
