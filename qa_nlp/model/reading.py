"""What the model makes of a batch of calls: every n-gram is looked up once for all its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

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
from qa_nlp.model.linear import Table, Weights, rivalling
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
        """Margins (agent turns, labels) of the sentence model."""
        model = self.model
        labels = len(model.sentences.labels)
        width = labels + len(model.rivals.labels)
        fields = sentence_fields(self.batch)
        heard = self._spread(model.heard, self.batch.is_customer)
        joint = fields[OWN] @ self._agents[:, :width]
        joint += fields[BEFORE] @ heard[:, :width]
        joint += fields[AFTER] @ heard[:, width:]
        early, late = places(self.batch)
        joint += model.places[early] + model.places[late]
        margins: Weights = joint[:, :labels] + model.sentences.bias
        weight = model.settings["rival_weight"]
        if weight and len(margins):
            margins[:, model.faults] += np.float32(weight) * rivalling(joint[:, labels:] + model.rivals.bias)
        return margins

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
    def _agents(self) -> Weights:
        return self._spread(self.model.agents, self.batch.is_agent)

    @cached_property
    def _customers(self) -> Weights:
        return self._spread(self.model.customers, self.batch.is_customer)

    def _spread(self, table: Table, turns: npt.NDArray[np.bool_]) -> Weights:
        """Sums of the chosen turns in the place of each; other turns have none (turns, columns)."""
        result = np.zeros((len(turns), table.weights.shape[1]), dtype=np.float32)
        result[turns] = table.sums(self.batch.grams, turns)
        return result


def reading(prepared: Sequence[Prepared], model: Model) -> Reading:
    """Read a batch of calls."""
    return Reading(read(prepared), model)
