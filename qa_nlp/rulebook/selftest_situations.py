"""Every situation tests itself: its dialogues must get the verdict of their column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from qa_nlp.records import Call, StepVerdict, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.situations import Dialogue, Situation

WORDS = {"pass": "合格", "violation": "违规", "insufficient": "证据不足", "": "不触发"}
# Keys that stand beside ``meta`` in a call.
CALL_FIELDS = ("direction", "started_at")
Judge = Callable[[Call, Rulebook], Iterable[StepVerdict]]


@dataclass(frozen=True)
class DialogueOutcome:
    """The verdict one dialogue got from its own situation ("" for none)."""

    situation: Situation
    dialogue: Dialogue
    got: str

    @property
    def passed(self) -> bool:
        """Whether the situation judged the dialogue as its column asks."""
        return self.got == self.dialogue.wanted

    def __str__(self) -> str:
        first = self.dialogue.turns[0][1]
        return (
            f"{self.situation.place} {self.dialogue.name}：应为“{WORDS[self.dialogue.wanted]}”，"
            f"实际“{WORDS[self.got]}”；对话：{first}……"
        )


def run_dialogues(book: Rulebook, judge: Judge) -> Iterator[DialogueOutcome]:
    """Judge every dialogue of every situation. ``judge`` is ``qa_nlp.check.situations.judge_call``."""
    for situation in book.situations:
        for dialogue in situation.dialogues:
            verdicts = {v.step: v.verdict for v in judge(dialogue_call(dialogue), book)}
            yield DialogueOutcome(situation, dialogue, verdicts.get(situation.id, ""))


def dialogue_call(dialogue: Dialogue) -> Call:
    """The dialogue as a call without times."""
    turns = tuple(Turn(role, words) for role, words in dialogue.turns)
    fields: dict[str, Any] = {key: value for key, value in dialogue.meta if key in CALL_FIELDS}
    meta = {key: _value(value) for key, value in dialogue.meta if key not in CALL_FIELDS}
    return Call(dialogue.name, turns, meta=meta, **fields)


def _value(text: str) -> object:
    return float(text) if text.replace(".", "", 1).isdigit() else text
