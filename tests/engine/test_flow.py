"""Setup, links, status and purge against the sandbox, in good weather."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from bench.world import people
from studio_core.engine.lease import new_run_id
from studio_core.errors import (
    GuardError,
    PlanChangedError,
    RunBusyError,
    SettingsError,
    StudioError,
)
from studio_core.hackathon import Hackathon
from studio_core.model.links import Link
from studio_core.model.people import Participant, Roster
from studio_core.model.plans import Action, Scope
from studio_core.model.runs import Lease
from studio_core.roster import load_roster
from studio_core.sandbox.demo import DemoData, seed_demo

if TYPE_CHECKING:
    from studio_core.sandbox.serving.server import SandboxServer

    from .conftest import Control

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
    control.reset_calls()
    again = hackathon.propose_setup(people(12, 3))
    assert again.plan.empty
    assert {name for name in control.calls() if "Create" in name or "Write" in name} == set()


def test_setup_makes_the_fewest_calls_and_describes_nothing(
    hackathon: Hackathon, control: Control
) -> None:
    hackathon.observe()
    control.reset_calls()
    proposal = hackathon.propose_setup(people(60, 12))
    report = hackathon.run(proposal)
    assert report.ok
    calls = control.calls()
    assert calls["sagemaker.CreateUserProfile"] == 61
    assert calls["sagemaker.CreateSpace"] == 12
    assert calls["dynamodb.BatchWriteItem"] == 3
    assert not [name for name in calls if name.startswith("sagemaker.Describe")]
    assert "sagemaker.ListTags" not in calls


def test_purge_makes_the_fewest_calls_and_ends_in_one_run(
    hackathon: Hackathon, control: Control
) -> None:
    hackathon.run(hackathon.propose_setup(people(60, 12)))
    hackathon.run(hackathon.propose_start_apps())
    control.reset_calls()
    report = hackathon.run(hackathon.propose_purge())
    assert report.ok
    assert report.left == ()
    calls = control.calls()
    assert calls["sagemaker.DeleteApp"] == 12
    assert calls["sagemaker.DeleteSpace"] == 12
    assert calls["sagemaker.DeleteUserProfile"] == 61
    assert calls["dynamodb.BatchWriteItem"] == 3
    assert not [name for name in calls if name.startswith("sagemaker.Describe")]


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


def test_every_link_opens_the_right_persons_page(hackathon: Hackathon) -> None:
    hackathon.run(hackathon.propose_setup(people(6, 2)))
    start = datetime.now(UTC)
    links = list(hackathon.links())
    assert [link.email for link in links] == sorted(
        (link.email for link in links), key=lambda e: (int(e[6:11]) % 2, e)
    )
    for link in links:
        assert isinstance(link, Link)
        assert timedelta(seconds=290) < link.expires_at - start <= timedelta(seconds=310)
        with urllib.request.urlopen(link.url) as page:
            text = page.read().decode()
        assert f">{link.profile}<" in text
        assert f">{link.space}<" in text


def test_links_for_a_team_a_person_and_nobody(hackathon: Hackathon) -> None:
    hackathon.run(hackathon.propose_setup(people(6, 2)))
    assert {link.team for link in hackathon.links(team="2")} == {"2"}
    assert [link.email for link in hackathon.links(email=" PERSON00003@example.com")] == [
        "person00003@example.com"
    ]
    with pytest.raises(StudioError, match="team 9"):
        list(hackathon.links(team="9"))


def test_a_link_never_shows_its_url_by_accident(hackathon: Hackathon) -> None:
    hackathon.run(hackathon.propose_setup(people(1, 1)))
    (link,) = hackathon.links()
    assert isinstance(link, Link)
    assert link.url.startswith("http")
    assert link.url not in repr(link)
    assert "token" not in str(link)


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
    control.reset_calls()
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


def test_a_second_organiser_is_told_who_runs_what(
    make_hackathon: Make, hackathon: Hackathon
) -> None:
    hackathon.ensure_table()
    now = datetime.now(UTC)
    lease = Lease("bo@desk", "purge", "elsewhere:1:abc", now, now + timedelta(seconds=60))
    hackathon.table.take_lease(hackathon.settings.event, lease, now)
    with pytest.raises(RunBusyError, match="bo@desk runs purge"):
        hackathon.run(hackathon.propose_setup(people(2, 1)))
    assert hackathon.observe().profiles == ()
    seen = hackathon.lease()
    assert seen is not None
    assert seen.owner == "bo@desk"


def test_a_dead_runs_lease_is_over_after_a_while_and_at_once_on_this_machine(
    hackathon: Hackathon,
) -> None:
    hackathon.ensure_table()
    now = datetime.now(UTC)
    event = hackathon.settings.event
    over = Lease("bo@desk", "purge", "elsewhere:1:abc", now, now - timedelta(seconds=1))
    hackathon.table.take_lease(event, over, now - timedelta(seconds=60))
    assert hackathon.run(hackathon.propose_setup(people(2, 1))).ok
    host = new_run_id().split(":")[0]
    killed = Lease("ana@laptop", "setup", f"{host}:4194304:abc", now, now + timedelta(seconds=60))
    hackathon.table.take_lease(event, killed, now)
    assert hackathon.run(hackathon.propose_setup(people(3, 1))).ok
    assert hackathon.lease() is None


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
        hackathon.propose_setup(people(80, 4)), on_event=lambda e: e.done > 10 and begun.set()
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


def test_the_journal_tells_the_run_and_outlives_the_purge(hackathon: Hackathon) -> None:
    hackathon.run(hackathon.propose_setup(people(3, 1)))
    list(hackathon.links())
    hackathon.run(hackathon.propose_purge())
    runs = hackathon._state / "runs"
    [purge], [setup] = runs.glob("*-purge-*"), runs.glob("*-setup-*")
    lines = [json.loads(line) for line in setup.read_text().splitlines()]
    assert lines[0]["who"] == "ana@laptop"
    assert {line["name"] for line in lines if line["fact"] == "step"} >= {"person00000", "team-1"}
    assert lines[-1]["fact"] == "end"
    assert lines[-1]["ok"] is True
    assert "http" not in setup.read_text() + purge.read_text()
    assert setup.stat().st_mode & 0o077 == 0


def test_progress_can_be_read_by_anybody_who_comes_back(hackathon: Hackathon) -> None:
    run = hackathon.start(hackathon.propose_setup(people(5, 1)))
    run.result()
    again = hackathon.current_run()
    assert again is run
    progress = run.progress()
    assert progress.ended
    assert progress.by_kind == {"profile": (6, 0, 6), "row": (5, 0, 5), "space": (1, 0, 1)}
    assert progress.done == progress.total == 12


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
