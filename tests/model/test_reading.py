"""Scores are sums over turns: the same as one product over counted n-grams, and the same in any batch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from qa_nlp.model.blend import Margins
from qa_nlp.model.features import OWN, call_fields, heard_until, read, sentence_fields, start_fields
from qa_nlp.model.linear import Linear, Table, highest
from qa_nlp.model.ngrams import SLOTS
from qa_nlp.model.reading import reading
from qa_nlp.model.store import Model
from qa_nlp.text.prepared import Prepared, prepare
from qa_nlp.training.matrix import Features, counted, counted_in_clauses
from tests.conftest import make_call

TEXTS = (
    "座：您好\n客：我家没电了，停了一上午\n座：您别急，地址报一下\n客：和平路三号\n座：给您派单了",
    "客：电费怎么这么多",
    "座：喂\n客：我要开发票\n座：好的",
)


def product(features: Features, linear: Linear) -> np.ndarray:
    """Margins the slow way."""
    at = {key: row for row, key in enumerate(linear.keys.tolist())}
    pairs = [(column, at[key]) for column, key in enumerate(features.keys.tolist()) if key in at]
    columns, rows = zip(*pairs, strict=True)
    result: np.ndarray = features.matrix[:, list(columns)] @ linear.weights[list(rows)] + linear.bias
    return result


def calls() -> list[Prepared]:
    return [prepare(make_call(text)) for text in TEXTS]


def test_sums_over_turns_are_the_linear_model(model: Model) -> None:
    heard, batch = reading(calls(), model), read(calls())
    features = counted(batch, sentence_fields(batch), with_places=True, least=1)
    slow = product(features, model.sentences)
    clauses, agent_clauses = product(counted_in_clauses(batch, least=1), model.clauses), batch.agent_clauses
    np.testing.assert_allclose(heard.clauses, clauses, atol=1e-4)
    among, grams = product(features, model.among), batch.grams
    slow[:, model.faults] = model.blend.odds(
        Margins(
            slow[:, model.faults],
            among,
            clauses,
            grams.turns[agent_clauses],
            grams.asks[agent_clauses],
            batch.agents,
            model.clauses.bias,
        )
    )
    np.testing.assert_allclose(heard.sentences, slow, atol=2e-3)
    for turns in (None, 1, 2):
        slow = product(counted(batch, call_fields(batch, turns), least=1), model.calls)
        np.testing.assert_allclose(heard.calls(turns), slow, atol=1e-4)
    slow = product(counted(batch, start_fields(batch, 1), least=1), model.starts)
    np.testing.assert_allclose(heard.starts(1), slow, atol=1e-4)


def test_the_highest_of_each_turn() -> None:
    values = np.array([[1.0, 5.0], [3.0, 2.0], [-1.0, 0.0]])
    found = highest(values, np.array([4, 4, 9]), np.array([2, 4, 9]), np.array([-7.0, -8.0]))
    assert found.tolist() == [[-7.0, -8.0], [3.0, 5.0], [-1.0, 0.0]]
    assert highest(values[:0], np.array([], dtype=np.int64), np.array([3]), np.array([1.0])).tolist() == [[1.0]]


def test_neighbours_change_not_a_bit(model: Model) -> None:
    together = reading(calls() * 5, model)
    at = together.batch.agents_before
    for number, one in enumerate(calls()):
        alone = reading([one], model)
        assert np.array_equal(together.sentences[at[number] : at[number + 1]], alone.sentences)
        assert np.array_equal(together.calls()[number], alone.calls()[0])
        assert np.array_equal(together.starts()[number], alone.starts()[0])
        assert together.sure()[number] == alone.sure()[0]


def test_probabilities_of_any_margin_are_no_warning() -> None:
    """A long call has margins whose exponential is beyond all numbers; the other probabilities stay as they are."""
    linear = Linear(("a",), np.array([5]), np.ones((1, 1), np.float32), *[np.ones(1, np.float32)] * 3)
    margins = np.array([[-1e4], [-3.0], [0.0], [1e4]], dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = linear.probabilities(margins)
    assert found[[0, 3], 0].tolist() == [0.0, 1.0]
    assert found.dtype == np.float32
    assert found[1, 0] == np.float32(1.0) / (1 + np.exp(np.float32(2.0)))


def test_a_table_joins_fields_side_by_side() -> None:
    weights = np.array([[1.0], [2.0]], dtype=np.float32)
    linear = Linear(("a",), np.array([5, SLOTS + 7]), weights, np.zeros(1, np.float32))
    table = Table([(linear, OWN), (linear, OWN + 1)])
    assert table.rows[[5, 7, 6, SLOTS]].tolist() == [0, 1, -1, -1]
    assert table.weights(np.array([0, 1])).tolist() == [[1.0, 0.0], [0.0, 2.0]]


def test_weights_are_decoded_when_they_are_first_asked_for_and_once() -> None:
    coded = np.array([[2, -4], [6, 0], [1, 1]], dtype=np.int8)
    step = np.array([0.5, 0.25], dtype=np.float32)
    linear = Linear(("a", "b"), np.array([3, 5, 9]), coded, *[np.zeros(2, np.float32)] * 3, step)
    table = Table([(linear, OWN), (linear, OWN + 1), (linear, OWN)])
    assert table.columns == 6
    assert table.weights(np.array([1, 1, 1]))[1].tolist() == [3.0, 0.0, 0.0, 0.0, 3.0, 0.0]
    linear.coded[1] = 99
    assert table.weights(np.array([2, 1, 0])).tolist() == [
        [1.0, -1.0, 0.0, 0.0, 1.0, -1.0], [3.0, 0.0, 0.0, 0.0, 3.0, 0.0], [0.5, 0.25, 0.0, 0.0, 0.5, 0.25],
    ]  # fmt: skip
    assert not len(Table([(linear, OWN + 1)]).weights(np.array([], dtype=np.int32)))


@pytest.mark.parametrize(
    ("customer_turns", "expected"),
    [(1, "110000"), (2, "111100"), (3, "111111"), (9, "111111"), (None, "111111")],
)
def test_heard_until_the_customer_has_spoken_so_often(customer_turns: int | None, expected: str) -> None:
    call = make_call("座：您好\n客：我家没电\n座：几户没电\n客：就我一户\n座：跳闸了吗\n客：没有")
    batch = read([prepare(call)])
    assert "".join(map(str, heard_until(batch, customer_turns).astype(int))) == expected


def test_who_has_not_heard_the_customer_has_heard_nothing() -> None:
    batch = read([prepare(make_call("座：您好\n座：请讲"))])
    assert not heard_until(batch, 1).any() and heard_until(batch, None).all()
