"""Which labels of a text name speakers, beyond the role words that everybody knows (``marks.SPEAKER``).

A label with a role in it is one wherever it stands. A courtesy title or a person's name needs somebody to talk to.
Any other (班长, 甲, A, 大海) has to take turns: it stands before and after the words of one other speaker. What is
said once in the midst of prose (地址：, 注意：) stays text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from qa_nlp.read import marks
from qa_nlp.read.names import KNOWN, NONE, OPEN, PERSONAL, ROLE, TITLED, sort_of

# Letters and words that go together: where one of a kind speaks, so do the others.
FAMILIES = tuple(
    map(
        frozenset,
        ("甲乙丙丁", "ABCD", "abcd", "男女", "问答", ("主叫", "被叫"), ("左声道", "右声道"), ("男的", "女的")),
    )
)
SPOKEN = re.compile(r"[您你我吗呢吧啊喂嗯哦哎请谢]")
# Nearly all turns hold such a word or stand beside one that does.
SPOKEN_SHARE = 3
LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]")
NO_LABELS = marks.FIELD_OF.keys() | marks.NOT_NAMES
MOST_LABELS = 10_000
ENTRY = 80
NOBODY: frozenset[str] = frozenset()
_SPACE = re.compile(r"\s+")


@dataclass
class _Turns:
    """The labels of a text in their order, as far as they matter."""

    last: str = ""
    before: str = ""
    sorts: dict[str, str] = field(default_factory=dict)
    certain: set[str] = field(default_factory=set)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    beside: set[tuple[str, str]] = field(default_factory=set)
    labelled: Counter[str] = field(default_factory=Counter)
    spoken: Counter[str] = field(default_factory=Counter)
    open_turn: bool = False

    def add(self, label: str, sort: str) -> None:
        if label not in self.sorts and len(self.sorts) >= MOST_LABELS:
            return
        self.sorts[label] = sort
        self.labelled[label] += 1
        self.open_turn = sort == OPEN
        if label != self.last:
            if sort == OPEN or self.sorts.get(self.last) == OPEN:
                self._turn_taking(label)
            self.before, self.last = self.last, label

    def _turn_taking(self, label: str) -> None:
        """What follows from ``label`` after ``last``, one of which is open.

        Only who comes back after another has spoken is certain: the fields above each call recur as well.
        """
        pair = (min(label, self.last), max(label, self.last))
        both = self.sorts[label] == self.sorts.get(self.last)
        if label == self.before:
            if both:
                self.pairs.add(pair)
            elif self.sorts[label] == OPEN:
                self.certain.add(label)
        elif both:
            self.beside.add(pair)

    def said(self, body: str) -> None:
        """Words of whoever spoke last; a turn counts once."""
        if self.open_turn and SPOKEN.search(body):
            self.spoken[self.last] += 1
            self.open_turn = False

    def speakers(self) -> frozenset[str]:
        sorts = self.sorts
        known = {label for label, sort in sorts.items() if sort in (KNOWN, ROLE)}
        pairs = self.pairs if known else self.pairs | {p for p in self.beside if any(f.issuperset(p) for f in FAMILIES)}
        found = known | self.certain
        found |= {label for pair in pairs if self._talks(pair) for label in pair}
        people = {label for label, sort in sorts.items() if sort in (TITLED, PERSONAL)}
        found |= people if len(found | people) > 1 else set()
        found |= {label for family in FAMILIES if found & family for label in family & sorts.keys()}
        return frozenset(label for label in found if not _is_plain(label))

    def _talks(self, pair: tuple[str, str]) -> bool:
        labelled, spoken = (sum(counts[label] for label in pair) for counts in (self.labelled, self.spoken))
        return spoken * SPOKEN_SHARE >= labelled


def speakers_in(lines: Iterable[str]) -> frozenset[str]:
    """The labels, without spaces, that name speakers in these lines and are no plain role words."""
    turns = _Turns()
    for line in lines:
        stripped = line.strip()
        at = 0
        for start, end, label, sort in _labels(stripped):
            turns.said(stripped[at:start])
            turns.add(label, sort)
            at = end
        turns.said(stripped[at:])
    return turns.speakers()


def labelled(line: str, speakers: frozenset[str]) -> list[re.Match[str]]:
    """Where one of ``speakers`` begins to speak in a line."""
    if not speakers or not _may_hold_label(line):
        return []
    return [match for match in marks.LABEL.finditer(line) if key_of(match["name"]) in speakers]


def begins_with_label(line: str) -> bool:
    """Whether a line begins with what may be a speaker, a time before it or not."""
    return any(start == 0 for start, *_ in _labels(line.strip()))


def key_of(name: str) -> str:
    """A label without its spaces."""
    return _SPACE.sub("", name)


def _labels(line: str) -> Iterator[tuple[int, int, str, str]]:
    """(start, end, label, sort) of what may be labels in a line."""
    at = line.find("：", 1, 9)
    if at > 0 and sort_of(line[:at]) == KNOWN and line.find("：", at + 1) < 0 and ":" not in line:
        yield 0, at + 1, line[:at], KNOWN  # Most lines of most files, in a tenth of the time.
        return
    timed = marks.TIMED_NAME.match(line) if line[-1:].isdigit() or line[-1:] in marks.CLOSING_BRACKETS else None
    if timed:
        label = key_of(timed["name"])
        if (sort := _sort(label)) != NONE and LETTERS.search(label):
            yield 0, len(line), label, sort
        return
    if not _may_hold_label(line):
        return
    for match in marks.LABEL.finditer(line):
        label = key_of(match["name"])
        sort = _sort(label)
        if sort == NONE or (not match["colon"] and sort not in (KNOWN, ROLE, TITLED)):
            continue
        # 张三：13800000000 is an entry of a list.
        if sort == PERSONAL and (rest := line[match.end() : match.end() + ENTRY].strip()) and not LETTERS.search(rest):
            continue
        yield match.start(), match.end(), label, sort


def _sort(label: str) -> str:
    return NONE if label.lower() in NO_LABELS else sort_of(label)


def _may_hold_label(line: str) -> bool:
    return "：" in line or ":" in line or line[:1] in marks.OPENING_BRACKETS


@lru_cache(maxsize=8192)
def _is_plain(label: str) -> bool:
    """Whether ``marks.SPEAKER`` knows the label by itself."""
    match = marks.SPEAKER.match(label + "：")
    return bool(match and match.end() == len(label) + 1)
