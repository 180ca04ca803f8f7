"""Deletions: what each needs first, and what is said of what stays."""

from __future__ import annotations

import pytest

from studio_core.model.people import Record
from studio_core.model.plans import Action, Scope
from studio_core.model.studio import App, Kind, Ownership, Space
from studio_core.planning.purge import plan_purge
from studio_core.planning.removal import removal
from studio_core.planning.setup import MAY_HOLD_FILES, UNUSED, plan_setup

from .worlds import EVENT, TEMPLATE, carry_out, empty, ready_profile, ready_space, roster

BOTH = roster(("ada@ai.se", "1"), ("bob@ai.se", "2"))


def test_a_profile_and_a_space_of_one_name_have_an_app_each_to_delete() -> None:
    apps = (
        App("JupyterLab", "default", "InService", space="ada", ownership=Ownership.OURS),
        App("JupyterLab", "default", "InService", profile="ada", ownership=Ownership.OURS),
    )
    world = empty(profiles=(ready_profile("ada"),), spaces=(ready_space("ada"),), apps=apps)
    changes = plan_purge(world).changes
    assert {step.target for step in changes if step.kind is Kind.APP} == set(apps)
    assert len({step.key for step in changes}) == len(changes)
    needs = {step.kind: step.needs for step in changes}
    assert set(needs[Kind.PROFILE]).isdisjoint(needs[Kind.SPACE])


def test_what_holds_and_is_ours_is_not_called_anybody_elses() -> None:
    held = ready_profile("ada")
    space = Space("mine", "InService", owner="ada", ownership=Ownership.OURS)
    (step,) = removal(empty(profiles=(held,), spaces=(space,)), profiles=[held])
    assert step.action is Action.SKIP
    assert "space mine" in step.reason
    assert "this plan does not delete it" in step.reason


@pytest.mark.parametrize(
    ("ownership", "goes"),
    [(Ownership.OTHER, True), (Ownership.UNTAGGED, True), (Ownership.UNKNOWN, False)],
)
def test_a_row_is_not_held_by_a_foreign_profile_of_its_name(
    ownership: Ownership, goes: bool
) -> None:
    """One whose tags cannot be read may be ours, and the row its only record."""
    record = Record("ada@ai.se", "1", "d-1", EVENT, "ada", "team-1")
    world = empty(profiles=(ready_profile("ada", ownership),), records=(record,))
    wanted = [(Kind.ROW, "ada@ai.se")] if goes else []
    assert [(s.kind, s.name) for s in plan_purge(world).changes] == wanted


def test_a_row_goes_after_its_profile_whosever_that_is() -> None:
    record = Record("ada@ai.se", "1", "d-1", EVENT, "ada", "team-1")
    world = empty(profiles=(ready_profile("ada", Ownership.OTHER),), records=(record,))
    profile, row = plan_purge(world, Scope.DOMAIN).changes
    assert row.needs == (profile.key,)


def test_the_space_of_a_team_that_everybody_left_is_named_and_goes_when_asked() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    merged = roster(("ada@ai.se", "1"), ("bob@ai.se", "1"))
    moved = carry_out(plan_setup(merged, world, TEMPLATE), world)
    kept = plan_setup(merged, moved, TEMPLATE)
    assert [(s.name, s.reason) for s in kept.steps if s.action is Action.SKIP] == [
        ("team-2", UNUSED)
    ]
    gone = plan_setup(merged, moved, TEMPLATE, remove_leaving=True).changes
    assert [(s.action, s.name) for s in gone] == [(Action.DELETE, "team-2")]


def test_a_space_whose_deletion_failed_is_remade_only_when_asked() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    stuck = tuple(
        Space(s.name, "Delete_Failed", s.owner, s.sharing, s.app_type, ownership=s.ownership)
        if s.name == "team-1"
        else s
        for s in world.spaces
    )
    world = empty(profiles=world.profiles, spaces=stuck, records=world.records)
    plan = plan_setup(BOTH, world, TEMPLATE)
    assert plan.empty
    assert [s.reason for s in plan.steps if s.name == "team-1"] == [MAY_HOLD_FILES]
    asked = plan_setup(BOTH, world, TEMPLATE, remove_leaving=True).changes
    assert [(s.action, s.name) for s in asked] == [
        (Action.DELETE, "team-1"),
        (Action.CREATE, "team-1"),
    ]
