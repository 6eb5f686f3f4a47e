"""The first sheet of the workbook: key figures, notes, and native charts over small tables beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from qa_nlp.records import CATEGORIES
from qa_nlp.report.figures import BIN, Figures, missing_steps, share, top
from qa_nlp.report.naming import step_name, subtype_name
from qa_nlp.report.sheets import FONT
from qa_nlp.report.tables import code_name
from qa_nlp.rulebook.book import Rulebook

NAME = "总览"
BLUE, RED, AMBER = "#2E75B6", "#C0392B", "#B7791F"
TABLES_AT = 25
CHART = {"width": 560, "height": 350}


@dataclass(frozen=True)
class Limits:
    """How many calls and skipped items the other sheets list."""

    calls: int
    skipped: int


Block = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]


def write_overview(file: Workbook, sheet: Worksheet, figures: Figures, limits: Limits, book: Rulebook) -> None:
    """Fill the sheet: figures on top left, charts to the right, the charts' tables below."""
    base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
    title = file.add_format(base | {"bold": True, "font_size": 16, "font_color": "#1F4E79"})
    head = file.add_format(base | {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF"})
    cell = file.add_format(base | {"bottom": 1, "bottom_color": "#D5DBE1"})
    remark = file.add_format(base | {"bottom": 1, "bottom_color": "#D5DBE1", "indent": 1})
    strong = file.add_format(base | {"bold": True, "bottom": 1, "bottom_color": "#D5DBE1", "num_format": "#,##0.0"})
    whole = file.add_format(base | {"bold": True, "bottom": 1, "bottom_color": "#D5DBE1", "num_format": "#,##0"})
    rate = file.add_format(base | {"bold": True, "bottom": 1, "bottom_color": "#D5DBE1", "num_format": "0.0%"})
    note = file.add_format(base | {"font_color": "#5A4300", "text_wrap": True, "valign": "top"})
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 13)
    sheet.set_column(2, 2, 46)
    sheet.set_column(3, 3, 3)
    sheet.write_string(0, 0, "通话质检报告", title)
    sheet.set_row(0, 28)
    for column, text in enumerate(("指标", "数值", "说明")):
        sheet.write_string(2, column, text, head)
    kinds = {"n": whole, "f": strong, "%": rate}
    for row, (name, value, kind, meaning) in enumerate(key_figures(figures), 3):
        sheet.write_string(row, 0, name, cell)
        if value is None:
            sheet.write_string(row, 1, "—", cell)
        else:
            sheet.write_number(row, 1, value, kinds[kind])
        sheet.write_string(row, 2, meaning, remark)
    for row, text in enumerate(notes(figures, limits), 16):
        sheet.merge_range(row, 0, row, 2, text, note)
        sheet.set_row(row, 30)
    _charts(file, sheet, blocks(figures, book), (head, cell, strong))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def key_figures(figures: Figures) -> list[tuple[str, float | None, str, str]]:
    """(name, value, kind: n count, f decimal, % share, meaning)."""
    everyone, grades = figures.everyone, figures.totals.grades
    failed = grades.get("不合格", 0)
    margin = everyone.margin
    return [
        ("通话数（通）", figures.totals.calls, "n", "检查了的通话"),
        ("评分通话数（通）", everyone.scored, "n", "能评分的通话；其余未评"),
        ("平均分（分）", everyone.mean, "f", "" if margin is None else f"95% 区间 ±{margin:.1f} 分"),
        ("合格率", share(everyone.scored - failed, everyone.scored), "%", "评分通话里优秀、良好、合格的占比"),
        ("不合格（通）", failed, "n", "含触及红线的通话"),
        ("触及红线（通）", everyone.vetoes, "n", "有触及红线的差错，得分封顶"),
        ("有扣分差错（通）", everyone.faulty, "n", "至少一处确认的差错"),
        ("有疑似问题（通）", figures.suspected, "n", "不扣分，请人工看"),
        ("业务需复核（通）", figures.totals.reviews, "n", "业务类别把握不足，请人工看"),
        ("时限承诺（个）", figures.promises.total(), "n", "座席说出的办理时限"),
        ("其中超出规定（个）", figures.promises["over"], "n", "承诺的比规定时限长"),
        ("跳过（项）", figures.skipped, "n", "没有检查的内容"),
    ]


def notes(figures: Figures, limits: Limits) -> list[str]:
    """What a reader must know: what is left out, and what made the file."""
    lines = [
        "各表首行可筛选；“通话”表点通话编号到它的问题，点缺少步骤到它的步骤；“问题”“步骤”“承诺”表点通话编号回到通话。"
    ]
    if limits.calls < figures.totals.calls:
        lines.append(
            f"明细只列前 {limits.calls:,} 通（共 {figures.totals.calls:,} 通），再多 Excel 打开就慢了；总览、坐席、班组、规则"
            "按全部通话统计，全部明细见同一文件夹的 CSV。"
        )
    if limits.skipped < figures.skipped:
        lines.append(f"“跳过”表只列前 {limits.skipped:,} 项，全部见 skipped.csv。")
    lines.append(
        "“步骤”表只列漏做的和证据不足的步骤、情景，全部见 steps.csv。坐席和班组区间重叠的不分先后，不足 5 通不比较。"
    )
    names = {"qa_nlp": "程序", "rulebook": "规则", "model": "模型"}
    lines.append("版本：" + "，".join(f"{names.get(k, k)} {v}" for k, v in figures.versions.items()))
    return lines


def blocks(figures: Figures, book: Rulebook) -> list[Block]:
    """The small tables that the charts draw: title, headers, rows."""
    missing, _ = missing_steps(figures.subtypes.values())
    lowest = min(figures.histogram, default=0)
    unit, trend = figures.trend()
    subtypes = sorted(figures.subtypes.items(), key=lambda kv: (-kv[1].calls, kv[0]))[:12]
    grades = [*dict.fromkeys([*(name for _, name in book.scoring.grades), "未评"])]
    categories = dict.fromkeys(CATEGORIES, 0)
    for name, total in figures.subtypes.items():
        category = name.split(".")[0]
        categories[category] = categories.get(category, 0) + total.calls
    return [
        ("得分分布", ("分数段", "通话数（通）"), [(_band(b), figures.histogram[b]) for b in range(lowest, 100, BIN)]),
        ("等级", ("等级", "通话数（通）"), [(g, figures.totals.grades[g]) for g in grades]),
        ("差错排行", ("差错", "通话数（通）"), [(code_name(c, book), n) for c, n in top(figures.code_calls, 12)]),
        ("缺少步骤排行", ("步骤", "通话数（通）"), [(step_name(s, book), n) for s, n in top(missing, 12)]),
        ("业务分布", ("业务", "通话数（通）"), [(_full_name(s, book), t.calls) for s, t in subtypes]),
        ("大类", ("大类", "通话数（通）"), [(CATEGORIES.get(c, c), n) for c, n in categories.items()]),
        (f"平均分走势（按{unit}）", ("时间", "平均分（分）"), [(d, m.mean) for d, m in trend if m.mean is not None]),
    ]  # fmt: skip


def _full_name(subtype: str, book: Rulebook) -> str:
    kind = CATEGORIES.get(subtype.split(".")[0], "")
    return f"{kind}/{subtype_name(subtype, book)}" if kind else subtype_name(subtype, book)


def _band(low: int) -> str:
    return f"{low}–{low + BIN}" if low + BIN >= 100 else f"{low}–{low + BIN - 1}.9"


def _charts(file: Workbook, sheet: Worksheet, tables: Sequence[Block], styles: tuple[Any, Any, Any]) -> None:
    """Write each table below the figures and its chart to the right, two charts a row."""
    head, cell, strong = styles
    row, colours = TABLES_AT, (BLUE, BLUE, RED, AMBER, BLUE, BLUE, BLUE)
    for number, (title, headers, rows) in enumerate(tables):
        sheet.write_string(row, 0, title, head)
        sheet.write_string(row, 1, headers[1], head)
        first = row + 1
        for name, value in rows:
            row += 1
            sheet.write_string(row, 0, name, cell)
            sheet.write_number(row, 1, value, strong if isinstance(value, float) else cell)
        if rows:
            lowest = min(value for _, value in rows)
            least = min(90, int(lowest // 10 * 10)) if "走势" in title else 0
            spot = (1 + 18 * (number // 2), 4 + 9 * (number % 2))
            sheet.insert_chart(*spot, _chart(file, title, headers, (first, row), colours[number], least), CHART)
        row += 3


def _chart(
    file: Workbook, title: str, headers: tuple[str, ...], rows: tuple[int, int], colour: str, least: float
) -> Any:
    lying = title.endswith("排行") or title == "业务分布"
    kind = "line" if "走势" in title else "bar" if lying else "column"
    chart = file.add_chart({"type": kind})
    series: dict[str, Any] = {
        "name": headers[1],
        "categories": [NAME, rows[0], 0, rows[1], 0],
        "values": [NAME, rows[0], 1, rows[1], 1],
        "data_labels": {"value": kind != "line", "font": {"size": 8}},
        "gap": 40,
    }
    series |= {"line": {"color": colour, "width": 2}} if kind == "line" else {"fill": {"color": colour}}
    chart.add_series(series)
    chart.set_title({"name": f"{title}（{headers[1].split('（')[-1]}", "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"none": True})
    crowded = kind != "bar" and title not in ("等级", "大类")
    names: dict[str, Any] = {"num_font": {"size": 9} | ({"rotation": -45} if crowded else {})}
    grid = {"visible": True, "line": {"color": "#E1E5EA"}}
    values: dict[str, Any] = {"num_font": {"size": 9}, "major_gridlines": grid, "min": least}
    if kind == "bar":
        # Of a bar chart, XlsxWriter calls the upright axis y: the names stand there, the first on top.
        chart.set_y_axis(names | {"reverse": True, "interval_unit": 1, "major_gridlines": {"visible": False}})
        chart.set_x_axis(values | {"label_position": "high"})
    else:
        chart.set_x_axis(names)
        chart.set_y_axis(values)
    chart.set_size(CHART)
    return chart
