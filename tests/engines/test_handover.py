"""What one process lays down another takes, and nothing stays behind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest

from qa_nlp.engines import local
from qa_nlp.engines.handover import put, take
from qa_nlp.engines.local import run
from qa_nlp.spool import Inspected
from tests.engines.test_local import SETUP, calls

RESULT = Inspected("一行\n".encode(), [{"csv": [b"a,b\n", 1, "名"], "xlsx": None}, {}])


def test_a_result_is_taken_once(tmp_path: Path) -> None:
    paths = [put(RESULT, tmp_path) for _ in range(2)]
    assert [take(path) for path in paths] == [RESULT] * 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="no such permissions there")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    assert stat.S_IMODE(put(RESULT, tmp_path).stat().st_mode) & 0o077 == 0


def test_a_run_leaves_no_folder_and_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "CHUNK", 4)
    monkeypatch.setattr(local, "SMALL", 2)
    folder = tmp_path / "handed"
    folder.mkdir()
    (folder / "rest").write_bytes(b"of a run that was killed")
    wanted = frozenset({"csv", "xlsx"})
    results = run(calls(150), SETUP, jobs=2, formats=lambda: wanted, folder=folder)
    handed, alone = list(results), list(run(calls(150), SETUP, jobs=1, formats=lambda: wanted))
    assert [result.line for result in handed] == [result.line for result in alone]
    assert [pieces(result, wanted) for result in handed] == [pieces(result, wanted) for result in alone]
    assert not folder.exists()


def pieces(result: Inspected, wanted: frozenset[str]) -> bytes:
    """What is ready of a chunk, whether it came as tuples or as lists."""
    return msgspec.msgpack.encode([{name: own[name] for name in sorted(wanted & own.keys())} for own in result.ready])
