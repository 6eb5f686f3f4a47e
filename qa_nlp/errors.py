"""Every error a user can meet: a code, the place, the cause and what to do next (Chinese)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where it is, what was found and what may be written."""

    code: str
    place: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        tail = f" → {self.advice}" if self.advice else ""
        return f"[{self.code}] {self.place}: {self.message}{tail}"


class QaError(Exception):
    """A failure the user can mend; carries every problem that was found, not only the first."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[QaError], tuple[tuple[Problem, ...]]]:
        """Pickle by the problems, so that a worker's error arrives as it was raised."""
        return type(self), (self.problems,)


class UsageError(QaError):
    """A path or an option that cannot be used."""


class OutputError(QaError):
    """The screen or pipe took no more; files that were written are not concerned."""


class RulebookError(QaError):
    """The rulebook cannot be compiled; nothing was written."""


class ModelError(QaError):
    """A model is missing, damaged or does not fit; nothing was written."""


class ReadError(QaError):
    """One file or call cannot be read; the run goes on without it."""
