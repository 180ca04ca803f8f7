"""Names are stable for whom they were given to, and free of everybody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio_core.model.people import Participant, Record
from studio_core.model.studio import Ownership
from studio_core.naming import host_names
from studio_core.planning.names import assign_names, host_of
from studio_core.planning.setup import plan_setup

from .worlds import (
    EVENT,
    TEMPLATE,
    carry_out,
    empty,
    ready_profile,
    ready_space,
    roster,
)

NIKLAS = Participant("niklas@ai.se", "1")
PERSONAL = replace(TEMPLATE, personal=True)


def row(email: str, profile: str | None, space: str | None, team: str = "1") -> Record:
    return Record(email, team, "d-1", EVENT, profile, space)


@pytest.mark.parametrize("ownership", list(Ownership))
def test_a_profile_without_a_row_keeps_its_name(ownership: Ownership) -> None:
    """A new, empty table must not hand niklas@z's tagged profile to niklas@a."""
    world = empty(profiles=(ready_profile("niklas", ownership),))
    assert assign_names([NIKLAS], world, personal=False).profiles["niklas@ai.se"] != "niklas"


@pytest.mark.parametrize("ownership", list(Ownership))
def test_a_space_without_a_row_keeps_its_name(ownership: Ownership) -> None:
    world = empty(spaces=(ready_space("Team-1", ownership=ownership),))
    assert assign_names([NIKLAS], world, personal=False).spaces["niklas@ai.se"] != "team-1"


def test_spaces_and_profiles_of_other_events_rows_are_reserved() -> None:
    world = empty(foreign=(Record("a@ai.se", "1", "d-1", "spring", "niklas", "team-1"),))
    names = assign_names([NIKLAS], world, personal=False)
    assert names.profiles["niklas@ai.se"] != "niklas"
    assert names.spaces["niklas@ai.se"] != "team-1"


def test_a_recorded_space_that_is_somebody_elses_is_replaced() -> None:
    world = empty(
        profiles=(ready_profile("niklas"),),
        spaces=(ready_space("team-1", "instructor", ownership=Ownership.OTHER),),
        records=(row("niklas@ai.se", "niklas", "team-1"),),
    )
    names = assign_names([NIKLAS], world, personal=False)
    assert names.profiles["niklas@ai.se"] == "niklas"
    assert names.spaces["niklas@ai.se"] != "team-1"


def test_a_space_whose_tags_cannot_be_read_is_not_taken_from_its_team() -> None:
    world = empty(
        spaces=(ready_space("team-1", ownership=Ownership.UNKNOWN),),
        records=(row("niklas@ai.se", "niklas", "team-1"),),
    )
    assert assign_names([NIKLAS], world, personal=False).spaces["niklas@ai.se"] == "team-1"


@pytest.mark.parametrize("there", [True, False])
def test_one_persons_space_never_becomes_the_teams(there: bool) -> None:
    """Personal spaces were switched off: bob's files are not for his team."""
    people = roster(("ada@ai.se", "1"), ("bob@ai.se", "1"))
    world = carry_out(plan_setup(people, empty(), PERSONAL), empty())
    world = world if there else replace(world, spaces=())
    names = assign_names(people.participants, world, personal=False)
    assert set(names.spaces.values()) == {"team-1"}
    plan = plan_setup(people, world, TEMPLATE, remove_leaving=True)
    assert not plan.counts("delete")
    after = plan_setup(people, carry_out(plan, world), TEMPLATE, remove_leaving=True)
    assert after.empty


def test_a_teams_space_never_becomes_one_persons() -> None:
    people = roster(("ada@ai.se", "1"), ("bob@ai.se", "1"))
    world = carry_out(plan_setup(people, empty(), TEMPLATE), empty())
    names = assign_names(people.participants, world, personal=True)
    assert names.spaces == {"ada@ai.se": "personal-ada", "bob@ai.se": "personal-bob"}


def test_no_mailbox_can_be_made_to_share_a_personal_space() -> None:
    victim = Participant(f"{'a' * 63}@ai.se", "1")
    space = assign_names([victim], empty(), personal=True).spaces[victim.email]
    crafted = Participant(f"{space.removeprefix('personal-')}@ai.se", "1")
    world = empty(records=(row(victim.email, "a" * 63, space),))
    for known in (empty(), world):
        names = assign_names([victim, crafted], known, personal=True)
        assert len(set(names.spaces.values())) == 2
    assert names.spaces[victim.email] == space


def test_the_host_takes_another_name_where_somebody_has_its_own() -> None:
    plain, other = host_names(EVENT)
    assert host_of(empty()) == plain
    assert host_of(empty(profiles=(ready_profile(plain),))) == plain
    for theirs in (
        empty(profiles=(ready_profile(plain.upper(), Ownership.OTHER),)),
        empty(foreign=(Record("demo-host@ai.se", "1", "d-1", "spring", plain),)),
    ):
        assert host_of(theirs) == other
        plan = plan_setup(roster(("niklas@ai.se", "1")), theirs, TEMPLATE)
        (space,) = [s.target for s in plan.changes if s.kind == "space"]
        assert space.owner == other


@pytest.mark.parametrize("mailbox", host_names(EVENT))
def test_nobody_is_given_the_hosts_name(mailbox: str) -> None:
    names = assign_names([Participant(f"{mailbox}@ai.se", "1")], empty(), personal=False)
    assert names.profiles[f"{mailbox}@ai.se"] not in host_names(EVENT)


@pytest.mark.parametrize("host", [name.title() for name in host_names(EVENT)])
def test_the_host_is_nobodys_however_it_is_written(host: str) -> None:
    world = empty(profiles=(ready_profile(host),), records=(row("niklas@ai.se", host, "team-1"),))
    assert assign_names([NIKLAS], world, personal=False).profiles["niklas@ai.se"] == "niklas"
    team = empty(
        spaces=(ready_space("team-1", host),), records=(row("niklas@ai.se", host, "TEAM-1"),)
    )
    assert assign_names([NIKLAS], team, personal=False).spaces["niklas@ai.se"] == "TEAM-1"


def test_names_of_others_are_taken_however_they_are_written() -> None:
    world = empty(
        profiles=(ready_profile("NIKLAS", Ownership.OTHER),),
        spaces=(ready_space("Team-1", ownership=Ownership.OTHER),),
        records=(row("niklas@ai.se", "niklas", "team-1"),),
    )
    names = assign_names([NIKLAS], world, personal=False)
    assert names.profiles["niklas@ai.se"].casefold() != "niklas"
    assert names.spaces["niklas@ai.se"].casefold() != "team-1"


def test_the_host_of_an_event_with_capitals_is_nobodys_either() -> None:
    known = empty(records=(row("niklas@ai.se", "demo-host", "team-1"),))
    names = assign_names([NIKLAS], replace(known, event="Demo"), personal=False)
    assert names.host == "Demo-host"
    assert names.profiles["niklas@ai.se"] == "niklas"
