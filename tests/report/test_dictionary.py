"""docs/reports.md says what the columns are now."""

from __future__ import annotations

import pytest

from qa_nlp.report.dictionary import dictionary
from qa_nlp.rulebook.book import Rulebook
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "reports.md"


def test_the_page_is_current(book: Rulebook, request: pytest.FixtureRequest) -> None:
    """`pytest tests/report/test_dictionary.py --rewrite-golden` writes it anew."""
    if request.config.getoption("--rewrite-golden"):
        PAGE.write_text(dictionary(book), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == dictionary(book), "run this test with --rewrite-golden"
