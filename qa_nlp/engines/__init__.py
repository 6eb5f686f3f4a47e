"""Where a batch runs: processes of this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from qa_nlp.engines.local import Setup
    from qa_nlp.spool import Chunk


class Engine(AbstractContextManager[Any], Protocol):
    """Inspects a whole batch elsewhere. Open while the batch runs; keeps what is finished in a folder of its own."""

    name: str
    resumed: int

    @property
    def facts(self) -> dict[str, object]:
        """What ``run.json`` tells of it."""

    def chunks(
        self,
        paths: Sequence[Path],
        meta: Path | None,
        setup: Setup,
        folder: Path,
        resume: bool,
        formats: frozenset[str],
    ) -> Iterator[Chunk]:
        """The finished chunks in the order of the batch, each call id once; ``folder`` holds what can be resumed.

        Pieces of the reports ``formats`` may be ready.
        """

    def finish(self, result: Path) -> None:
        """Add files of its own to the result folder, which holds ``calls.jsonl``."""
