"""A run: its progress, its end, and how it is stopped."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from bench.world import people
from studio_core.errors import RunBusyError
from studio_core.model.plans import Action

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon
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
