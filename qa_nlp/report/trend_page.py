"""The comparison of periods as a page: one file without scripts or network; what changed on top, every row below."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from qa_nlp.report.trend import FELL, ROSE, Row, Trend, gap_text, shown, verdict_text

ASSETS = Path(__file__).parent / "assets"
OPEN = ("总体", "等级")
# The drawing of a gap: half its width in pixels, and what that stands for at least (points, or percentage points).
HALF, LEAST = 70.0, 5.0


def write_page(trend: Trend, path: Path) -> None:
    """Write the page; the same comparison gives the same bytes.

    Raises:
        OSError: when the file cannot be written.
    """
    styles = (ASSETS / "trend.css").read_text(encoding="utf-8")
    style_hash = "sha256-" + b64encode(sha256(styles.encode()).digest()).decode()
    changed = [row for row in trend.rows if row.changed]
    text = _template().render(
        trend=trend, changed=changed, groups=_groups(trend.rows), opened=OPEN, many=len(trend.names) > 2,
        widest=_widest(trend.rows), styles=Markup(styles), style_hash=style_hash,
        shown=shown, gap_text=gap_text, verdict_text=verdict_text, tone=tone, drawn=drawn, line=line,
    )  # fmt: skip
    path.write_bytes(text.encode("utf-8", "replace"))


def tone(row: Row) -> str:
    """The class of a row: good or bad where it changed for better or worse, moved where it is neither."""
    return {"变好": "good", "变差": "bad"}.get(row.better, "moved" if row.verdict in (ROSE, FELL) else "same")


def drawn(row: Row, widest: dict[str, float]) -> Markup:
    """The gap as a dot on its 95 % interval, zero in the middle; nothing where there is none."""
    if row.gap is None or row.low is None or row.high is None:
        return Markup("")
    scale = HALF / widest[row.unit]
    low, at, high = (round(HALF + max(-HALF, min(HALF, part * scale)), 1) for part in (row.low, row.gap, row.high))
    return Markup(
        '<svg width="140" height="16" viewBox="0 0 140 16" role="img" aria-label="{}">'
        '<line class="zero" x1="70" x2="70" y1="0" y2="16"/><line class="span" x1="{}" x2="{}" y1="8" y2="8"/>'
        '<circle class="dot" cx="{}" cy="8" r="4"/></svg>'
    ).format(gap_text(row), low, high, at)


def line(row: Row) -> Markup:
    """The figures of the periods as a small line."""
    values = [cell.value for cell in row.cells]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(known), max(known)
    reach = max(high - low, 1e-9)
    step = 80 / (len(values) - 1)
    points = " ".join(
        f"{4 + at * step:.1f},{18 - 14 * (value - low) / reach:.1f}"
        for at, value in enumerate(values)
        if value is not None
    )
    return Markup(
        '<svg width="88" height="22" viewBox="0 0 88 22" aria-hidden="true"><polyline points="{}"/></svg>'
    ).format(points)


def _groups(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    return [(group, list(found)) for group, found in groupby(rows, key=lambda row: row.group)]


def _widest(rows: Iterable[Row]) -> dict[str, float]:
    """For each unit, the reach of the drawings: that of the widest interval of a row that changed."""
    widest = {"分": LEAST, "%": LEAST}
    for row in rows:
        if row.changed and row.low is not None and row.high is not None:
            widest[row.unit] = max(widest[row.unit], abs(row.low), abs(row.high))
    return widest


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(ASSETS), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=StrictUndefined,
    )  # fmt: skip
    return environment.get_template("trend.html.j2")
