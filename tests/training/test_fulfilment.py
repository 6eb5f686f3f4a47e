"""The second layer for steps: learned from calls of unheard voices, silent where there is too little."""

from __future__ import annotations

import numpy as np

from qa_nlp.model.fulfilment import CLUES, Fulfilment, StepsHeard, agent_letters
from qa_nlp.records import Call, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare
from qa_nlp.training.corpus import Sample
from qa_nlp.training.fulfilment import fit_fulfilment

LABELS, SUBTYPES = ("dispatch", "rude", "close"), ("consult.bill", "repair.voltage")
DISPATCH = 0


def calls(count: int, words: str = "嗯好") -> list[Sample]:
    """Agents dispatch in calls of the second subtype, and only there."""
    samples = []
    for number in range(count):
        turns = (Turn("customer", "喂"), Turn("agent", words, acts=("dispatch",) if number % 2 else ()))
        call = Call(f"c{number}", turns, labels={"subtype": SUBTYPES[number % 2]})
        samples.append(Sample(f"v{number % 5}", prepare(call)))
    return samples


def chance(
    fitted: Fulfilment, samples: list[Sample], odds: np.ndarray, subtype: int, *, by_rule: bool = False
) -> float:
    """That the first call has the first step."""
    own = samples[:1]
    probabilities = 1 / (1 + np.exp(-odds[:1][:, fitted.columns]))
    rule = np.zeros((1, len(fitted.columns)), dtype=bool)
    rule[0, DISPATCH] = by_rule
    heard = StepsHeard.of(probabilities, np.array([1]), agent_letters([s.prepared for s in own]), rule)
    return float(1 / (1 + np.exp(-fitted.odds(heard, np.array([[subtype, subtype]]))[0, DISPATCH])))


def test_a_usual_step_is_likelier(book: Rulebook) -> None:
    samples, silent = calls(100), np.zeros((100, 3))
    fitted = fit_fulfilment(samples, silent, LABELS, SUBTYPES, book)
    assert fitted.columns.tolist() == [0, 2]
    assert fitted.rates[1, DISPATCH] > 0.9 > 0.1 > fitted.rates[0, DISPATCH]
    assert chance(fitted, samples, silent, 1) > 0.8 > 0.2 > chance(fitted, samples, silent, 0)


def test_what_is_heard_counts(book: Rulebook) -> None:
    """Of calls of one subtype those have the step that sound like it."""
    samples = [Sample(s.voice, prepare(_relabelled(s))) for s in calls(100)]
    heard = np.array([[3.0 if i % 2 else -3.0, 0.0, 0.0] for i in range(100)])
    fitted = fit_fulfilment(samples, heard, LABELS, SUBTYPES, book)
    assert chance(fitted, samples, -heard, 0) > 0.7 > 0.3 > chance(fitted, samples, heard, 0)


def test_a_rule_that_is_always_wrong_says_nothing(book: Rulebook) -> None:
    """Its words stand in every call, the step is done in none."""
    samples = []
    for number in range(100):
        turn = Turn("agent", "已经派单了，师傅马上出发", acts=("close",) if number % 2 else ())
        samples.append(Sample(f"v{number % 5}", prepare(Call(f"c{number}", (turn,), labels={"subtype": SUBTYPES[1]}))))
    assert any(hit.rule.code == "dispatch" for hit in book.matcher.scan(samples[0].prepared))
    silent = np.full((100, 3), -4.0)
    fitted = fit_fulfilment(samples, silent, LABELS, SUBTYPES, book)
    assert chance(fitted, samples, silent, 1, by_rule=True) < 0.2


def test_few_calls_teach_nothing(book: Rulebook) -> None:
    fitted = fit_fulfilment(calls(10), np.zeros((10, 3)), LABELS, SUBTYPES, book)
    untaught = Fulfilment.untaught([0, 2], 2)
    assert np.array_equal(fitted.weights, untaught.weights)
    assert np.array_equal(fitted.rates, untaught.rates)
    assert fitted.weights.shape == (len(CLUES), 2)


def test_carefully_annotated_calls_count_for_more(book: Rulebook) -> None:
    """The base calls never dispatch, the others, as many, always do."""
    samples = []
    for number in range(80):
        base = number % 2
        turns = (Turn("agent", "嗯好", acts=() if base else ("dispatch",)),)
        name = f"T{number % 3}-{number:03d}" if base else f"c{number}"
        call = Call(name, turns, labels={"subtype": SUBTYPES[0]})
        samples.append(Sample(f"T{number % 3}" if base else f"v{number % 3}", prepare(call)))
    assert fit_fulfilment(samples, np.zeros((80, 3)), LABELS, SUBTYPES, book).rates[0, DISPATCH] < 0.3


def _relabelled(sample: Sample) -> Call:
    call = sample.call
    return Call(call.call_id, call.turns, labels={"subtype": SUBTYPES[0]})
