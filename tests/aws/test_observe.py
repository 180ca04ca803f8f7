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
