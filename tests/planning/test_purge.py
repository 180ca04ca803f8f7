"""Purge plans: order, scope, and what they never touch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core.model.people import Record
from studio_core.model.plans import Action, Scope
from studio_core.model.studio import App, Kind, Ownership, Snapshot, Space
from studio_core.planning.purge import leftovers, plan_purge
from studio_core.planning.setup import plan_setup
from tests.planning.worlds import (
    EVENT,
    TEMPLATE,
    carry_out,
    empty,
    ready_profile,
    ready_space,
    roster,
    snapshots,
)


def _event() -> Snapshot:
    people = roster(("a@ai.se", "1"), ("b@ai.se", "2"))
    world = carry_out(plan_setup(people, empty(), TEMPLATE), empty())
    app = App("JupyterLab", "default", "InService", space="team-1", ownership=Ownership.OURS)
    return replace(world, apps=(app,))


def test_apps_then_spaces_then_profiles_then_rows() -> None:
    plan = plan_purge(_event())
    needs = {s.key: set(s.needs) for s in plan.changes}
    assert needs["delete:space:team-1"] == {"delete:app:team-1/jupyterlab/default"}
    assert needs["delete:space:team-2"] == set()
    assert needs["delete:profile:demo-host"] == {"delete:space:team-1", "delete:space:team-2"}
    assert needs["delete:row:a@ai.se"] == {"delete:profile:a"}


def test_nothing_is_left_after_it() -> None:
    world = carry_out(plan_purge(_event()), _event())
    assert not (world.profiles)
    assert not (world.spaces)
    assert not (world.records)
    assert plan_purge(world).empty
    assert leftovers(plan_purge(world)) == ()


def test_others_stay_and_the_plan_says_why() -> None:
    world = replace(
        _event(),
        profiles=(
            *_event().profiles,
            ready_profile("instructor", Ownership.OTHER),
            ready_profile("odd", Ownership.UNKNOWN),
        ),
        foreign=(Record("x@ai.se", "1", "d-1", "spring"),),
    )
    kept = {s.name: s.reason for s in plan_purge(world).steps if s.action is Action.KEEP}
    assert kept["instructor"] == "not of this event"
    assert "cannot be read" in kept["odd"]
    assert "spring" in kept["x@ai.se"]


def test_the_whole_domain_takes_the_others_too_but_not_other_events_rows() -> None:
    world = empty(
        profiles=(ready_profile("instructor", Ownership.OTHER),),
        foreign=(Record("x@ai.se", "1", "d-1", "spring"),),
    )
    plan = plan_purge(world, Scope.DOMAIN)
    assert [s.name for s in plan.changes] == ["instructor"]


def test_a_profile_that_holds_a_space_of_another_event_stays_with_its_row() -> None:
    record = Record("a@ai.se", "1", "d-1", EVENT, "a", "team-1")
    theirs = Space("theirs", "InService", owner="a", ownership=Ownership.OTHER)
    world = empty(profiles=(ready_profile("a"),), spaces=(theirs,), records=(record,))
    plan = plan_purge(world)
    assert plan.empty
    assert {(i.kind, i.name) for i in leftovers(plan)} == {
        (Kind.PROFILE, "a"),
        (Kind.ROW, "a@ai.se"),
    }
    assert all("theirs" in i.reason for i in leftovers(plan) if i.kind is Kind.PROFILE)


@pytest.mark.parametrize("ownership", [Ownership.UNTAGGED, Ownership.UNKNOWN])
def test_the_only_record_of_what_the_first_generation_made_stays(ownership: Ownership) -> None:
    old = Record("a.b@ai.se", "3", "d-1")
    spaces = (Space("3", "InService", ownership=ownership),)
    world = empty(profiles=(ready_profile("ab", ownership),), spaces=spaces, records=(old,))
    plan = plan_purge(world)
    assert plan.empty
    (left,) = leftovers(plan)
    assert (left.kind, left.name) == (Kind.ROW, "a.b@ai.se")
    assert left.reason == (
        "the earlier tool made profile ab and space 3, which only this row names; adopt first "
        "(`studio adopt`), then nothing of it is left behind"
    )


def test_a_row_of_the_first_generation_that_names_nothing_any_more_may_go() -> None:
    old = Record("a.b@ai.se", "3", "d-1")
    world = empty(profiles=(ready_profile("ab", Ownership.OTHER),), records=(old,))
    assert [s.key for s in plan_purge(world).changes] == ["delete:row:a.b@ai.se"]


def test_the_whole_domain_takes_old_rows_after_what_they_name() -> None:
    old = Record("a.b@ai.se", "3", "d-1")
    spaces = (Space("3", "InService", ownership=Ownership.UNTAGGED),)
    profiles = (ready_profile("ab", Ownership.UNTAGGED),)
    plan = plan_purge(empty(profiles=profiles, spaces=spaces, records=(old,)), Scope.DOMAIN)
    needs = {s.key: set(s.needs) for s in plan.changes}
    assert needs["delete:row:a.b@ai.se"] == {"delete:profile:ab", "delete:space:3"}


def test_failed_and_deleted_apps_hold_nothing() -> None:
    apps = tuple(
        App("JupyterLab", "default", status, space="team-1", ownership=Ownership.OURS)
        for status in ("Failed", "Deleted")
    )
    world = empty(
        spaces=(ready_space("team-1"),), profiles=(ready_profile("demo-host"),), apps=apps
    )
    plan = plan_purge(world)
    assert [s.kind for s in plan.changes] == [Kind.SPACE, Kind.PROFILE]
    assert leftovers(plan_purge(empty(apps=apps))) == ()


@given(snapshots(), st.sampled_from(Scope))
def test_carried_out_it_leaves_an_empty_plan(world: Snapshot, scope: Scope) -> None:
    plan = plan_purge(world, scope)
    after = carry_out(plan, world)
    assert plan_purge(after, scope).empty
    if scope is Scope.DOMAIN:
        assert not (after.profiles)
        assert not (after.spaces)
        assert not (after.records)


@given(snapshots())
def test_in_the_events_scope_only_ours_is_deleted(world: Snapshot) -> None:
    plan = plan_purge(world)
    for step in plan.changes:
        if step.kind is not Kind.ROW:
            assert step.target.ownership is Ownership.OURS
    assert {s.action for s in plan.changes} <= {Action.DELETE}


@given(snapshots(), st.sampled_from(Scope))
def test_everything_seen_is_deleted_kept_or_skipped(world: Snapshot, scope: Scope) -> None:
    plan = plan_purge(world, scope)
    named = {(s.kind, s.name) for s in plan.steps}
    for profile in world.profiles:
        assert (Kind.PROFILE, profile.name) in named
    for space in world.spaces:
        assert (Kind.SPACE, space.name) in named
    for app in world.apps:
        assert app.gone or (Kind.APP, app.label) in named
    for record in (*world.records, *world.foreign):
        assert (Kind.ROW, record.email) in named
