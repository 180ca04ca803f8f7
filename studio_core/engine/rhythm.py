"""How often one kind of resource is listed while something waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.engine.pace import Pace

_SHARE_OF_AGE = 0.1
_SHARE_OF_REST = 0.65
_PAGE = 100
_HEAVIEST = 4.0


class Rhythm:
    """Lists often at first and near the end, rarely in between, and long lists more rarely.

    While waits end, their rate tells when the last one will: the next look is two thirds of
    the way there. While none ends, it is a share of the time waited so far away. A pause is at
    most half as long again as the one before; for a list of several pages, several halves.
    """

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self._pace = pace
        self._clock = clock
        self._weight = 1.0
        self.begin()

    def begin(self) -> None:
        """Begin anew with a first wait."""
        self._last = self._clock()
        self._fresh = True
        self.added()

    def added(self) -> None:
        """Move the first look, while more is asked for all the time."""
        if self._fresh:
            first, latest = self._pace.poll_first, self._last + self._pace.poll_gap
            self.due = min(self._clock() + first, latest)

    def listed(self, *, entries: int, ended: int, waiting: int, oldest: float) -> None:
        """Set when to list again, after a list that ended some waits and left others.

        `entries` is how long it was, and `oldest` when the longest of those waits began.
        """
        now, pace = self._clock(), self._pace
        weight = self._weight = min(max(1.0, entries / _PAGE), _HEAVIEST)
        since_last = now - self._last
        if ended:
            longest = waiting * since_last / ended * _SHARE_OF_REST
        else:
            longest = max(pace.poll_gap, (now - oldest) * _SHARE_OF_AGE) * weight
        pause = min(longest, since_last * (1 + weight / 2), self._most)
        self.due = now + max(pause, pace.poll_first * weight / 2)
        self._last = now
        self._fresh = False

    @property
    def overdue(self) -> bool:
        """Return True when it was put off for as long as it may be."""
        return self._clock() >= self._last + self._most

    @property
    def _most(self) -> float:
        return self._pace.poll_most * self._weight

    def put_off(self) -> None:
        """List a little later: no call could go for what it would show."""
        self.due = self._clock() + self._pace.poll_gap
