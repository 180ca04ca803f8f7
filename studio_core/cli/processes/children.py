"""Child processes of `studio demo`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GRACE = 10.0
"""Seconds that a child may take to end before it is killed."""

_REMEMBERED = 15
_LINK = re.compile(r"(?:[A-Z][a-z]+: )?(https?://\S+)")


class Child:
    """One `studio` command in its own process group, with the last lines of its output.

    The group keeps Ctrl-C away from the child, so that this process ends its children in
    order. A child also exits when this process is killed (see `parent_watch`).
    """

    def __init__(self, name: str, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = name
        self.tail: deque[str] = deque(maxlen=_REMEMBERED)
        self.link: str = ""
        """The link that the child prints once it answers, or empty."""
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and commands
            [sys.executable, "-m", "studio_core.cli.processes.parent_watch", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name=f"{name} output", daemon=True)
        self._reader.start()

    @property
    def status(self) -> int | None:
        """Exit status, or None while the process runs."""
        return self._process.poll()

    def end(self) -> None:
        """Terminate the process group, and kill what does not end in time."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()
        self._signal(signal.SIGKILL)  # grandchildren that are still alive
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._reader.join(1.0)
        if self._process.stdout is not None and not self._reader.is_alive():
            self._process.stdout.close()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        for line in stream:
            match = _LINK.fullmatch(line.strip())
            if match and not self.link:
                self.link = match.group(1)
            else:
                self.tail.append(line.rstrip())
