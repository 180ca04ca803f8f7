"""Count SIGINT, SIGTERM and SIGHUP instead of being interrupted by them."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class StopSignals:
    """Context in which SIGINT, SIGTERM and SIGHUP are counted and interrupt nothing.

    Only the main thread can handle signals (Python's `signal` module); in others the context
    has no effect.
    """

    def __init__(self) -> None:
        self.count = 0
        self._received = threading.Event()
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for name in _SIGNALS:
                number = getattr(signal, name, None)  # Windows has no SIGHUP
                if number is not None:
                    self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # as signal() returned it

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for a signal, at most so long; True when one was received."""
        return self._received.wait(seconds)

    @property
    def received(self) -> bool:
        """True when a signal was received."""
        return self._received.is_set()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.count += 1
        self._received.set()
