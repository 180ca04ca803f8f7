"""Access codes: made by the first setup, kept for a while, for organisers alone."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from studio_core.access.roles import Actor, Role
from studio_core.aws.secrets import Secrets
from studio_core.errors import AccessDeniedError, GuardError
from studio_core.hackathon.sign_in import CODES_KEPT
from studio_core.model.people import Participant, Roster
from studio_core.sandbox.demo import control

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.serving.server import SandboxServer
    from tests.clock import Clock


@pytest.fixture
def ssm(sandbox: SandboxServer) -> Any:
    return boto3.client("ssm")


def test_a_first_setup_makes_the_event_code(hackathon: Hackathon, ssm: Any) -> None:
    hackathon.run(hackathon.propose_setup(Roster((Participant("new@example.com", "1"),))))
    deadline = time.monotonic() + 10
    while Secrets(ssm, "demo").read() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_setup_goes_through_where_parameter_store_is_forbidden(
    hackathon: Hackathon, sandbox: SandboxServer
) -> None:
    errors = {f"ssm.{name}": "AccessDeniedException" for name in ("GetParameter", "PutParameter")}
    control(sandbox.url, "PUT", "faults", {"errors": errors})
    report = hackathon.run(hackathon.propose_setup(Roster((Participant("new@example.com", "1"),))))
    assert report.ok
    with pytest.raises(AccessDeniedError):
        hackathon.codes()


def test_helpers_get_no_codes(hackathon: Hackathon) -> None:
    helper = hackathon.acting_as(Actor("hugo", Role.HELPER))
    for act in (helper.codes, helper.rotate_codes):
        with pytest.raises(GuardError):
            act()


def test_codes_are_read_again_when_they_have_been_kept_long_enough(
    make_hackathon: Callable[..., Hackathon], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal, organiser = make_hackathon(), make_hackathon()
    monkeypatch.setattr(portal.sign_in, "clock", clock)
    old = portal.sign_in.recent_codes()
    new = organiser.rotate_codes()
    assert portal.sign_in.recent_codes() == old
    clock.forward(seconds=CODES_KEPT.total_seconds())
    assert portal.sign_in.recent_codes() == new
    noted = organiser.audit.entries()
    assert any(entry.deed == "access codes renewed" for entry in noted)


def test_a_link_is_said_to_last_no_longer_than_it_does(
    hackathon: Hackathon, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hackathon.run(hackathon.propose_setup(Roster((Participant("a@example.com", "1"),)))).ok
    sign_in = hackathon.sign_in
    monkeypatch.setattr(sign_in, "clock", clock)
    row = sign_in.person("a@example.com")
    assert row is not None
    link = sign_in.link(row, sign_in.target(row))
    assert link.expires_at == clock.now + timedelta(seconds=300)
    assert (link.email, link.team, link.profile, link.space) == (
        "a@example.com",
        "1",
        "a",
        "team-1",
    )
