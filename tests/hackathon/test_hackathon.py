"""Setup, status and purge against the sandbox, in good weather."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from bench.world import people
from studio_core.errors import (
    GuardError,
    PlanChangedError,
    SettingsError,
)
from studio_core.hackathon import Hackathon
from studio_core.model.links import Link
from studio_core.model.people import Participant, Roster
from studio_core.model.plans import Action, Scope
from studio_core.roster import load_roster
from studio_core.sandbox.demo import DemoData, seed_demo

if TYPE_CHECKING:
    from studio_core.sandbox.serving.server import SandboxServer
    from tests.control import Control

EXAMPLES = Path(__file__).parents[2] / "examples"
Make = Callable[..., Hackathon]


def test_the_example_roster_becomes_profiles_spaces_and_rows(hackathon: Hackathon) -> None:
    checked = load_roster((EXAMPLES / "roster.csv").read_bytes(), "roster.csv")
    report = hackathon.run(hackathon.propose_setup(checked.roster))
    assert report.ok
    assert report.counts(Action.CREATE) == {"row": 44, "profile": 45, "space": 8}
    summary = hackathon.status()
    assert summary.participants == 44
    assert summary.profiles == {"InService": 45}
    assert all(team.ready for team in summary.teams)


def test_a_second_setup_changes_nothing(hackathon: Hackathon, control: Control) -> None:
    hackathon.run(hackathon.propose_setup(people(12, 3)))
    control.forget()
    again = hackathon.propose_setup(people(12, 3))
    assert again.plan.empty
    assert {name for name in control.calls() if "Create" in name or "Write" in name} == set()


def test_setup_makes_the_fewest_calls_and_describes_nothing(
    hackathon: Hackathon, control: Control
) -> None:
    hackathon.observe()
    control.forget()
    proposal = hackathon.propose_setup(people(60, 12))
    report = hackathon.run(proposal)
    assert report.ok
    calls = control.calls()
    assert calls["sagemaker.CreateUserProfile"] == 61
    assert calls["sagemaker.CreateSpace"] == 12
    assert calls["dynamodb.TransactWriteItems"] == 2
    assert calls["sagemaker.DescribeDomain"] == 1
    assert not [n for n in calls if n.startswith("sagemaker.Describe") and "Domain" not in n]
    assert "sagemaker.ListTags" not in calls


@pytest.mark.slow
def test_purge_makes_the_fewest_calls_and_ends_in_one_run(
    hackathon: Hackathon, control: Control
) -> None:
    hackathon.run(hackathon.propose_setup(people(60, 12)))
    hackathon.run(hackathon.propose_start_apps())
    control.forget()
    report = hackathon.run(hackathon.propose_purge())
    assert report.ok
    assert report.left == ()
    calls = control.calls()
    assert calls["sagemaker.DeleteApp"] == 12
    assert calls["sagemaker.DeleteSpace"] == 12
    assert calls["sagemaker.DeleteUserProfile"] == 61
    assert calls["dynamodb.TransactWriteItems"] == 2
    assert calls["sagemaker.DescribeDomain"] == 1
    assert not [n for n in calls if n.startswith("sagemaker.Describe") and "Domain" not in n]


def test_purge_leaves_what_is_not_ours(sandbox: SandboxServer, make_hackathon: Make) -> None:
    demo = seed_demo(sandbox.url, participants=6, teams=2, running_apps=1, region="eu-north-1")
    hackathon = make_hackathon(region=demo.region, domain_id=demo.domain_id)
    before = hackathon.observe()
    others = {p.name for p in before.profiles if p.ownership != "ours"}
    assert others
    assert hackathon.run(hackathon.propose_purge()).ok
    after = hackathon.observe()
    assert {p.name for p in after.profiles} == others
    assert hackathon.propose_purge().plan.empty


def test_the_whole_domain_takes_everything(sandbox: SandboxServer, make_hackathon: Make) -> None:
    demo = seed_demo(sandbox.url, participants=6, teams=2, running_apps=1, region="eu-north-1")
    hackathon = make_hackathon(region=demo.region, domain_id=demo.domain_id)
    assert hackathon.run(hackathon.propose_purge(Scope.DOMAIN)).ok
    after = hackathon.observe()
    assert (after.profiles, after.spaces, after.records) == ((), (), ())


def test_a_person_who_leaves_takes_their_own_space_and_app_along(
    hackathon: Hackathon, world: DemoData
) -> None:
    hackathon.run(hackathon.propose_setup(people(4, 2)))
    sagemaker = boto3.client("sagemaker", region_name=world.region)
    sagemaker.create_space(
        DomainId=world.domain_id,
        SpaceName="scratch",
        OwnershipSettings={"OwnerUserProfileName": "person00003"},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={"AppType": "JupyterLab"},
    )
    rest = Roster(people(4, 2).participants[:3])
    report = hackathon.run(hackathon.propose_setup(rest, remove_leaving=True))
    assert report.ok, report.failed
    snapshot = hackathon.observe()
    assert "person00003" not in {p.name for p in snapshot.profiles}
    assert "scratch" not in {s.name for s in snapshot.spaces}


def test_a_moved_person_gets_a_link_into_the_new_teams_space(hackathon: Hackathon) -> None:
    hackathon.run(hackathon.propose_setup(people(4, 2)))
    moved = Roster((Participant("person00000@example.com", "2"), *people(4, 2).participants[1:]))
    assert hackathon.run(hackathon.propose_setup(moved)).ok
    (link,) = hackathon.links(email="person00000@example.com")
    assert isinstance(link, Link)
    assert (link.profile, link.space) == ("person00000", "team-2")


def test_an_old_plan_is_compared_with_the_world_before_it_runs(
    make_hackathon: Make, hackathon: Hackathon
) -> None:
    proposal = hackathon.propose_setup(people(4, 2))
    old = replace(proposal.plan, made_at=datetime.now(UTC) - timedelta(minutes=5))
    make_hackathon().run(make_hackathon().propose_setup(people(2, 2)))
    with pytest.raises(PlanChangedError) as caught:
        hackathon.start(replace(proposal, plan=old))
    assert caught.value.plan.counts(Action.CREATE) == {"row": 2, "profile": 2}


def test_another_account_is_refused(make_hackathon: Make, control: Control) -> None:
    hackathon = make_hackathon(account="999999999999")
    proposal = hackathon.propose_setup(people(2, 1))
    control.forget()
    with pytest.raises(GuardError, match="123456789012"):
        hackathon.start(proposal)
    assert "sagemaker.CreateUserProfile" not in control.calls()


def test_a_plan_for_another_event_is_refused(make_hackathon: Make) -> None:
    proposal = make_hackathon().propose_setup(people(2, 1))
    with pytest.raises(GuardError, match="autumn"):
        make_hackathon(event="autumn").start(proposal)


def test_incomplete_settings_are_refused(make_hackathon: Make) -> None:
    with pytest.raises(SettingsError, match="domain-id"):
        make_hackathon(domain_id="").observe()


def test_personal_spaces(make_hackathon: Make) -> None:
    hackathon = make_hackathon(personal_spaces=True)
    assert hackathon.run(hackathon.propose_setup(people(3, 1))).ok
    spaces = {s.name: s.owner for s in hackathon.observe().spaces}
    assert spaces == {f"personal-person0000{n}": f"person0000{n}" for n in range(3)}
    assert hackathon.run(hackathon.propose_purge()).ok
    assert hackathon.observe().spaces == ()


def test_code_editor_spaces_and_apps(make_hackathon: Make) -> None:
    hackathon = make_hackathon(app_type="CodeEditor", ebs_gb=10)
    assert hackathon.run(hackathon.propose_setup(people(2, 1))).ok
    (space,) = hackathon.observe().spaces
    assert (space.app_type, space.ebs_gb) == ("CodeEditor", 10)
    assert hackathon.run(hackathon.propose_start_apps()).ok
    assert hackathon.status().instances == {"ml.t3.medium": 1}
    assert hackathon.run(hackathon.propose_stop_apps()).ok
    assert hackathon.status().instances == {}
    assert len(hackathon.observe().spaces) == 1
