"""Which words a pattern cannot do without: the literals that feed the automaton.

Each alternative of a pattern becomes a ``Need``: several sets of words, of every one of which a
match must contain a member. The rarest set triggers, the others are asked for afterwards, so a
rule's expression runs on hardly any turn in which it does not match (the idea of FilteredRE2
and of Hyperscan's literal decomposition, Wang et al., NSDI 2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

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


# What stands before every turn, as ``grams.Joined`` has it.
BREAK = "\n"


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


@dataclass(frozen=True)
class Found:
    """Words of which a match holds one: it begins where a part does or up to ``slack`` characters behind."""

    words: Words
    part: int
    slack: int


def needs(node: Node) -> tuple[Need, ...]:
    """What each alternative of a pattern needs; empty where some alternative has no fixed word at all."""
    if isinstance(node, Alt):
        found = [needs(choice) for choice in node.choices]
        return tuple(need for part in found for need in part) if all(found) else ()
    parts = node.parts if isinstance(node, Seq) else (node,)
    sets = sorted(_sets(parts), key=lambda found: likelihood(found.words))
    if not sets:
        return ()
    trigger = sets[0]
    others = [_near(found, trigger, parts) for found in sets[1:]]
    for part, edge in enumerate(parts):
        if edge == Edge("^"):
            begin = _near(Found(frozenset({BREAK}), part, 0), trigger, parts)
            others.append(Near(begin.words, begin.least - 1, begin.most - 1))
    others.sort(key=lambda near: (near.most - near.least + 1) * likelihood(near.words))
    return (Need(trigger.words, tuple(others), node),)


def _near(found: Found, trigger: Found, parts: Sequence[Node]) -> Near:
    between = parts[min(found.part, trigger.part) : max(found.part, trigger.part)]
    least, most = sum(map(min_length, between)), sum(map(max_length, between))
    if found.part < trigger.part:
        least, most = -most, -least
    return Near(found.words, least - trigger.slack, most + found.slack)


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
    found = needs(node)
    return frozenset().union(*(need.trigger for need in found)) if found else None


def likelihood(words: Words) -> float:
    """How often one of the words is to be expected, per character of a call; a rough estimate."""
    return sum(map(_share, words))


def _sets(parts: Sequence[Node]) -> Iterator[Found]:
    """For every stretch without a gap sets of words that a match must hold one of."""
    begin = 0
    for end, part in enumerate((*parts, Gap(0))):
        if isinstance(part, Gap | Edge):
            yield from _of_run(parts, begin, end)
            begin = end + 1


def _of_run(parts: Sequence[Node], begin: int, end: int) -> Iterator[Found]:
    """The rarest set of a run without a gap, then those of what stands before and behind it."""
    if (best := _rarest(parts[begin:end])) is not None:
        words, first, last = best
        slack = 0 if _words(parts[begin + first]) is not None else max_length(parts[begin + first])
        yield Found(words, begin + first, slack)
        yield from _of_run(parts, begin, begin + first)
        yield from _of_run(parts, begin + last, end)


def _rarest(run: Sequence[Node]) -> tuple[Words, int, int] | None:
    """The best of: any stretch of the run spelled out in full, any part's own needs; and which parts it takes."""
    best: tuple[float, Words | list[Words], int, int] | None = None
    spelled = [_words(part) for part in run]
    shares = [likelihood(words) if words is not None else 0.0 for words in spelled]
    for begin, part in enumerate(run):
        if spelled[begin] is None:
            own = anchors(part)
            if own is not None and (best is None or likelihood(own) < best[0]):
                best = likelihood(own), own, begin, begin + 1
            continue
        stretch: list[Words] = []
        share, count, empty = 1.0 / BOUND, 1, True
        for words, own_share in zip(spelled[begin:], shares[begin:], strict=True):
            if words is None or (count := count * len(words)) > MAX_WORDS:
                break
            stretch.append(words)
            share, empty = share * own_share * BOUND, empty and "" in words
            if not empty and (best is None or share < best[0]):
                best = share, list(stretch), begin, begin + len(stretch)
    if best is None:
        return None
    _, found, begin, end = best
    return (found if isinstance(found, frozenset) else frozenset(map("".join, product(*found)))), begin, end


def _words(node: Node) -> Words | None:
    """All strings of a gapless node, or None where they are too many."""
    match node:
        case Literal(text):
            return frozenset({text})
        case Gap() | Edge():
            return None
        case Seq(parts):
            sets = [_words(part) for part in parts]
            if any(words is None for words in sets) or prod(len(words or ()) for words in sets) > MAX_WORDS:
                return None
            return frozenset(map("".join, product(*(words for words in sets if words))))
        case Alt(choices):
            sets = [_words(choice) for choice in choices]
            if any(words is None for words in sets):
                return None
            union: Words = frozenset().union(*(words for words in sets if words))
            return union if len(union) <= MAX_WORDS else None


def _share(word: str) -> float:
    result = 1.0 / BOUND
    for char in word:
        result *= WEIGHTS.get(char, RARE * BOUND)
    return result
