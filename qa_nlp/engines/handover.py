"""How a chunk's result comes from one process to another: as a file, of which only the name goes through the pipe.

A pipe holds some 64 KB and a result has a megabyte: it would come in many pieces, and for each of them the thread that
takes it waits for the interpreter's lock while its process inspects calls of its own.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import msgspec

from qa_nlp.spool import Inspected

_ENCODER, _DECODER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Inspected)
_NUMBERS = count()


def put(result: Inspected, folder: Path) -> Path:
    """Lay a result down in ``folder``, for its owner alone; the name of the file."""
    path = folder / f"{os.getpid()}-{next(_NUMBERS)}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_ENCODER.encode(result))
    return path


def take(path: Path) -> Inspected:
    """Read what was laid down and remove it."""
    result: Inspected = _DECODER.decode(path.read_bytes())
    path.unlink()
    return result
