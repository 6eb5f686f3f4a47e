"""What the page's charts and tables show, as plain values in per cent of the drawing: the template only places them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from qa_nlp.records import CATEGORIES, Promise
from qa_nlp.report.figures import BIN, Figures, Mean, SubtypeTotal, compared, missing_steps, top
from qa_nlp.report.naming import PROMISE, PROMISE_LONG, in_order, step_name, subject_name, subtype_name
from qa_nlp.report.overview import key_figures
from qa_nlp.report.tables import code_name
from qa_nlp.report.totals import AgentTotal
from qa_nlp.rulebook.book import Rulebook

AGENTS = 300
FEW = 5


def views(figures: Figures, book: Rulebook) -> dict[str, Any]:
    """Everything that the template shows of a batch."""
    days = sorted(figures.days)
    unit, trend = figures.trend()
    hours = [(f"{hour:02d}时", figures.hours.get(hour, Mean())) for hour in _span(sorted(figures.hours))]
    missing, decided = missing_steps(figures.subtypes.values())
    return {
        "calls": figures.totals.calls,
        "days": f"{days[0]} 至 {days[-1]}" if days else "",
        "versions": figures.versions,
        "cards": [_card(figure) for figure in key_figures(figures)],
        "histogram": _histogram(figures, book),
        "grades": _grades(figures, book),
        "subtypes": _subtypes(figures, book),
        "faults": _pareto([(c, code_name(c, book), n) for c, n in top(figures.code_calls, 15)], figures.code_calls.total()),
        "faulty": figures.everyone.faulty,
        "missing": [
            {"id": s, "name": step_name(s, book), "count": n, "of": decided[s], "rate": _percent(n, decided[s]),
             "width": _percent(n, max(missing.values()))}
            for s, n in top(missing, 15)
        ],
        "heat": heat(figures.subtypes, book),
        "unit": unit,
        "trend": series(trend),
        "hours": series(hours),
        "people": people(figures, book),
        "promises": [_promise(*entry, book) for entry in figures.due()],
        "promise_counts": [(PROMISE_LONG.get(s, s), n) for s, n in top(figures.promises, 9)],
        "promised": figures.promises.total(),
        "skips": figures.skips,
        "skipped": figures.skipped,
    }  # fmt: skip


def heat(subtypes: dict[str, SubtypeTotal], book: Rulebook, rows: int = 15, columns: int = 10) -> dict[str, Any]:
    """How often a demanded step was missing: subtypes with most calls × steps most often missing.

    A cell has ``level`` 0–5 (by 20 %), or None when fewer than 5 calls decided it.
    """
    chosen = sorted(subtypes.items(), key=lambda kv: (-kv[1].calls, kv[0]))[:rows]
    missing, _ = missing_steps(total for _, total in chosen)
    steps = [step for step, _ in top(missing, columns)]
    lines = []
    for name, total in chosen:
        cells = []
        for step in steps:
            lost, of = total.missing[step], total.decided[step]
            level = None if of < FEW else 0 if not lost else min(5, 1 + int(lost / of * 5))
            cells.append({"step": step, "missing": lost, "of": of, "level": level, "rate": _percent(lost, of)})
        lines.append(
            {
                "name": subtype_name(name, book),
                "kind": CATEGORIES.get(name.split(".")[0], ""),
                "calls": total.calls,
                "cells": cells,
            }
        )
    return {"steps": [(step, step_name(step, book)) for step in steps], "rows": lines}


def series(points: Sequence[tuple[str, Mean]]) -> dict[str, Any]:
    """Bars of counts and dots of means; x and y in per cent, the means' axis from ``low`` to 100."""
    most = max((mean.calls for _, mean in points), default=0)
    means = [mean.mean for _, mean in points if mean.mean is not None]
    low = min(90, int(min(means, default=0) // 10 * 10))
    every = max(1, -(-len(points) // 8))
    width = 100 / max(1, len(points))
    dots = []
    for index, (name, mean) in enumerate(points):
        value = mean.mean
        dots.append({
            "name": name, "calls": mean.calls, "mean": value, "x": round((index + 0.5) * width, 2),
            "left": round((index + 0.1) * width, 2), "width": round(width * 0.8, 2),
            "height": _percent(mean.calls, most), "label": index % every == 0,
            "y": None if value is None else round(92 - (value - low) / (100 - low) * 84, 2),
        })  # fmt: skip
    drawn = [dot for dot in dots if dot["y"] is not None]
    return {"dots": dots, "lines": list(pairwise(drawn)), "low": low, "most": most}


def people(figures: Figures, book: Rulebook) -> dict[str, Any]:
    """Agents and teams by name, never by score, with the 95 % interval of their mean on one common scale."""
    agents = [figures.totals.agents[name] for name in sorted(figures.totals.agents, key=in_order)]
    teams = [figures.teams[name] for name in sorted(figures.teams, key=in_order)]
    lows = [a.mean - a.margin for a in (*agents, *teams) if a.mean is not None and a.margin is not None]
    low = max(0, min(90, int(min(lows, default=50) // 10 * 10)))
    overall = figures.everyone.mean
    return {
        "agents": [_person(a, a.agent_id, figures, low, book) for a in agents[:AGENTS]],
        "more": max(0, len(agents) - AGENTS),
        "teams": [_person(t, t.team, figures, low, book) for t in teams],
        "low": low,
        "overall": overall,
        "line": None if overall is None else _at(overall, low),
    }


def _person(total: AgentTotal, name: str, figures: Figures, low: int, book: Rulebook) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": name or "（未填）", "id": name, "team": total.team, "calls": total.calls, "scored": total.scored,
        "mean": total.mean, "margin": total.margin, "faulty": total.faulty, "vetoes": total.vetoes,
        "faulty_rate": _percent(total.faulty, total.calls), "compared": compared(total, figures.everyone),
        "codes": "、".join(f"{code_name(c, book)} {n}" for c, n in top(total.codes, 3)),
        "missing": "、".join(f"{step_name(s, book)} {n}" for s, n in top(total.missing, 2)),
    }  # fmt: skip
    if total.mean is not None and total.margin is not None:
        left, right = _at(total.mean - total.margin, low), _at(min(100.0, total.mean + total.margin), low)
        row |= {"left": left, "right": right, "middle": _at(total.mean, low)}
    return row


def _at(score: float, low: int) -> float:
    return round(4 + max(0.0, (score - low) / (100 - low)) * 92, 2)


def _card(figure: tuple[str, float | None, str, str]) -> dict[str, Any]:
    name, value, kind, meaning = figure
    title, _, unit = name.partition("（")
    shapes = {"n": "{:,.0f}", "f": "{:.1f}", "%": "{:.1%}"}
    text = "—" if value is None else shapes[kind].format(value)
    if kind == "%":
        text, unit = text.rstrip("%"), "%）" if value is not None else ""
    return {"name": title, "value": text, "unit": unit.rstrip("）"), "meaning": meaning}


def _histogram(figures: Figures, book: Rulebook) -> list[dict[str, Any]]:
    # Nobody scores below 30 as a rule: the empty bands at the left are left out.
    bands = _span([0 if not figures.histogram else min(figures.histogram), 95], BIN)
    most = max(figures.histogram.values(), default=0)
    grades = sorted(book.scoring.grades, reverse=True)
    return [
        {"low": low, "high": low + BIN, "count": figures.histogram[low], "height": _percent(figures.histogram[low], most),
         "grade": next((i for i, (least, _) in enumerate(grades) if low >= least), len(grades) - 1)}
        for low in bands
    ]  # fmt: skip


def _grades(figures: Figures, book: Rulebook) -> list[dict[str, Any]]:
    names = [*(name for _, name in sorted(book.scoring.grades, reverse=True)), "未评"]
    counts = figures.totals.grades
    return [
        {"name": n, "count": counts[n], "rate": _percent(counts[n], figures.totals.calls)} for n in dict.fromkeys(names)
    ]


def _subtypes(figures: Figures, book: Rulebook) -> list[dict[str, Any]]:
    ordered = sorted(figures.subtypes.items(), key=lambda kv: (-kv[1].calls, kv[0]))
    most = ordered[0][1].calls if ordered else 0
    return [
        {"id": s, "name": subtype_name(s, book), "category": s.split(".")[0], "count": t.calls, "mean": t.mean,
         "kind": CATEGORIES.get(s.split(".")[0], ""), "width": _percent(t.calls, most)}
        for s, t in ordered
    ]  # fmt: skip


def _pareto(rows: list[tuple[str, str, int]], total: int) -> list[dict[str, Any]]:
    most, running, lines = rows[0][2] if rows else 0, 0, []
    for code, name, count in rows:
        running += count
        lines.append(
            {
                "id": code,
                "name": name,
                "count": count,
                "width": _percent(count, most),
                "running": _percent(running, total),
            }
        )
    return lines


def _promise(call_id: str, agent: str, promise: Promise, book: Rulebook) -> dict[str, Any]:
    status = PROMISE.get(promise.status, promise.status)
    return {"call": call_id, "agent": agent, "subject": subject_name(promise.subject, book), "quote": promise.quote, "due": promise.due,
            "limit": promise.limit, "status": status, "tone": promise.status}  # fmt: skip


def _span(values: Sequence[int], step: int = 1) -> range:
    return range(values[0], values[-1] + step, step) if values else range(0)


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
