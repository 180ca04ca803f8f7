"""Killed, throttled, lagging, stuck: what the worst morning brings, seeded and short.

`make soak` has the same at full length.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest

from bench.soak import Soak, kill_anywhere, wrong_after_purge, wrong_after_setup
from bench.worker import QUICK
from bench.world import people
from studio_core.errors import AccessDeniedError
from studio_core.hackathon import Hackathon
from studio_core.model.plans import Action, Scope
from studio_core.model.studio import Kind

if TYPE_CHECKING:
    from studio_core.model.runs import StepProgress
    from studio_core.sandbox.demo import DemoData
    from tests.control import Control

Make = Callable[..., Hackathon]
WEATHER = {"throttle_rate": 0.3, "error_rate": 0.05, "drop_rate": 0.02, "list_lag": 0.1}


@pytest.mark.slow
def test_killed_anywhere_it_converges() -> None:
    assert kill_anywhere(Soak(4, number=24, teams=6, longest=1.0, seed=7)) >= 4


@pytest.mark.slow
def test_setup_and_purge_end_complete_in_bad_weather(
    hackathon: Hackathon, control: Control
) -> None:
    roster = people(30, 6)
    control.faults(**WEATHER, seed=1)
    report = hackathon.run(hackathon.propose_setup(roster))
    assert report.ok, report.failed
    control.faults()
    assert wrong_after_setup(hackathon.observe(), roster) == []
    hackathon.run(hackathon.propose_start_apps())
    control.faults(**WEATHER, seed=1)
    report = hackathon.run(hackathon.propose_purge())
    assert report.ok, (report.failed, report.left)
    control.faults()
    assert wrong_after_purge(hackathon.observe()) == []


@pytest.mark.slow
def test_answers_lost_after_their_effect_double_nothing(
    hackathon: Hackathon, control: Control
) -> None:
    roster = people(30, 6)
    control.faults(lost_answer_rate=0.3, seed=3)
    assert hackathon.run(hackathon.propose_setup(roster)).ok
    control.faults()
    assert wrong_after_setup(hackathon.observe(), roster) == []
    control.faults(lost_answer_rate=0.3, seed=4)
    assert hackathon.run(hackathon.propose_purge()).ok
    control.faults()
    assert wrong_after_purge(hackathon.observe()) == []


@pytest.mark.slow
def test_what_is_stuck_is_named_and_everything_else_is_done(
    make_hackathon: Make, control: Control
) -> None:
    hackathon = make_hackathon(pace=replace(QUICK, patience=3, persistence=3))
    hackathon.run(hackathon.propose_setup(people(8, 4)))
    hackathon.run(hackathon.propose_start_apps())
    control.faults(stuck=["team-1/JupyterLab/default", "team-2"])
    report = hackathon.run(hackathon.propose_purge())
    assert not report.ok
    left = {(item.kind, item.name): item for item in report.left}
    assert set(left) == {
        (Kind.APP, "team-1/JupyterLab/default"),
        (Kind.SPACE, "team-1"),
        (Kind.SPACE, "team-2"),
        (Kind.PROFILE, "demo-host"),
    }
    assert "did not settle" in left[Kind.APP, "team-1/JupyterLab/default"].reason
    assert "team-1/JupyterLab/default" in left[Kind.SPACE, "team-1"].reason
    assert "Delete_Failed" in left[Kind.SPACE, "team-2"].reason
    assert "team-" in left[Kind.PROFILE, "demo-host"].reason
    assert all(item.remedy for item in left.values())
    assert report.counts(Action.DELETE) == {"app": 3, "space": 2, "profile": 8, "row": 8}


def test_the_next_run_takes_up_what_was_stuck(make_hackathon: Make, control: Control) -> None:
    hackathon = make_hackathon(pace=replace(QUICK, patience=3, persistence=3))
    hackathon.run(hackathon.propose_setup(people(4, 2)))
    control.faults(stuck=["team-2"])
    assert not hackathon.run(hackathon.propose_purge()).ok
    control.faults()
    report = hackathon.run(hackathon.propose_purge())
    assert report.ok
    assert report.counts(Action.DELETE) == {"space": 1, "profile": 1}
    assert wrong_after_purge(hackathon.observe()) == []


def test_a_space_that_somebody_made_by_hand_goes_with_its_profile(
    hackathon: Hackathon, world: DemoData
) -> None:
    hackathon.run(hackathon.propose_setup(people(2, 1)))
    sagemaker = boto3.client("sagemaker", region_name=world.region)
    owned = {
        "OwnershipSettings": {"OwnerUserProfileName": "person00000"},
        "SpaceSharingSettings": {"SharingType": "Private"},
        "SpaceSettings": {"AppType": "JupyterLab"},
    }
    sagemaker.create_space(DomainId=world.domain_id, SpaceName="mine", **owned)
    report = hackathon.run(hackathon.propose_purge())
    assert report.ok
    assert hackathon.observe().spaces == ()


def test_a_space_of_another_event_in_our_profile_holds_it_and_is_named(
    hackathon: Hackathon, world: DemoData
) -> None:
    hackathon.run(hackathon.propose_setup(people(2, 1)))
    sagemaker = boto3.client("sagemaker", region_name=world.region)
    sagemaker.create_space(
        DomainId=world.domain_id,
        SpaceName="theirs",
        OwnershipSettings={"OwnerUserProfileName": "person00000"},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={"AppType": "JupyterLab"},
        Tags=[{"Key": "studio-cli:event", "Value": "spring"}],
    )
    report = hackathon.run(hackathon.propose_purge())
    assert not report.ok
    assert {(item.kind, item.name) for item in report.left} == {
        (Kind.PROFILE, "person00000"),
        (Kind.ROW, "person00000@example.com"),
    }
    assert any("theirs" in item.reason for item in report.left)
    assert [s.name for s in hackathon.observe().spaces] == ["theirs"]
    assert hackathon.run(hackathon.propose_purge(Scope.DOMAIN)).ok


def test_unreadable_tags_fail_closed(hackathon: Hackathon, control: Control) -> None:
    hackathon.run(hackathon.propose_setup(people(2, 1)))
    control.faults(
        errors={
            "tagging.GetResources": "AccessDeniedException",
            "sagemaker.ListTags": "AccessDeniedException",
        }
    )
    snapshot = hackathon.observe()
    assert {p.ownership for p in snapshot.profiles} == {"unknown"}
    assert snapshot.warnings
    plan = hackathon.propose_purge(snapshot=snapshot).plan
    assert {step.kind for step in plan.changes} == set()


def test_without_the_sweep_of_tags_they_are_read_one_by_one(
    hackathon: Hackathon, control: Control
) -> None:
    hackathon.run(hackathon.propose_setup(people(2, 1)))
    control.faults(errors={"tagging.GetResources": "AccessDeniedException"})
    snapshot = hackathon.observe()
    assert {p.ownership for p in snapshot.profiles} == {"ours"}
    assert hackathon.run(hackathon.propose_purge()).ok


def test_a_failed_call_is_told_with_its_remedy_and_the_rest_is_done(
    hackathon: Hackathon, control: Control
) -> None:
    control.faults(errors={"sagemaker.CreateSpace": "AccessDeniedException"})
    report = hackathon.run(hackathon.propose_setup(people(4, 2)))
    assert not report.ok
    assert {o.step.name for o in report.failed} == {"team-1", "team-2"}
    assert all("sagemaker:CreateSpace" in o.remedy for o in report.failed)
    assert report.counts(Action.CREATE) == {"row": 4, "profile": 5}


def test_credentials_that_end_in_the_middle_stop_the_run_with_one_reason(
    hackathon: Hackathon, control: Control
) -> None:
    proposal = hackathon.propose_setup(people(40, 2))
    control.faults(errors={"sagemaker.CreateUserProfile": "ExpiredTokenException"})
    control.forget()
    report = hackathon.run(proposal)
    calls = control.calls()
    assert 1 <= calls["sagemaker.CreateUserProfile"] <= QUICK.concurrency  # those in flight
    assert "sagemaker.CreateSpace" not in calls
    assert len(report.failed) == 41 + 2
    assert {o.reason.rpartition(": ")[2] for o in report.failed} == {
        "AWS does not accept the credentials."
    }
    assert all("Sign in to AWS again" in o.remedy for o in report.failed)


def test_a_quota_that_is_reached_is_told_by_name(hackathon: Hackathon, control: Control) -> None:
    control.quotas({"L-8E5333B4": 1})
    report = hackathon.run(hackathon.propose_setup(people(6, 3)))
    assert len(report.failed) == 2
    assert all("limit" in o.reason for o in report.failed)
    assert all("Service Quotas" in o.remedy for o in report.failed)


def test_a_run_that_cannot_look_again_ends_in_the_journal_too(
    hackathon: Hackathon, control: Control
) -> None:
    def refuse(_: StepProgress) -> None:
        control.faults(errors={"sagemaker.ListApps": "AccessDeniedException"})

    with pytest.raises(AccessDeniedError):
        hackathon.run(hackathon.propose_setup(people(2, 1)), on_step=refuse)
    [journal] = (hackathon._backend.state / "runs").iterdir()
    end = json.loads(journal.read_text().splitlines()[-1])
    assert (end["fact"], end["ok"]) == ("end", False)
    assert "Not allowed" in end["error"]


def test_a_deletion_that_somebody_else_began_and_that_failed_is_made_again(
    hackathon: Hackathon, control: Control, world: DemoData
) -> None:
    """The plan sees it being deleted; AWS gives up while the run waits for it."""
    hackathon.run(hackathon.propose_setup(people(2, 1)))
    control.clock(progression="time", timescale=0.1)
    control.faults(stuck_rate=1.0)
    sagemaker = boto3.client("sagemaker", region_name=world.region)
    sagemaker.delete_space(DomainId=world.domain_id, SpaceName="team-1")
    control.faults()
    proposal = hackathon.propose_purge()
    seen = {step.name: getattr(step.target, "status", "") for step in proposal.plan.steps}
    assert seen["team-1"] == "Deleting"
    control.clock(progression="time", timescale=0.02)
    report = hackathon.run(proposal)
    assert report.ok, (report.failed, report.left)
    assert wrong_after_purge(hackathon.observe()) == []
