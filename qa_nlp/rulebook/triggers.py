"""One automaton over the words that all rules need: which rules may match in which turns of a call.

A rule is a candidate in a turn only where a trigger of one of its alternatives stands and every
other set of words that this alternative needs is there too. Hence the cost of a call hardly
depends on the number of rules.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import ahocorasick_rs

from qa_nlp.rulebook.anchors import Need, Words
from qa_nlp.rulebook.rule import Rule
from qa_nlp.text.prepared import Prepared

ANY = "any"
ROLES = ("agent", "customer", ANY)
# A rule that may match, which of its alternatives, and the sets of words that must be in the turn as well.
Candidate = tuple[int, int, tuple[int, ...]]


class Triggers:
    """Built once for the needs of all rules; ``heard`` maps words to the form in which the text is given."""

    def __init__(self, rules: Sequence[Rule], needs: Sequence[Sequence[Need]], heard: Callable[[str], str]) -> None:
        self._numbers: dict[Words, int] = {}
        words: dict[str, int] = {}
        owners: dict[str, dict[int, tuple[Candidate, ...]]] = {role: {} for role in ROLES}
        for index, alternatives in enumerate(needs):
            concerned = [owners[role] for role in ROLES if rules[index].speaker in (role, ANY)]
            for nth, need in enumerate(alternatives):
                candidate = (index, nth, tuple(self._number(others) for others in need.others))
                for word in need.trigger:
                    number = words.setdefault(heard(word), len(words))
                    for owned in concerned:
                        owned[number] = (*owned.get(number, ()), candidate)
        self._sets: list[Any] = [None] * len(self._numbers)
        self._words = [sorted(map(heard, others)) for others in self._numbers]
        self._automaton = ahocorasick_rs.AhoCorasick(list(words)) if words else None
        self._owners = owners

    def __bool__(self) -> bool:
        """Whether any rule has a trigger."""
        return self._automaton is not None

    def candidates(self, text: str, prepared: Prepared) -> dict[tuple[int, int], set[int]]:
        """(rule, turn) → those of the rule's alternatives that may match in the joined ``text``."""
        result: dict[tuple[int, int], set[int]] = {}
        if self._automaton is None:
            return result
        starts, ends, others = prepared.folded.starts, prepared.folded.ends, len(self._sets)
        owners = [self._owners[role if role in ROLES else ANY] for role in prepared.roles]
        known: dict[int, bool] = {}
        for word, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            turn = bisect_right(starts, start) - 1
            for index, nth, needed in owners[turn].get(word, ()):
                for number in needed:
                    key = turn * others + number
                    there = known.get(key)
                    if there is None:
                        there = known[key] = self._occurs(number, text, starts[turn], ends[turn])
                    if not there:
                        break
                else:
                    result.setdefault((index, turn), set()).add(nth)
        return result

    def _number(self, words: Words) -> int:
        return self._numbers.setdefault(words, len(self._numbers))

    def _occurs(self, number: int, text: str, start: int, end: int) -> bool:
        """Whether one of a set of words stands in a turn; its expression is compiled when first needed."""
        expression = self._sets[number]
        if expression is None:
            expression = self._sets[number] = re.compile("|".join(map(re.escape, self._words[number])))
        return expression.search(text, start, end) is not None
