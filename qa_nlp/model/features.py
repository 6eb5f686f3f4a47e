"""Which turns speak for a sentence, and which for a call.

A *segment* is what a linear model scores: one agent turn, or one whole call. It is described by
*fields*: what the agent says, what the customer said before, and so on. A field is a matrix of
weights (segments, turns): how much each turn counts. The features of a segment are the n-grams of
those turns, counted; both training and scoring use these very weights, so that the score of a
segment is a weighted sum of scores of turns and no n-gram is looked up twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from qa_nlp.model.ngrams import MAX_N, Grams, Ints, ngrams
from qa_nlp.text.prepared import Prepared

# fields of a sentence: itself, the customer before it, the customer after it
OWN, BEFORE, AFTER = range(3)
# fields of a call: what the customer said, what the agent said
CUSTOMER, AGENT = range(3, 5)
LONGEST = {OWN: MAX_N, BEFORE: 2, AFTER: 2, CUSTOMER: MAX_N, AGENT: MAX_N}
CONTEXT = 0.5
# the customer's first words say most about what he wants
FIRST, EARLY, EARLY_TURNS = 2.0, 1.5, 3
# plain features of a sentence: how far from the agent's first turn, how far from his last
PLACE, PLACES, FAR, PLACE_VALUE = 5, 8, 3, 0.35
# field of a clause of the agent's: itself
CLAUSE = 6

# more letters than this do not make a label surer
COUNTED_LETTERS = (1, 60)


@dataclass(frozen=True)
class Batch:
    """Several calls read once: their n-grams and who spoke when, all turns numbered through."""

    grams: Grams
    roles: tuple[str, ...]
    nth: Ints

    @cached_property
    def call_of(self) -> Ints:
        """The call of each turn."""
        return np.repeat(np.arange(len(self.grams.first) - 1), np.diff(self.grams.first))

    @cached_property
    def is_agent(self) -> npt.NDArray[np.bool_]:
        """Which turns are the agent's."""
        return np.array([role == "agent" for role in self.roles], dtype=bool)

    @cached_property
    def is_customer(self) -> npt.NDArray[np.bool_]:
        """Which turns are the customer's."""
        return np.array([role == "customer" for role in self.roles], dtype=bool)

    @cached_property
    def agents(self) -> Ints:
        """The agent's turns: the segments of the sentence model."""
        return np.flatnonzero(self.is_agent)

    @cached_property
    def agent_clauses(self) -> Ints:
        """The clauses of the agent's turns."""
        return np.flatnonzero(self.is_agent[self.grams.turns])

    @cached_property
    def agents_before(self) -> Ints:
        """How many agent turns stand before each call (calls + 1,)."""
        return np.searchsorted(self.agents, self.grams.first)

    @property
    def calls(self) -> int:
        """Number of calls."""
        return len(self.grams.first) - 1


def read(prepared: Sequence[Prepared]) -> Batch:
    """Hash the n-grams of several calls and note who speaks."""
    roles = tuple(role for p in prepared for role in p.roles)
    nth = np.array([n for p in prepared for n in p.nth], dtype=np.int64)
    return Batch(ngrams(prepared), roles, nth)


def sentence_fields(batch: Batch) -> dict[int, sparse.csr_matrix]:
    """Weights (agent turns, turns) of each field of a sentence."""
    agents = batch.agents
    rows = np.arange(len(agents))
    group, heard = _groups(batch)
    customers = np.flatnonzero(batch.is_customer)
    by_group = np.argsort(group[customers], kind="stable")
    begins = np.searchsorted(group[customers][by_group], heard[agents])
    ends = np.searchsorted(group[customers][by_group], heard[agents], side="right")
    ends = np.where(heard[agents] < 0, begins, ends)
    before = _ranges(begins, ends)
    next_ = np.minimum(agents + 1, len(batch.roles) - 1)
    follows = (
        (agents + 1 < len(batch.roles)) & batch.is_customer[next_] & (batch.call_of[next_] == batch.call_of[agents])
    )
    size = len(agents)
    return {
        OWN: _field(batch, OWN, rows, agents, size),
        BEFORE: _field(batch, BEFORE, np.repeat(rows, ends - begins), customers[by_group[before]], size, CONTEXT),
        AFTER: _field(batch, AFTER, rows[follows], next_[follows], size, CONTEXT),
    }


