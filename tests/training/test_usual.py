"""How usual a step is: learned from calls, weighed with what is heard, silent where there is too little."""

from __future__ import annotations

import numpy as np

from qa_nlp.records import Call, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare
from qa_nlp.training.corpus import Sample
from qa_nlp.training.usual import fit_usual

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
