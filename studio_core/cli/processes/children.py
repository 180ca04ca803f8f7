"""Processes that `studio demo` starts, watches and ends."""

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
"""Seconds that a child has to end before it is killed."""

_REMEMBERED = 15
_LINK = re.compile(r"(?:[A-Z][a-z]+: )?(https?://\S+)")


class Child:
    """One `studio` command in a process group of its own, with what it printed last.

    The group keeps Ctrl-C for this process, which ends its children in order. A child also
    ends by itself when this process is killed (see `parent_watch`).
    """

    def __init__(self, name: str, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = name
        self.tail: deque[str] = deque(maxlen=_REMEMBERED)
        self.link: str = ""
        """The link to open, which the child prints when it answers."""
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
        """Exit status, or None while it runs."""
        return self._process.poll()

    def end(self) -> None:
        """Ask the whole group to end, and kill what does not."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()
        self._signal(signal.SIGKILL)  # grandchildren that outlived it
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
