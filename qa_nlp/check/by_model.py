"""What the sentence model says of several calls: the steps and faults it hears, and in which clause."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qa_nlp.check.clauses import Span, best_clauses, peaks
from qa_nlp.check.evidence import Evidence
from qa_nlp.check.restate import STEP as RESTATE
from qa_nlp.check.restate import restated
from qa_nlp.model.fulfilment import StepsHeard, agent_letters
from qa_nlp.model.ngrams import Ints
from qa_nlp.model.store import Model
from qa_nlp.records import Label
from qa_nlp.rulebook.book import Rulebook

EDGE = 1e-4
# However usual a step is, some sentence must sound like it.
LEAST = 0.1
# Numbers are compared, not felt: a promised time is judged by ``promises``.
BY_RULE_ONLY = frozenset({"wrong_limit"})
# Numbers of agent turns, columns of labels, probabilities.
Places = tuple[Ints, Ints, np.ndarray]


class Heard(NamedTuple):
    """A label that the model hears in an agent turn, how likely it is, and the clause that speaks most for it.

    Where a phrase rule finds the same fault in the turn, ``span`` is that rule's.
    """

    label: str
    turn: int
    chance: float
    span: Span


class Told(NamedTuple):
    """What the model says of one call.

    ``chances`` (labels,) is the probability of each label to occur anywhere in the call (see ``step_chances``);
    ``steps`` are those it confirms beyond what rules found, each in the turn that sounds most like it; ``faults`` are
    all that it suspects.
    """

    chances: np.ndarray
    steps: list[Heard]
    faults: list[Heard]


def told(
    gathered: Sequence[Evidence], labels: Sequence[Label | None], book: Rulebook, done: Sequence[Collection[str]] = ()
) -> list[Told]:
    """What the model says of each call; with a label, how usual a step is in such calls counts too.

    ``done``: the steps of each call that rules found; the model is not asked for these. What the customer said before
    tells more of a restatement than the sentence itself (see ``restate``); it needs a label.
    """
    if not gathered:
        return []
    model = gathered[0].model
    sizes = np.array([len(evidence.probabilities) for evidence in gathered])
    scores = np.concatenate([evidence.probabilities for evidence in gathered])
    chances = step_chances(gathered, labels, done)
    result = [Told(own, [], []) for own in chances]
    steps, faults = _steps(scores, sizes, chances, model, book, done), _faults(scores, model, book)
    places: Places = tuple(map(np.concatenate, zip(steps, faults, strict=True)))  # type: ignore[assignment]
    for nth, (call, heard) in enumerate(_heard(gathered, sizes, places)):
        (result[call].steps if nth < len(steps[0]) else result[call].faults).append(heard)
    asked = [
        label if RESTATE in book.steps and not (done and RESTATE in done[call]) else None
        for call, label in enumerate(labels)
    ]
    for own, repeat in zip(result, restated(gathered, asked), strict=True):
        if repeat is not None:
            turn, span, chance = repeat
            own.steps.append(Heard(RESTATE, turn, chance, span))
    return result


def _heard(gathered: Sequence[Evidence], sizes: Ints, places: Places) -> list[tuple[int, Heard]]:
    """What is heard in which call: numbers of agent turns and columns put into words, each with its clause."""
    rows, columns, chances = places
    names = gathered[0].model.sentences.labels
    calls = np.repeat(np.arange(len(gathered)), sizes)[rows]
    turns = np.array([turn for evidence in gathered for turn in evidence.prepared.agent_turns], dtype=np.int64)[rows]
    by_rule = {(n, h.turn, h.rule.code): (h.start, h.end) for n, e in enumerate(gathered) for h in e.of_kind("phrase")}
    keys = [(n, turn, names[c]) for n, turn, c in zip(calls.tolist(), turns.tolist(), columns.tolist(), strict=True)]
    unknown = [nth for nth, key in enumerate(keys) if key not in by_rule]
    clauses = best_clauses(gathered, calls[unknown], turns[unknown], columns[unknown])
    spans = by_rule | {keys[nth]: span for nth, span in zip(unknown, clauses, strict=True)}
    return [
        (key[0], Heard(key[2], key[1], chance, spans[key])) for key, chance in zip(keys, chances.tolist(), strict=True)
    ]


def step_chances(
    gathered: Sequence[Evidence], labels: Sequence[Label | None], done: Sequence[Collection[str]] = ()
) -> np.ndarray:
    """The probability (calls, labels of the sentence model) that a step was done somewhere in the call.

    That of the sentence which sounds most like it; with the call's label all that speaks for the step is weighed (see
    ``Fulfilment``), the steps of ``done`` (see ``told``) as found by a rule.
    """
    model = gathered[0].model
    result = np.zeros((len(gathered), len(model.sentences.labels)))
    spoken = [i for i, evidence in enumerate(gathered) if len(evidence.probabilities)]
    if not spoken:
        return result
    scores = [gathered[i].probabilities for i in spoken]
    begins = np.cumsum([0, *map(len, scores[:-1])])
    best = np.maximum.reduceat(np.concatenate(scores), begins).astype(np.float64)
    result[spoken] = np.clip(best, EDGE, 1 - EDGE)
    weighed = [i for i in spoken if (label := labels[i]) is not None and label.subtype in model.calls.columns]
    if weighed:
        subtypes = np.array([_subtypes(label, model) for i in weighed if (label := labels[i]) is not None])
        chosen = [gathered[i] for i in weighed]
        odds = model.fulfilment.odds(_steps_heard(chosen, [done[i] if done else () for i in weighed]), subtypes)
        result[np.array(weighed)[:, None], model.fulfilment.columns] = 1 / (1 + np.exp(-odds))
    return result


def _steps_heard(gathered: Sequence[Evidence], done: Sequence[Collection[str]]) -> StepsHeard:
    model = gathered[0].model
    columns = model.fulfilment.columns
    scores = np.concatenate([evidence.probabilities for evidence in gathered])[:, columns]
    sizes = np.array([len(evidence.probabilities) for evidence in gathered])
    return StepsHeard.of(
        scores, sizes, agent_letters([e.prepared for e in gathered]), _by_rule(model, done)[:, columns]
    )


def _by_rule(model: Model, done: Sequence[Collection[str]]) -> npt.NDArray[np.bool_]:
    column = model.sentences.columns
    result = np.zeros((len(done), len(column)), dtype=bool)
    for call, steps in enumerate(done):
        result[call, [column[step] for step in steps if step in column]] = True
    return result


def _subtypes(label: Label, model: Model) -> tuple[int, int]:
    """Columns of the subtypes that the call may have: where the label is doubtful, the second one counts as much."""
    own, other = label.subtype, label.runner_up.subtype if label.runner_up else ""
    doubtful = label.needs_review and other in model.calls.columns
    return model.calls.columns[own], model.calls.columns[other if doubtful else own]


def _steps(
    scores: np.ndarray, sizes: Ints, chances: np.ndarray, model: Model, book: Rulebook, done: Sequence[Collection[str]]
) -> Places:
    """Steps that the model confirms, each in the turn that sounds most like it."""
    asked = (chances >= model.confirm) & (sizes > 0)[:, None]
    asked &= np.array([label in book.steps and label != RESTATE for label in model.sentences.labels])
    if done:
        asked &= ~_by_rule(model, done)
    calls, columns = np.nonzero(asked)
    begins, own = (np.cumsum(sizes) - sizes)[calls], sizes[calls]
    turns = np.arange(int(own.sum())) + np.repeat(begins - (np.cumsum(own) - own), own)
    rows = begins + peaks(scores[turns, np.repeat(columns, own)], own)
    sounding = scores[rows, columns] >= LEAST
    return rows[sounding], columns[sounding], chances[calls, columns][sounding]


def _faults(scores: np.ndarray, model: Model, book: Rulebook) -> Places:
    """Faults that the model suspects, in every turn."""
    known = np.array([label in book.codes and label not in BY_RULE_ONLY for label in model.sentences.labels])
    rows, columns = np.nonzero((scores >= model.suspect) & known)
    return rows, columns, scores[rows, columns].astype(np.float64)
