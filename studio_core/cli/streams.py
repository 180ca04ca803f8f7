"""Standard streams that are closed or full: no reason to leave a run half way."""

from __future__ import annotations

import os
import sys
from pathlib import Path

UNWRITTEN = 1
"""Exit status when the result could not be written."""


def open_closed_streams() -> None:
    """Give closed standard streams a place to write to: Python leaves them as None."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end


def flushed(status: int) -> int:
    """Flush standard output and return the exit status, or `UNWRITTEN` when that fails.

    Without it Python tries again while it ends, and exits with 120.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        _discard(sys.stdout.fileno())
        if status == 0:
            status = UNWRITTEN
            complain(f"Error: The result could not be written: {error.strerror}.")
    try:
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr.fileno())
    return status


def complain(text: str) -> None:
    """Write a message to standard error, if that is possible."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def _discard(descriptor: int) -> None:
    """Let what is still buffered for a descriptor go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
