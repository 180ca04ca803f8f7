"""Roles: who is on which list, and that the core refuses what a helper may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core import config
from studio_core.access.roles import Act, Actor, Role, allowed, permit, role_of
from studio_core.config import Settings
from studio_core.errors import GuardError, SettingsError
from studio_core.model.links import Link
from studio_core.model.people import Participant, Roster

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon

ORGANISERS = "ana@example.com, @example.org"
HELPERS = "bo@example.com; @helpers.example"
HELPER = Actor("bo", Role.HELPER, "dashboard")


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("ana@example.com", Role.ORGANISER),
        (" ANA@Example.COM ", Role.ORGANISER),
        ("anybody@example.org", Role.ORGANISER),
        ("bo@example.com", Role.HELPER),
        ("x@helpers.example", Role.HELPER),
        ("bob@example.com", None),
        ("ana@example.com.evil.example", None),
        ("ana@evil.example@example.org", None),
        ("anybody@sub.example.org", None),
        ("anybody@badexample.org", None),
        ("@example.org", None),
        ("example.org", None),
        ("", None),
    ],
)
def test_role_by_list(email, role):
    assert role_of(email, ORGANISERS, HELPERS) is role


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("ana@straße.de", Role.ORGANISER),
        ("ANA@Straße.DE", Role.ORGANISER),
        ("ana@xn--strae-oqa.de", Role.ORGANISER),
        ("anybody@bücher.example", Role.HELPER),
        ("anybody@xn--bcher-kva.example", Role.HELPER),
        ("ana@strasse.de", None),
        ("groß@example.com", Role.HELPER),
        ("gross@example.com", None),
    ],
)
def test_domains_are_compared_as_idna_has_them_and_mailboxes_as_they_are(email, role):
    helpers = "@xn--bcher-kva.example, groß@example.com"
    assert role_of(email, "ana@straße.de", helpers) is role


@given(st.emails())
def test_nobody_is_somebody_without_lists(email):
    assert role_of(email, "", "") is None


FREE_MAIL = [
    *("@gmail.com", "@googlemail.com", "@outlook.com", "@hotmail.com", "@live.com", "@yahoo.com"),
    *("@icloud.com", "@aol.com", "@gmx.de", "@gmx.net", "@web.de", "@proton.me", "@protonmail.com"),
    *("@mail.com", "@mail.ru", "@yandex.ru", "@qq.com", "@163.com"),
]


@pytest.mark.parametrize("entry", ["ana", "ana@", "@", "@com", *FREE_MAIL, "a@b@example.com"])
def test_lists_that_cannot_be_meant_are_refused(entry):
    with pytest.raises(SettingsError):
        config.check(Settings(organisers=f"ana@example.com, {entry}"))


def test_lists_come_from_file_and_environment():
    config.save(Settings(organisers="ana@example.com;bo@example.com"))
    assert config.load().organisers == "ana@example.com, bo@example.com"
    assert config.load({"STUDIO_HELPERS": "@help.example"}).helpers == "@help.example"


def test_helpers_may_look_and_make_one_link_and_nothing_else():
    assert {act for act in Act if allowed(Role.HELPER, act)} == {Act.LOOK, Act.LINK_ONE}
    assert all(allowed(Role.ORGANISER, act) for act in Act)
    assert not any(allowed(Role.NOBODY, act) for act in Act)
    with pytest.raises(GuardError, match="Helpers may not purge"):
        permit(Role.HELPER, Act.PURGE)


def test_the_core_refuses_helpers_whatever_face_asks(hackathon: Hackathon):
    roster = Roster((Participant("ada@example.com", "1"), Participant("bo@example.com", "2")))
    assert hackathon.run(hackathon.propose_setup(roster)).ok
    helper = hackathon.acting_as(HELPER)

    tried = 0
    for proposal in (
        helper.propose_setup(Roster()),
        helper.propose_purge(),
        helper.propose_start_apps(),
        helper.propose_stop_apps(),
    ):
        with pytest.raises(GuardError, match="Helpers may not"):
            helper.start(proposal)
        tried += 1
    for selection in ({}, {"team": "1"}):
        with pytest.raises(GuardError, match="Helpers may not"):
            helper.links(**selection)
        tried += 1
    assert tried == 6
    assert len(hackathon.participants()) == 2

    assert len(helper.status().teams) == 2
    (link,) = helper.links(email="ada@example.com")
    assert isinstance(link, Link)
