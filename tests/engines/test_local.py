"""The pool of a run is its own: other users of joblib in the same process are not disturbed."""

from __future__ import annotations

import math

import msgspec
from joblib import Parallel, delayed

from qa_nlp.engines.local import CHUNK, Setup, run
from qa_nlp.paths import data_file
from qa_nlp.records import Call, Turn


def test_joblib_still_works_after_a_run_in_processes() -> None:
    setup = Setup(profile="power", lexicons=None, model=data_file("models", "power"))
    calls = [Call(call_id=f"C{i}", turns=(Turn(role="agent", text="您好"),)) for i in range(2 * CHUNK + 1)]
    lines = [line for line, _ in run(calls, setup, jobs=2)]
    assert [len(msgspec.json.decode(line)) for line in lines] == [CHUNK, CHUNK, 1]
    assert Parallel(n_jobs=2, max_nbytes="50M")(delayed(math.sqrt)(n) for n in (4, 9)) == [2, 3]
