"""The ``qa-nlp`` command: parse options, call one function, print. Decides nothing."""

from __future__ import annotations

import sys

from qa_nlp import __version__
from qa_nlp.cli import annotate, compare, desk, learn, read, roles, rules, score
from qa_nlp.cli.common import app
from qa_nlp.errors import OutputError, QaError
from qa_nlp.process import calm

__all__ = ["annotate", "app", "compare", "desk", "learn", "main", "read", "roles", "rules", "score"]


def main() -> None:
    """Run the command; every foreseeable failure ends with a message and exit code 2."""
    calm()
    try:
        app()
    except QaError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        if not isinstance(error, OutputError):
            print(f"共 {len(error.problems)} 个问题，未写出任何文件。", file=sys.stderr)
        sys.exit(2)


@app.command()
def version() -> None:
    """显示版本号。"""
    print(__version__)
