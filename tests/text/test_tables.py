"""The shipped character tables are what Unicode, OpenCC and pypinyin give today."""

from __future__ import annotations

import numpy as np
import pytest

from qa_nlp.text import tables


@pytest.mark.slow
def test_tables_match_the_libraries() -> None:
    built = tables.build()
    with np.load(tables.PATH) as shipped:
        for name, value in built.items():
            assert np.array_equal(shipped[name], np.asarray(value)), f"{name}: run python -m qa_nlp.text.tables"


@pytest.mark.parametrize(
    ("syllable", "merged"),
    [("zhang", "zang"), ("shi", "si"), ("nian", "lian"), ("xing", "xin"), ("feng", "fen"), ("ban", "ban")],
)
def test_fuzzy(syllable: str, merged: str) -> None:
    assert tables.fuzzy(syllable) == merged
