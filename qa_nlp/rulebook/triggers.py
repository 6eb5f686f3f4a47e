"""Which rules may match in which turns, from the words that they need; asked for many calls at once.

A rule is a candidate in a turn only where a trigger of one of its alternatives stands and near it
a word of every other set that this alternative needs. Hence the cost of a call hardly depends on the
number of rules.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np

from qa_nlp.rulebook.anchors import Need, Words
from qa_nlp.rulebook.grams import ANY, ROLES, Grams, Ints, Joined, Lists, Table, spread
from qa_nlp.rulebook.rule import Rule
from qa_nlp.text import tables

NONE = -1
# A turn, the index of a rule that may match in it, and which of ``Triggers.needs``.
Candidate = tuple[int, int, list[int]]


@dataclass(frozen=True)
class Candidates:
    """Where rules may match in several calls, ordered by turn and rule; lists of one length."""

    turns: list[int]
    rules: list[int]
    alternatives: list[list[int]]

    def of_call(self, first: int, last: int) -> list[Candidate]:
        """Those of the call whose turns have the numbers from ``first`` to before ``last``; it counts from 0."""
        a, b = bisect_left(self.turns, first), bisect_left(self.turns, last)
        turns = [turn - first for turn in self.turns[a:b]]
        return list(zip(turns, self.rules[a:b], self.alternatives[a:b], strict=True))


class Triggers:
    """Built once for the needs of all rules; ``heard`` maps words to the form in which the text is given."""

    def __init__(self, rules: Sequence[Rule], needs: Sequence[Sequence[Need]], heard: Callable[[str], str]) -> None:
        self.needs = tuple(need for alternatives in needs for need in alternatives)
        owners = [index for index, alternatives in enumerate(needs) for _ in alternatives]
        self._rule_of = np.array(owners, dtype=np.int64)
        speakers = np.array([rules[index].speaker for index in owners], dtype=str)
        self._speaks = np.array([(speakers == role) | (speakers == ANY) for role in ROLES])
        numbers: dict[Words, int] = {}
        near = [
            (number, nth, numbers.setdefault(near.words, len(numbers)), near.least, near.most)
            for nth, need in enumerate(self.needs)
            for number, near in enumerate(need.others)
        ]
        table = np.array(near, dtype=np.int64).reshape(-1, 5).T
        self._sets, self._least, self._most = np.full((3, int(table[0].max(initial=-1)) + 1, len(self.needs)), NONE)
        self._sets[table[0], table[1]], self._least[table[0], table[1]], self._most[table[0], table[1]] = table[2:]
        self._margin = int(np.abs(table[3:]).max(initial=0)) + 1
        triggers = [need.trigger for need in self.needs]
        words = list(dict.fromkeys(chain.from_iterable((*numbers, *triggers))))
        forms = list(map(heard, words))
        self._grams = Grams(forms)
        grams = dict(zip(words, self._grams.numbers(forms), strict=True))
        self._needs_of = Lists(*_pairs(triggers, grams)[::-1], len(self._grams))
        sets, members = _pairs(numbers, grams)
        self._members = Table((sets << 32 | members).view(np.uint64))

    def candidates(self, codes: tables.Array, joined: Joined) -> Candidates:
        """Rules that may match in the turns of several calls.

        Args:
            codes: code points of the joined text in the form in which words are heard.
            joined: where its turns are, and whose.
        """
        if not self.needs:
            return Candidates([], [], [])
        places, grams = self._grams.find(codes)
        rows, needs = self._needs_of.of(grams)
        triggers = places.take(rows)
        spoken = self._speaks[joined.roles.take(joined.turns.take(triggers)), needs]
        triggers, needs = triggers[spoken], needs[spoken]
        before = self._before(places, len(codes))
        for sets, least, most in zip(self._sets, self._least, self._most, strict=True):
            asked = np.flatnonzero(sets.take(needs) != NONE)
            if not len(asked):
                break
            need, trigger = needs.take(asked), triggers.take(asked) + self._margin
            begins, ends = before.take(trigger + least.take(need)), before.take(trigger + most.take(need) + 1)
            rows, at = spread(begins, ends - begins)
            sought = (sets.take(need) << 32).take(rows) | grams.take(at)
            found, _ = self._members.find(sought.view(np.uint64))
            met = np.ones(len(needs), dtype=bool)
            met[asked] = False
            met[asked.take(rows.take(found))] = True
            triggers, needs = triggers[met], needs[met]
        return self._grouped(joined.turns[triggers], needs)

    def _before(self, places: Ints, size: int) -> Ints:
        """How many grams begin before each place of a text, and before places a margin outside it."""
        counts = np.bincount(places, minlength=size)
        return np.concatenate(
            [np.zeros(self._margin + 1, np.int64), np.cumsum(counts), np.full(self._margin, len(places))]
        )

    def _grouped(self, turns: Ints, needs: Ints) -> Candidates:
        keys = np.sort(turns * len(self.needs) + needs)
        turns, needs = np.divmod(keys[np.diff(keys, prepend=-1) != 0], max(1, len(self.needs)))
        rules = self._rule_of[needs]
        first = np.flatnonzero((np.diff(turns, prepend=-1) != 0) | (np.diff(rules, prepend=-1) != 0))
        chosen, cuts = needs.tolist(), [*first.tolist(), len(needs)]
        alternatives = [chosen[a:b] for a, b in pairwise(cuts)]
        return Candidates(turns[first].tolist(), rules[first].tolist(), alternatives)


def _pairs(sets: Collection[Words], grams: Mapping[str, int]) -> tuple[Ints, Ints]:
    """For every word of sets, which stand in order: the number of its set and its gram."""
    numbers = np.repeat(np.arange(len(sets)), list(map(len, sets)))
    words = map(grams.__getitem__, chain.from_iterable(sets))
    return numbers, np.fromiter(words, dtype=np.int64, count=len(numbers))
