"""Which words a pattern cannot do without: the literals that feed the automaton.

Each alternative of a pattern becomes a ``Need``: several sets of words, of every one of which a
match must contain a member. The rarest set triggers, the others are asked for afterwards, so a
rule's expression runs on hardly any turn in which it does not match (the idea of FilteredRE2
and of Hyperscan's literal decomposition, Wang et al., NSDI 2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, product
from math import prod
from operator import itemgetter
from typing import NamedTuple

from qa_nlp.rulebook.nodes import Alt, Edge, Gap, Literal, Node, Seq, max_length, min_length

Words = frozenset[str]

MAX_WORDS = 64
# Share of a character among all characters of folded calls, in steps; measured on the labelled corpus.
FREQUENT = "我那个了1,没的不.是你电上有就这好? "
USUAL = (
    "2345678900?下么也人他们到十号在多天头好子家来打点看着线给能表要话说还都里问去先再哪开过几别什户吗请用会时对机停行回月记以小后事可报单"
    "手大两交讲工前门跟见分吧儿把费收查出百老自听写啥钱边想谢现做办等供让发明道字接走样少路修按×算公谁证数"
)
FREQUENT_SHARE, USUAL_SHARE, RARE = 0.015, 0.003, 0.0005
# Characters that follow one another do so more often than chance has it.
BOUND = 12.0
WEIGHTS = dict.fromkeys(USUAL, USUAL_SHARE * BOUND) | dict.fromkeys(FREQUENT, FREQUENT_SHARE * BOUND)


# What stands before every turn, as ``grams.Joined`` has it, and how often.
BREAK, BREAK_SHARE = "\n", 0.05


@dataclass(frozen=True)
class Near:
    """Words of which one begins ``least`` to ``most`` characters from where the trigger begins."""

    words: Words
    least: int
    most: int


@dataclass(frozen=True)
class Need:
    """One alternative: every match holds a word of ``trigger`` and near it one of each of ``others``."""

    trigger: Words
    others: tuple[Near, ...]
    node: Node


class Found(NamedTuple):
    """Words of which a match holds one that begins where a part does or up to ``slack`` characters behind."""

    share: float
    words: Words
    part: int
    slack: int = 0


class Known(NamedTuple):
    """What is known of a part: how likely its words are, the words, and whether they are all that it can be."""

    share: float
    words: Words
    spelled: bool


def needs(node: Node) -> tuple[Need, ...]:
    """What each alternative of a pattern needs; empty where some alternative has no fixed word at all."""
    if isinstance(node, Alt):
        found = [needs(choice) for choice in node.choices]
        return tuple(need for part in found for need in part) if all(found) else ()
    if isinstance(node, Literal):
        return (Need(frozenset((node.text,)), (), node),) if node.text else ()
    parts = _parts(node)
    known = list(map(_known, parts))
    sets = sorted(chain.from_iterable(_sets(parts, known, *run) for run in _runs(parts)), key=itemgetter(0))
    if not sets:
        return ()
    trigger, *others = sets
    lengths = [_lengths(part, own) for part, own in zip(parts, known, strict=True)]
    near = [(found.share, _near(found, trigger, lengths)) for found in others]
    for number, part in enumerate(parts):
        if isinstance(part, Edge) and part.char == "^":
            begin = _near(Found(BREAK_SHARE, frozenset({BREAK}), number), trigger, lengths)
            near.append((BREAK_SHARE, Near(begin.words, begin.least - 1, begin.most - 1)))
    near.sort(key=lambda pair: pair[0] * (pair[1].most - pair[1].least + 1))
    return (Need(trigger.words, tuple(other for _, other in near), node),)


def _near(found: Found, trigger: Found, lengths: Sequence[tuple[int, int]]) -> Near:
    between = lengths[min(found.part, trigger.part) : max(found.part, trigger.part)]
    least, most = sum(shortest for shortest, _ in between), sum(longest for _, longest in between)
    if found.part < trigger.part:
        least, most = -most, -least
    return Near(found.words, least - trigger.slack, most + found.slack)


def _lengths(part: Node, known: Known | None) -> tuple[int, int]:
    """Characters that a part has at least and at most."""
    if known and known.spelled:
        lengths = set(map(len, known.words))
        return min(lengths), max(lengths)
    return min_length(part), max_length(part)


def has_needs(node: Node) -> bool:
    """Whether every alternative of a pattern has a fixed word."""
    match node:
        case Literal(text):
            return bool(text)
        case Gap() | Edge():
            return False
        case Seq(parts):
            return any(map(has_needs, parts))
        case Alt(choices):
            return all(map(has_needs, choices))


def anchors(node: Node) -> Words | None:
    """Literals of which every match contains one; None where there is no such set."""
    if isinstance(node, Alt):
        found = [anchors(choice) for choice in node.choices]
        return None if None in found else frozenset().union(*filter(None, found))
    parts = _parts(node)
    known = list(map(_known, parts))
    best = min((best for run in _runs(parts) if (best := _rarest(known, *run))), key=itemgetter(0), default=None)
    return _spelled(known, best) if best else None


def likelihood(words: Words) -> float:
    """How often one of the words is to be expected, per character of a call; a rough estimate."""
    return sum(map(_share, words))


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Seq) else (node,)


@cache
def _known(part: Node) -> Known | None:
    spelled = _words(part)
    words = anchors(part) if spelled is None and isinstance(part, Seq | Alt) else spelled
    return None if words is None else Known(likelihood(words), words, spelled is not None)


def _runs(parts: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """From which part to before which there is no gap."""
    begin = 0
    for end, part in enumerate((*parts, Gap(0))):
        if isinstance(part, Gap | Edge):
            if end > begin:
                yield begin, end
            begin = end + 1


def _sets(parts: Sequence[Node], known: Sequence[Known | None], begin: int, end: int) -> Iterator[Found]:
    """The rarest words of a run without a gap, then those of what stands before and behind them."""
    if begin < end and (best := _rarest(known, begin, end)) is not None:
        share, first, last = best
        whole = known[first]
        slack = 0 if whole and whole.spelled else max_length(parts[first])
        yield Found(share, _spelled(known, best), first, slack)
        yield from _sets(parts, known, begin, first)
        yield from _sets(parts, known, last, end)


Stretch = tuple[float, int, int]


def _rarest(known: Sequence[Known | None], begin: int, end: int) -> Stretch | None:
    """The best of a run: any stretch spelled out in full, any part's own words; how likely, from where to where."""
    best: Stretch | None = None
    for first in range(begin, end):
        share, count, empty = 1.0 / BOUND, 1, True
        for last in range(first, end):
            part = known[last]
            if part is None or (last > first and not part.spelled):
                break
            count *= len(part.words)
            if count > MAX_WORDS and last > first:
                break
            share, empty = share * part.share * BOUND, empty and "" in part.words
            if not empty and (best is None or share < best[0]):
                best = share, first, last + 1
            if not part.spelled:
                break
    return best


def _spelled(known: Sequence[Known | None], stretch: Stretch) -> Words:
    _, first, last = stretch
    sets = [part.words for part in known[first:last] if part is not None]
    return sets[0] if len(sets) == 1 else frozenset(map("".join, product(*sets)))


def _words(node: Node) -> Words | None:
    """All strings of a gapless node, or None where they are too many."""
    match node:
        case Literal(text):
            return frozenset((text,))
        case Gap() | Edge():
            return None
        case Seq(parts):
            sets = [_words(part) for part in parts]
            if any(words is None for words in sets) or prod(len(words or ()) for words in sets) > MAX_WORDS:
                return None
            return frozenset(map("".join, product(*(words for words in sets if words))))
        case Alt(choices):
            union: set[str] = set()
            for choice in choices:
                words = (choice.text,) if isinstance(choice, Literal) else _words(choice)
                if words is None:
                    return None
                union.update(words)
            return frozenset(union) if len(union) <= MAX_WORDS else None


@cache
def _share(word: str) -> float:
    result = 1.0 / BOUND
    for char in word:
        result *= WEIGHTS.get(char, RARE * BOUND)
    return result
