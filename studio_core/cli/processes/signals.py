"""Ctrl-C and its like, told to the code that waits instead of breaking into it."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Stop:
    """Inside its block, SIGINT, SIGTERM and SIGHUP are counted and break nothing off.

    Only the main thread may take signals (Python's `signal` module); elsewhere the block
    changes nothing.
    """

    def __init__(self) -> None:
        self.times = 0
        self._told = threading.Event()
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for name in _SIGNALS:
                number = getattr(signal, name, None)  # Windows has no SIGHUP
                if number is not None:
                    self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() gave us

    def wait(self, seconds: float | None = None) -> bool:
        """Wait to be told, at most so long; True when it has been told."""
        return self._told.wait(seconds)

    @property
    def told(self) -> bool:
        """True when a signal has come."""
        return self._told.is_set()

    def _take(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.times += 1
        self._told.set()
