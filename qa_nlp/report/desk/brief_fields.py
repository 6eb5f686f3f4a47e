"""The fields of the Word report, under the Chinese names that templates use. Plain values; pictures are made by ``draw``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from qa_nlp.report.charts import FEW, views
from qa_nlp.report.desk import pictures
from qa_nlp.report.desk.advice import advice, summary, unjudged
from qa_nlp.report.desk.cases import Case
from qa_nlp.report.desk.change import key_rows, points_changed, told
from qa_nlp.report.desk.period import Period
from qa_nlp.report.desk.shares import Share
from qa_nlp.report.figures import Figures, Mean, missing_steps
from qa_nlp.report.naming import MATCHED, missing_names, step_advice, step_name, subtype_name
from qa_nlp.report.tables import SEVERITY, code_name
from qa_nlp.rulebook.book import Rulebook

Draw = Callable[[bytes, float, float], object]
"""(PNG, width mm, height mm) → what a template shows."""
FAULTS, STEPS, AGENTS, DUE, BAD, GOOD = 8, 8, 40, 12, 4, 1
DAYS = 16
HEIGHT = 19.0
COLOURS = (pictures.GREEN, pictures.BLUE, pictures.AMBER, pictures.RED, pictures.GREY)
AGAINST = {"高于": "▲ 高于", "低于": "▼ 低于", "分不出": "分不出高低", "样本不足": "样本不足"}


def fields(
    now: Period, before: Period | None, book: Rulebook, draw: Draw, title: str = "", at: date | None = None
) -> dict[str, Any]:
    """Everything that a template can show; see docs/reports.md for the names.

    Args:
        now: the period reported on.
        before: the period before, None without one.
        book: names and advice.
        draw: turns a picture into what the template shows.
        title: instead of 通话质检周报 (by the length of the period).
        at: day of the report, from which promises fall due; the day of the last call when None.
    """
    seen = views(now.figures, book)
    at = at or now.last
    figures = now.figures
    return {
        "标题": title or f"通话质检{now.kind}", "期间": now.text,
        "报告日期": f"{at.year}年{at.month}月{at.day}日" if at else "—",
        "有上期": before is not None, "上期": _before(now, before),
        "摘要": summary(now, before, book),
        "通话": {"读入": figures.totals.calls + figures.skipped, "检查": figures.totals.calls, "评分": figures.everyone.scored,
                 "未评": figures.totals.calls - figures.everyone.scored, "待复核": figures.totals.reviews, "跳过": figures.skipped},
        "指标": key_rows(figures, before.figures if before else None),
        "得分分布": _histogram(seen, draw), "等级": _grades(seen, before, draw), "走势": _trend(figures, draw),
        "业务": [{"名称": row["name"], "大类": row["kind"], "通数": row["count"], "平均分": _number(row["mean"])} for row in seen["subtypes"][:10]],
        "问题": _faults(seen, now, before, book, draw), "步骤": _steps(seen, before, draw, book),
        "班组": _people(seen["people"]["teams"], seen, draw), **_agents(seen, draw),
        "刻度": f"{seen['people']['low']}–100 分",
        "承诺": _promises(seen, now, at),
        "案例": _cases(now, book),
        "建议": advice(now, before, book), "未判断": unjudged(now, book),
        "版本": "，".join(f"{ {'qa_nlp': '程序', 'rulebook': '规则', 'model': '模型'}.get(k, k) } {v}" for k, v in seen["versions"].items()),
    }  # fmt: skip


def _before(now: Period, before: Period | None) -> dict[str, str]:
    if before is None:
        return {"期间": "", "说明": ""}
    same = now.rulebooks == before.rulebooks
    return {
        "期间": before.text,
        "说明": "" if same else "两期用的规则表版本不同，变化里有一部分可能来自改规则，请用新规则重查上期后再比。",
    }


def _histogram(seen: dict[str, Any], draw: Draw) -> list[dict[str, Any]]:
    rows, total = seen["histogram"], sum(row["count"] for row in seen["histogram"])
    width = min(14.0, 150 / max(1, len(rows)) - 2.5)
    return [
        {
            "分段": f"{row['low']}–{row['high']}", "起": row["low"], "通数": row["count"], "占比": Share(row["count"], total).text,
            "柱": draw(pictures.column(row["height"] / 100, COLOURS[min(row["grade"], 4)]), width, HEIGHT),
        }
        for row in rows
    ] if total else []  # fmt: skip


def _grades(seen: dict[str, Any], before: Period | None, draw: Draw) -> list[dict[str, Any]]:
    rows = []
    for number, row in enumerate(seen["grades"]):
        share = Share(row["count"], seen["calls"])
        old = None if before is None else Share(before.figures.totals.grades[row["name"]], before.figures.totals.calls)
        rows.append({
            "名称": row["name"], "通数": row["count"], "占比": share.text, "上期": old.text if old else "",
            "变化": points_changed(share, old) if old else "", "判断": told(share, old) if old else "",
            "条": draw(pictures.bar(row["rate"] / 100, COLOURS[min(number, 4)]), 50, 3.4),
        })  # fmt: skip
    return rows


def _trend(figures: Figures, draw: Draw) -> dict[str, Any]:
    """By day, or by week where there are too many days; nothing where one bar would be all."""
    unit, points = figures.trend()
    if len(points) > DAYS and unit == "日":
        unit, points = "周", _weeks(figures.days)
    if len(points) > DAYS:
        unit, points = f"{unit}，最近 {DAYS} {'个月' if unit == '月' else unit}", points[-DAYS:]
    if len(points) < 2:
        return {"单位": unit, "点": []}
    most, width = max(mean.calls for _, mean in points), min(14.0, 150 / len(points) - 2.5)
    return {"单位": unit, "点": [
        {"时间": f"{int(name[5:7])}/{int(name[8:10])}", "通数": mean.calls, "平均分": _number(mean.mean),
         "柱": draw(pictures.column(mean.calls / most), width, HEIGHT * 0.7)}
        for name, mean in points
    ]}  # fmt: skip


def _weeks(days: dict[date, Mean]) -> list[tuple[str, Mean]]:
    weeks: dict[date, Mean] = {}
    for day in sorted(days):
        week = weeks.setdefault(day - timedelta(days=day.weekday()), Mean())
        week.calls += days[day].calls
        week.scored += days[day].scored
        week.points += days[day].points
    return [(day.isoformat(), mean) for day, mean in weeks.items()]


def _faults(
    seen: dict[str, Any], now: Period, before: Period | None, book: Rulebook, draw: Draw
) -> list[dict[str, Any]]:
    rows = []
    for number, row in enumerate(seen["faults"][:FAULTS], 1):
        share = Share(row["count"], seen["calls"])
        old = None if before is None else Share(before.figures.code_calls[row["id"]], before.figures.totals.calls)
        rows.append({
            "序号": number, "名称": row["name"], "通数": row["count"], "占比": share.text, "区间": share.bounds,
            "累计": f"{row['running']:.0f}%", "上期": old.text if old else "", "判断": told(share, old) if old else "",
            "条": draw(pictures.bar(row["width"] / 100, pictures.RED), 42, 3.4),
            "建议": book.codes[row["id"]].suggestion if row["id"] in book.codes else "",
        })  # fmt: skip
    return rows


def _steps(seen: dict[str, Any], before: Period | None, draw: Draw, book: Rulebook) -> list[dict[str, Any]]:
    missing, decided = missing_steps(before.figures.subtypes.values()) if before else (Counter(), Counter())
    rows = []
    for row in seen["missing"][:STEPS]:
        share, old = Share(row["count"], row["of"]), Share(missing[row["id"]], decided[row["id"]])
        rows.append({
            "名称": row["name"], "漏": row["count"], "该做": row["of"], "漏做率": share.text if share.enough else "—",
            "区间": share.bounds, "上期": old.text if before and old.enough else "—" if before else "",
            "判断": told(share, old) if before else "",
            "条": draw(pictures.bar(share.value if share.enough else 0.0, pictures.AMBER), 36, 3.4),
            "建议": step_advice(row["id"], book),
        })  # fmt: skip
    return rows


def _agents(seen: dict[str, Any], draw: Draw) -> dict[str, Any]:
    """Those with enough calls; of the others only how many there are."""
    rows = seen["people"]["agents"]
    enough = [row for row in rows if row["scored"] >= FEW]
    few = len(rows) - len(enough)
    notes = [f"{few} 名坐席评分通话不足 {FEW} 通，不列"] if few else []
    if more := max(0, len(enough) - AGENTS) + seen["people"]["more"]:
        notes.append(f"{more} 名坐席这里列不下")
    tail = f"另有 {'；'.join(notes)}，见 agents.csv。" if notes else ""
    return {"坐席": _people(enough[:AGENTS], seen, draw), "坐席说明": tail}


def _people(rows: Sequence[dict[str, Any]], seen: dict[str, Any], draw: Draw) -> list[dict[str, Any]]:
    line = seen["people"]["line"]
    made = []
    for row in rows:
        faulty = Share(row["faulty"], row["calls"])
        picture: object = ""
        if "middle" in row:
            spot = [row[side] / 100 for side in ("left", "middle", "right")]
            picture = draw(pictures.interval(*spot, None if line is None else line / 100), 30, 3)
        made.append({
            "名称": row["name"], "班组": row["team"], "通数": row["calls"], "评分": row["scored"], "平均分": _number(row["mean"]),
            "区间": "—" if row["margin"] is None else f"±{row['margin']:.1f}", "图": picture, "比较": AGAINST[row["compared"]],
            "差错": row["faulty"], "差错率": faulty.text if faulty.enough else "—", "差错区间": faulty.bounds,
            "红线": row["vetoes"], "最多的差错": row["codes"] or "—", "最常漏的步骤": row["missing"] or "—",
        })  # fmt: skip
    return made


def _promises(seen: dict[str, Any], now: Period, at: date | None) -> dict[str, Any]:
    """Those that fall due after the day of the report, the next first; of the others how many."""
    day = at.isoformat() if at else ""
    ahead = sum(count for due, count in now.due_days.items() if due > day)
    rows = [row for row in seen["promises"] if row["due"][:10] > day][:DUE]
    return {
        "总数": seen["promised"], "各类": "，".join(f"{name} {count:,} 个" for name, count in seen["promise_counts"]),
        "待到期": ahead, "已到期": now.due_days.total() - ahead, "更多": ahead - len(rows),
        "清单": [
            {"到期": row["due"][:16].replace("T", " "), "事项": row["subject"], "原话": row["quote"], "规定": row["limit"] or "—",
             "结论": row["status"], "坐席": row["agent"] or "—", "通话编号": row["call"]}
            for row in rows
        ],
    }  # fmt: skip


def _cases(now: Period, book: Rulebook) -> list[dict[str, Any]]:
    codes = now.cases.order(now.figures.code_calls)
    chosen = now.cases.bad(codes, BAD) + now.cases.good(GOOD)
    return [_case(number, case, book) for number, case in enumerate(chosen, 1)]


def _case(number: int, case: Case, book: Rulebook) -> dict[str, Any]:
    verdict = case.verdict
    lines = [
        {"第几句": f.turn + 1, "原话": f.quote, "问题": code_name(f.code, book), "严重度": SEVERITY.get(f.severity, f.severity),
         "扣分": f"{f.points:g}", "理由": f.message, "改说": f.suggestion, "规则": f.rule_id, "依据": f.basis or "—",
         "命中": MATCHED.get(f.match, f.match)}
        for f in case.findings[:2]
    ] if case.code else []  # fmt: skip
    done = [
        {"第几句": (s.turn or 0) + 1, "步骤": step_name(s.step, book), "原话": s.quote} for s in case.done[:3]
    ] if not case.code else []  # fmt: skip
    return {
        "序号": number, "亮点": not case.code, "题目": "做得好的一通" if not case.code else code_name(case.code, book),
        "通话编号": verdict.call_id, "坐席": verdict.agent_id or "—", "班组": verdict.team or "—", "业务": subtype_name(verdict.subtype, book),
        "得分": _number(verdict.score), "等级": verdict.grade, "红线": bool(verdict.veto), "条目": lines, "做到": done,
        "漏做": "、".join(missing_names(verdict.steps, book)),
    }  # fmt: skip


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"
