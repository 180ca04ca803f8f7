"""Calls per operation over the last minutes."""

from __future__ import annotations

from collections import Counter, deque
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BUCKET_SECONDS = 10
BUCKETS = 60


class CallHistory:
    """Totals and a series per operation; callers lock around each method."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self.totals: Counter[str] = Counter()
        self._buckets: deque[tuple[int, Counter[str]]] = deque(maxlen=BUCKETS)

    def record(self, operation: str) -> None:
        """Count a call."""
        now = int(self._clock() // BUCKET_SECONDS)
        if not self._buckets or self._buckets[-1][0] != now:
            self._buckets.append((now, Counter()))
        self._buckets[-1][1][operation] += 1
        self.totals[operation] += 1

    def clear(self) -> None:
        """Forget every call."""
        self.totals.clear()
        self._buckets.clear()

    def series(self) -> dict[str, list[int]]:
        """Return the calls of each operation per bucket, the oldest first."""
        last = int(self._clock() // BUCKET_SECONDS)
        found = {name: [0] * BUCKETS for name in sorted(self.totals)}
        for bucket, counts in self._buckets:
            place = BUCKETS - 1 - (last - bucket)
            for name, count in counts.items() if place >= 0 else ():
                found[name][place] = count
        return found
