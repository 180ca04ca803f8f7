"""The throttle in a simulated world: a caller with ten slots, a bucket or dice that refuse."""

from __future__ import annotations

import heapq
import random
from typing import TYPE_CHECKING

import pytest

from studio_core.engine.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable

LATENCY = 0.1
SLOTS = 10


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def bucket(rate: float, clock: Clock) -> Callable[[], bool]:
    state = {"tokens": rate, "at": clock.now}

    def grants() -> bool:
        state["tokens"] = min(rate, state["tokens"] + (clock.now - state["at"]) * rate)
        state["at"] = clock.now
        if state["tokens"] < 1:
            return False
        state["tokens"] -= 1
        return True

    return grants


def run(work: int, grants: Callable[[], bool], clock: Clock) -> tuple[float, int]:
    """Seconds and calls that `work` granted calls take."""
    throttle, start, calls, done = Throttle(clock), clock.now, 0, 0
    flying: list[float] = []
    while done < work:
        while len(flying) < min(SLOTS, work - done) and throttle.opens_at <= clock.now:
            throttle.sent()
            calls += 1
            heapq.heappush(flying, clock.now + LATENCY)
        waits = flying[:1] + ([throttle.opens_at] if len(flying) < min(SLOTS, work - done) else [])
        clock.now = max(clock.now, min(waits))
        while flying and flying[0] <= clock.now:
            heapq.heappop(flying)
            if grants():
                done += 1
                throttle.granted()
            else:
                throttle.refused()
    return clock.now - start, calls


@pytest.mark.parametrize("rate", [2.0, 5.0, 20.0, 50.0])
def test_a_bucket_is_kept_drained_and_few_calls_are_wasted(rate: float) -> None:
    clock = Clock()
    seconds, calls = run(500, bucket(rate, clock), clock)
    bound = (500 - rate) / rate
    assert seconds <= 1.1 * bound
    assert calls <= 1.2 * 500


@pytest.mark.parametrize("seed", range(5))
def test_refusals_that_come_from_elsewhere_do_not_close_it(seed: int) -> None:
    dice = random.Random(seed)
    clock = Clock()
    seconds, _ = run(1000, lambda: dice.random() > 0.3, clock)
    free = 1000 / 0.7 * LATENCY / SLOTS
    assert seconds <= 1.5 * free


def test_without_refusals_there_is_no_limit() -> None:
    clock = Clock()
    seconds, calls = run(500, lambda: True, clock)
    assert calls == 500
    assert seconds == pytest.approx(500 * LATENCY / SLOTS, rel=0.01)


def test_a_limit_that_was_lifted_is_forgotten() -> None:
    clock = Clock()
    limited = bucket(5, clock)
    end = clock.now + 20
    seconds, _ = run(2000, lambda: clock.now > end or limited(), clock)
    assert seconds <= 20 + 2000 * LATENCY / SLOTS * 1.5