def start_fields(batch: Batch, customer_turns: int | None = None) -> dict[int, sparse.csr_matrix]:
    """Weights (calls, turns) of what the customer says, or of his first turns: the agent is not listened to."""
    chosen = batch.is_customer if customer_turns is None else batch.is_customer & (batch.nth < customer_turns)
    turns = np.flatnonzero(chosen)
    weights = np.where(batch.nth[turns] < 1, FIRST, np.where(batch.nth[turns] < EARLY_TURNS, EARLY, 1.0))
    return {CUSTOMER: _field(batch, CUSTOMER, batch.call_of[turns], turns, batch.calls, weights=weights)}


def call_fields(batch: Batch, customer_turns: int | None = None) -> dict[int, sparse.csr_matrix]:
    """Weights (calls, turns) of each field of a call; with ``customer_turns`` of what was said until that turn."""
    agents = np.flatnonzero(batch.is_agent & heard_until(batch, customer_turns))
    fields = start_fields(batch, customer_turns)
    fields[AGENT] = _field(batch, AGENT, batch.call_of[agents], agents, batch.calls)
    return fields


def heard_until(batch: Batch, customer_turns: int | None) -> npt.NDArray[np.bool_]:
    """Which turns stand before or at the customer's so-manieth turn (all when None): what a live desk has heard."""
    if customer_turns is None:
        return np.ones(len(batch.roles), dtype=bool)
    customers = np.flatnonzero(batch.is_customer & (batch.nth < customer_turns))
    last = np.full(batch.calls, -1, dtype=np.int64)
    np.maximum.at(last, batch.call_of[customers], customers)
    result: npt.NDArray[np.bool_] = np.arange(len(batch.roles)) <= last[batch.call_of]
    return result


def letters_heard(batch: Batch, customer_turns: int | None = None) -> Ints:
    """How many letters the customer says in each call, or in his first turns: how much there is to judge by."""
    chosen = batch.is_customer if customer_turns is None else batch.is_customer & (batch.nth < customer_turns)
    turns = np.flatnonzero(chosen)
    result: Ints = np.bincount(batch.call_of[turns], batch.grams.letters_of[turns], batch.calls).astype(np.int64)
    return result


def sureness(letters: Ints, settings: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """Factor on the margins of the customer's words (calls,): few words do not make a sure label."""
    within = np.clip(letters, *COUNTED_LETTERS) / COUNTED_LETTERS[1]
    result: npt.NDArray[np.float64] = settings["starts_scale"] * within ** settings["starts_slope"]
    return result


def places(batch: Batch) -> tuple[Ints, Ints]:
    """The two plain features (0 … PLACES-1) of each agent turn: counted from the first, and from the last."""
    number = np.arange(len(batch.agents))
    call = batch.call_of[batch.agents]
    nth = number - batch.agents_before[call]
    left = batch.agents_before[call + 1] - 1 - number
    return np.minimum(nth, FAR), FAR + 1 + np.minimum(left, FAR)


def _groups(batch: Batch) -> tuple[Ints, Ints]:
    """Runs of customer turns: the run of each customer turn, and the run an agent turn answers (-1: none)."""
    group = np.full(len(batch.roles), -1, dtype=np.int64)
    heard = np.full(len(batch.roles), -1, dtype=np.int64)
    current, previous, call, number = -1, "", -1, 0
    for turn, (role, own) in enumerate(zip(batch.roles, batch.call_of.tolist(), strict=True)):
        if own != call:
            current, previous, call = -1, "", own
        if role == "customer":
            if previous != "customer":
                current, number = number, number + 1
            group[turn] = current
        elif role == "agent":
            heard[turn] = current
        previous = role if role != "system" else previous
    return group, heard


def _ranges(begins: Ints, ends: Ints) -> Ints:
    """The numbers from each begin to each end, behind one another."""
    sizes = ends - begins
    shift = np.repeat(begins - np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(sizes) else sizes, sizes)
    result: Ints = np.arange(int(sizes.sum())) + shift
    return result


def _field(
    batch: Batch,
    field: int,
    segments: Ints,
    turns: Ints,
    size: int,
    scale: float = 1.0,
    weights: np.ndarray | None = None,
) -> sparse.csr_matrix:
    """Weights that give the counted n-grams of a segment the length ``scale`` (were each there once)."""
    weights = np.ones(len(turns)) if weights is None else weights
    length = np.sqrt(np.bincount(segments, weights * weights * batch.grams.count(LONGEST[field])[turns], size))
    values = scale * weights / np.maximum(length, 1.0)[segments]
    return sparse.csr_matrix(
        (values.astype(np.float32), (segments, turns)), shape=(size, len(batch.roles)), dtype=np.float32
    )
