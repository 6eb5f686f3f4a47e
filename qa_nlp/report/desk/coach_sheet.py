"""The coaching sheet as fields, as one HTML file and as a Word file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from qa_nlp.report.desk.brief import refuse_ending, write_file
from qa_nlp.report.desk.change import points_changed
from qa_nlp.report.desk.coach import Point, Portrait, habits, read_portrait, strengths
from qa_nlp.report.desk.shares import FEW, Share, side
from qa_nlp.report.desk.word import clean
from qa_nlp.report.figures import compared
from qa_nlp.report.naming import step_advice, step_name, subtype_name
from qa_nlp.report.tables import code_name
from qa_nlp.report.totals import AgentTotal
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import load_book

ASSETS = Path(__file__).parent / "assets"
PAGE = "coach.html.j2"
TOO_FEW = "样本太少"
COMMON = 0.5


def write_coach(agent: str, folders: Sequence[Path], out: Path, lexicons: Path | None = None) -> Portrait:
    """Write the sheet of one agent; the same folders give the same bytes.

    Args:
        agent: as in ``agent_id``.
        folders: results of ``qa-nlp score``; a call in two of them counts once.
        out: .html or .docx; replaced if it exists.
        lexicons: folder of the rule tables that give names and advice; those shipped when None.

    Raises:
        UsageError: nobody goes by that name, a folder holds no results, or the file cannot be written.
    """
    refuse_ending(out, (".html", ".docx"))
    portrait = read_portrait(agent, folders)
    sheet = fields(portrait, load_book(portrait.profile, lexicons))
    write_file(out, to_html(sheet) if out.suffix.lower() == ".html" else to_word(sheet))
    return portrait


def fields(portrait: Portrait, book: Rulebook) -> dict[str, Any]:
    """Everything on the sheet, as plain values."""
    mine, others = portrait.mine.figures, portrait.others.figures
    change = habits(portrait)
    sheet = {
        "标题": f"坐席辅导单：{portrait.agent}", "坐席": portrait.agent, "班组": portrait.team or "—",
        "期间": portrait.mine.period.text, "对照": portrait.group,
        "通数": mine.totals.calls, "评分": mine.everyone.scored, "对照通数": others.totals.calls,
        "样本太少": portrait.few, "最少": FEW,
        "对比": [_mean_row(mine.everyone, others.everyone), *_share_rows(mine.everyone, others.everyone)],
        "长处": [_strength(point, portrait, book) for point in strengths(portrait)],
        "习惯": [_habit(point, portrait, book) for point in change],
        "练习": [_practice(point, portrait, book) for point in change],
        "复听": _again(change, portrait),
        "疑似": mine.suspected, "版本": "，".join(f"{k} {v}" for k, v in mine.versions.items()),
    }  # fmt: skip
    cleaned: dict[str, Any] = clean(sheet)
    return cleaned


def to_html(sheet: dict[str, Any]) -> bytes:
    """One file that needs nothing else and runs nothing."""
    styles = (ASSETS / "coach.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    digest = b64encode(sha256(styles.encode()).digest()).decode()
    page = environment.get_template(PAGE).render(sheet | {"styles": Markup(styles), "style_hash": f"sha256-{digest}"})
    return page.encode("utf-8", "replace")


def to_word(sheet: dict[str, Any]) -> bytes:
    """The same sheet in Word, to be filled in by hand."""
    from qa_nlp.report.desk.coach_template import build
    from qa_nlp.report.desk.filling import fill_template

    def drawn(draw: Callable[[bytes, float, float], object]) -> dict[str, Any]:
        return sheet

    return fill_template(BytesIO(build()), drawn)


def _mean_row(mine: AgentTotal, others: AgentTotal) -> dict[str, Any]:
    def shown(total: AgentTotal) -> str:
        if total.mean is None:
            return "—"
        return f"{total.mean:.1f} 分" + ("" if total.margin is None else f"（±{total.margin:.1f}）")

    word = compared(mine, others)
    gap = "—" if mine.mean is None or others.mean is None else f"{mine.mean - others.mean:+.1f} 分".replace("-", "−")
    told = {"样本不足": TOO_FEW, "分不出": "分不出高低", "高于": "更好", "低于": "更差"}[word]
    return {"项目": "平均分", "本人": shown(mine), "对照": shown(others), "相差": gap, "判断": told}


def _share_rows(mine: AgentTotal, others: AgentTotal) -> list[dict[str, Any]]:
    rows = []
    for name, part in (("有扣分差错的通话", "faulty"), ("触及红线的通话", "vetoes")):
        one, other = Share(getattr(mine, part), mine.calls), Share(getattr(others, part), others.calls)
        rows.append({
            "项目": name, "本人": _share(one), "对照": _share(other), "相差": points_changed(one, other),
            "判断": _against(one, other, worse=1),
        })  # fmt: skip
    return rows


def _share(share: Share) -> str:
    """``7/20 通（35%，18%–57%）``: the share and its interval."""
    if not share.enough:
        return f"{share.part}/{share.whole} 通"
    return f"{share.part}/{share.whole} 通（{share.value:.0%}，{share.bounds}）"


def _against(mine: Share, others: Share, worse: int) -> str:
    if not (mine.enough and others.enough):
        return TOO_FEW
    found = side(mine, others)
    return "分不出高低" if found == 0 else "更差" if found == worse else "更好"


def _strength(point: Point, portrait: Portrait, book: Rulebook) -> dict[str, Any]:
    if point.kind == "fault":
        name, text = f"很少“{code_name(point.id, book)}”", "有此差错的通话"
        told = _against(point.mine, point.others, worse=1)
    else:
        name, text = step_name(point.id, book), "做到的通话"
        told = _against(point.mine, point.others, worse=-1)
    return _compared(name, text, told, point, portrait) | _quoted(point, portrait)


def _habit(point: Point, portrait: Portrait, book: Rulebook) -> dict[str, Any]:
    if point.kind == "fault":
        name, text = code_name(point.id, book), "有此差错的通话"
    else:
        name, text = f"漏“{step_name(point.id, book)}”", "漏做的通话"
    row = _compared(name, text, _against(point.mine, point.others, worse=1), point, portrait)
    row |= {"理由": "", "改说": _better(point, book), "规则": "", "提示": _hint(point, portrait)}
    if point.finding:
        verdict, finding = point.finding
        row |= {"原话": finding.quote, "第几句": finding.turn + 1, "通话编号": verdict.call_id, "理由": finding.message,
                "业务": subtype_name(verdict.subtype, book), "规则": f"{finding.rule_id}；{finding.basis or '—'}"}  # fmt: skip
        return row
    return row | _quoted(point, portrait) | {"业务": ""}


def _hint(point: Point, portrait: Portrait) -> str:
    if point.mine.part == 1:
        return "只出现 1 次，先留意。"
    if point.others.enough and point.others.value >= COMMON and point.against == 0:
        return f"{portrait.group}也常这样，是共同的问题，宜一起练。"
    return ""


def _compared(name: str, text: str, told: str, point: Point, portrait: Portrait) -> dict[str, Any]:
    return {
        "名称": name, "说明": text, "判断": told, "本人": _share(point.mine), "对照": _share(point.others),
        "图": None if point.few else {
            "本人": _spot(point.mine), "对照": _spot(point.others),
            "读法": f"{text}：本人 {point.mine.bounds}，{portrait.group} {point.others.bounds}",
        },
    }  # fmt: skip


def _spot(share: Share) -> dict[str, float]:
    """Where to draw a share and its interval, in per cent of the width."""
    low, middle, high = (round(4 + 92 * x, 1) for x in (share.low, share.value, share.high))
    return {"左": low, "中": middle, "右": high, "长": round(high - low, 1)}


def _quoted(point: Point, portrait: Portrait) -> dict[str, Any]:
    """Words with which the step was done, by the agent or, where never, by somebody of the group."""
    if point.done is None:
        return {"原话": "", "第几句": 0, "通话编号": "", "谁": ""}
    verdict, step = point.done
    own = verdict.agent_id == portrait.agent
    return {
        "原话": step.quote, "第几句": (step.turn or 0) + 1, "通话编号": verdict.call_id,
        "谁": "本人" if own else portrait.group,
    }  # fmt: skip


def _better(point: Point, book: Rulebook) -> str:
    if point.finding:
        return point.finding[1].suggestion
    if point.kind == "step":
        return step_advice(point.id, book)
    conduct = next((row["建议说法"] for row in book.tables["conduct"] if row["项目"] == point.id), "")
    return book.codes[point.id].suggestion if point.id in book.codes else conduct


def _practice(point: Point, portrait: Portrait, book: Rulebook) -> str:
    say = _better(point, book).rstrip("。")
    if point.kind == "fault":
        spoken = point.id in book.codes
        what = f"“{code_name(point.id, book)}”：" + (
            "每天对照规范练一遍。" if not say else f"开口前换成“{say}”，每天练三遍。" if spoken else f"{say}。"
        )
    else:
        what = f"“{step_name(point.id, book)}”：" + (
            f"把“{say}”写在话术卡上，每通挂机前对照一遍。" if say else "写进话术卡，每通挂机前对照一遍。"
        )
    return what + _goal(point, portrait)


def _goal(point: Point, portrait: Portrait) -> str:
    """Down to the others' share where that is surely lower, to half elsewhere; with few calls, not again."""
    now = point.mine.value
    if point.few or portrait.few:
        return f"现在 {point.mine.part}/{point.mine.whole} 通（{TOO_FEW}），目标：下周不再出现。"
    if point.against == 1:
        return f"目标：从 {now:.0%} 降到{portrait.group}的水平（{point.others.value:.0%}）。"
    return f"目标：从 {now:.0%} 降到 {now / 2:.0%} 以下。"


def _again(points: Sequence[Point], portrait: Portrait) -> str:
    """Calls to listen to together."""
    named = [point.finding[0].call_id for point in points if point.finding]
    good = [case.verdict.call_id for case in portrait.mine.cases.good(1)]
    text = f"一起复听：{'、'.join(dict.fromkeys(named))}" if named else ""
    praise = f"做得好的一通：{good[0]}" if good else ""
    return "；".join(filter(None, (text, praise)))
