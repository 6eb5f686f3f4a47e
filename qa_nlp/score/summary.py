"""The case analysis in words, by dimension, as the positive and negative cases of the trade have it."""

from __future__ import annotations

from qa_nlp.records import DIMENSIONS, Checked, Label, StepVerdict
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.score.points import Score

PRAISED = 3
BLAMED = 4


def summarise(label: Label, checked: Checked, score: Score, book: Rulebook) -> str:
    """Chinese text: what was done well (with evidence) and what was not, one line a dimension."""
    lines = [_opening(label, score, book)]
    for dimension in DIMENSIONS:
        good = _good(dimension, checked.steps, book)
        bad = _bad(dimension, checked, book)
        if good or bad:
            lines.append(f"{dimension}：{'；'.join(filter(None, (good, bad)))}。")
    doubtful = sum(f.status == "suspected" for f in checked.findings)
    if doubtful:
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


def _good(dimension: str, steps: tuple[StepVerdict, ...], book: Rulebook) -> str:
    done = [
        s for s in steps if s.verdict == "pass" and s.step in book.steps and book.steps[s.step].dimension == dimension
    ]
    if not done:
        return ""
    named = "、".join(_short(book.steps[s.step].name) for s in done[:PRAISED])
    more = f"等 {len(done)} 项" if len(done) > PRAISED else ""
    quote = next((s.quote for s in done if len(s.quote) >= 4), "")
    return f"做到了{named}{more}" + (f"（如“{quote}”）" if quote else "")


def _bad(dimension: str, checked: Checked, book: Rulebook) -> str:
    missing = [
        _short(book.step_info(s.step).name)
        for s in checked.steps
        if s.verdict == "violation" and book.step_info(s.step).dimension == dimension
    ]
    conduct = {row["项目"]: (row["名称"], row["维度"]) for row in book.tables["conduct"]}
    said = []
    for finding in checked.findings:
        if finding.status != "confirmed" or finding.points <= 0:
            continue
        if finding.code in book.codes:
            name, place = book.codes[finding.code].name, book.codes[finding.code].dimension
        else:
            name, place = conduct.get(finding.code, (finding.code, "业务能力"))
        if place == dimension:
            said.append(f"第{finding.turn + 1}句{name}“{finding.quote}”")
    parts = []
    if said:
        parts.append("不妥：" + "，".join(said[:BLAMED]) + (f" 等 {len(said)} 处" if len(said) > BLAMED else ""))
    if missing:
        parts.append("未做到：" + "、".join(missing))
    return "；".join(parts)


def _short(name: str) -> str:
    return name.split("(")[0]
