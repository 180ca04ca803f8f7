"""Take the snapshots that a run is planned and verified by."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING

from studio_core.backoff import backoff
from studio_core.errors import TransientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.model.plans import Plan
    from studio_core.model.studio import Snapshot


class LastLook:
    """Takes the snapshot that a run is judged by.

    A listing of many pages takes longer than a profile takes to settle. So the last look
    may begin as soon as all calls are made; it counts if it already shows the goal reached,
    and otherwise there is another.
    """

    def __init__(
        self,
        observe: Callable[[], Snapshot],
        pause: Callable[[float], object],
        *,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look with `observe`, again for `patience` seconds while AWS cannot be reached.

        `pause` waits between two tries; True means that the run is to end.
        """
        self._observe = observe
        self._pause = pause
        self._patience = patience
        self._clock = clock
        self._early: threading.Thread | None = None
        self._seen: Snapshot | None = None

    def begin(self) -> None:
        """Start looking in the background."""
        self._seen = None
        self._early = threading.Thread(target=self._look_early, name="last-look", daemon=True)
        self._early.start()

    def plan(self, goal: Callable[[Snapshot], Plan]) -> Plan:
        """Say what is still wanted.

        Raises:
            StudioError: The listings were refused, or failed for a passing reason too often.
        """
        if self._early is not None:
            self._early.join()
            self._early = None
            if self._seen is not None and (wanted := goal(self._seen)).empty:
                return wanted
        return goal(self._look())

    def _look_early(self) -> None:
        try:
            self._seen = self._observe()
        except Exception:  # noqa: BLE001 - then the look that follows says what is wrong
            self._seen = None

    def _look(self) -> Snapshot:
        began = self._clock()
        for attempt in itertools.count(1):
            try:
                return self._observe()
            except TransientError:
                late = self._clock() - began >= self._patience
                if late or self._pause(backoff(attempt, first=1, longest=10)):
                    raise
        raise AssertionError("unreachable")
