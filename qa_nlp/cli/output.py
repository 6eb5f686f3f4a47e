"""What commands do about an output that fails: a full disk or a reader that went away is told, not dumped."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from qa_nlp.errors import OutputError, Problem


@contextmanager
def printed() -> Iterator[None]:
    """Wraps the printing part of a command; everything is flushed at its end.

    Raises:
        OutputError: when the terminal, pipe or file behind the output takes no more.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        # Otherwise the interpreter tries once more at its end and prints a traceback.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        cause = {errno.EPIPE: "接收输出的程序已经关闭", errno.ENOSPC: "磁盘已满"}.get(
            error.errno or 0, error.strerror or ""
        )
        raise OutputError(Problem("U010", "屏幕输出", f"打印不下去：{cause}", "写成文件的结果不受影响")) from None
