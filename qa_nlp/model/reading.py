"""What the model makes of a batch of calls: every n-gram is looked up once for all its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qa_nlp.model.blend import Margins
from qa_nlp.model.features import (
    AFTER,
    AGENT,
    BEFORE,
    CUSTOMER,
    OWN,
    Batch,
    call_fields,
    heard_until,
    letters_heard,
    places,
    read,
    sentence_fields,
    start_fields,
    sureness,
)
from qa_nlp.model.linear import Table, Weights
from qa_nlp.model.ngrams import Ints
from qa_nlp.model.store import Model
from qa_nlp.text.prepared import Prepared


@dataclass(frozen=True)
class Reading:
    """Several calls as the model reads them. Nothing it says of a call depends on the others."""

    batch: Batch
    model: Model

    @cached_property
    def sentences(self) -> Weights:
        """Margins (agent turns, labels) of the sentence model, those of faults blended."""
        model = self.model
        labels = len(model.sentences.labels)
        width = labels + len(model.among.labels)
        fields = sentence_fields(self.batch)
        heard = self._spread(model.heard, self.batch.is_customer)
        joint = fields[OWN] @ self._agents[:, :width]
        joint += fields[BEFORE] @ heard[:, :width]
        joint += fields[AFTER] @ heard[:, width:]
        early, late = places(self.batch)
        joint += model.places[early] + model.places[late]
        margins: Weights = joint[:, :labels] + model.sentences.bias
        if len(margins) and len(model.faults):
            grams, clauses = self.batch.grams, self.batch.agent_clauses
            among = joint[:, labels:] + model.among.bias
            parts = Margins(
                margins[:, model.faults], among, self.clauses, self._clause_turns, grams.asks[clauses],
                self.batch.agents, model.clauses.bias,
            )  # fmt: skip
            margins[:, model.faults] = model.blend.odds(parts)
        return margins

    @cached_property
    def clauses(self) -> Weights:
        """Margins (agent clauses, faults and any) of each clause by itself."""
        begin = len(self.model.sentences.labels) + len(self.model.among.labels)
        sums = self._said[:, begin : begin + len(self.model.clauses.labels)]
        counts = self.batch.grams.count_in_clauses()[self.batch.agent_clauses]
        result: Weights = sums / np.sqrt(counts).astype(np.float32)[:, None] + self.model.clauses.bias
        return result

    @cached_property
    def speaking(self) -> Weights:
        """How much each clause (agent clauses, labels) speaks for each label of the sentence model."""
        result = self._said[:, : len(self.model.sentences.labels)].copy()
        result[:, self.model.faults] = self.clauses[:, :-1]
        return result

    def starts(self, customer_turns: int | None = None) -> Weights:
        """Margins (calls, subtypes) of the customer's words, or of his first turns."""
        linear = self.model.starts
        fields = start_fields(self.batch, customer_turns)
        result: Weights = fields[CUSTOMER] @ self._customers[:, len(self.model.calls.labels) :] + linear.bias
        return result

    def agent_turns(self, customer_turns: int | None = None) -> Ints:
        """How many turns of the agent are heard in each call (calls,)."""
        heard = self.batch.is_agent & heard_until(self.batch, customer_turns)
        result: Ints = np.bincount(self.batch.call_of[heard], minlength=self.batch.calls).astype(np.int64)
        return result

    def sure(self, customer_turns: int | None = None) -> npt.NDArray[np.float32]:
        """Factor (calls, 1) on ``starts`` by how much the customer said."""
        factors = sureness(letters_heard(self.batch, customer_turns), self.model.settings)
        return factors.astype(np.float32)[:, None]

    def calls(self, customer_turns: int | None = None) -> Weights:
        """Margins (calls, subtypes) of all that was said, or of all until the customer's so-manieth turn."""
        linear = self.model.calls
        fields = call_fields(self.batch, customer_turns)
        margins = fields[CUSTOMER] @ self._customers[:, : len(linear.labels)]
        margins += fields[AGENT] @ self._agents[:, -len(linear.labels) :]
        result: Weights = margins + linear.bias
        return result

    @cached_property
    def _said(self) -> Weights:
        """Sums (agent clauses, columns of ``Model.agents``) of each clause."""
        grams, chosen = self.batch.grams, self.batch.agent_clauses
        return self.model.agents.sums(grams.of_turns(self.batch.is_agent), grams.sizes[chosen])

    @cached_property
    def _clause_turns(self) -> Ints:
        return self.batch.grams.turns[self.batch.agent_clauses]

    @cached_property
    def _agents(self) -> Weights:
        """The same of each turn, those of others have none (turns, columns)."""
        result = np.zeros((len(self.batch.roles), self._said.shape[1]), dtype=np.float32)
        begins = np.flatnonzero(np.diff(self._clause_turns, prepend=-1))
        if len(begins):
            result[self._clause_turns[begins]] = np.add.reduceat(self._said, begins)
        return result

    @cached_property
    def _customers(self) -> Weights:
        return self._spread(self.model.customers, self.batch.is_customer)

    def _spread(self, table: Table, turns: npt.NDArray[np.bool_]) -> Weights:
        """Sums of the chosen turns in the place of each; other turns have none (turns, columns)."""
        grams = self.batch.grams
        result = np.zeros((len(turns), table.columns), dtype=np.float32)
        result[turns] = table.sums(grams.of_turns(turns), grams.sizes_of[turns])
        return result


def reading(prepared: Sequence[Prepared], model: Model) -> Reading:
    """Read a batch of calls."""
    return Reading(read(prepared), model)
