"""Put a new model into service only when it is not worse on calls that no model was trained on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_nlp.errors import ModelError, Problem, UsageError
from qa_nlp.model.store import CARD, RETRAIN, WEIGHTS
from qa_nlp.paths import data_file
from qa_nlp.stats import worse_by_chance
from qa_nlp.training.compare import Comparison, Line

# A new model may lose this much by chance of a hundred or two locked calls; nothing may get clearly worse.
ACCURACY_TOLERANCE = 0.02
F1_TOLERANCE = 0.01
SURE = 0.05
LOCKED_FOLDER, LOCKED_FILES = ("samples", "labelled"), "locked*.jsonl"
GATED = {"业务（全部）": "准确率", "业务（整通）": "准确率", "步骤": "F1", "措辞差错": "F1"}


@dataclass(frozen=True)
class Check:
    """One gate: the figure, and why it is refused (Chinese), or an empty string."""

    line: Line
    refusal: str


def gate(comparison: Comparison) -> list[Check]:
    """Every gate with its outcome.

    Accuracy: refused when it fell by more than two points, or when so many losses against so few
    gains have less than 5 % chance (one-sided exact McNemar). F1 of steps and faults: refused when
    it fell by more than one point.
    """
    lines = [line for line in comparison.overall if GATED.get(line.name) == line.figure]
    return [Check(line, _refusal(line)) for line in lines]


def _refusal(line: Line) -> str:
    fall = -line.difference.value
    allowed = ACCURACY_TOLERANCE if line.chance is not None else F1_TOLERANCE
    if fall > allowed + 1e-9:
        return f"下降 {100 * fall:.1f} 个百分点，超过允许的 {100 * allowed:.0f}"
    if line.chance is not None and worse_by_chance(line.lost, line.won) < SURE:
        return f"判错的多了 {line.lost} 通，判对的只多 {line.won} 通，不像偶然"
    return ""


def render(checks: Sequence[Check]) -> str:
    """The gates as a table."""
    rows = []
    for check in checks:
        line, state = check.line, f"✗ {check.refusal}" if check.refusal else "✓"
        figures = f"现用 {100 * line.old.value:.1f} 新 {100 * line.new.value:.1f}"
        rows.append(f"{line.name} {line.figure}（{line.count}）：{figures} {state}")
    return "\n".join(rows)


def install(new: Path, target: Path, checks: Sequence[Check], *, replaced: str, forced: bool) -> Path | None:
    """Put the model folder ``new`` in place of ``target`` and keep the old one beside it.

    Args:
        new: the new model.
        target: the model in service, or where it will be.
        checks: noted in the card, with ``forced`` where a refusal was overruled.
        replaced: version of the old model.
        forced: whether the gates were overruled.

    Returns:
        The folder with the old model, or None when there was none.

    Raises:
        ModelError: when the folders are the same or cannot be moved; the old model stays in service.
    """
    if new.resolve() == target.resolve():
        raise ModelError(Problem("M010", str(new), "这就是正在使用的模型", "指定另一个新训练的模型文件夹"))
    staged, backup = target.with_name(f".{target.name}.new"), target.with_name(f"{target.name}.backup")
    try:
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(parents=True)
        shutil.copyfile(new / WEIGHTS, staged / WEIGHTS)
        _write_card(new / CARD, staged / CARD, _note(checks, replaced, forced))
        return _swap(staged, target, backup)
    except OSError as error:
        raise ModelError(
            Problem("M011", str(target), f"换不上：{error}", "检查磁盘空间和写权限；" + RETRAIN)
        ) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _swap(staged: Path, target: Path, backup: Path) -> Path | None:
    """Two renames; where the second fails the first is undone, so a whole model is always in place."""
    if not target.exists():
        staged.rename(target)
        return None
    shutil.rmtree(backup, ignore_errors=True)
    target.rename(backup)
    try:
        staged.rename(target)
    except OSError:
        backup.rename(target)
        raise
    return backup


def _note(checks: Sequence[Check], replaced: str, forced: bool) -> dict[str, Any]:
    figures = {
        f"{check.line.name} {check.line.figure}": {
            "old": round(check.line.old.value, 4), "new": round(check.line.new.value, 4), "count": check.line.count,
        }
        for check in checks
    }  # fmt: skip
    refused = {f"{check.line.name} {check.line.figure}": check.refusal for check in checks if check.refusal}
    return {"replaced": replaced, "forced": forced, "locked": figures, "overruled": refused if forced else {}}


def _write_card(source: Path, target: Path, note: dict[str, Any]) -> None:
    card = json.loads(source.read_text(encoding="utf-8")) | {"promoted": note}
    target.write_text(json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def locked_files(chosen: Sequence[Path] | None) -> list[Path]:
    """The files named, or the locked split of the samples beside the program.

    Raises:
        UsageError: when none are named and the program was installed without samples.
    """
    if chosen:
        return list(chosen)
    found = sorted(data_file("data", *LOCKED_FOLDER).glob(LOCKED_FILES))
    if not found:
        advice = "用 --locked 指定一批不参加训练的标注"
        raise UsageError(Problem("T006", LOCKED_FILES, "没有找到把关用的标注", advice))
    return found
