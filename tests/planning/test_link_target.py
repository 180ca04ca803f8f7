"""What a person's link opens, and whose it never opens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio_core.errors import GuardError, NotReadyError
from studio_core.model.people import Record
from studio_core.model.studio import Ownership, Space
from studio_core.naming import host_names
from studio_core.planning.link_target import Facts, LinkTarget, link_target

OURS = Space("team-1", "InService", "demo-host", "Shared", "JupyterLab", ownership=Ownership.OURS)
ADA = Record("ada@example.com", "1", "d-1", "demo", "ada", "team-1")


def target(
    record: Record = ADA, *, profile: Ownership | None = Ownership.OURS, space: Space | None = OURS
) -> LinkTarget:
    return link_target(record, "demo", Facts(lambda _: profile, lambda _: space))


def changed(thing: object, **values: object) -> object:
    return replace(thing, **values)


@pytest.mark.parametrize("app_type", ["JupyterLab", "CodeEditor"])
def test_a_link_opens_the_app_type_of_the_space(app_type):
    space = changed(OURS, app_type=app_type)
    assert target(space=space) == LinkTarget("ada", "team-1", app_type)


def test_a_space_without_an_app_type_is_a_classic_one():
    assert target(space=changed(OURS, app_type=None)).app_type == "JupyterServer"


def test_without_a_space_the_profile_alone_counts():
    record = changed(ADA, space=None)
    assert target(record, space=None) == LinkTarget("ada", "", None)
    with pytest.raises(GuardError):
        target(record, space=None, profile=Ownership.OTHER)


@pytest.mark.parametrize("name", ["", None])
def test_nobody_is_led_in_without_a_profile(name):
    with pytest.raises(NotReadyError, match="no profile yet"):
        target(changed(ADA, profile=name))


@pytest.mark.parametrize("name", [*host_names("demo"), "DEMO-Host"])
def test_nobody_is_the_host(name):
    with pytest.raises(GuardError, match="is the event's host"):
        target(changed(ADA, profile=name))


def test_what_does_not_exist_is_not_ready():
    with pytest.raises(NotReadyError, match="Profile ada does not exist"):
        target(profile=None)
    with pytest.raises(NotReadyError, match="Space team-1 does not exist"):
        target(space=None)


def test_what_is_not_ours_is_refused_and_the_fix_named():
    with pytest.raises(GuardError, match="Profile ada is not of this event") as caught:
        target(profile=Ownership.OTHER)
    assert "studio setup-users" in caught.value.remedy
    with pytest.raises(GuardError, match="Space team-1 is not of this event") as caught:
        target(space=changed(OURS, ownership=Ownership.OTHER))
    assert "studio setup-users" in caught.value.remedy


def test_what_cannot_be_read_is_refused_and_the_permission_named():
    with pytest.raises(GuardError, match="tags of profile ada cannot be read") as caught:
        target(profile=Ownership.UNKNOWN)
    assert "sagemaker:ListTags" in caught.value.remedy
    with pytest.raises(GuardError, match="tags of space team-1 cannot be read"):
        target(space=changed(OURS, ownership=Ownership.UNKNOWN))


@pytest.mark.parametrize("owner", ["bob", None])
def test_a_private_space_is_its_owners_alone(owner):
    private = changed(OURS, sharing="Private", owner="Ada")
    assert target(space=private).space == "team-1"
    with pytest.raises(GuardError, match="another person's"):
        target(space=changed(private, owner=owner))
