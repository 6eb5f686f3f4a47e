"""An evaluation as files: figures and confusions as CSV, everything on one self-contained page."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from html import escape
from pathlib import Path

from qa_nlp.rulebook.book import Rulebook
from qa_nlp.stats import wilson
from qa_nlp.training.charts import Series, chart, confusion_grid
from qa_nlp.training.compare import name_of
from qa_nlp.training.curves import Bin, Learning, Point, calibration_error, reliability, risk_coverage
from qa_nlp.training.evaluate import Answers, Ratio, Report, subtype_ratios

CLASSES, CONFUSION, PAGE = "classes.csv", "confusion.csv", "evaluation.html"
HEADERS = ("种类", "编号", "名称", "应有", "查到", "查对", "准确率", "召回率", "召回率下限", "召回率上限", "F1")
FIGURES = {
    "calls": "参加检验的份数", "category_acc": "大类准确率", "subtype_acc": "业务准确率", "subtype_macro_f1": "业务宏平均 F1",
    "covered": "不需复核的比例", "covered_acc": "不需复核的准确率", "clean_false_alarm": "无差错通话的误报比例",
    "fault": "措辞差错 F1", "step": "步骤 F1", "missing": "漏做的步骤 F1",
}  # fmt: skip
STYLE = """
body{font:15px/1.6 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;margin:24px auto;max-width:1100px;padding:0 16px;color:#222}
svg{width:100%;max-width:520px;font-size:11px}svg.grid{max-width:none;font-size:9px}
.charts{display:flex;flex-wrap:wrap;gap:16px}.title{font-size:13px;font-weight:bold}
.rule{stroke:#e4e4e4}.guide{stroke:#999;stroke-dasharray:4 4}.frame{fill:none;stroke:#bbb}
table{border-collapse:collapse}td,th{border:1px solid #ddd;padding:3px 8px;text-align:right}
td:nth-child(-n+3),th{text-align:left}th{background:#f3f5f8;position:sticky;top:0}
@media print{.charts svg{max-width:45%}}
"""


def write_evaluation(
    result: Report, answers: Answers, book: Rulebook, folder: Path, learning: Sequence[Learning] = (), title: str = ""
) -> None:
    """Write classes.csv, confusion.csv (both UTF-8 with BOM) and evaluation.html into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = class_rows(result, answers, book)
    _write_csv(folder / CLASSES, [HEADERS, *rows])
    names, counts = confusion_table(answers, book)
    _write_csv(folder / CONFUSION, [("标注＼判为", *names), *((n, *row) for n, row in zip(names, counts, strict=True))])
    page = _page(result, answers, rows, confusion_grid(names, counts), learning, title)
    (folder / PAGE).write_text(page, encoding="utf-8")


def class_rows(result: Report, answers: Answers, book: Rulebook) -> list[tuple[str, ...]]:
    """A row for every subtype, step and fault, below ``HEADERS``."""
    rows = [_row("业务", name, book, r) for name, r in subtype_ratios(answers.pairs).items()]
    for name, r in result.by_label.items():
        rows.append(_row("差错" if name in book.codes else "步骤", name, book, r))
    return rows


def _row(kind: str, name: str, book: Rulebook, r: Ratio) -> tuple[str, ...]:
    bounds = wilson(r.right, r.gold)
    shares = [f"{x:.3f}" for x in (r.precision, r.recall, bounds.low, bounds.high, r.f1)]
    return (kind, name, name_of(book, name), str(r.gold), str(r.found), str(r.right), *shares)


def confusion_table(answers: Answers, book: Rulebook) -> tuple[list[str], list[list[int]]]:
    """Chinese names of the subtypes that occur, and how often each (row) was labelled as each (column)."""
    pairs = answers.pairs
    used = {name for pair in pairs for name in pair}
    labels = [name for name in book.subtypes if name in used] + sorted(used - set(book.subtypes))
    place = {name: i for i, name in enumerate(labels)}
    counts = [[0] * len(labels) for _ in labels]
    for want, got in pairs:
        counts[place[want]][place[got]] += 1
    return [name_of(book, name) for name in labels], counts


def _write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def _page(
    result: Report, answers: Answers, rows: Sequence[Sequence[str]], grid: str, learning: Sequence[Learning], title: str
) -> str:
    figures = {**result.figures, **{name: r.f1 for name, r in result.ratios.items()}}
    shown = {
        FIGURES.get(name, name): f"{v:.0f}" if name == "calls" else f"{100 * v:.1f}%" for name, v in figures.items()
    }
    bins, risk = reliability(answers), risk_coverage(answers)
    heading = f"检验结果{'：' + title if title else ''}"
    return "".join((
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(heading)}</title>',
        f"<style>{STYLE}</style><h1>{escape(heading)}</h1>", _table(("指标", "数值"), list(shown.items())),
        '<h2>曲线</h2><div class="charts">', _reliability(bins), _risk(risk), _learning(learning), "</div>",
        f"<p>置信校准误差（ECE）{100 * calibration_error(bins):.1f}%：判断的“把握”与实际对错平均相差这么多。</p>",
        "<h2>混淆矩阵</h2><p>行是标注，列是判断；蓝为判对，红为判错，指着格子看数量。</p>", grid,
        "<h2>分项</h2>", _table(HEADERS, rows), "</html>\n",
    ))  # fmt: skip


def _reliability(bins: Sequence[Bin]) -> str:
    points = [(b.confidence, b.right.value, b.right.low, b.right.high) for b in bins]
    return chart("可靠性：说有几成把握，就该对几成", "把握", "实际判对", [Series("判断", points)], diagonal=True)


def _risk(points: Sequence[Point]) -> str:
    top = max([0.05, *(p.y for p in points)])
    series = Series("判错的比例", [(p.x, p.y, p.y, p.y) for p in points])
    return chart("覆盖与风险：只收把握大的，错多少", "机器直接判的比例", "其中判错", [series], top=min(1.0, top * 1.1))


def _learning(points: Sequence[Learning]) -> str:
    if not points:
        return ""
    series = [
        Series("整通", [(p.share, p.calls.value, p.calls.low, p.calls.high) for p in points]),
        Series("诉求", [(p.share, p.beginnings.value, p.beginnings.low, p.beginnings.high) for p in points]),
    ]
    return chart("学习曲线：再多标注还有没有用", "用了多少来源的标注", "没学过的来源判对", series)


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(h)}</th>" for h in headers)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
