"""Small charts as inline SVG: lines, bars and a confusion grid. No library, no script, no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, EDGE = 460, 300, 46
COLOURS = ("#1f5fa8", "#c2571a", "#4a7d2c")


@dataclass(frozen=True)
class Series:
    """Points (x, y), each with the low and high end of its interval (equal to y where unknown)."""

    name: str
    points: Sequence[tuple[float, float, float, float]]


def chart(
    title: str, x_name: str, y_name: str, series: Sequence[Series], *, top: float = 1.0, diagonal: bool = False
) -> str:
    """Lines over x from 0 to 1 and y from 0 to ``top``, in per cent; the intervals as thin strokes."""
    parts = [_frame(title, x_name, y_name, top)]
    if diagonal:
        parts.append(f'<line x1="{_x(0)}" y1="{_y(0, top)}" x2="{_x(1)}" y2="{_y(1, top)}" class="guide"/>')
    for number, one in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{_x(x)},{_y(y, top)}" for x, y, _, _ in one.points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if len(one.points) <= 40:
            parts += [_dot(point, top, colour) for point in one.points]
        parts.append(
            f'<text x="{WIDTH - 8}" y="{18 + 15 * number}" text-anchor="end" fill="{colour}">{escape(one.name)}</text>'
        )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'


def confusion_grid(names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Rows are the labels given, columns the labels found; each cell tells its numbers when pointed at."""
    cell, left = 13, 150
    size = cell * len(names)
    parts = []
    for row, want in enumerate(names):
        total = max(1, sum(counts[row]))
        y = left + row * cell
        parts.append(f'<text x="{left - 5}" y="{y + 10}" text-anchor="end">{escape(want)}</text>')
        parts.append(
            f'<text transform="translate({left + row * cell + 10},{left - 5}) rotate(-60)">{escape(want)}</text>'
        )
        for column, got in enumerate(names):
            if number := counts[row][column]:
                colour = "31,95,168" if row == column else "178,34,34"
                tip = f"<title>{escape(want)} → {escape(got)}：{number} / {total}</title>"
                parts.append(
                    f'<rect x="{left + column * cell}" y="{y}" width="{cell}" height="{cell}" '
                    f'fill="rgba({colour},{0.2 + 0.8 * number / total:.2f})">{tip}</rect>'
                )
    frame = f'<rect x="{left}" y="{left}" width="{size}" height="{size}" class="frame"/>'
    side = left + size + 90
    body = frame + "".join(parts)
    return f'<svg viewBox="0 0 {side} {left + size + 8}" class="grid" role="img" aria-label="混淆矩阵">{body}</svg>'


def _frame(title: str, x_name: str, y_name: str, top: float) -> str:
    parts = [f'<text x="{EDGE}" y="16" class="title">{escape(title)}</text>']
    for step in range(6):
        share = step / 5
        parts.append(
            f'<line x1="{_x(0)}" y1="{_y(share * top, top)}" x2="{_x(1)}" y2="{_y(share * top, top)}" class="rule"/>'
        )
        label = f"{100 * share * top:.3g}%"
        parts.append(f'<text x="{EDGE - 6}" y="{_y(share * top, top) + 4}" text-anchor="end">{label}</text>')
        parts.append(f'<text x="{_x(share)}" y="{HEIGHT - EDGE + 16}" text-anchor="middle">{100 * share:.0f}%</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x_name)}</text>')
    middle = HEIGHT / 2
    parts.append(f'<text transform="translate(12,{middle}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>')
    return "".join(parts)


def _dot(point: tuple[float, float, float, float], top: float, colour: str) -> str:
    x, y, low, high = point
    bar = f'<line x1="{_x(x)}" y1="{_y(low, top)}" x2="{_x(x)}" y2="{_y(high, top)}" stroke="{colour}"/>'
    return bar + f'<circle cx="{_x(x)}" cy="{_y(y, top)}" r="3" fill="{colour}"/>'


def _x(share: float) -> float:
    return round(EDGE + share * (WIDTH - EDGE - 14), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - EDGE - min(1.0, value / top) * (HEIGHT - EDGE - 36), 1)
