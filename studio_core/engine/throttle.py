"""Keeping one kind of call near the rate that AWS grants it."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = 1.0
"""Seconds after which a rate is judged, or a fifth of them when many calls were refused."""

_FEWEST = 8
_MANY = 10
_MARGIN = 1.05
_TOLERATED = 0.1
_ALIKE = 0.08
_DOUBTS = 2.0
_STUBBORN = 2
_SLOWEST = 0.5
_STEADY = 0.95
_SPEED_UP = 1.15
_FASTEST = 1000.0
_FEW_GRANTED = 3
_LONGEST = 5.0
_OPEN_FOR = 10.0


class Throttle:
    """Open until AWS refuses; then as wide as what it grants, and a little more.

    AWS limits calls by a bucket for each operation and tells nothing of its size. A gate a
    little wider than what is granted keeps such a bucket drained and wastes few calls. When
    calls are refused at the same share however slowly they come, the cause is not their
    rate: the gate opens again for a while. botocore's adaptive mode, which slows down with
    every refusal, was measured beside it: see docs/benchmarks.md.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.rate: float | None = None
        self._next = 0.0
        self._since: float | None = None
        self._granted = 0
        self._refused = 0
        self._share: float | None = None
        self._alike = 0
        self._clean = 0
        self._open_until = 0.0

    @property
    def opens_at(self) -> float:
        """When the next call may go; a time that is over when it may go now."""
        return self._next

    def sent(self) -> None:
        """Note that a call went out."""
        now = self._clock()
        if self._since is None:
            self._since = now
        if self.rate is not None:
            self._next = max(self._next, now) + 1 / self.rate

    def granted(self) -> None:
        """Note that a call was not refused for its rate."""
        self._granted += 1
        self._judge()

    def refused(self) -> None:
        """Note that a call was refused for its rate."""
        self._refused += 1
        self._judge()

    def _judge(self) -> None:
        now = self._clock()
        since = self._since if self._since is not None else now
        calls, took = self._granted + self._refused, now - since
        enough = took >= WINDOW or (self._refused >= _MANY and took >= WINDOW / 5)
        if calls < _FEWEST or not enough:
            return
        if self._granted < _FEW_GRANTED and took < _LONGEST:
            self._next = now + WINDOW  # too few to tell a rate by: look again a little later
            return
        share, speed = self._granted / calls, self._granted / took
        self._since, self._granted, self._refused = now, 0, 0
        if 1 - share > _TOLERATED:
            self._slow_down(share, speed, calls, now)
        elif share == 1.0 and self.rate is not None:
            self._clean += 1
            faster = self.rate * _SPEED_UP**self._clean
            self.rate = faster if faster < _FASTEST else None
        elif self.rate is not None:
            self._clean = 0
            self.rate = max(_SLOWEST, _MARGIN * speed, _STEADY * self.rate)
        if share == 1.0 or 1 - share <= _TOLERATED:
            self._share, self._alike = None, 0

    def _slow_down(self, share: float, speed: float, calls: int, now: float) -> None:
        self._clean = 0
        if now < self._open_until:
            return
        doubt = _DOUBTS * sqrt(share * (1 - share) / calls)
        alike = self._share is not None and abs(share - self._share) <= max(_ALIKE, doubt)
        self._alike = self._alike + 1 if alike else 0
        self._share = share
        if self._alike >= _STUBBORN:
            self.rate, self._share, self._alike, self._next = None, None, 0, 0.0
            self._open_until = now + _OPEN_FOR
        else:
            self.rate = max(_SLOWEST, _MARGIN * speed)
            self._next = now + 1 / self.rate
