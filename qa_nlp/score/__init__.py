"""Findings and step verdicts → a score that can be added up by hand, and a case analysis."""

from qa_nlp.score.points import score
from qa_nlp.score.summary import summarise

__all__ = ["score", "summarise"]
