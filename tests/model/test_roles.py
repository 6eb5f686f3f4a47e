"""The weights that tell agent from customer: their sums, their file, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from qa_nlp.errors import ModelError
from qa_nlp.model.roles import (
    CARD,
    PROBE,
    SIZE,
    WEIGHTS,
    RoleModel,
    load_roles,
    probe,
    save_roles,
    slots_of,
    turn_codes,
)
from tests.conftest import ROOT

SHIPPED = ROOT / "models" / "roles"


def small(**weights: float) -> RoleModel:
    """Weights for whole n-grams given as names."""
    table = np.zeros(SIZE, dtype=np.float32)
    for gram, weight in weights.items():
        codes, _ = turn_codes([gram])
        inner = codes[1:-1]
        table[slots_of(inner)[len(inner) - 1][0]] = weight
    return RoleModel(table, 0.0, 2.0, {})


def test_a_turn_is_worth_the_sum_of_its_ngrams() -> None:
    model = small(您=1.5, 我家=-1.0)
    assert model.log_odds(["您说吧", "我家没电", "我的家里", "您和您"]) == pytest.approx([3.0, -2.0, 0.0, 6.0])


def test_ngrams_do_not_reach_into_the_next_turn() -> None:
    model = small(我家=-1.0, 是我家=-5.0)
    assert model.log_odds(["就是我", "家里啊"]) == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(
    "texts", [[], [""], ["。"], ["嗯", "", "！"], ["\n"], ["\ud800"], ["\U0001f600" * 3], ["\x00\ufeff"]]
)
def test_turns_that_say_nothing(texts: list[str]) -> None:
    assert load_roles(SHIPPED).log_odds(texts) == [0.0] * len(texts)


def test_folding() -> None:
    """Punctuation, spaces, width and the script of a turn do not matter."""
    model = load_roles(SHIPPED)
    one, *others = model.log_odds(
        ["您好请问您是要报修吗", "您好，请问您是要报修吗？", "您好 請問 您是要報修嗎", "您好，　请问您是要报修吗"]
    )
    assert others == pytest.approx([one] * 3)


def test_only_the_beginning_of_an_endless_turn_is_read() -> None:
    model = load_roles(SHIPPED)
    assert model.log_odds(["嗯好" * 200]) == model.log_odds(["嗯好" * 5000])


def test_saving_and_loading(tmp_path: Path) -> None:
    save_roles(small(您=1.5, 我家=-0.75), tmp_path)
    loaded = load_roles(tmp_path)
    assert loaded.log_odds(["您说", "我家没电"]) == pytest.approx([3.0, -1.5], abs=0.02)
    assert loaded.version


def test_the_shipped_weights_fit_this_program() -> None:
    """Their card names the n-grams of today: whoever changes folding must train again."""
    assert json.loads((SHIPPED / CARD).read_text(encoding="utf-8"))["probe"] == probe()
    assert (SHIPPED / WEIGHTS).stat().st_size < 200_000
    assert len(PROBE) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [({"format": 9}, "M003"), ({"probe": "other"}, "M003"), ({"weights_sha256": "0"}, "M004")],
)
def test_a_card_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, object], code: str) -> None:
    save_roles(small(您=1.0), tmp_path)
    card = json.loads((tmp_path / CARD).read_text(encoding="utf-8"))
    (tmp_path / CARD).write_text(json.dumps(card | change), encoding="utf-8")
    with pytest.raises(ModelError) as error:
        load_roles(tmp_path)
    assert [problem.code for problem in error.value.problems] == [code]


@pytest.mark.parametrize(("card", "code"), [(None, "M001"), ("{", "M002"), ("[]", "M002")])
def test_a_card_that_is_missing_or_broken(tmp_path: Path, card: str | None, code: str) -> None:
    save_roles(small(您=1.0), tmp_path)
    if card is None:
        (tmp_path / CARD).unlink()
    else:
        (tmp_path / CARD).write_text(card, encoding="utf-8")
    with pytest.raises(ModelError) as error:
        load_roles(tmp_path)
    assert [problem.code for problem in error.value.problems] == [code]
