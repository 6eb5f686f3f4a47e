"""rjieba and jieba cut alike, with the product's own dictionary."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from qa_nlp.records import Call
from qa_nlp.text.prepared import prepare
from qa_nlp.text.words import cut, jieba_cutter, word_edges

ROOT = Path(__file__).resolve().parents[2]


def test_own_words_stay_whole() -> None:
    assert "一户一表" in cut("请问您是不是一户一表")


def test_edges_are_offsets_of_words() -> None:
    assert word_edges("包过期了") >= {0, 4}
    assert "".join(cut("面包过期了")) == "面包过期了"


@pytest.mark.slow
def test_fast_path_cuts_like_jieba_on_the_corpus() -> None:
    decoder = msgspec.json.Decoder(Call)
    reference = jieba_cutter()
    lines = (ROOT / "data/samples/labelled/base.jsonl").read_bytes().splitlines()
    different = total = 0
    for line in lines[:200]:
        folded = prepare(decoder.decode(line)).folded
        for turn in range(len(folded.starts)):
            text = folded.text_of(turn)
            total += 1
            different += cut(text) != reference.lcut(text)
    assert different <= total * 0.002, f"{different} of {total} turns are cut differently"
