"""Golden calls: one readable line a result. ``pytest --rewrite-golden`` writes them anew; review the diff."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_nlp.inspector import Inspector
from qa_nlp.records import Verdict
from tests.conftest import make_call

CALLS = sorted((Path(__file__).parent / "calls").glob("*.txt"))


def lines_of(verdict: Verdict) -> str:
    head = [
        f"业务 {verdict.subtype}{' 需复核' if verdict.needs_review else ''}",
        f"得分 {verdict.score} {verdict.grade}",
    ]
    if verdict.veto:
        head.append(f"红线 {verdict.veto}")
    found = [f"第{f.turn + 1}句 {f.code} “{f.quote}” {f.status} {f.rule_id}" for f in verdict.findings]
    steps = [
        f"{s.need or '另有'} {s.step} {s.verdict}" for s in verdict.steps if s.need == "必须" or s.verdict == "pass"
    ]
    return "\n".join([*head, *found, *steps]) + "\n"


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.stem)
def test_golden_call(path: Path, inspector: Inspector, request: pytest.FixtureRequest) -> None:
    call = make_call(path.read_text(encoding="utf-8"), path.stem)
    got = lines_of(inspector.inspect([call])[0])
    expected = path.with_suffix(".expected")
    if request.config.getoption("--rewrite-golden"):
        expected.write_text(got, encoding="utf-8")
    assert got == expected.read_text(encoding="utf-8")
