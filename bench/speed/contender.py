"""What every contender is: a function that makes itself ready, and one that does the work and is timed."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

Work = Callable[[Path, Path], int]


def main(ready: Callable[[], Work]) -> None:
    """``python -m bench.speed.NAME CALLS OUT``: print calls, CPU seconds of the work alone, peak memory in MB."""
    calls, out = Path(sys.argv[1]), Path(sys.argv[2])
    work = ready()
    began = time.process_time()
    count = work(calls, out)
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"calls": count, "seconds": seconds, "peak": peak}))
