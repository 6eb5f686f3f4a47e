"""Key figures beside those of the period before: what changed, and whether more than chance."""

from __future__ import annotations

from qa_nlp.report.desk.shares import Share, side
from qa_nlp.report.figures import Figures, compared
from qa_nlp.report.overview import key_figures
from qa_nlp.report.totals import AgentTotal

CHANCE, FEW_CALLS = "误差内", "样本少，不比"
# What a count is a part of; the other counts have no share.
PARTS = (
    "不合格（通）",
    "触及红线（通）",
    "有扣分差错（通）",
    "有疑似问题（通）",
    "业务需复核（通）",
    "其中超出规定（个）",
    "合格率",
)


def key_rows(now: Figures, before: Figures | None) -> list[dict[str, str]]:
    """指标, 本期, 上期, 变化, 判断, 说明 of every key figure; the middle three are "" without a period before."""
    earlier = {} if before is None else {name: value for name, value, _, _ in key_figures(before)}
    rows = []
    for name, value, kind, meaning in key_figures(now):
        title, _, unit = name.partition("（")
        unit = unit.rstrip("）")
        share = share_of(name, now)
        row = {
            "指标": title,
            "本期": _shown(value, kind, unit, share),
            "上期": "",
            "变化": "",
            "判断": "",
            "说明": meaning,
        }
        if before is not None:
            old = share_of(name, before)
            row["上期"] = _shown(earlier[name], kind, unit, old)
            row["变化"] = _change(value, earlier[name], kind, unit, share, old)
            row["判断"] = _judged(name, now, before)
        rows.append(row)
    return rows


def share_of(name: str, figures: Figures) -> Share | None:
    """The share that a key figure stands for; None of a plain count."""
    if name not in PARTS:
        return None
    everyone, calls = figures.everyone, figures.totals.calls
    failed = figures.totals.grades.get("不合格", 0)
    return {
        "合格率": Share(everyone.scored - failed, everyone.scored),
        "不合格（通）": Share(failed, everyone.scored),
        "触及红线（通）": Share(everyone.vetoes, everyone.scored),
        "有扣分差错（通）": Share(everyone.faulty, calls),
        "有疑似问题（通）": Share(figures.suspected, calls),
        "业务需复核（通）": Share(figures.totals.reviews, calls),
        "其中超出规定（个）": Share(figures.promises["over"], figures.promises.total()),
    }[name]


def told(now: Share, before: Share) -> str:
    """明显上升 | 明显下降 | 误差内 | 样本少，不比."""
    if not (now.enough and before.enough):
        return FEW_CALLS
    return {1: "明显上升", -1: "明显下降", 0: CHANCE}[side(now, before)]


def points_changed(now: Share, before: Share) -> str:
    """The difference in percentage points, signed; — where one of them is of nothing."""
    if not (now.whole and before.whole):
        return "—"
    return f"{signed(100 * (now.value - before.value))} 个百分点"


def signed(value: float, places: int = 1) -> str:
    """With its sign: ``+1.2``, ``−0.8``; 0 as ``0.0``."""
    rounded = round(value, places)
    return f"{rounded:+,.{places}f}".replace("-", "−") if rounded else f"{0:.{places}f}"


def mean_change(now: AgentTotal, before: AgentTotal) -> str:
    """As ``told``, for mean scores."""
    words = {"高于": "明显上升", "低于": "明显下降", "分不出": CHANCE, "样本不足": FEW_CALLS}
    return words[compared(now, before)]


def _judged(name: str, now: Figures, before: Figures) -> str:
    if name.startswith("平均分"):
        return mean_change(now.everyone, before.everyone)
    mine, old = share_of(name, now), share_of(name, before)
    return told(mine, old) if mine is not None and old is not None else ""


def _shown(value: float | None, kind: str, unit: str, share: Share | None) -> str:
    if value is None:
        return "—"
    if kind == "%":
        return f"{value:.1%}"
    number = f"{value:,.1f}" if kind == "f" else f"{value:,.0f}"
    return f"{number} {unit}" + (f"（{share.text}）" if share is not None and share.whole else "")


def _change(
    value: float | None, old: float | None, kind: str, unit: str, share: Share | None, before: Share | None
) -> str:
    if share is not None and before is not None:
        return points_changed(share, before)
    if value is None or old is None:
        return "—"
    return f"{signed(value - old, 1 if kind == 'f' else 0)} {unit}"
