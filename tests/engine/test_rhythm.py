"""How often a kind is listed: often at first and near the end, rarely in between."""

from __future__ import annotations

import pytest

from studio_core.engine.pace import Pace
from studio_core.engine.rhythm import Rhythm

PACE = Pace(poll_first=0.5, poll_growth=2, poll_gap=2, poll_most=15)


class Lists:
    """A rhythm over a clock that goes on from one due time to the next."""

    def __init__(self) -> None:
        self.now = 100.0
        self.rhythm = Rhythm(PACE, lambda: self.now)

    def next(self, *, ended: int = 0, waiting: int = 1, oldest: float = 100.0) -> float:
        """List when it is due; return the seconds until the next time."""
        self.now = self.rhythm.due
        self.rhythm.listed(ended=ended, waiting=waiting, oldest=oldest)
        return self.rhythm.due - self.now


def test_while_nothing_ends_pauses_grow_to_the_gap_and_then_with_the_time_waited() -> None:
    lists = Lists()
    assert lists.rhythm.due == 100.5
    assert [lists.next() for _ in range(3)] == [1.0, 2.0, 2.0]
    lists.now = lists.rhythm.due = 150.0
    assert lists.next() == 4.0
    assert lists.next() == pytest.approx((154 - 100) * 0.1)
    lists.rhythm.due = 1000.0
    assert [lists.next() for _ in range(3)][-1] == 15


def test_while_waits_end_the_next_look_is_half_way_to_the_last_of_them() -> None:
    lists = Lists()
    lists.rhythm.due = 110.0
    assert lists.next(ended=10, waiting=10) == 5.0
    assert lists.next(ended=5, waiting=5) == 2.5
    assert lists.next(ended=50, waiting=1) == 0.5  # never sooner than at first
    lists.rhythm.due = 200.0
    assert lists.next(ended=1, waiting=100) == 15  # nor later than at most
