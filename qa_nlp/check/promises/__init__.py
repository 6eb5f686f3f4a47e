"""What times the agent promised, for what, until when, and whether the limit allows it."""

from qa_nlp.check.promises.find import find_promises

__all__ = ["find_promises"]
