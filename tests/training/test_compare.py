"""Two models on the same calls, and the gate before the better one goes into service."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace as changed
from pathlib import Path

import pytest

from qa_nlp.errors import ModelError
from qa_nlp.inspector import Inspector
from qa_nlp.model.store import CARD, WEIGHTS, Model, load_model, save_model
from qa_nlp.paths import data_file
from qa_nlp.records import Call, Label, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.text.prepared import prepare
from qa_nlp.training.compare import ALIKE, BETTER, WORSE, Comparison, compare, render, write_csv
from qa_nlp.training.corpus import Sample
from qa_nlp.training.evaluate import Answers, Marks, answer
from qa_nlp.training.promote import gate, install
from qa_nlp.training.promote import render as gates
from qa_nlp.training.train import Learned

A, B = "repair.voltage", "consult.invoice"
Run = Callable[..., subprocess.CompletedProcess[str]]


def told(*said: str, gold: tuple[str, ...]) -> Answers:
    """Answers with subtypes ``said`` to one-sentence requests of subtypes ``gold``."""
    calls = [Call(f"C{i}", (Turn("customer", f"第{i}句"),), labels={"subtype": g}) for i, g in enumerate(gold)]
    labels = tuple(Label(s.split(".")[0], s, 0.9) for s in said)
    return Answers(tuple(Sample("v", prepare(call)) for call in calls), labels)


def figures(comparison: Comparison) -> dict[tuple[str, str], tuple[float, float, str]]:
    return {(x.name, x.figure): (x.old.value, x.new.value, x.verdict) for x in comparison.overall}


def test_every_changed_answer_counts() -> None:
    gold = (A,) * 20 + (B,) * 20
    old, new = told(*gold, gold=gold), told(*((A,) * 10 + (B,) * 30), gold=gold)
    found = compare(old, new)
    assert figures(found)["业务（全部）", "准确率"] == (1.0, 0.75, WORSE)
    assert figures(found)["大类", "准确率"] == (1.0, 0.75, WORSE)
    assert figures(compare(new, old))["业务（全部）", "准确率"][2] == BETTER
    assert [lost.sample.call.call_id for lost in found.lost] == [f"C{i}" for i in range(10, 20)]
    line = found.overall[0]
    assert (line.lost, line.won) == (10, 0)
    assert line.difference.low < -0.25 < line.difference.high < 0
    f1 = {x.name: x.new.value for x in found.by_subtype if x.figure == "F1"}
    assert f1 == pytest.approx({A: 2 * 10 / 30, B: 2 * 20 / 50})


def test_one_lost_call_proves_nothing() -> None:
    gold = (A, B) * 10
    found = compare(told(*gold, gold=gold), told(B, *gold[1:], gold=gold))
    assert found.overall[0].verdict == ALIKE
    assert len(found.lost) == 1


def test_steps_and_faults_are_compared_by_call() -> None:
    none = {"step": frozenset(), "missing": frozenset()}
    right = Marks(none | {"fault": frozenset({(1, "blame")})}, none | {"fault": frozenset({(1, "blame")})})
    missed = Marks(right.gold, none | {"fault": frozenset()})
    base = told(A, gold=(A,))
    old, new = changed(base, marks=(right,) * 8), changed(base, marks=(right,) * 4 + (missed,) * 4)
    found = compare(old, new)
    assert figures(found)["措辞差错", "F1"][:2] == pytest.approx((1.0, 2 / 3))
    assert found.fallen == (("blame", 1.0, pytest.approx(2 / 3)),)


def test_comparing_is_repeatable_and_readable(book: Rulebook, tmp_path: Path) -> None:
    gold = (A,) * 5 + (B,) * 5
    old, new = told(*gold, gold=gold), told(*((B,) * 10), gold=gold)
    shown = render(compare(old, new), book)
    assert shown == render(compare(old, new), book)
    assert "电压质量故障 → 发票" in shown
    worse = write_csv(compare(old, new), book, tmp_path / "差.csv")
    with worse.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 6
    assert (tmp_path / "差.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("lost", "won", "count", "refused"),
    [(0, 0, 100, False), (2, 0, 100, False), (3, 0, 100, True), (5, 5, 100, False), (10, 1, 1000, True)],
)
def test_gate_on_accuracy(lost: int, won: int, count: int, refused: bool) -> None:
    """Two points may be lost; a loss that is no chance may not, however small."""
    gold = (A,) * count
    was = (B,) * won + (A,) * (count - won)
    now = (A,) * (count - lost) + (B,) * lost
    checks = gate(compare(told(*was, gold=gold), told(*now, gold=gold)))
    assert any(check.refusal for check in checks) == refused
    assert ("✗" in gates(checks)) == refused


def test_gate_on_faults(inspector: Inspector, locked: list[Sample]) -> None:
    old = answer([s for s in locked if not s.is_request][:30], inspector)
    assert old.marks is not None
    deaf = tuple(Marks(m.gold, m.found | {"fault": frozenset()}) for m in old.marks)
    refused = {c.line.name for c in gate(compare(old, changed(old, marks=deaf))) if c.refusal}
    assert refused == {"措辞差错"}
    assert not [c for c in gate(compare(old, old)) if c.refusal]


def test_install_keeps_the_old_model(learned: Learned, model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "models" / "power")
    save_model(learned.model, tmp_path / "new")
    version = load_model(tmp_path / "new").version
    backup = install(tmp_path / "new", tmp_path / "models" / "power", [], replaced="old", forced=False)
    assert backup is not None
    assert sorted(p.name for p in (tmp_path / "models").iterdir()) == ["power", "power.backup"]
    card = json.loads((tmp_path / "models" / "power" / CARD).read_text(encoding="utf-8"))
    assert card["weights_sha256"].startswith(version)
    assert card["promoted"]["forced"] is False
    assert load_model(backup).calls.labels == model.calls.labels


def test_install_where_there_was_none_and_onto_itself(learned: Learned, tmp_path: Path) -> None:
    save_model(learned.model, tmp_path / "new")
    assert install(tmp_path / "new", tmp_path / "models" / "power", [], replaced="", forced=False) is None
    with pytest.raises(ModelError, match="正在使用"):
        install(tmp_path / "new", tmp_path / "new", [], replaced="", forced=False)


def test_a_failed_install_leaves_the_old_model(learned: Learned, tmp_path: Path) -> None:
    save_model(learned.model, tmp_path / "models" / "power")
    before = (tmp_path / "models" / "power" / WEIGHTS).read_bytes()
    with pytest.raises(ModelError, match="换不上"):
        install(tmp_path / "nothing", tmp_path / "models" / "power", [], replaced="", forced=False)
    assert (tmp_path / "models" / "power" / WEIGHTS).read_bytes() == before
    assert [p.name for p in (tmp_path / "models").iterdir()] == ["power"]


@pytest.mark.slow
def test_promote_refuses_a_worse_model_and_force_says_so(run_cli: Run, learned: Learned, tmp_path: Path) -> None:
    models, new = tmp_path / "models", tmp_path / "new"
    save_model(load_model(data_file("models", "power")), models / "power")
    save_model(learned.model, new)
    command = ("promote", new, "--models", models)
    refused = run_cli(*command)
    assert refused.returncode == 2, refused.stderr
    assert "✗" in refused.stdout
    assert "没有换上" in refused.stderr
    assert not (models / "power.backup").exists()
    forced = run_cli(*command, "--force")
    assert forced.returncode == 0, forced.stderr
    note = json.loads((models / "power" / CARD).read_text(encoding="utf-8"))["promoted"]
    assert note["forced"] is True
    assert note["overruled"]
