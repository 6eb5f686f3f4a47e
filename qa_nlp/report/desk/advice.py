"""What a supervisor should know first, do next and not believe: sentences made of figures only."""

from __future__ import annotations

from collections import Counter

from qa_nlp.report.charts import FEW
from qa_nlp.report.desk.change import mean_change, signed, told
from qa_nlp.report.desk.period import Period
from qa_nlp.report.desk.shares import Share
from qa_nlp.report.figures import missing_steps, top
from qa_nlp.report.naming import step_advice, step_name
from qa_nlp.report.tables import code_name
from qa_nlp.rulebook.book import Rulebook

FAULTS, STEPS, LISTED = 3, 3, 5
LEAST = 30


def summary(now: Period, before: Period | None, book: Rulebook) -> str:
    """The report in one paragraph."""
    figures, everyone = now.figures, now.figures.everyone
    if not figures.totals.calls:
        return "本期没有读到通话。"
    parts = [f"本期检查 {figures.totals.calls:,} 通，评分 {everyone.scored:,} 通"]
    if everyone.mean is not None:
        margin = "" if everyone.margin is None else f"（95% 区间 ±{everyone.margin:.1f} 分）"
        passed = Share(everyone.scored - figures.totals.grades.get("不合格", 0), everyone.scored)
        parts.append(f"平均 {everyone.mean:.1f} 分{margin}，合格率 {passed.text}")
    parts.append(f"触及红线 {everyone.vetoes:,} 通，有扣分差错 {everyone.faulty:,} 通")
    text = "，".join(parts) + "。" + _since(now, before)
    worst = top(figures.code_calls, 1)
    missing, decided = missing_steps(figures.subtypes.values())
    if worst:
        code, count = worst[0]
        text += (
            f"出现最多的差错是“{code_name(code, book)}”（{count:,} 通，占 {Share(count, figures.totals.calls).text}）。"
        )
    if missing.total():
        step, count = top(missing, 1)[0]
        text += f"漏得最多的步骤是“{step_name(step, book)}”（该做 {decided[step]:,} 通，漏 {count:,} 通）。"
    return text


def _since(now: Period, before: Period | None) -> str:
    if before is None or now.figures.everyone.mean is None or before.figures.everyone.mean is None:
        return ""
    mine, old = now.figures.everyone, before.figures.everyone
    gap = f"平均分变化 {signed((mine.mean or 0.0) - (old.mean or 0.0))} 分"
    verdict = {
        "明显上升": "上升超出误差", "明显下降": "下降超出误差", "误差内": "在误差范围内，不能说变好或变差"
    }  # fmt: skip
    return f"与上期（{before.text}）相比，{gap}，{verdict.get(mean_change(mine, old), '样本少，不作比较')}。"


def advice(now: Period, before: Period | None, book: Rulebook) -> list[str]:
    """What to do next, the most urgent first; every sentence names the figure it rests on."""
    figures = now.figures
    calls, everyone = figures.totals.calls, figures.everyone
    found: list[str] = []
    if everyone.vetoes:
        codes = "、".join(f"{code_name(c, book)} {n} 处" for c, n in top(now.cases.vetoed, FAULTS))
        found.append(
            f"触及红线 {everyone.vetoes:,} 通（{codes}）：先逐通复听核实，属实的当周面谈；名单见 calls.csv 的“红线”一列。"
        )
    worst = [_fault(code, count, now, before, book) for code, count in top(figures.code_calls, FAULTS)]
    if worst:
        found.append("班前会用第七部分的案例讲一次，对照原话和改法，重点是下面几种差错。")
    found += worst
    missing, decided = missing_steps(figures.subtypes.values())
    named = [(s, n) for s, n in top(missing, LISTED * 2) if decided[s] >= FEW][:STEPS]
    found += [_step(step, Share(count, decided[step]), book) for step, count in named]
    if over := figures.promises["over"]:
        found.append(f"座席说出的时限有 {over:,} 个比规定长：逐个核对 promises.csv，对客户更正，再统一口径。")
    if figures.promises["outdated"]:
        found.append(f"有 {figures.promises['outdated']:,} 个时限用了旧标准：换掉旧话术卡片。")
    if figures.suspected:
        found.append(f"有 {figures.suspected:,} 通带“疑似”问题，没有扣分：请复核后再定，不要直接用于考核。")
    if 0 < everyone.scored < LEAST:
        found.append(f"本期评分只有 {everyone.scored} 通，不足 {LEAST} 通：以上只作线索，建议补抽后再下结论。")
    if not found and calls:
        found.append("本期没有查到扣分的差错和漏做的步骤，保持即可。")
    return found


