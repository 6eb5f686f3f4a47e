"""Pages for people, made of the rows themselves so that they are never stale.

``rule_page`` and ``situation_page`` share one set of headings; ``trial_lines`` writes down a trial.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import cast

from qa_nlp.rulebook.book import Code, Rulebook, StepInfo, Subtype
from qa_nlp.rulebook.matcher import Hit, compile_pattern
from qa_nlp.rulebook.rule import SEVERITIES, Example, Rule
from qa_nlp.rulebook.situations import Dialogue, Situation
from qa_nlp.rulebook.trial import SPEAKERS, Near, Trial, scope_text, short

HEADINGS = ("查到什么", "为什么", "例句", "换个说法", "依据", "写法")
KINDS = {"phrase": "措辞", "step": "步骤", "signal": "信号", "subtype": "业务", "situation": "情景"}
SEVERITY_NAMES = {value: name for name, value in SEVERITIES.items()}
NEEDS = {"必须": "必做", "条件": "有条件要做", "建议": "建议做"}
SAMPLES = 6
MATCHES = {"exact": "原文", "phonetic": "同音"}
TRIGGER_NAMES = {"customer": "客户说", "customer?": "客户可能是说", "agent": "座席说"}
WANTED = {"pass": "合格", "violation": "违规", "insufficient": "证据不足", "": "不触发"}


def page(number: str, book: Rulebook) -> str | None:
    """The page of a rule or situation by its number; None where the book has no such number."""
    if number in book.by_id:
        return rule_page(book.by_id[number], book)
    return next((situation_page(s) for s in book.situations if s.id == number), None)


def rule_page(rule: Rule, book: Rulebook) -> str:
    """One rule under the fixed headings."""
    examples = [f"  ✗ {_example(e)}" if rule.kind == "phrase" else f"  ✓ {_example(e)}" for e in rule.hits]
    examples += [f"  · 不算：{_example(e)}" for e in rule.misses]
    bodies = (
        _what(rule), [f"  {_why(rule, book)}"], examples, [f"  {_instead(rule, book)}"],
        [f"  {rule.basis or '（未写）'}"], _written(rule),
    )  # fmt: skip
    return _assembled(f"{rule.id} {rule.name}（{KINDS[rule.kind]}规则，{_code(rule, book)}）", bodies)


def situation_page(situation: Situation) -> str:
    """One situation under the same headings."""
    triggers = [f"  {TRIGGER_NAMES[speaker]}：{short(words, 60)}" for speaker, words in situation.triggers.items()]
    triggers += [f"  通话里发生：{event}" for event in situation.events]
    triggers += ["  录音标记或旁白里有“触发事件”的话"] if situation.notice.pattern is not None else []
    points = [f"  座席接下来要做到：{'、'.join(point.name for point in situation.points)}"]
    if situation.forbidden.pattern is not None:
        points.append("  而且没有说“应答禁有”里的话")
    written = [f"  应答起：{situation.begin}；最多看 {situation.most or '全部'} 轮", f"  来自 {situation.place}"]
    if situation.premises:
        written.insert(0, f"  前提：{'、'.join(situation.premises)}")
    bodies = (
        [*triggers, *points], [f"  {situation.message or '这种情景有规定的应答'}；做不到扣 {situation.cost:g} 分"],
        [line for dialogue in situation.dialogues for line in _dialogue(dialogue)],
        [f"  {situation.suggestion or '（未写）'}"], [f"  {situation.basis or '（未写）'}"], written,
    )  # fmt: skip
    return _assembled(f"{situation.id} {situation.name}（情景）", bodies)


def _assembled(title: str, bodies: Sequence[list[str]]) -> str:
    lines = [title]
    for heading, body in zip(HEADINGS, bodies, strict=True):
        lines += ["", heading, *body]
    return "\n".join(lines)


def _code(rule: Rule, book: Rulebook) -> str:
    names = {"phrase": book.codes, "step": book.steps, "subtype": book.subtypes}.get(rule.kind, {})
    known = cast("Mapping[str, Code | StepInfo | Subtype]", names)
    return f"{rule.code} {known[rule.code].name}" if rule.code in known else rule.code


def _what(rule: Rule) -> list[str]:
    where = "" if scope_text(rule) == "全程" else f"{scope_text(rule)}里，"
    quotes = dict.fromkeys(example.quote for example in rule.hits if example.quote)
    lines = [f"  {where}{SPEAKERS[rule.speaker]}说到这样的话：{'、'.join(f'“{q}”' for q in islice(quotes, SAMPLES))}"]
    if rule.customer_before:
        lines.append(f"  并且客户紧接在前面的话里有：{short(rule.customer_before, 60)}")
    if rule.along:
        lines.append(f"  并且同一句里还有：{short(rule.along, 60)}")
    if rule.unless:
        lines.append(f"  同一句里有这些就不算：{short(rule.unless, 60)}")
    if rule.subtypes:
        lines.append(f"  只管业务：{'、'.join(rule.subtypes)}")
    return lines


def _why(rule: Rule, book: Rulebook) -> str:
    if rule.kind == "phrase":
        code = book.codes[rule.code]
        return f"{rule.message or f'{code.name}：{code.message}'}（{_price(rule, book)}）"
    if rule.kind == "step":
        return f"说了就算做到“{book.steps[rule.code].name}”"
    if rule.kind == "signal":
        asked = {f"{book.steps[d.step].name}（{d.subtype}）" for d in book.demands if d.condition == rule.code}
        effect = f"此时要做：{'、'.join(sorted(asked))}" if asked else "报告里作为依据"
        return f"记为信号“{rule.code}”；{effect}"
    return f"没有模型的档据此判为“{_code(rule, book)}”"


def _price(rule: Rule, book: Rulebook) -> str:
    code = book.codes[rule.code]
    severity = rule.severity or code.severity
    if severity == "suspected":
        return "疑似，不扣分，进人工复核"
    points = rule.points if rule.points >= 0 else code.points
    return f"{SEVERITY_NAMES.get(severity, severity)}，扣 {points:g} 分"


def _instead(rule: Rule, book: Rulebook) -> str:
    if rule.kind == "phrase":
        return rule.suggestion or book.codes[rule.code].suggestion
    if rule.kind == "step":
        return rule.suggestion or book.steps[rule.code].suggestion or "（未写）"
    return rule.suggestion or "（不适用）"


def _written(rule: Rule) -> list[str]:
    lines = []
    for name, cell in (
        ("词语", rule.pattern), ("除非出现", rule.unless), ("同时出现", rule.along), ("客户上句", rule.customer_before)
    ):  # fmt: skip
        lines += [f"  {name}：{part}" if at == 0 else f"    或 {part}" for at, part in enumerate(cell.splitlines())]
    return [*lines, f"  匹配方式：{rule.mode}（{_sounds(rule)}）", f"  来自 {rule.place}"]


def _sounds(rule: Rule) -> str:
    pattern = compile_pattern(rule.pattern, rule.mode, {}) if rule.mode == "词语" and "{" not in rule.pattern else None
    return "同音的也查" if pattern is not None and pattern.audible else "只查这些字"


def _example(example: Example) -> str:
    before = "".join(f"{'客' if role == 'customer' else '座'}：{words}／" for role, words in example.before)
    before += "座：" if before else ""
    quote = example.quote
    return before + (example.text.replace(quote, f"【{quote}】", 1) if quote else example.text)


def _dialogue(dialogue: Dialogue) -> list[str]:
    speakers = {"customer": "客", "agent": "座", "system": "系统"}
    said = "／".join(f"{speakers[role]}：{words}" for role, words in dialogue.turns)
    return [f"  {WANTED[dialogue.wanted]}：{said}"]


def trial_lines(trial: Trial, remark: Callable[[Hit], str] = lambda hit: "") -> list[str]:
    """What fired and why, then what nearly fired and what kept it from it.

    ``remark`` may add a word to a hit, such as why a report would leave it out.
    """
    lines = [line for hit in trial.hits for line in (*_hit_lines(hit, trial), *_remarked(remark(hit)))]
    if not trial.hits:
        lines.append("没有命中任何规则。")
    if trial.near:
        lines += ["", "差一点命中："]
        lines += [line for near in trial.near for line in _near_lines(near)]
    return lines


def _hit_lines(hit: Hit, trial: Trial) -> list[str]:
    start, end, quote = trial.prepared.quote(hit.turn, hit.start, hit.end)
    rule = hit.rule
    held = [
        f"{name}“{short(cell)}”"
        for name, cell in (("同时出现", rule.along), ("客户上句", rule.customer_before))
        if cell
    ]
    if scope_text(rule) != "全程":
        held.append(f"范围{scope_text(rule)}")
    why = f"；条件成立：{'、'.join(held)}" if held else ""
    return [
        f"{rule.id} {rule.name}（{KINDS[rule.kind]} {rule.code}）",
        f"    “{quote}” 第 {start + 1}–{end} 字，{MATCHES[hit.match]}，可信度 {hit.confidence:g}{why}",
    ]


def _remarked(remark: str) -> list[str]:
    return [f"    （{remark}）"] if remark else []


def _near_lines(near: Near) -> list[str]:
    rule = near.rule
    return [
        f"{rule.id} {rule.name}（{KINDS[rule.kind]} {rule.code}）：有“{near.words}”",
        *(f"    {r}" for r in near.reasons),
    ]
