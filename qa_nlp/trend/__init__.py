"""Two or more finished runs side by side: what rose, what fell, what is only chance."""

from qa_nlp.trend.compare import compare
from qa_nlp.trend.periods import read_periods

__all__ = ["compare", "read_periods"]
