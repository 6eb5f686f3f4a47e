"""The case analysis in words, by dimension, as the positive and negative cases of the trade have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from qa_nlp.records import DIMENSIONS, Checked, Finding, Label, Promise, StepVerdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.score.points import Score

PRAISED = 6
BLAMED = 4
QUOTE_LEAST, QUOTE_MOST = 4, 40
NEED_RANK = {"必须": 0, "条件": 1, "情景": 2, "建议": 3, "": 4}
LIMITS = "业务能力"


def summarise(label: Label, checked: Checked, score: Score, book: Rulebook) -> str:
    """Chinese text: what was done well (with evidence) and what was not, one line a dimension."""
    done: dict[str, list[StepVerdict]] = defaultdict(list)
    missing: dict[str, list[StepVerdict]] = defaultdict(list)
    steps = book.steps
    for step in checked.steps:
        if step.verdict == "pass":
            if info := steps.get(step.step):
                done[info.dimension].append(step)
        elif step.verdict == "violation":
            missing[book.step_info(step.step).dimension].append(step)
    said: dict[str, list[Finding]] = defaultdict(list)
    for finding in checked.findings:
        if finding.status == "confirmed" and finding.points > 0:
            said[book.dimension_of(finding.code)].append(finding)
    lines = [_opening(label, score, book)]
    for dimension in DIMENSIONS:
        parts = [_good(done[dimension], book), _kept(checked.promises) if dimension == LIMITS else ""]
        parts += [_said(said[dimension], book), _missing(missing[dimension], book)]
        if text := "；".join(filter(None, parts)):
            lines.append(f"{dimension}：{text}。")
    if doubtful := sum(f.status == "suspected" for f in checked.findings):
        lines.append(f"另有 {doubtful} 处疑似，未扣分，请人工复核。")
    return "\n".join(lines)


def _opening(label: Label, score: Score, book: Rulebook) -> str:
    subtype = book.subtypes.get(label.subtype)
    name = subtype.name if subtype else label.subtype
    sure = "（把握不大，请复核）" if label.needs_review else ""
    if score.value is None:
        return f"业务判为“{name}”{sure}；{score.not_scored}。"
    veto = f"；触及红线——{score.veto}" if score.veto else ""
    return f"业务判为“{name}”{sure}，得分 {score.value:g}（{score.grade}）{veto}。"


def _good(done: Sequence[StepVerdict], book: Rulebook) -> str:
    """What was done, the demanded steps first, with the agent's own words for one of them."""
    if not done:
        return ""
    ordered = sorted(done, key=_by_need)
    named = "、".join([_short(book.steps[s.step].name) for s in ordered[:PRAISED]])
    more = f"等 {len(done)} 项" if len(done) > PRAISED else ""
    shown = max(ordered[:PRAISED], key=_telling)
    where = "" if shown.turn is None else f"第{shown.turn + 1}句"
    quote = shown.quote.strip("，。,.、 ")
    return f"做到了{named}{more}" + (f"（如{where}“{quote}”）" if len(quote) >= QUOTE_LEAST else "")


def _by_need(step: StepVerdict) -> tuple[int, int]:
    return NEED_RANK[step.need], step.turn or 0


def _telling(step: StepVerdict) -> int:
    """The longest quote that is still short enough tells most."""
    length = len(step.quote)
    return length if length <= QUOTE_MOST else 0


def _kept(promises: Sequence[Promise]) -> str:
    """Promised times that keep their limits; a mere number of days or minutes is business, not manners."""
    kept = list(dict.fromkeys(promise.quote for promise in promises if promise.status == "within"))
    return f"告知的时限符合规定（{'、'.join(f'“{quote}”' for quote in kept[:2])}）" if kept else ""


def _said(findings: Sequence[Finding], book: Rulebook) -> str:
    """What was said or done wrong, with turn and words."""
    if not findings:
        return ""
    named = "，".join(f"第{f.turn + 1}句{book.code_name(f.code)}“{f.quote}”" for f in findings[:BLAMED])
    return "不妥：" + named + (f" 等 {len(findings)} 处" if len(findings) > BLAMED else "")


def _missing(steps: Sequence[StepVerdict], book: Rulebook) -> str:
    return "未做到：" + "、".join(_short(book.step_info(s.step).name) for s in steps) if steps else ""


@lru_cache(maxsize=1_024)
def _short(name: str) -> str:
    return name.split("(")[0].split("（")[0]
