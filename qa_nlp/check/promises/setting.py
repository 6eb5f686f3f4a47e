"""Where a time stands in a call: the words around it, what the customer asked, what the call is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from qa_nlp.check.promises.due import call_time
from qa_nlp.records import Label
from qa_nlp.text.prepared import Prepared

CLAUSE_END = re.compile(r"[,.!?;:…\s]")
SENTENCE_END = re.compile(r"[.!?;…]")
# Particles between a time and its verb say nothing about the subject.
EMPTY = re.compile(r"(之?以?[内里]|里[头面]|[前后左右]|以?[前后]|的?话?|吧|嘛|呗|哈|啊|就|都|[,.\s])*")

RESTATED = re.compile(r"(?:是这样|对不对|是不是|是)[吧吗]?$")


@dataclass(frozen=True)
class Words:
    """What is said in a whole call, put together once for all its times."""

    prepared: Prepared

    @cached_property
    def agent(self) -> str:
        """All that the agent says, a turn a line."""
        return "\n".join(map(self.prepared.folded.text_of, self.prepared.agent_turns))

    @cached_property
    def customer(self) -> str:
        """All that the customer says, a turn a line."""
        return "\n".join(map(self.prepared.folded.text_of, self.prepared.customer_turns))


@dataclass(frozen=True)
class Setting:
    """One time expression (joined offsets) in its turn; ``previous``/``following`` are its neighbours' edges."""

    words: Words
    label: Label
    turn: int
    start: int
    end: int
    previous: int
    following: int

    @property
    def prepared(self) -> Prepared:
        """The call."""
        return self.words.prepared

    @cached_property
    def text(self) -> str:
        """The plain text of the whole call."""
        return self.prepared.folded.plain

    @cached_property
    def spoken(self) -> datetime | None:
        """When the time was named; None where the start of the call is not known."""
        return call_time(self.prepared.call, self.turn)

    @property
    def subtype(self) -> str:
        """The subtype, as far as it is known."""
        return self.label.subtype

    @cached_property
    def after(self) -> str:
        """From the time to the end of its clause, or to the next time in it."""
        stop = CLAUSE_END.search(self.text, self.end, self.following)
        return self.text[self.end : stop.start() if stop else self.following]

    @cached_property
    def clause(self) -> str:
        """The clause up to the time, other times in it included."""
        return CLAUSE_END.split(self.text[self.prepared.folded.starts[self.turn] : self.start])[-1]

    @cached_property
    def before(self) -> str:
        """From the beginning of the clause, or the time before, to the time."""
        return CLAUSE_END.split(self.text[self.previous : self.start])[-1]

    @cached_property
    def next_clause(self) -> str:
        """The clause behind the time's own, when that ends right after the time; otherwise empty."""
        if not self.bare:
            return ""
        rest = self.text[self.end + len(self.after) : self.following].lstrip(",.!?;:… ")
        return CLAUSE_END.split(rest, maxsplit=1)[0]

    @cached_property
    def bare(self) -> bool:
        """Whether nothing follows the time in its clause, as in a bare answer."""
        return EMPTY.fullmatch(self.after) is not None

    @cached_property
    def restated(self) -> bool:
        """Whether the agent only asks if the time was understood rightly: 四十一天、还没好，是这样吧？"""
        stop = self.prepared.folded.end_of(self.turn)
        rest = SENTENCE_END.split(self.text[self.end : stop], maxsplit=1)[0]
        return self.text[self.end + len(rest) :][:1] == "?" and RESTATED.search(rest) is not None

    @cached_property
    def sentence(self) -> str:
        """The sentence that holds the time."""
        stop = self.prepared.folded.end_of(self.turn)
        return (
            self.lead + self.text[self.start : self.end] + SENTENCE_END.split(self.text[self.end : stop], maxsplit=1)[0]
        )

    @cached_property
    def lead(self) -> str:
        """The sentence up to the time."""
        return SENTENCE_END.split(self.text[self.prepared.folded.starts[self.turn] : self.start])[-1]

    @cached_property
    def said(self) -> str:
        """The whole turn."""
        return self.prepared.folded.text_of(self.turn)

    @cached_property
    def asked(self) -> str:
        """What the customer said right before."""
        return "\n".join(map(self.prepared.folded.text_of, self.prepared.before[self.turn]))
