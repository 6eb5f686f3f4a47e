"""Files → calls. ``open_calls`` opens anything; one small module a format family."""

from qa_nlp.read.opening import open_calls

__all__ = ["open_calls"]
