"""A result folder → ``tasks.json`` and ``config.xml`` for Label Studio: the calls most worth a label, predicted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from qa_nlp.errors import Problem, UsageError
from qa_nlp.privacy.shield import Shield
from qa_nlp.read import open_calls
from qa_nlp.records import Call, Turn
from qa_nlp.report.label_studio import Result, config, task
from qa_nlp.report.rule_stats import MARK
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.training.sample import RESULTS, choose, read_results, refuse_without_key, run_facts

CONFIG = "config.xml"


@dataclass(frozen=True)
class Handed:
    """How many tasks were written, and the chosen calls that were not found in the call files."""

    tasks: int
    missing: tuple[str, ...]


def hand_out(
    results: Path, target: Path, book: Rulebook, shield: Shield, count: int = 0, sources: Sequence[Path] = ()
) -> Handed:
    """Write the tasks to ``target`` and the configuration beside it.

    Args:
        results: folder that ``score`` wrote (with jsonl).
        target: the JSON file to import into Label Studio.
        book: the labels.
        shield: how people are protected in the words shown.
        count: how many calls to choose, as ``sample`` does; all when 0.
        sources: the call files; those that the run read when none are given.

    Raises:
        UsageError: no result folder, call files that are gone, or pseudonyms without their key.
    """
    scored = read_results(results)
    ids = [pick.scored.call_id for pick in choose(scored, count)] if count else [s.call_id for s in scored]
    facts = run_facts(results)
    refuse_without_key(results, facts, shield)
    calls = _calls(set(ids), sources or _inputs(results, facts))
    found = _results(results, set(ids))
    tasks = [_task(calls[name], found[name], book, shield) for name in ids if name in calls and name in found]
    _write(target, json.dumps(tasks, ensure_ascii=False, indent=1) + "\n")
    _write(target.with_name(CONFIG), config(book))
    return Handed(len(tasks), tuple(name for name in ids if name not in calls))


def _task(call: Call, result: Result, book: Rulebook, shield: Shield) -> dict[str, Any]:
    turns = tuple(
        Turn(turn.role, text, turn.start, turn.end) for turn, text in zip(call.turns, shield.words(call), strict=True)
    )
    return task(msgspec.structs.replace(call, turns=turns), result, book)


def _inputs(results: Path, facts: dict[str, Any]) -> list[Path]:
    """The files that the run read, as run.json names them."""
    paths = [Path(str(path)) for path in facts.get("inputs") or ()]
    gone = [path for path in paths if not path.exists()]
    if gone or not paths:
        place = "、".join(map(str, gone)) or str(results / MARK)
        message = "找不到那次检查的通话文件" if gone else "没有记下通话文件"
        raise UsageError(Problem("U052", place, message, "请用 --from 写出原来的通话文件或文件夹"))
    return paths


def _calls(wanted: set[str], paths: Sequence[Path]) -> dict[str, Call]:
    found: dict[str, Call] = {}
    for item in open_calls(paths):
        if isinstance(item, Call) and item.call_id in wanted:
            found.setdefault(item.call_id, item)
            if len(found) == len(wanted):
                break
    return found


def _results(results: Path, wanted: set[str]) -> dict[str, Result]:
    return {result.call_id: result for result in _lines(results / RESULTS) if result.call_id in wanted}


def _lines(path: Path) -> Iterator[Result]:
    decoder = msgspec.json.Decoder(Result)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                place = f"{path}:{number}"
                raise UsageError(Problem("U053", place, f"这一行读不出：{error}", "请重新检查一次")) from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise UsageError(Problem("U007", str(path), f"写不下去：{cause}", "请检查文件夹、权限和磁盘空间")) from error
