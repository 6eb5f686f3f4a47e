"""A finding that a row of ``conduct.csv`` describes: name, points, words to the agent."""

from __future__ import annotations

from qa_nlp.records import Finding
from qa_nlp.rulebook.rule import SEVERITIES
from qa_nlp.rulebook.sheet import Row

PREFIX = "CON"


def remark(
    row: Row,
    turn: int,
    span: tuple[int, int, str],
    *,
    detail: str = "",
    match: str = "measured",
    confidence: float = 1.0,
    sure: bool = True,
) -> Finding:
    """A finding of ``row`` at raw offsets and quote ``span``; doubtful ones cost nothing."""
    start, end, quote = span
    points = float(row["扣分"] or 0) if sure else 0.0
    return Finding(
        f"{PREFIX}-{row['项目']}", row["项目"], SEVERITIES.get(row["严重度"], "minor"), points, turn, start, end, quote,
        row["提示语"] + detail, row["建议说法"], row["依据"], match, round(confidence, 4),
        "confirmed" if sure else "suspected",
    )  # fmt: skip
