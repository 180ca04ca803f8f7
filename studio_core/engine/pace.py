"""How fast a run goes and how long it is patient."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Pace:
    """Concurrency in calls, times in seconds.

    The pause between two lists of a kind that is waited for begins at `poll_first` and grows to
    `poll_gap`, or to a share of the time waited so far, at most `poll_most`; see `Rhythm`.
    A step whose resource does not settle within `patience` fails; one that is refused for a
    passing reason is tried again for `persistence`, its pauses growing to `retry_most`. A
    deletion that something holds is tried for `settling`, and then planned again.
    """

    concurrency: int = 10
    poll_first: float = 0.5
    poll_gap: float = 2.0
    poll_most: float = 15.0
    patience: float = 1800.0
    persistence: float = 600.0
    settling: float = 10.0
    retry_first: float = 0.5
    retry_most: float = 10.0

    def scaled(self, timescale: float) -> Pace:
        """Give the pace of a world whose waits take `timescale` times as long."""
        return replace(
            self,
            poll_first=self.poll_first * timescale,
            poll_gap=self.poll_gap * timescale,
            poll_most=self.poll_most * timescale,
            patience=self.patience * timescale,
            persistence=self.persistence * timescale,
            settling=self.settling * timescale,
            retry_first=self.retry_first * timescale,
            retry_most=self.retry_most * timescale,
        )