def _fault(code: str, count: int, now: Period, before: Period | None, book: Rulebook) -> str:
    share = Share(count, now.figures.totals.calls)
    trend = ""
    if before is not None:
        old = Share(before.figures.code_calls[code], before.figures.totals.calls)
        trend = f"，上期 {old.text}，{told(share, old)}"
    return (
        f"“{code_name(code, book)}”有 {count:,} 通（占 {share.text}，95% 区间 {share.bounds}{trend}）。"
        f"{better_wording(code, now, book)}"
    )


def better_wording(code: str, period: Period, book: Rulebook) -> str:
    """What to say instead, taken from a real finding where there is one; "" where nothing is known."""
    cases = period.cases.bad((code,), 1)
    if cases and (said := cases[0].findings[0]).suggestion:
        return f"例如把“{said.quote}”改成“{said.suggestion.rstrip('。')}”。"
    row = next((row["建议说法"] for row in book.tables["conduct"] if row["项目"] == code), "")
    way = book.codes[code].suggestion if code in book.codes else row
    return f"做法：{way.rstrip('。')}。" if way else ""


def _step(step: str, share: Share, book: Rulebook) -> str:
    say = step_advice(step, book)
    tail = f"可照着说：“{say.rstrip('。')}”。" if say else "请补进话术卡片。"
    return (
        f"“{step_name(step, book)}”该做 {share.whole:,} 通，漏 {share.part:,} 通"
        f"（{share.text}，95% 区间 {share.bounds}）。{tail}"
    )


def unjudged(now: Period, book: Rulebook) -> list[str]:
    """What was not judged and why; never empty, since words alone do not tell everything."""
    figures = now.figures
    found = []
    if figures.skipped:
        reasons = Counter(item.reason for item in figures.skips)
        found.append(
            f"跳过 {figures.skipped:,} 项，没有检查：{_listed(reasons, '项')}。逐项的原因和办法见 skipped.csv。"
        )
    if left := figures.not_scored.total():
        found.append(f"未评 {left:,} 通（不是 0 分，不进平均分）：{_listed(figures.not_scored, '通')}。")
    if figures.totals.reviews:
        found.append(f"业务类别把握不足 {figures.totals.reviews:,} 通，步骤清单可能对不上，请人工看。")
    if figures.suspected:
        found.append(f"疑似问题 {figures.suspected:,} 通，文字上拿不准，没有扣分。")
    if now.insufficient:
        steps = Counter({step_name(s, book): n for s, n in now.insufficient.items()})
        found.append(f"证据不足的步骤 {steps.total():,} 处，不算做到也不算漏：{_listed(steps, '处')}。")
    if now.paceless:
        found.append(f"有 {now.paceless:,} 通没有可用的时间，语速、静音、抢话没有判。")
    if now.undated:
        found.append(f"有 {now.undated:,} 通没有开始时间，不进走势，也算不出承诺何时到期。")
    if now.repeated:
        found.append(f"有 {now.repeated:,} 通在几个结果里重复出现，只算一次。")
    found.append("语气、音量、方言从文字里听不出来，没有判；需要时请抽听录音。")
    return found


def _listed(reasons: Counter[str], unit: str) -> str:
    ranked = top(reasons, LISTED)
    more = reasons.total() - sum(count for _, count in ranked)
    text = "；".join(f"{reason.rstrip('。')} {count:,} {unit}" for reason, count in ranked)
    return text + (f"；其他 {more:,} {unit}" if more else "")
