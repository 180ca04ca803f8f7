"""A whole takeover from the tool's first generation, made through boto3 as it did."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import boto3
import pytest

from studio_core.errors import GuardError
from studio_core.hackathon import Hackathon
from studio_core.model.links import Link
from studio_core.model.people import Participant, Roster
from studio_core.model.plans import Action
from studio_core.model.runs import Result
from studio_core.model.studio import Ownership
from tests.first_generation import TABLE, OldTool

if TYPE_CHECKING:
    from studio_core.sandbox.demo import DemoData
    from tests.control import Control

Make = Callable[..., Hackathon]
PEOPLE = (("ana.b@x.org", "1"), ("Niklas@Amazon.com", "1"), ("bo@x.org", "2"))
ROSTER = Roster(tuple(Participant(address.lower(), team) for address, team in PEOPLE))


@pytest.fixture
def old(world: DemoData, control: Control) -> OldTool:
    control.clock(timescale=0.001)
    return OldTool(world.domain_id, world.region)


@pytest.fixture
def hackathon(make_hackathon: Make) -> Hackathon:
    return make_hackathon(table_name=TABLE, event="spring")


def test_team_spaces_are_taken_over_worked_in_and_purged(
    old: OldTool, hackathon: Hackathon
) -> None:
    for address, team in PEOPLE:
        old.set_up(address, team, diet="vegan")
    report = hackathon.run(hackathon.propose_adopt())
    assert report.ok, report
    assert report.counts(Action.ADOPT) == {"profile": 3, "space": 2, "row": 3}
    assert set(old.resources().values()) == {"spring"}
    rows = old.rows()
    assert {pk: (row["profile"], row["space"], row["diet"]) for pk, row in rows.items()} == {
        "ana.b@x.org": ("anab", "1", "vegan"),
        "niklas@amazon.com": ("Niklas", "1", "vegan"),
        "bo@x.org": ("bo", "2", "vegan"),
    }
    assert hackathon.propose_adopt().plan.empty

    summary = hackathon.status()
    assert (summary.participants, summary.from_before) == (3, ())
    assert {team.team: team.ready for team in summary.teams} == {"1": True, "2": True}
    assert all(isinstance(link, Link) for link in hackathon.links())

    setup = hackathon.run(hackathon.propose_setup(ROSTER))
    assert setup.ok
    assert setup.counts(Action.CREATE) == {"profile": 1}  # the host of later teams
    started = hackathon.run(hackathon.propose_start_apps())
    assert started.ok
    assert hackathon.run(hackathon.propose_purge()).ok
    assert (old.resources(), old.rows()) == ({}, {})


def test_two_spaces_a_person_are_taken_over_kept_by_setup_and_purged(
    old: OldTool, make_hackathon: Make
) -> None:
    hackathon = make_hackathon(table_name=TABLE, event="spring", personal_spaces=True)
    for address, team in PEOPLE:
        old.set_up(address, team, spaces=True)
    report = hackathon.run(hackathon.propose_adopt())
    assert report.ok, report
    assert report.counts(Action.ADOPT) == {"profile": 3, "space": 6, "row": 3}
    assert set(old.resources().values()) == {"spring"}
    assert old.rows()["niklas@amazon.com"]["space"] == "Niklas-jupyter-space"
    assert all(isinstance(link, Link) for link in hackathon.links())
    assert hackathon.propose_setup(ROSTER).plan.empty
    assert hackathon.run(hackathon.propose_start_apps()).ok
    assert hackathon.run(hackathon.propose_purge()).ok
    assert (old.resources(), old.rows()) == ({}, {})


def test_setup_of_the_next_team_keeps_what_was_taken_over(
    old: OldTool, hackathon: Hackathon
) -> None:
    for address, team in PEOPLE:
        old.set_up(address, team, spaces=True)
    assert hackathon.run(hackathon.propose_adopt()).ok
    more = Roster((*ROSTER.participants, Participant("new@x.org", "3")))
    report = hackathon.run(hackathon.propose_setup(more))
    assert report.ok
    assert report.counts(Action.CREATE) == {"profile": 2, "space": 3, "row": 1}
    assert old.rows()["niklas@amazon.com"]["profile"] == "Niklas"


def test_a_shared_profile_goes_to_the_person_who_was_chosen(
    old: OldTool, hackathon: Hackathon
) -> None:
    old.set_up("Niklas@Amazon.com", "1")
    old.set_up("niklas@ai.se", "2")
    assert hackathon.propose_adopt().plan.empty
    with pytest.raises(GuardError, match="nobody"):
        hackathon.propose_adopt(keep=["nobody@x.org"])
    assert hackathon.run(hackathon.propose_adopt(keep=["Niklas@AI.se"])).ok
    roster = Roster((Participant("niklas@amazon.com", "1"), Participant("niklas@ai.se", "2")))
    assert hackathon.run(hackathon.propose_setup(roster)).ok
    profiles = {pk: row["profile"] for pk, row in old.rows().items()}
    assert profiles["niklas@ai.se"] == "Niklas"
    assert profiles["niklas@amazon.com"].startswith("niklas-")
    assert all(isinstance(link, Link) for link in hackathon.links())


def test_bad_weather_and_lost_answers(old: OldTool, hackathon: Hackathon, control: Control) -> None:
    for number in range(12):
        old.set_up(f"Person.{number}@x.org", str(number % 3), size="M")
    control.faults(throttle_rate=0.2, error_rate=0.1, drop_rate=0.05, lost_answer_rate=0.2, seed=5)
    report = hackathon.run(hackathon.propose_adopt())
    control.faults()
    assert report.ok, report
    assert len(old.rows()) == 12
    assert {row["size"] for row in old.rows().values()} == {"M"}
    assert set(old.resources().values()) == {"spring"}


def test_without_the_right_to_tag_people_stay_as_they_were(
    old: OldTool, hackathon: Hackathon, control: Control
) -> None:
    old.set_up("ana.b@x.org", "1")
    control.faults(errors={"sagemaker.AddTags": "AccessDeniedException"})
    report = hackathon.run(hackathon.propose_adopt())
    assert not report.ok
    assert {o.result for o in report.failed} == {Result.FAILED, Result.BLOCKED}
    assert hackathon.status().from_before == ("ana.b@x.org",)
    assert not hackathon.run(hackathon.propose_purge()).ok
    assert "ana.b@x.org" in old.rows()
    control.faults()
    assert hackathon.run(hackathon.propose_adopt()).ok
    assert hackathon.run(hackathon.propose_purge()).ok
    assert (old.resources(), old.rows()) == ({}, {})


def test_where_tags_cannot_be_listed_at_once_they_are_read_one_by_one(
    old: OldTool, hackathon: Hackathon, control: Control
) -> None:
    old.set_up("ana.b@x.org", "1")
    old.set_up("bo@x.org", "2", spaces=True)
    control.faults(errors={"tagging.GetResources": "AccessDeniedException"})
    seen = hackathon.observe()
    assert {i.ownership for i in (*seen.profiles, *seen.spaces)} == {Ownership.UNTAGGED}
    assert hackathon.run(hackathon.propose_adopt()).ok
    assert set(old.resources().values()) == {"spring"}


def test_what_another_event_tagged_since_the_list_of_tags_is_left_to_it(
    old: OldTool, hackathon: Hackathon, world: DemoData
) -> None:
    """The list of tags lags; the tags themselves do not."""
    old.set_up("ana.b@x.org", "1")
    seen = hackathon.observe()
    client = boto3.client("sagemaker", region_name=world.region)
    arn = client.describe_user_profile(DomainId=world.domain_id, UserProfileName="anab")
    theirs = [{"Key": "studio-cli:event", "Value": "autumn"}]
    client.add_tags(ResourceArn=arn["UserProfileArn"], Tags=theirs)
    calls = hackathon._backend.applier(lambda _: None, threading.Event(), None)
    plan = hackathon.propose_adopt(seen).plan
    outcomes = {o.step.key: o for o in calls.apply(plan)}
    assert outcomes["adopt:profile:anab"].result is Result.FAILED
    assert "autumn" in outcomes["adopt:profile:anab"].reason
    assert old.resources()["anab"] == "autumn"
    assert "event" not in old.rows()["ana.b@x.org"]
