"""Files → calls. ``open_calls`` opens anything; one small module a format family."""

from qa_nlp.read.opening import open_calls
from qa_nlp.read.report import FileReport, describe
from qa_nlp.read.writing import write_native

__all__ = ["FileReport", "describe", "open_calls", "write_native"]
