"""What an observation takes for the event's own when the list of tags lags behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from studio_core.model.people import Participant, Roster
from studio_core.model.studio import Ownership
from studio_core.naming import host_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.demo import DemoData
    from tests.control import Control

ROSTER = Roster((Participant("ada@example.com", "1"),))


@pytest.fixture
def plain_host_is_theirs(world: DemoData) -> None:
    """Another event has the plain name of the host's profile, so the host has the second."""
    boto3.client("sagemaker", region_name=world.region).create_user_profile(
        DomainId=world.domain_id,
        UserProfileName=host_names(world.event)[0],
        Tags=[{"Key": "studio-cli:event", "Value": "autumn"}],
    )


@pytest.mark.parametrize("theirs", [False, True])
def test_the_host_is_ours_before_the_list_of_tags_shows_it(
    theirs: bool,
    request: pytest.FixtureRequest,
    make_hackathon: Callable[..., Hackathon],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if theirs:
        request.getfixturevalue("plain_host_is_theirs")
    hackathon = make_hackathon()
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    monkeypatch.setattr("studio_core.aws.observe.Observer._sweep_tags", lambda *_: ({}, ""))
    host = host_names(hackathon.settings.event)[theirs]
    seen = hackathon.observe()
    assert {p.name: p.ownership for p in seen.profiles}[host] is Ownership.OURS
    assert hackathon.propose_setup(ROSTER, seen).plan.empty
    assert not [s for s in hackathon.propose_setup(ROSTER, seen).plan.steps if s.reason]


def test_whose_a_thing_is_follows_from_its_tag_and_else_from_what_it_is_in(
    hackathon: Hackathon, world: DemoData, control: Control
) -> None:
    """Without a row: an empty table must not make anything of ours a stranger's."""
    control.clock(progression="immediate")
    sagemaker = boto3.client("sagemaker", region_name=world.region)
    tags = {"ours": [world.event], "theirs": ["autumn"], "bare": []}
    expected = {}
    for name, events in tags.items():
        sagemaker.create_user_profile(
            DomainId=world.domain_id,
            UserProfileName=f"{name.title()}-Profile",
            Tags=[{"Key": "studio-cli:event", "Value": event} for event in events],
        )
        for tagged, own in tags.items():
            space = f"{name}-{tagged}"
            sagemaker.create_space(
                DomainId=world.domain_id,
                SpaceName=space,
                OwnershipSettings={"OwnerUserProfileName": f"{name.title()}-Profile"},
                SpaceSharingSettings={"SharingType": "Private"},
                SpaceSettings={"AppType": "JupyterLab"},
                Tags=[{"Key": "studio-cli:event", "Value": event} for event in own],
            )
            sagemaker.create_app(
                DomainId=world.domain_id, SpaceName=space, AppType="JupyterLab", AppName="default"
            )
            expected[space] = WHOSE[name if tagged == "bare" else tagged]
    seen = hackathon.observe()
    profiles = {profile.name.split("-")[0].lower(): profile.ownership for profile in seen.profiles}
    assert profiles == WHOSE
    assert {space.name: space.ownership for space in seen.spaces} == expected
    assert {app.space: app.ownership for app in seen.apps} == expected
    owners = {app.space: app.space_owner for app in seen.apps}
    assert owners == {name: f"{name.split('-')[0].title()}-Profile" for name in expected}
    assert seen.warnings == ()


WHOSE = {"ours": Ownership.OURS, "theirs": Ownership.OTHER, "bare": Ownership.UNTAGGED}


def test_where_tags_cannot_be_listed_those_are_read_that_a_row_names(
    hackathon: Hackathon, world: DemoData, control: Control
) -> None:
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    sagemaker = boto3.client("sagemaker", region_name=world.region)
    sagemaker.create_space(DomainId=world.domain_id, SpaceName="1")  # as an earlier tool's team
    control.faults(errors={"tagging.GetResources": "AccessDeniedException"})
    control.forget()
    seen = hackathon.observe()
    assert control.calls()["sagemaker.ListTags"] == 3  # ada, the host and the team's space
    whose = {space.name: space.ownership for space in seen.spaces}
    assert whose == {"team-1": Ownership.OURS, "1": Ownership.OTHER}
    assert len(seen.warnings) == 1
