"""A snapshot counted: who is ready, what runs, what failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from studio_core.insight.status import MISSING, STOPPED, FailedApp, Summary, TeamStatus, summarise
from studio_core.model.people import Record
from studio_core.model.studio import (
    App,
    Identity,
    Ownership,
    Profile,
    Snapshot,
    Space,
    Status,
)

HERE = Identity("123456789012", "eu-west-1", "d-1")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OURS, OTHER, UNKNOWN = Ownership.OURS, Ownership.OTHER, Ownership.UNKNOWN
READY = Status.IN_SERVICE
TEAM = TeamStatus("1", 2, 2, "team-1", READY, STOPPED, "")


def row(name: str, team: str = "1", space: str | None = "team-1", **more: object) -> Record:
    record = Record(f"{name}@example.com", team, "d-1", "demo", name, space)
    return replace(record, **more)


def profile(name: str, status: str = READY, ownership: Ownership = OURS) -> Profile:
    return Profile(name, status, ownership)


def space(name: str, status: str = READY, ownership: Ownership = OURS) -> Space:
    return Space(name, status, "demo-host", ownership=ownership)


def app(home: str, status: str = READY, ownership: Ownership = OURS, **more: object) -> App:
    plain = App("JupyterLab", "default", status, space=home, ownership=ownership)
    return replace(plain, instance_type="ml.t3.medium", created=NOON, **more)


def summary(**parts: tuple[object, ...]) -> Summary:
    return summarise(Snapshot(HERE, "demo", **parts))


def one_team(**parts: tuple[object, ...]) -> TeamStatus:
    known = {"records": (row("ada"),), "profiles": (profile("ada"),), "spaces": (space("team-1"),)}
    (team,) = summary(**{**known, **parts}).teams
    return team


def test_an_empty_event_is_counted_as_nothing():
    assert summary() == Summary(0, {}, {}, {}, {}, (), (), {"profile": 0, "space": 0, "app": 0}, ())


def test_only_what_is_ours_is_counted_and_the_rest_said():
    seen = summary(
        profiles=(
            profile("ada"),
            profile("bo"),
            profile("cy", "Failed"),
            profile("x", READY, OTHER),
        ),
        spaces=(space("team-1"), space("y", "Pending", UNKNOWN), space("z", READY, OTHER)),
        apps=(app("team-1"), app("z", READY, OTHER), app("w", "Deleted", OTHER)),
    )
    assert list(seen.profiles.items()) == [("Failed", 1), ("InService", 2)]
    assert seen.spaces == {"InService": 1}
    assert seen.apps == {"InService": 1}
    assert seen.others == {"profile": 1, "space": 2, "app": 1}


def test_rows_of_an_earlier_tool_are_nobody_here():
    """The first generation's rows have no event."""
    seen = summary(records=(row("ada"), row("old", event=None)))
    assert (seen.participants, [p.email for p in seen.people]) == (1, ["ada@example.com"])


def test_people_are_in_the_order_of_their_teams_and_addresses():
    rows = (row("cy", "10"), row("bo", "2"), row("al", "10"), row("di", "red"))
    seen = summary(records=rows)
    assert [p.profile for p in seen.people] == ["bo", "al", "cy", "di"]
    assert [(t.team, t.people) for t in seen.teams] == [("2", 1), ("10", 2), ("red", 1)]


def test_a_person_has_names_status_and_the_time_of_the_last_link():
    rows = (row("ada", last_link_at=NOON), row("bo"))
    ada, bo = summary(records=rows, profiles=(profile("ADA", "Pending"),)).people
    assert (ada.profile, ada.profile_status, ada.space) == ("ada", "Pending", "team-1")
    assert (ada.last_link_at, bo.last_link_at) == ("2026-11-24 12:00:00", "")
    assert bo.profile_status == MISSING


