"""The rules of the product as plain phrases by code: what the script and spaCy look for."""

from __future__ import annotations

from collections import defaultdict

from qa_nlp.rulebook.load import load_book

SHORTEST = 3


def phrases() -> dict[str, list[str]]:
    """Code or step → the words (three characters and more) without which the product's rules cannot match."""
    book = load_book("power")
    found: dict[str, set[str]] = defaultdict(set)
    for rule, pattern in zip(book.matcher.rules, book.matcher.patterns, strict=True):
        if rule.kind in ("phrase", "step"):
            found[rule.code].update(word for word in pattern.anchors if len(word) >= SHORTEST)
    return {code: sorted(words) for code, words in sorted(found.items()) if words}
