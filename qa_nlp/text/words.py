"""Words: jieba's cut with the product's own dictionary.

``rjieba`` is the same algorithm compiled and is used where it is installed; a test holds
that both cut alike on the corpus.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from qa_nlp.paths import data_file


@cache
def own_words() -> tuple[str, ...]:
    """The trade's words that jieba must not take apart (``lexicons/common/words.txt``)."""
    text = data_file("lexicons", "common", "words.txt").read_text(encoding="utf-8")
    return tuple(word for line in text.splitlines() if (word := line.split("#")[0].strip()))


def cut(text: str) -> list[str]:
    """Cut folded text into words; ``"".join(cut(text)) == text``."""
    words: list[str] = _cutter().cut(text)
    return words


def word_edges(text: str) -> set[int]:
    """Offsets at which a word begins or ends."""
    edges = {0}
    at = 0
    for word in cut(text):
        at += len(word)
        edges.add(at)
    return edges


@cache
def _cutter() -> Any:
    import rjieba

    cutter = rjieba.Jieba()
    for word in own_words():
        cutter.add_word(word, WORD_FREQUENCY, "")
    return cutter


@cache
def jieba_cutter() -> Any:
    """The reference implementation with the same dictionary; slow to load."""
    import logging

    import jieba

    jieba.setLogLevel(logging.ERROR)
    cutter = jieba.Tokenizer()
    for word in own_words():
        cutter.add_word(word, WORD_FREQUENCY)
    return cutter


WORD_FREQUENCY = 20000
