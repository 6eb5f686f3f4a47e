"""(a) The product, end to end: the calls in, every report out, in one process."""

from __future__ import annotations

from pathlib import Path

from bench.speed.contender import Work, main


def ready() -> Work:
    """Nothing: loading the rulebook and the model counts as work."""

    def work(calls: Path, out: Path) -> int:
        from qa_nlp.batch import score_batch
        from qa_nlp.engines.local import Setup
        from qa_nlp.paths import data_file
        from qa_nlp.process import calm

        setup = Setup(profile="power", lexicons=None, model=data_file("models", "power"))
        calm()
        return score_batch([calls], out, setup, jobs=1).calls

    return work


if __name__ == "__main__":
    main(ready)
