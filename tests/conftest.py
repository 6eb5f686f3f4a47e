"""Shared fixtures: the shipped rulebook and model, and small calls built by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_nlp.inspector import Inspector
from qa_nlp.model.store import Model, load_model
from qa_nlp.paths import data_file
from qa_nlp.records import Call, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import load_book

ROOT = Path(__file__).resolve().parent.parent
SHARED_CORPUS = ROOT.parent / "shared" / "corpus"
SPEAKERS = {"座": "agent", "客": "customer"}


def make_call(text: str, call_id: str = "T1", **fields: object) -> Call:
    """``座：您好`` lines → a call."""
    turns = []
    for line in text.strip().splitlines():
        speaker, _, words = line.strip().partition("：")
        turns.append(Turn(SPEAKERS[speaker], words))
    return Call(call_id, tuple(turns), **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return load_book("power")


@pytest.fixture(scope="session")
def model() -> Model:
    return load_model(data_file("models", "power"))


@pytest.fixture(scope="session")
def inspector(book: Rulebook, model: Model) -> Inspector:
    return Inspector(book, model)


@pytest.fixture(scope="session")
def run_cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``python -m qa_nlp`` in a real process."""

    def run(*args: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "qa_nlp", *map(str, args)],
            cwd=cwd,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "120"},
            check=False,
        )

    return run


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write the golden results anew")
