"""Links through a role: one session a person, limited to the profile, and no way around it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from studio_core.aws.link_role import CHECK, session_name
from studio_core.errors import AccessDeniedError
from studio_core.insight.readiness import CheckState
from studio_core.model.links import Link, LinkFailure
from studio_core.model.people import Participant, Roster
from studio_core.naming import NAME_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.serving.server import SandboxServer
    from tests.control import Control

ROSTER = Roster((Participant("ada@example.com", "1"), Participant("b@example.com", "1")))
MINT = "CreatePresignedDomainUrl"


@pytest.fixture
def isolated(sandbox: SandboxServer, make_hackathon: Callable[..., Hackathon]) -> Hackathon:
    role = f"arn:aws:iam::{sandbox.account}:role/studio-cli-links"
    hackathon = make_hackathon(link_role=role)
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    return hackathon


@pytest.fixture
def seen(isolated: Hackathon) -> list[dict[str, Any]]:
    """What was asked of STS, and with whose key links were asked for."""
    found: list[dict[str, Any]] = []
    session = isolated._backend.session
    session.client("sts").meta.events.register(
        "provide-client-params.sts.AssumeRole", lambda params, **_: found.append(params)
    )
    session._boto.events.register(
        f"before-sign.sagemaker.{MINT}",
        lambda request_signer, **_: found.append({"key": request_signer._credentials.access_key}),
    )
    return found


def test_each_link_is_made_in_a_session_for_one_profile(
    isolated: Hackathon, seen: list[dict[str, Any]]
):
    [link] = isolated.links(email="ada@example.com")
    assert isinstance(link, Link)
    asked, minted = seen
    assert asked["RoleArn"] == isolated.settings.link_role
    assert (asked["RoleSessionName"], asked["DurationSeconds"]) == ("ada", 900)
    settings, account = isolated.settings, isolated.identity.account
    where = f"{settings.region}:{account}:user-profile/{settings.domain_id}"
    assert json.loads(asked["Policy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "sagemaker:CreatePresignedDomainUrl",
            "Resource": f"arn:aws:sagemaker:{where}/ada",
            "Condition": {"StringEquals": {"aws:ResourceTag/studio-cli:event": settings.event}},
        }
    ]
    assert minted["key"].startswith("ASIA")  # a key of AssumeRole (IAM guide, identifiers)


def test_the_web_app_makes_links_in_the_same_way(isolated: Hackathon, seen: list[dict[str, Any]]):
    record = isolated.sign_in.person("b@example.com")
    assert record is not None
    assert isolated.sign_in.link(record, isolated.sign_in.target(record)).url
    assert seen[0]["RoleSessionName"] == session_name(record.profile or "")
    assert seen[1]["key"].startswith("ASIA")


def test_a_role_that_cannot_be_assumed_makes_no_link_in_another_way(
    isolated: Hackathon, control: Control
):
    control.faults(errors={"sts.AssumeRole": "AccessDenied"})
    control.forget()
    [failed] = isolated.links(email="ada@example.com")
    assert isinstance(failed, LinkFailure)
    assert "assume the link role" in failed.reason
    record = isolated.sign_in.person("ada@example.com")
    assert record is not None
    target = isolated.sign_in.target(record)
    with pytest.raises(AccessDeniedError):
        isolated.sign_in.link(record, target)
    assert not [name for name in control.calls() if MINT in name]


def test_check_says_whether_the_role_can_be_assumed(
    isolated: Hackathon, control: Control, seen: list[dict[str, Any]]
):
    def state() -> CheckState:
        [found] = [check for check in isolated.check() if check.title == "Link role"]
        return found.state

    assert state() is CheckState.OK
    assert seen[0]["RoleSessionName"] == CHECK
    [statement] = json.loads(seen[0]["Policy"])["Statement"]
    assert statement == {"Effect": "Deny", "Action": "*", "Resource": "*"}
    control.faults(errors={"sts.AssumeRole": "AccessDenied"})
    assert state() is CheckState.ERROR


@pytest.mark.parametrize("profile", ["a", "ab", "ada-lovelace-1a2b3c", "p" * NAME_LIMIT])
def test_session_names_are_those_of_profiles_and_legal(profile: str):
    name = session_name(profile)
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII)
    assert name.removesuffix("-") == profile
