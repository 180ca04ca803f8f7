"""Applying a plan in a world that other people change."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from studio_core.engine.apply import Applier
from studio_core.engine.pace import Pace
from studio_core.engine.schedule import Schedule
from studio_core.errors import AwsError, InUseError, ThrottledError, TransientError
from studio_core.model.plans import Action
from studio_core.model.runs import Outcome, Result

from .fakes import Calls, Inline, app, plan, profile, row, space

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.model.plans import Plan

QUICK = Pace(
    poll_first=0.005,
    poll_gap=0.02,
    poll_most=0.1,
    patience=3,
    persistence=1,
    settling=0.2,
    retry_first=0.005,
    retry_most=0.02,
)


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as executor:
        yield executor


@pytest.fixture
def run(executor: ThreadPoolExecutor):
    def run(calls: Calls, wanted: Plan, pace: Pace = QUICK) -> dict[str, Outcome]:
        outcomes = Applier(calls, executor, pace=pace).apply(wanted)
        return {outcome.step.key: outcome for outcome in outcomes}

    return run


def test_an_app_that_is_restarted_while_it_is_deleted_is_deleted_again(run) -> None:
    calls, restarts = Calls(**{"team-1/jupyterlab/default": "InService"}), [2]

    def on_list() -> None:
        calls.settle()
        if restarts[0]:
            restarts[0] -= 1
            calls.world["team-1/jupyterlab/default"] = "InService"

    calls.on_list = on_list
    step = app("team-1", Action.DELETE, status="InService")
    began = time.monotonic()
    assert run(calls, plan(step))[step.key].result is Result.DONE
    assert calls.made[step.key] > 1
    assert time.monotonic() - began < QUICK.patience


def test_a_deletion_that_failed_later_is_called_again(run) -> None:
    """It was Deleting when the plan was made, so the first try makes no call."""
    calls = Calls(team_1="Deleting")
    calls.world["team-1"] = "Delete_Failed"
    calls.on_list = lambda: calls.made["delete:space:team-1"] > 1 and calls.settle()
    step = space("team-1", Action.DELETE, status="Deleting")
    assert run(calls, plan(step))[step.key].result is Result.DONE


def test_a_deletion_that_keeps_failing_ends_with_the_reason_of_aws(run) -> None:
    calls = Calls()
    calls.world["team-1"] = "InService"
    calls.reasons["team-1"] = "the volume is locked"
    calls.on_list = lambda: calls.world.update({"team-1": "Delete_Failed"})
    step = space("team-1", Action.DELETE, status="InService")
    outcome = run(calls, plan(step))[step.key]
    assert outcome.result is Result.FAILED
    assert outcome.reason == "AWS reports Delete_Failed: the volume is locked"
    assert calls.made[step.key] == 3


def test_throttled_calls_do_not_use_up_the_deletions_tries(run) -> None:
    calls = Calls()
    calls.world["team-1"] = "InService"
    step = space("team-1", Action.DELETE, status="InService")
    calls.errors[step.key] = [ThrottledError("slow down")] * 5
    failed = [2]

    def on_list() -> None:
        if calls.world.get("team-1") == "Deleting" and failed[0]:
            failed[0] -= 1
            calls.world["team-1"] = "Delete_Failed"
        else:
            calls.settle()

    calls.on_list = on_list
    assert run(calls, plan(step))[step.key].result is Result.DONE


def test_what_something_unplanned_holds_is_left_to_be_planned_again_soon(run) -> None:
    calls = Calls(team="InService")
    step = space("team", Action.DELETE, status="InService")
    after = profile("ada", Action.DELETE, step.key)
    calls.errors[step.key] = [InUseError("App(s) are associated with it")] * 1000
    began = time.monotonic()
    outcomes = run(calls, plan(step, after))
    assert {outcome.result for outcome in outcomes.values()} == {Result.STALE}
    assert QUICK.settling <= time.monotonic() - began < QUICK.persistence


def test_what_held_a_space_a_moment_longer_is_waited_out(run) -> None:
    calls = Calls(team="InService")
    calls.on_list = calls.settle
    step = space("team", Action.DELETE, status="InService")
    calls.errors[step.key] = [InUseError("App(s) are associated with it")] * 3
    assert run(calls, plan(step))[step.key].result is Result.DONE


def test_what_is_held_is_planned_again_soon_under_throttling_too(run) -> None:
    calls = Calls(team="InService")
    step = space("team", Action.DELETE, status="InService")
    calls.errors[step.key] = [InUseError("App(s) are associated"), ThrottledError("slow")] * 1000
    began = time.monotonic()
    assert run(calls, plan(step))[step.key].result is Result.STALE
    assert time.monotonic() - began < QUICK.persistence


def test_failures_that_pass_are_tried_for_as_long_as_persistence(run) -> None:
    calls = Calls()
    calls.on_list = calls.settle
    patient, hopeless = profile("ada"), profile("bob")
    calls.errors[patient.key] = [TransientError("no network")] * 10
    calls.errors[hopeless.key] = [TransientError("no network")] * 10_000
    outcomes = run(calls, plan(patient, hopeless))
    assert outcomes[patient.key].result is Result.DONE
    assert outcomes[hopeless.key].result is Result.FAILED
    assert outcomes[hopeless.key].reason == "no network"


def test_an_app_that_somebody_stops_while_it_starts_is_not_waited_for(run) -> None:
    calls, seen = Calls(), [0]

    def on_list() -> None:
        seen[0] += 1
        if seen[0] > 1:
            calls.world.clear()

    calls.on_list = on_list
    step = app("team-1")
    began = time.monotonic()
    outcome = run(calls, plan(step))[step.key]
    assert (outcome.result, bool(outcome.remedy)) == (Result.FAILED, True)
    assert "deleted" in outcome.reason
    assert time.monotonic() - began < QUICK.patience


def test_lists_that_do_not_show_a_new_profile_yet_are_asked_again(run) -> None:
    calls, seen = Calls(), [0]

    def on_list() -> None:
        seen[0] += 1
        calls.world.clear()
        if seen[0] > 3:
            calls.world["ada"] = "InService"

    calls.on_list = on_list
    step = profile("ada")
    assert run(calls, plan(step))[step.key].result is Result.DONE


@pytest.mark.parametrize("seen", [False, True], ids=["before a list shows it", "once seen"])
@pytest.mark.parametrize("leaves", ["at once", "by and by"])
@pytest.mark.parametrize("make", [profile, space])
def test_what_somebody_deletes_while_it_is_made_is_made_again(run, make, seen, leaves) -> None:
    calls = Calls()
    step = make("ada")
    needing = app("ada", Action.CREATE, step.key)
    acts = ["show"] * seen + ["delete"] + ["on its way"] * (leaves == "by and by") + ["gone"]

    def on_list() -> None:
        act = acts.pop(0) if acts else "settle"
        if act == "delete":
            calls.world["ada"] = "Deleting"
        elif act == "gone":
            calls.world.clear()
        elif act == "settle":
            calls.settle()

    if leaves == "at once":
        acts.remove("delete")
    calls.on_list = on_list
    began = time.monotonic()
    outcomes = run(calls, plan(step, needing))
    assert {outcome.result for outcome in outcomes.values()} == {Result.DONE}
    assert calls.made[step.key] > 1
    assert time.monotonic() - began < QUICK.patience / 2


def test_a_new_profile_that_lists_show_late_is_no_failure(run) -> None:
    """Its create is called again, which AWS refuses and `AwsStepCalls` takes for done."""
    calls = Calls()
    began = time.monotonic()

    def on_list() -> None:
        late = time.monotonic() - began > QUICK.settling * 2
        calls.world = {"ada": "InService"} if late else {}

    calls.on_list = on_list
    step = profile("ada")
    assert run(calls, plan(step))[step.key].result is Result.DONE
    assert 1 < calls.made[step.key] < 5


def test_a_failed_creation_ends_with_the_reason_of_aws_and_blocks_what_needs_it(run) -> None:
    calls = Calls()
    calls.reasons["team-1"] = "no capacity"
    calls.on_list = lambda: calls.world.update({"team-1": "Failed"})
    step = space("team-1")
    needing = app("team-1", Action.CREATE, step.key)
    outcomes = run(calls, plan(step, needing))
    assert outcomes[step.key].reason == "AWS reports Failed: no capacity"
    assert outcomes[needing.key].result is Result.BLOCKED
    assert "no capacity" in outcomes[needing.key].reason


def test_rows_that_changed_are_stale_and_so_is_what_needs_them(run) -> None:
    calls = Calls()
    calls.on_list = calls.settle
    ada, bob = row("ada@ai.se"), row("bob@ai.se")
    calls.stale = {ada.key}
    outcomes = run(
        calls,
        plan(
            ada, bob, profile("ada", Action.CREATE, ada.key), profile("bob", Action.CREATE, bob.key)
        ),
    )
    results = {key: outcome.result for key, outcome in outcomes.items()}
    assert results == {
        ada.key: Result.STALE,
        bob.key: Result.DONE,
        "create:profile:ada": Result.STALE,
        "create:profile:bob": Result.DONE,
    }


def test_newcomers_do_not_wait_for_those_who_leave(run) -> None:
    """Rows to be deleted come last; rows to be written must not wait to fill a batch with them."""
    calls = Calls(zoe="InService")
    gone = profile("zoe", Action.DELETE, status="InService")
    leaver, newcomer = row("zoe@ai.se", Action.DELETE, gone.key), row("ada@ai.se")
    ada = profile("ada", Action.CREATE, newcomer.key)
    calls.on_list = lambda: calls.made[ada.key] and calls.settle()
    outcomes = run(calls, plan(newcomer, ada, gone, leaver))
    assert {outcome.result for outcome in outcomes.values()} == {Result.DONE}
    assert calls.batches == [(newcomer.key,), (leaver.key,)]


def test_a_refusal_for_good_is_not_tried_again(run) -> None:
    calls = Calls()
    step = profile("ada")
    calls.errors[step.key] = [AwsError("the name is not valid", "Change it.")]
    outcome = run(calls, plan(step))[step.key]
    assert (outcome.reason, outcome.remedy) == ("the name is not valid", "Change it.")
    assert calls.made[step.key] == 1


def test_what_never_settles_ends_after_patience(run) -> None:
    step = profile("ada")
    outcome = run(Calls(), plan(step), replace(QUICK, patience=0.2))[step.key]
    assert outcome.result is Result.FAILED
    assert "did not settle" in outcome.reason


def test_pauses_are_spread_from_half_to_the_whole_and_grow_to_their_most() -> None:
    step = profile("ada")
    for spread, share in ((0.0, 0.5), (0.5, 0.75), (1.0, 1.0)):
        applier = Applier(Calls(), Inline(), clock=lambda: 100.0, jitter=lambda s=spread: s)
        schedule = applier._schedule = Schedule(plan(step), lambda: 100.0)
        work = schedule[step.key]
        for work.tries, pause in ((1, 0.5), (2, 1.0), (3, 2.0), (9, 10.0)):
            applier._retry(work)
            assert schedule.due(room=False) == [100 + pause * share]
            schedule.clear()


def test_each_phase_of_a_step_is_told_once_and_in_order(executor: ThreadPoolExecutor) -> None:
    calls, told = Calls(), []
    calls.on_list = calls.settle
    step = profile("ada")
    calls.errors[step.key] = [TransientError("no network")] * 2
    applier = Applier(calls, executor, pace=QUICK, on_step=told.append)
    assert [outcome.result for outcome in applier.apply(plan(step, row("bo@ai.se")))] == [
        "done"
    ] * 2
    phases = {name: [t.phase for t in told if t.step.name == name] for name in ("ada", "bo@ai.se")}
    assert phases == {
        "ada": ["started", "retrying", "retrying", "waiting", "ended"],
        "bo@ai.se": ["started", "ended"],
    }
    assert [(t.done, t.total) for t in told if t.phase == "ended"] == [(1, 2), (2, 2)]