def test_a_row_without_profile_and_space_is_somebody_who_is_missing_both():
    nobodys = (profile("x"),)
    (person,) = summary(records=(row("ada", profile=None, space=None),), profiles=nobodys).people
    assert (person.profile, person.profile_status, person.space) == ("", MISSING, "")
    team = one_team(records=(row("ada", profile=None, space=None),))
    assert (team.profiles_ready, team.space, team.space_status, team.ready) == (
        0,
        "",
        MISSING,
        False,
    )


def test_somebody_without_a_space_does_not_hide_that_of_the_team():
    team = one_team(records=(row("ada"), row("bo", space=None)))
    assert (team.space, team.space_status) == ("team-1", READY)


def test_what_is_not_of_the_event_makes_nobody_ready():
    assert one_team(profiles=(profile("ada", READY, OTHER),)).profiles_ready == 0
    assert one_team(spaces=(space("team-1", READY, OTHER),)).space_status == MISSING
    assert one_team(apps=(app("team-1", READY, OTHER),)).app_status == STOPPED


def test_what_cannot_be_read_is_shown_as_it_is():
    assert one_team(profiles=(profile("ada", READY, UNKNOWN),)).profiles_ready == 1
    assert one_team(spaces=(space("team-1", READY, UNKNOWN),)).space_status == READY


def test_a_profile_and_a_space_of_one_name_are_two_things():
    team = one_team(
        records=(row("ada", space="ada"),),
        spaces=(space("ada"),),
        apps=(App("JupyterServer", "default", READY, profile="ada", ownership=OURS),),
    )
    assert (team.profiles_ready, team.space_status, team.app_status) == (1, READY, STOPPED)
    assert one_team(profiles=(), spaces=(space("ada"), space("team-1"))).profiles_ready == 0


def test_a_team_is_ready_when_everything_of_it_is():
    assert one_team().ready
    two = {"records": (row("ada"), row("bo"))}
    half = one_team(**two)
    assert (half.people, half.profiles_ready, half.ready) == (2, 1, False)
    assert not one_team(**two, profiles=(profile("ada"), profile("bo", "Pending"))).ready
    assert not one_team(spaces=(space("team-1", "Pending"),)).ready
    assert not one_team(spaces=()).ready
    assert one_team(apps=(app("team-1"),)).ready


@pytest.mark.parametrize("bad", ["Pending", "Failed", "Delete_Failed"])
def test_of_several_spaces_the_one_that_is_not_ready_is_shown(bad: str):
    rows = tuple(row(name, space=f"personal-{name}") for name in ("ada", "bo", "cy"))
    names = [f"personal-{name}" for name in ("ada", "bo", "cy")]
    for at in range(3):
        spaces = [space(name, bad if index == at else READY) for index, name in enumerate(names)]
        team = one_team(records=rows, spaces=tuple(spaces))
        assert team.space_status == bad
        assert team.space == ", ".join(names)
    assert one_team(records=rows, spaces=tuple(map(space, names))).space_status == READY
    assert one_team(records=rows, spaces=tuple(map(space, names[:2]))).space_status == MISSING


def test_an_app_of_a_team_is_shown_with_its_instance():
    team = one_team(apps=(app("TEAM-1"), app("team-2", "Pending")))
    assert (team.app_status, team.instance_type) == (READY, "ml.t3.medium")
    assert one_team(apps=(app("team-1", "Deleted"),)) == one_team()
    assert one_team().app_status == STOPPED


def test_running_apps_of_ours_are_counted_by_instance():
    apps = (
        app("a"),
        app("b", "Pending"),
        replace(app("c"), instance_type=None),
        app("d", "Deleting"),
        app("e", "Deleted"),
        app("f", "Failed"),
        app("g", READY, OTHER),
    )
    seen = summary(apps=apps)
    assert seen.instances == {"ml.t3.medium": 2, "default": 1}
    assert seen.apps == {"Deleting": 1, "Failed": 1, "InService": 2, "Pending": 1}


