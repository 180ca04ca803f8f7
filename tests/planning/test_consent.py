"""A run deletes what was agreed to, and what lives inside it, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from studio_core.model.plans import Action, Scope
from studio_core.model.studio import App, AppType, Ownership, SpaceTemplate
from studio_core.planning.apps import plan_start_apps, plan_stop_apps
from studio_core.planning.consent import NOT_AGREED, Consent
from studio_core.planning.purge import plan_purge
from studio_core.planning.rounds import left_of, rest_of
from studio_core.planning.setup import plan_setup

from .worlds import (
    TEMPLATE,
    carry_out,
    empty,
    ready_profile,
    ready_space,
    roster,
    rosters,
    snapshots,
    templates,
)

if TYPE_CHECKING:
    from studio_core.model.people import Roster

BOTH = roster(("ada@ai.se", "1"), ("bob@ai.se", "2"))


def app(space: str, status: str = "InService") -> App:
    return App("JupyterLab", "default", status, space=space, ownership=Ownership.OURS)


def deleted(plan) -> set[str]:
    return {step.name for step in plan.changes if step.action is Action.DELETE}


def test_people_who_appear_after_the_plan_was_agreed_to_stay() -> None:
    one = roster(("ada@ai.se", "1"))
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    agreed = plan_setup(one, world, TEMPLATE, remove_leaving=True)
    more = roster(*((p.email, p.team) for p in BOTH.participants), ("cy@ai.se", "3"))
    grown = carry_out(plan_setup(more, world, TEMPLATE), world)
    newer = plan_setup(one, grown, TEMPLATE, remove_leaving=True)
    consent = Consent(agreed)
    assert not consent.accepts(newer)
    bound = consent.bound(newer)
    assert deleted(bound) == {"bob@ai.se", "bob", "team-2"}
    left = left_of(rest_of(bound, {}), {})
    refused = {item.name for item in left if item.reason == NOT_AGREED}
    assert refused == {"cy@ai.se", "cy", "team-3"}
    assert all(item.remedy for item in left if item.name in refused)


def test_what_people_create_inside_what_goes_goes_too() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    consent = Consent(plan_purge(world))
    busy = replace(
        world,
        spaces=(*world.spaces, ready_space("mine", "ada")),
        apps=(app("team-1"), replace(app("mine"), space_owner="ada")),
    )
    newer = plan_purge(busy)
    assert consent.accepts(newer)
    assert consent.bound(newer) == newer


def test_a_profile_that_appears_during_a_purge_stays() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    consent = Consent(plan_purge(world))
    newer = plan_purge(replace(world, profiles=(*world.profiles, ready_profile("late"))))
    assert not consent.accepts(newer)
    assert deleted(consent.bound(newer)) == deleted(plan_purge(world))


def test_stopping_includes_apps_that_are_started_in_the_same_spaces() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    agreed = plan_stop_apps(replace(world, apps=(app("team-1"),)))
    newer = plan_stop_apps(replace(world, apps=(app("team-1"), app("team-2"))))
    assert Consent(agreed).accepts(newer)
    own = replace(app("own"), space_owner="ada")  # in a space that ada has made since
    later = replace(world, spaces=(*world.spaces, ready_space("own", "ada")), apps=(own,))
    assert deleted(Consent(agreed).bound(plan_stop_apps(later))) == {own.label}
    others = replace(world, spaces=(*world.spaces, ready_space("team-9")), apps=(app("team-9"),))
    assert deleted(Consent(agreed).bound(plan_stop_apps(others))) == set()


def test_stopping_one_team_does_not_include_another() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    running = replace(world, apps=(app("team-1"), app("team-2")))
    consent = Consent(plan_stop_apps(running, team="1"))
    assert deleted(consent.bound(plan_stop_apps(running))) == {"team-1/JupyterLab/default"}


def test_less_to_start_or_to_delete_is_no_new_plan() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    start = Consent(plan_start_apps(world, TEMPLATE))
    assert start.accepts(plan_start_apps(replace(world, apps=(app("team-1"),)), TEMPLATE))
    purge = Consent(plan_purge(replace(world, apps=(app("team-1"),))))
    assert purge.accepts(plan_purge(world))


def test_a_setup_that_has_become_another_one_is_a_new_plan() -> None:
    agreed = Consent(plan_setup(BOTH, empty(), TEMPLATE))
    half = carry_out(plan_setup(roster(("ada@ai.se", "1")), empty(), TEMPLATE), empty())
    assert not agreed.accepts(plan_setup(BOTH, half, TEMPLATE))
    assert not agreed.accepts(plan_setup(roster(("ada@ai.se", "2")), empty(), TEMPLATE))
    assert agreed.accepts(plan_setup(BOTH, empty(), TEMPLATE))
    pending = replace(empty(), profiles=(replace(ready_profile("x"), status="Pending"),))
    settled = replace(empty(), profiles=(ready_profile("x"),))
    assert Consent(plan_setup(BOTH, pending, TEMPLATE)).accepts(plan_setup(BOTH, settled, TEMPLATE))


@given(st.tuples(rosters, rosters), snapshots(), snapshots(), templates, st.sampled_from(Scope))
def test_whatever_the_world_becomes_no_row_or_profile_goes_that_was_not_agreed_to(
    wanted: tuple[Roster, Roster], world, later, template: SpaceTemplate, scope: Scope
) -> None:
    first, second = wanted
    for agreed, newer in (
        (plan_purge(world, scope), plan_purge(later, scope)),
        (
            plan_setup(first, world, template, remove_leaving=True),
            plan_setup(second, later, template, remove_leaving=True),
        ),
    ):
        bound = Consent(agreed).bound(newer)
        keys = {step.key for step in agreed.changes if step.action is Action.DELETE}
        for step in bound.changes:
            if step.action is Action.DELETE and step.kind in {"row", "profile"}:
                assert step.key in keys
        assert {s.key for s in bound.steps} == {s.key for s in newer.steps}


def test_another_app_type_owner_or_app_is_another_setup() -> None:
    """What a person agrees to of a space is whose it is and which app it is for."""
    editor = SpaceTemplate(app_type=AppType.CODE_EDITOR)
    agreed = Consent(plan_setup(BOTH, empty(), TEMPLATE))
    assert not agreed.accepts(plan_setup(BOTH, empty(), editor))
    taken = empty(profiles=(ready_profile("demo-host", Ownership.OTHER),))
    assert not agreed.accepts(plan_setup(BOTH, taken, TEMPLATE))
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    start = plan_start_apps(world, TEMPLATE)
    other = replace(world, spaces=tuple(replace(s, app_type="CodeEditor") for s in world.spaces))
    assert not Consent(start).accepts(plan_start_apps(other, TEMPLATE))


def test_who_agreed_to_making_something_agreed_to_no_deletion_in_it() -> None:
    agreed = plan_setup(BOTH, empty(), TEMPLATE)
    world = replace(carry_out(agreed, empty()), apps=(app("team-1"),))
    assert deleted(plan_purge(world))
    assert deleted(Consent(agreed).bound(plan_purge(world))) == set()
