"""A run: its progress, its end, and how it is stopped."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bench.world import people
from studio_core.engine.journal import Journal
from studio_core.engine.lease import Leases
from studio_core.engine.pace import Pace
from studio_core.engine.run import Proposal, Run
from studio_core.errors import RunBusyError
from studio_core.model.plans import Action
from studio_core.model.runs import Lease, Outcome, Result
from tests.planning.worlds import empty

from .fakes import plan, profile

if TYPE_CHECKING:
    from pathlib import Path

    from studio_core.hackathon import Hackathon
    from studio_core.model.plans import Plan
    from studio_core.model.runs import StepProgress
    from tests.control import Control


def test_two_runs_of_one_process_do_not_overlap(hackathon: Hackathon, control: Control) -> None:
    control.faults(latency=0.05)
    run = hackathon.start(hackathon.propose_setup(people(20, 2)))
    with pytest.raises(RunBusyError):
        hackathon.start(hackathon.propose_setup(people(21, 2)))
    assert run.result().ok


def test_stop_ends_after_the_calls_in_flight_and_the_next_run_goes_on(
    hackathon: Hackathon, control: Control
) -> None:
    control.faults(latency=0.05)
    begun = threading.Event()
    run = hackathon.start(
        hackathon.propose_setup(people(80, 4)), on_step=lambda e: e.done > 10 and begun.set()
    )
    assert begun.wait(20)
    run.cancel()
    report = run.result()
    assert report.cancelled
    assert not report.ok
    done = report.counts(Action.CREATE)
    assert 0 < sum(done.values()) < 165
    assert {o.result for o in report.outcomes} == {"done", "cancelled"}
    control.faults()
    assert hackathon.run(hackathon.propose_setup(people(80, 4))).ok
    assert len(hackathon.observe().profiles) == 81


def test_progress_can_be_read_by_anybody_who_comes_back(hackathon: Hackathon) -> None:
    run = hackathon.start(hackathon.propose_setup(people(5, 1)))
    run.result()
    again = hackathon.current_run()
    assert again is run
    progress = run.progress()
    assert progress.ended
    assert progress.by_kind == {"profile": (6, 0, 6), "row": (5, 0, 5), "space": (1, 0, 1)}
    assert progress.done == progress.total == 12


def test_a_run_that_lost_its_lease_ends_after_the_calls_in_flight(hackathon: Hackathon) -> None:
    hackathon.ensure_table()
    backend, event = hackathon._backend, hackathon.settings.event
    backend.leases = Leases(backend.table, clock=backend.clock, ttl=timedelta(seconds=0.6))
    now = datetime.now(UTC)
    theirs = Lease("bo@desk", "purge", "elsewhere:1:abc", now, now + timedelta(seconds=60))
    taken = threading.Event()

    def take(progress: StepProgress) -> None:
        if progress.done < 3 or taken.is_set():
            return
        taken.set()
        until = time.monotonic() + 20
        while (seen := hackathon.lease()) is None or seen.owner != theirs.owner:
            assert time.monotonic() < until
            with suppress(RunBusyError):  # renewed in between
                backend.table.take_lease(event, theirs, over=seen)
        while not run.progress().cancelling and time.monotonic() < until:
            time.sleep(0.02)

    go_on = threading.Event()
    run = hackathon.start(
        hackathon.propose_setup(people(80, 4)), on_step=lambda p: go_on.wait(20) and take(p)
    )
    go_on.set()
    with pytest.raises(RunBusyError):
        run.result()
    assert isinstance(run.error, RunBusyError)
    assert run.report is None
    assert taken.is_set()
    assert 0 < len(hackathon.observe().profiles) < 81
    lease = hackathon.lease()
    assert lease is not None
    assert lease.owner == "bo@desk"


def test_failures_are_counted_apart_from_what_is_done(
    hackathon: Hackathon, control: Control
) -> None:
    control.faults(errors={"sagemaker.CreateSpace": "AccessDeniedException"})
    run = hackathon.start(hackathon.propose_setup(people(4, 2)))
    assert not run.result().ok
    assert run.join(10)
    progress = run.progress()
    assert progress.by_kind == {"profile": (5, 0, 5), "row": (4, 0, 4), "space": (0, 2, 2)}
    assert (progress.done, progress.total, progress.waiting) == (11, 11, 0)


@pytest.mark.parametrize(
    ("done", "rounds"),
    [
        ({}, 3),  # 2, 4 and 6 seconds: more than five without anything new
        ({3: "ada"}, 6),
        ({1: "ada", 3: "bo"}, 3),  # nothing is left
    ],
)
def test_a_run_goes_round_while_something_new_comes_and_for_persistence_after(
    tmp_path: Path, done: dict[int, str], rounds: int
) -> None:
    seconds, finished, steps = [0.0], set[str](), (profile("ada"), profile("bo"))

    class Rounds:
        made = 0

        def apply(self, plan: Plan) -> tuple[Outcome, ...]:
            self.made += 1
            seconds[0] += 2
            finished.add(done.get(self.made, ""))
            return tuple(
                Outcome(s, Result.DONE if s.name in finished else Result.STALE)
                for s in plan.changes
            )

    applier = Rounds()
    now = datetime(2026, 11, 24, tzinfo=UTC)
    run = Run(
        Proposal(plan(*steps), lambda _: plan(*(s for s in steps if s.name not in finished))),
        run_id="run-1",
        owner="ana",
        observe=empty,
        applier=lambda *_: applier,
        journal=Journal(tmp_path / "journal", lambda: now),
        clock=lambda: now,
        pace=Pace(persistence=5, poll_gap=0.05),
        monotonic=lambda: seconds[0],
    )
    began = time.monotonic()
    report = run.start(plan(*steps)).result()
    assert applier.made == rounds
    idle = rounds - 1 - sum(made < rounds for made in done)  # rounds that others come after
    assert time.monotonic() - began >= 0.05 * idle
    assert {item.name for item in report.left} == {"ada", "bo"} - finished
    assert report.ok is (finished >= {"ada", "bo"})


def test_a_process_that_ends_does_not_wait_for_its_run(tmp_path: Path) -> None:
    """The journal and the lease tell what was cut off; a second Ctrl-C must not hang."""
    go_on, now = threading.Event(), datetime(2026, 11, 24, tzinfo=UTC)

    class Slow:
        def apply(self, plan: Plan) -> tuple[Outcome, ...]:
            go_on.wait(10)
            return tuple(Outcome(step, Result.DONE) for step in plan.changes)

    before = set(threading.enumerate())
    agreed = plan(profile("ada"))
    run = Run(
        Proposal(agreed, lambda _: plan()),
        run_id="run-1",
        owner="ana",
        observe=empty,
        applier=lambda *_: Slow(),
        journal=Journal(tmp_path / "journal", lambda: now),
        clock=lambda: now,
        pace=Pace(),
    ).start(agreed)
    working = set(threading.enumerate()) - before
    go_on.set()
    assert run.result().ok
    assert working
    assert all(thread.daemon for thread in working)
