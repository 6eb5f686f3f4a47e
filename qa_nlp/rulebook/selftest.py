"""Every rule tests itself: its 应命中例句 must hit with the exact quote, its 不应命中例句 must not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa_nlp.records import Call, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.matcher import Hit
from qa_nlp.rulebook.rule import Example, Rule
from qa_nlp.text.prepared import Prepared, prepare


@dataclass(frozen=True)
class Outcome:
    """The result of one example. ``got`` lists what the rule quoted."""

    name: str
    rule: Rule
    example: Example
    wanted: str | None
    got: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the rule did what the example asks."""
        return (self.wanted in self.got) if self.wanted is not None else not self.got

    def __str__(self) -> str:
        want = f"应命中“{self.wanted}”" if self.wanted is not None else "不应命中"
        got = "、".join(f"“{quote}”" for quote in self.got) or "没有命中"
        return f"{self.rule.place} {self.name}：{want}，实际{got}；例句：{self.example.text}"


def run_examples(book: Rulebook) -> Iterator[Outcome]:
    """Run the examples of every rule; what other rules find in them does not count."""
    calls = [example_call(rule, example) for rule in book.rules for example in (*rule.hits, *rule.misses)]
    found = zip(calls, book.matcher.scan_all(calls), strict=True)
    for rule in book.rules:
        for number, example in enumerate(rule.hits, 1):
            yield Outcome(f"{rule.id}-应{number}", rule, example, example.quote, _quotes(rule, *next(found)))
        for number, example in enumerate(rule.misses, 1):
            yield Outcome(f"{rule.id}-不应{number}", rule, example, None, _quotes(rule, *next(found)))


def example_call(rule: Rule, example: Example) -> Prepared:
    """The example as a little call whose last turn is the rule's speaker's."""
    speaker = rule.speaker if rule.speaker != "any" else "agent"
    turns = [Turn(role, text) for role, text in example.before]
    return prepare(Call("例句", (*turns, Turn(speaker, example.text))))


def _quotes(rule: Rule, prepared: Prepared, hits: Iterable[Hit]) -> tuple[str, ...]:
    last = len(prepared.roles) - 1
    own = (hit for hit in hits if hit.rule is rule and hit.turn == last)
    return tuple(prepared.quote(hit.turn, hit.start, hit.end)[2] for hit in own)