def test_a_failed_app_is_shown_counted_and_neither_stopped_nor_ready():
    parts = {"records": (row("ada"),), "profiles": (profile("ada"),), "spaces": (space("team-1"),)}
    seen = summary(**parts, apps=(app("team-1", "Failed"),))
    (team,) = seen.teams
    assert (team.app_status, team.set_up, team.ready) == ("Failed", True, False)
    assert team.instance_type == "ml.t3.medium"
    assert seen.apps == {"Failed": 1}
    assert seen.instances == {}
    assert seen.failed == (FailedApp(app("team-1", "Failed"), "1"),)
    assert seen.others["app"] == 0


@pytest.mark.parametrize("since", ["InService", "Pending", "Deleting"])
def test_a_failed_app_that_another_replaced_is_past(since: str):
    """Lists show it for another day, before or behind the one that replaced it."""
    failed, live = app("team-1", "Failed"), app("team-1", since)
    for apps in ((failed, live), (live, failed)):
        assert one_team(apps=apps).app_status == since
        assert summary(apps=apps).failed == ()
        assert summary(apps=apps).apps == {since: 1}


def test_of_apps_that_are_gone_the_newest_counts():
    failed, deleted = app("team-1", "Failed"), app("team-1", "Deleted")
    later = {"created": NOON + timedelta(hours=1)}
    for apps in ((failed, replace(deleted, **later)), (replace(deleted, **later), failed)):
        assert one_team(apps=apps).app_status == STOPPED
        assert summary(apps=apps).failed == ()
    for apps in ((deleted, replace(failed, **later)), (replace(failed, **later), deleted)):
        assert one_team(apps=apps).app_status == "Failed"


def test_one_failed_app_of_several_stands_for_the_team():
    rows = tuple(row(name, space=f"personal-{name}") for name in ("ada", "bo"))
    spaces = (space("personal-ada"), space("personal-bo"))
    apps = (app("personal-ada"), app("personal-bo", "Failed"))
    assert one_team(records=rows, spaces=spaces, apps=apps).app_status == "Failed"
    assert one_team(records=rows, spaces=spaces, apps=apps[:1]).app_status == READY


def test_failed_apps_are_in_the_order_of_their_teams_and_ours_alone():
    rows = (row("ada", "10", "team-10"), row("bo", "2", "team-2"))
    classic = App("KernelGateway", "k", "Failed", profile="bo", ownership=OURS)
    classic = replace(classic, created=NOON + timedelta(hours=1))
    apps = (
        app("team-10", "Failed"),
        app("team-2", "Failed"),
        classic,
        app("unused", "Failed"),
        app("foreign", "Failed", OTHER),
        app("unknown", "Failed", UNKNOWN),
    )
    seen = summary(records=rows, apps=apps)
    assert [(each.team, each.app.owner) for each in seen.failed] == [
        ("2", "bo"),
        ("2", "team-2"),
        ("10", "team-10"),
        ("", "unused"),
    ]


def test_the_shape_for_scripts():
    seen = summary(
        records=(row("ada"),),
        profiles=(profile("ada"),),
        spaces=(space("team-1"),),
        apps=(app("team-1", "Failed"),),
    )
    seen = replace(seen, failed=(replace(seen.failed[0], reason="No capacity."),))
    assert seen.as_json() == {
        "participants": 1,
        "teams": 1,
        "profiles": {"InService": 1},
        "spaces": {"InService": 1},
        "apps": {"Failed": 1},
        "failed_apps": [
            {"app": "team-1/JupyterLab/default", "team": "1", "reason": "No capacity."}
        ],
    }


def test_an_app_whose_instance_aws_does_not_tell_has_none():
    team = one_team(apps=(replace(app("team-1"), instance_type=None),))
    assert (team.app_status, team.instance_type) == (READY, "")
    assert summary(apps=(replace(app("team-1"), instance_type=None),)).instances == {"default": 1}
