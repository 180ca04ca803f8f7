"""Chaos at any length, in several processes: `python -m tests.chaos --sequences 1000`."""

from __future__ import annotations

import math
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from unittest import mock

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.internal.conjecture import engine
from hypothesis.reporting import with_reporter
from hypothesis.stateful import run_state_machine_as_test

from tests.chaos.machine import Chaos, Failure
from tests.chaos.world import World

BATCH = 25
"""Sequences of one seed: small enough to replay in a minute."""

RULES = 8
"""Most rules of a sequence."""

SHRINKING = 40.0
"""Seconds spent on making a failing sequence shorter."""

SETTINGS = settings(
    stateful_step_count=RULES,
    deadline=None,
    database=None,
    print_blob=False,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    # Every sequence serves, calls and waits: it is slow by what it is, and judged by its end.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many sequences and runs there were, how long they took, and what failed."""

    sequences: int
    runs: int
    seconds: float
    failures: tuple[Failure, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failures

    def __str__(self) -> str:
        head = (
            f"{self.sequences} sequences with {self.runs} runs in {self.seconds / 60:.1f} min: "
            f"{len(self.failures)} failed"
        )
        return "\n\n".join([head, *map(str, self.failures)])


def play(choice: settings, number: int | None = None) -> Outcome:
    """Run sequences in this process until they are done or one fails, which is made short."""
    start = time.monotonic()
    Chaos.failures.clear()
    Chaos.sequences = Chaos.runs = 0
    machine = Chaos if number is None else seed(number)(Chaos)
    failures: tuple[Failure, ...] = ()
    with World() as world, mock.patch.object(engine, "MAX_SHRINKING_SECONDS", SHRINKING):
        Chaos.world = world
        try:
            with with_reporter(lambda _: None):  # the story says it in words
                run_state_machine_as_test(machine, settings=choice)
        except Exception:
            if not Chaos.failures:
                raise
            # What failed once and not again is a failure too: runs have threads of their own.
            shortest = min(Chaos.failures, key=lambda failure: len(failure.story))
            failures = (replace(shortest, seed=number),)
    return Outcome(Chaos.sequences, Chaos.runs, time.monotonic() - start, failures)


def batch(number: int) -> Outcome:
    """Run the sequences of one seed."""
    return play(settings(SETTINGS, max_examples=BATCH), number)


def chaos(sequences: int, seed: int, processes: int | None = None) -> Outcome:
    """Run at least so many sequences, each batch with a seed of its own that follows `seed`."""
    start = time.monotonic()
    batches = math.ceil(sequences / BATCH)
    # More than there are cores: runs wait more than they compute.
    workers = processes or min(batches, 2 * (os.cpu_count() or 1))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures = [pool.submit(batch, seed * 100_000 + number) for number in range(batches)]
        done = [future.result() for future in as_completed(futures)]
    return Outcome(
        sum(each.sequences for each in done),
        sum(each.runs for each in done),
        time.monotonic() - start,
        tuple(failure for each in done for failure in each.failures),
    )
