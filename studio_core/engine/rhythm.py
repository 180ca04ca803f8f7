"""How often one kind of resource is listed while something waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.engine.pace import Pace

_SHARE_OF_AGE = 0.1
_SHARE_OF_REST = 0.5


class Rhythm:
    """Lists often at first and near the end, rarely in between.

    While waits end, their rate tells when the last one will: half-way there is early enough
    for the next look. While none ends, a tenth of the time waited so far is. Either way a
    list of many pages is not fetched for nothing, and the end is seen soon after it comes.
    """

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self._pace = pace
        self._clock = clock
        self._last = clock()
        self._interval = pace.poll_first
        self.due = self._last + self._interval

    def listed(self, *, ended: int, waiting: int, oldest: float) -> None:
        """Set when to list again, after a list that ended some waits and left others.

        `oldest` is when the longest of those waits began.
        """
        now, pace = self._clock(), self._pace
        if ended:
            rest = waiting * (now - self._last) / ended
            self._interval = max(pace.poll_first, rest * _SHARE_OF_REST)
        else:
            longest = max(pace.poll_gap, (now - oldest) * _SHARE_OF_AGE)
            self._interval = min(self._interval * pace.poll_growth, longest)
        self._interval = min(self._interval, pace.poll_most)
        self._last = now
        self.due = now + self._interval
