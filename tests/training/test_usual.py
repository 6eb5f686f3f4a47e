"""How usual a step is: learned from calls, weighed with what is heard, silent where there is too little."""

from __future__ import annotations

import numpy as np
import pytest

from qa_nlp.model.usual import Usual
from qa_nlp.records import Call, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare
from qa_nlp.training.corpus import Sample
from qa_nlp.training.usual import doubted_rules, fit_usual

LABELS, SUBTYPES = ("dispatch", "rude"), ("consult.bill", "repair.voltage")


def calls(count: int) -> list[Sample]:
    """Agents dispatch in calls of the second subtype, and only there."""
    samples = []
    for number in range(count):
        turns = (Turn("customer", "喂"), Turn("agent", "嗯好", acts=("dispatch",) if number % 2 else ()))
        call = Call(f"c{number}", turns, labels={"subtype": SUBTYPES[number % 2]})
        samples.append(Sample(f"v{number % 5}", prepare(call)))
    return samples


def test_a_usual_step_adds_to_the_odds(book: Rulebook) -> None:
    usual = fit_usual(calls(60), np.zeros((60, 2)), LABELS, SUBTYPES, book)
    assert usual.prior[1, 0] > 1 > -1 > usual.prior[0, 0]
    assert not usual.prior[:, 1].any()


def test_what_is_heard_counts(book: Rulebook) -> None:
    heard = np.array([[3.0 if i % 2 else -3.0, 0.0] for i in range(60)])
    assert fit_usual(calls(60), heard, LABELS, SUBTYPES, book).weight > 0.5


def test_few_calls_teach_nothing(book: Rulebook) -> None:
    usual = fit_usual(calls(10), np.zeros((10, 2)), LABELS, SUBTYPES, book)
    assert usual.weight == 1.0
    assert not usual.prior.any()
    assert usual.thorough == 0.0


def test_thorough_agents_do_more_of_everything(book: Rulebook) -> None:
    """Agents do two steps or none: who has done the one is likelier to have done the other."""
    samples = []
    for number in range(80):
        acts = ("dispatch", "close") if number % 4 < 2 else ()
        call = Call(f"c{number}", (Turn("agent", "嗯好", acts=acts),), labels={"subtype": SUBTYPES[number % 2]})
        samples.append(Sample(f"v{number % 5}", prepare(call)))
    heard = np.array([[0.0, 4.0] if number % 4 < 2 else [0.0, -4.0] for number in range(80)])
    assert fit_usual(samples, heard, ("dispatch", "close"), SUBTYPES, book).thorough > 0


def test_carefully_annotated_calls_count_for_more(book: Rulebook) -> None:
    """The base calls never dispatch, the others, as many, always do."""
    samples = []
    for number in range(80):
        base = number % 2
        turns = (Turn("agent", "嗯好", acts=() if base else ("dispatch",)),)
        name = f"T{number % 3}-{number:03d}" if base else f"c{number}"
        call = Call(name, turns, labels={"subtype": SUBTYPES[0]})
        samples.append(Sample(f"T{number % 3}" if base else f"v{number % 3}", prepare(call)))
    assert fit_usual(samples, np.zeros((80, 2)), LABELS, SUBTYPES, book).rates[0, 0] < 0.3


@pytest.mark.parametrize(("calls_with_words", "right", "doubted"), [(4, 0, True), (4, 3, False), (2, 0, False)])
def test_rules_that_are_mostly_wrong_where_nothing_sounds_like_the_step_are_doubted(
    calls_with_words: int, right: int, doubted: bool, book: Rulebook
) -> None:
    samples = []
    for number in range(calls_with_words):
        turns = (Turn("agent", "请问您的用电地址是哪里", acts=("ask_address",) if number < right else ()),)
        samples.append(Sample("v", prepare(Call(f"c{number}", turns, labels={"subtype": SUBTYPES[1]}))))
    rules = {hit.rule.id for hit in book.matcher.scan(samples[0].prepared) if hit.rule.code == "ask_address"}
    silent, labels = np.full((calls_with_words, 1), -6.0), ("ask_address",)
    usual = Usual(1.0, np.zeros((2, 1), np.float32), np.full((2, 1), 0.5, np.float32), 0.0)
    found = doubted_rules(samples, silent, labels, SUBTYPES, usual, book)
    assert rules
    assert set(found) == (rules if doubted else set())
