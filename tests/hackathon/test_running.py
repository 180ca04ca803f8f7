"""How a plan is started: what is looked at first, what is written, and what an end does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest

from bench.world import people
from studio_core.aws.secrets import Secrets
from studio_core.errors import GuardError, NotFoundError, RunBusyError, TransientError
from studio_core.hackathon import Hackathon
from studio_core.model.plans import Scope

if TYPE_CHECKING:
    from pathlib import Path

    from tests.control import Control

Make = Callable[..., Hackathon]


def test_a_setup_makes_its_table_and_nothing_else_does(make_hackathon: Make) -> None:
    hackathon = make_hackathon(table_name="fresh")
    with pytest.raises(GuardError, match="There is no table fresh"):
        hackathon.propose_purge()
    with pytest.raises(GuardError, match="There is no table fresh"):
        hackathon.run(hackathon.propose_stop_apps())
    with pytest.raises(NotFoundError):
        hackathon.table.check()
    assert hackathon.run(hackathon.propose_setup(people(2, 1))).ok
    assert len(hackathon.participants()) == 2


@pytest.mark.parametrize("where", ["region", "domain_id", "account"])
def test_a_plan_runs_where_it_was_made_alone(
    hackathon: Hackathon, control: Control, where: str
) -> None:
    proposal = hackathon.propose_setup(people(2, 1))
    identity = replace(proposal.plan.identity, **{where: "elsewhere"})
    control.forget()
    with pytest.raises(GuardError, match="This plan is for"):
        hackathon.start(replace(proposal, plan=replace(proposal.plan, identity=identity)))
    assert control.changes() == {}


def test_a_plan_made_by_another_person_of_the_account_runs(hackathon: Hackathon) -> None:
    proposal = hackathon.propose_setup(people(2, 1))
    identity = replace(proposal.plan.identity, arn="arn:aws:iam::123456789012:user/bo")
    assert hackathon.run(replace(proposal, plan=replace(proposal.plan, identity=identity))).ok


def test_who_is_refused_in_this_process_is_told_whose_run_it_is(hackathon: Hackathon) -> None:
    go_on = threading.Event()
    run = hackathon.start(hackathon.propose_setup(people(3, 1)), on_step=lambda _: go_on.wait(20))
    try:
        with pytest.raises(RunBusyError, match="ana@laptop runs setup since"):
            hackathon.start(hackathon.propose_setup(people(3, 1)))
    finally:
        go_on.set()
    assert run.result().ok
    assert run.join(10)
    assert hackathon.run(hackathon.propose_setup(people(3, 1))).ok


def test_the_codes_end_with_a_complete_purge_and_not_before(
    hackathon: Hackathon, control: Control
) -> None:
    secrets = Secrets(boto3.client("ssm"), hackathon.settings.event)
    assert hackathon.run(hackathon.propose_setup(people(2, 1))).ok
    _until(lambda: secrets.read() is not None)
    control.faults(errors={"sagemaker.DeleteUserProfile": "AccessDeniedException"})
    assert not hackathon.run(hackathon.propose_purge()).ok
    _until(lambda: hackathon.lease() is None)
    assert secrets.read() is not None
    control.faults()
    run = hackathon.start(hackathon.propose_purge())
    assert run.result().ok
    assert run.join(10)
    assert secrets.read() is None


def test_a_snapshot_that_was_taken_dates_the_plan(hackathon: Hackathon) -> None:
    seen = hackathon.observe()
    assert hackathon.propose_setup(people(1, 1), seen).plan.made_at == seen.taken_at
    assert hackathon.propose_purge(Scope.EVENT, seen).plan.made_at == seen.taken_at
    later = hackathon.propose_setup(people(1, 1)).plan.made_at
    assert later is not None
    assert seen.taken_at is not None
    assert later > seen.taken_at


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_every_plan_says_when_it_was_made(hackathon: Hackathon) -> None:
    hackathon.ensure_table()
    for propose in (
        lambda: hackathon.propose_setup(people(1, 1)),
        hackathon.propose_purge,
        hackathon.propose_start_apps,
        hackathon.propose_stop_apps,
        hackathon.propose_adopt,
    ):
        before = hackathon._clock()
        made_at = propose().plan.made_at
        assert made_at is not None
        if propose != hackathon.propose_adopt:  # an adoption is dated by what it looked at
            assert made_at >= before


def test_without_a_folder_of_its_own_the_record_is_where_this_machine_keeps_state(
    hackathon: Hackathon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_STATE", str(tmp_path / "here"))
    plain = Hackathon(hackathon.settings)
    plain.note("looked")
    assert plain.audit.path.parent == tmp_path / "here"
    plain.close()


@pytest.mark.parametrize("away", [1, 2])
def test_a_network_that_fails_as_a_run_begins_stops_nobody(
    hackathon: Hackathon, monkeypatch: pytest.MonkeyPatch, away: int
) -> None:
    proposal = hackathon.propose_setup(people(2, 1))
    observe, answers = hackathon._backend.observe, iter([TransientError("no network")] * away)

    def look() -> object:
        for error in answers:
            raise error
        return observe()

    monkeypatch.setattr(hackathon._backend, "observe", look)
    assert hackathon.run(proposal).ok
    assert list(answers) == []
