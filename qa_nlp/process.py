"""How a process of this program behaves: on one thread, and seldom looking for garbage. Imports nothing heavy."""

from __future__ import annotations

import gc
import os


def calm() -> None:
    """Look for garbage less often: verdicts hold no cycles, and each look passes over the whole rulebook.

    It saves 8 % of a run, and 50 ms of a start when it comes before the libraries are imported.
    """
    gc.set_threshold(20_000, 20, 100)


def single_threaded() -> None:
    """Keep number libraries to one thread; must come before they are imported."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
