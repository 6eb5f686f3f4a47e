"""``python -m tests.fuzz.run read.csv [libFuzzer options]``: fuzz one target with coverage (needs atheris).

New inputs go to a folder that is thrown away; a crash is printed with its bytes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["qa_nlp.read", "qa_nlp.rulebook", "qa_nlp.text"]):
    from tests.fuzz.targets import TARGETS, seeds


def main() -> None:
    name, *options = sys.argv[1:]
    corpus = Path(tempfile.mkdtemp(prefix="corpus"))
    for number, data in enumerate(seeds(name)):
        (corpus / str(number)).write_bytes(data)
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={corpus}/", str(corpus)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
