"""The case analysis in words, by dimension, as the positive and negative cases of the trade have it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence, Set
from functools import lru_cache

from qa_nlp.records import DIMENSIONS, MARKS, Checked, Finding, Label, Promise, StepVerdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.score.points import SURE, Score

PRAISED = 6
BLAMED = 4
QUOTE_LEAST, QUOTE_MOST = 4, 40
NEED_RANK = {"必须": 0, "条件": 1, "情景": 2, "建议": 3, "": 4}
LIMITS = "业务能力"
# Who says such a thing promises more than a time.
BROKEN = ("overpromise", "wrong_limit")
NUMBER = re.compile(r"[0-9零〇一二三四五六七八九幺]{4}")
# A difference of points that somebody who adds up would see.
VISIBLE = 0.25


def summarise(label: Label, checked: Checked, score: Score, book: Rulebook) -> str:
    """Chinese text: what was done well (with evidence) and what was not, one line a dimension."""
    charged = {f.turn for f in checked.findings if f.status == "confirmed" and f.points}
    broken = {f.turn for f in checked.findings if f.code in BROKEN and f.status == "confirmed"}
    done: dict[str, list[StepVerdict]] = defaultdict(list)
    missing: dict[str, list[StepVerdict]] = defaultdict(list)
    steps = book.steps
    for step in checked.steps:
        if step.verdict == "pass" and step.turn not in charged:
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
        parts = [_good(done[dimension], book), _kept(checked.promises, broken) if dimension == LIMITS else ""]
        parts += [_said(said[dimension], book), _missing(missing[dimension], book)]
        if text := "；".join(filter(None, parts)):
            lines.append(f"{dimension}：{text}。")
    lines += filter(None, (_sums(checked, score, book), _unsure_veto(checked, score, book)))
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
    more = f"等 {len(done)} 项" if len(done) > PRAISED else ""
    shown = max(ordered[:PRAISED], key=_telling)
    where = "" if shown.turn is None else f"第{shown.turn + 1}句"
    quote = _trimmed(shown.quote)
    proof = f"（{where}“{quote}”）" if len(quote) >= QUOTE_LEAST else ""
    named = "、".join([_short(book.steps[s.step].name) + (proof if s is shown else "") for s in ordered[:PRAISED]])
    return f"做到了{named}{more}"


def _trimmed(quote: str) -> str:
    return quote.strip(MARKS)


def _by_need(step: StepVerdict) -> tuple[int, int]:
    return NEED_RANK[step.need], step.turn or 0


def _telling(step: StepVerdict) -> int:
    """The longest quote that is still short enough tells most; of long numbers only dots would be shown."""
    length = len(step.quote)
    return length if length <= QUOTE_MOST and not NUMBER.search(step.quote) else 0


def _kept(promises: Sequence[Promise], broken: Set[int]) -> str:
    """Promised times that keep their limits, unless the very sentence (``broken``) promises too much."""
    kept = [promise.quote for promise in promises if promise.status == "within" and promise.turn not in broken]
    kept = list(dict.fromkeys(kept))
    return f"告知的时限符合规定（{'、'.join(f'“{quote}”' for quote in kept[:2])}）" if kept else ""


def _said(findings: Sequence[Finding], book: Rulebook) -> str:
    """What was said or done wrong, with turn and words."""
    if not findings:
        return ""
    named = "，".join(f"第{f.turn + 1}句{book.code_name(f.code)}“{_trimmed(f.quote)}”" for f in findings[:BLAMED])
    return "不妥：" + named + (f" 等 {len(findings)} 处" if len(findings) > BLAMED else "")


def _missing(steps: Sequence[StepVerdict], book: Rulebook) -> str:
    return "未做到：" + "、".join(_short(book.step_info(s.step).name) for s in steps) if steps else ""


def _sums(checked: Checked, score: Score, book: Rulebook) -> str:
    """Why less (or more) was taken than the findings and steps say one by one."""
    if score.value is None:
        return ""
    codes: dict[str, float] = defaultdict(float)
    for finding in checked.findings:
        if finding.status == "confirmed":
            codes[finding.code] += finding.points
    listed = sum(codes.values()) + sum(score.step_points.values())
    taken = 100.0 - score.value
    if abs(listed - taken) < VISIBLE:
        return ""
    cap, settings = book.scoring.settings.get("单项上限", 12.0), book.scoring.settings
    reasons = [
        f"同一差错最多扣 {cap:g} 分" if any(v > book.scoring.caps.get(c, cap) for c, v in codes.items()) else "",
        "一个维度扣到 0 分为止" if 0.0 in score.dimensions.values() else "",
        f"触及红线，最高 {settings.get('红线封顶', 59.0):g} 分" if score.veto else "",
    ]
    why = "；".join(filter(None, reasons))
    return f"扣分合计 {listed:.3g} 分，实扣 {taken:.3g} 分（{why}）。" if why else ""


def _unsure_veto(checked: Checked, score: Score, book: Rulebook) -> str:
    """A grave finding that is not sure enough to cap the score."""
    if score.veto or score.value is None:
        return ""
    grave = [f for f in checked.findings if f.severity == "critical" and f.status == "confirmed"]
    named = "，".join(f"第{f.turn + 1}句{book.code_name(f.code)}“{_trimmed(f.quote)}”" for f in grave)
    return f"疑触及红线：{named}；可信度不足 {SURE:.0%}，未封顶，请人工复核。" if grave else ""


@lru_cache(maxsize=1_024)
def _short(name: str) -> str:
    return name.split("(")[0].split("（")[0]
