"""How many instructions a fixed batch takes, counted by valgrind: a clock that no load on the machine disturbs.

``python -m bench.instructions`` counts and compares, ``--renew`` writes the count down as the new measure.

One process scores the batch once, which loads and compiles everything, then forks: the child ends at once, the
parent scores the same batch again. The difference of their counts is one batch from files to all reports.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
KNOWN = Path(__file__).with_suffix(".json")
SOURCE = ROOT / "data" / "samples" / "labelled" / "base.jsonl"
CALLS = 40
TOLERANCE = 0.10
RENEW = "python -m bench.instructions --renew"
FIXED = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def key() -> str:
    """What a count holds for: another interpreter or compiler makes other instructions of the same work."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {platform.python_compiler()}, {platform.machine()}"


def known() -> dict[str, int]:
    """The counts that were written down, by ``key``."""
    counts: dict[str, int] = json.loads(KNOWN.read_text(encoding="utf-8")) if KNOWN.exists() else {}
    return counts


def verdict(counted: int, expected: int) -> str:
    """What is wrong with a count; "" when it is as expected."""
    change = counted / expected - 1
    if abs(change) <= TOLERANCE:
        return ""
    kind = "more: find what became slower" if change > 0 else "fewer: the measure is out of date"
    return (
        f"{CALLS} calls take {counted:,} instructions, expected {expected:,}: {abs(change):.1%} {kind}. "
        f"If the change is meant, renew the number with `{RENEW}` and commit {KNOWN.relative_to(ROOT)}."
    )


def missing() -> str:
    """Why nothing can be counted here; "" when valgrind is there."""
    return "" if shutil.which("valgrind") else "valgrind is not installed (apt-get install valgrind)"


def count() -> int:
    """Instructions of one batch of ``CALLS`` calls in a warm process; takes about a minute.

    Raises:
        subprocess.CalledProcessError: when the job fails.
    """
    with TemporaryDirectory() as folder:
        command = [
            "valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={folder}/%p.count",
            f"--log-file={folder}/%p.log", sys.executable, "-m", "bench.instructions", "--job", folder,
        ]  # fmt: skip
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment = inherited | FIXED | {"PYTHONPATH": str(ROOT)}
        subprocess.run(command, check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        totals = [_total(file) for file in Path(folder).glob("*.count")]
    return max(totals) - min(totals)


def _total(file: Path) -> int:
    found = re.search(r"^summary: (\d+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError(f"no summary in {file}")
    return int(found[1])


def job(folder: Path) -> None:
    """What valgrind watches, see above."""
    from qa_nlp.batch import score_batch
    from qa_nlp.engines.local import Setup
    from qa_nlp.paths import data_file
    from qa_nlp.process import calm

    calm()
    lines = SOURCE.read_text(encoding="utf-8").splitlines(keepends=True)
    calls = folder / "calls.jsonl"
    calls.write_text("".join(lines[:: len(lines) // CALLS][:CALLS]), encoding="utf-8")
    setup = Setup("power", None, data_file("models", "power"))
    score_batch([calls], folder / "first", setup)
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    score_batch([calls], folder / "second", setup)


def main() -> None:
    """Count, then compare or renew."""
    if sys.argv[1:2] == ["--job"]:
        job(Path(sys.argv[2]))
        return
    if reason := missing():
        raise SystemExit(reason)
    counted, counts = count(), known()
    print(f"{counted:,} instructions for {CALLS} calls ({key()})")
    if "--renew" in sys.argv[1:]:
        text = json.dumps(counts | {key(): counted}, ensure_ascii=False, indent=1, sort_keys=True)
        KNOWN.write_text(text + "\n", encoding="utf-8")
    elif key() not in counts:
        raise SystemExit(f"no number is written down for this interpreter; write it with `{RENEW}`")
    elif problem := verdict(counted, counts[key()]):
        raise SystemExit(problem)


if __name__ == "__main__":
    main()
