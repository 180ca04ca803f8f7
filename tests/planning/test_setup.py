"""Setup plans: what they hold, and what is true of every one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from studio_core.model.people import Record, Roster
from studio_core.model.plans import Action
from studio_core.model.studio import App, Kind, Ownership, SpaceTemplate, Status
from studio_core.planning.setup import LEAVING, UNUSED, plan_setup
from tests.planning.worlds import (
    EVENT,
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
    import random

    from studio_core.model.studio import Snapshot

BOTH = roster(("niklas@amazon.com", "1"), ("niklas@ai.se", "2"))


def test_an_empty_domain_gets_host_rows_spaces_and_profiles() -> None:
    plan = plan_setup(BOTH, empty(), TEMPLATE)
    assert plan.counts(Action.CREATE) == {"profile": 3, "row": 2, "space": 2}
    assert next(s.name for s in plan.steps if s.kind is Kind.PROFILE) == "demo-host"


def test_two_people_with_one_mailbox_name_have_a_profile_each() -> None:
    plan = plan_setup(BOTH, empty(), TEMPLATE)
    names = {s.target.email: s.target.profile for s in plan.steps if s.kind is Kind.ROW}
    assert names["niklas@ai.se"] == "niklas"
    assert names["niklas@amazon.com"].startswith("niklas-")
    assert set(names.values()) <= {s.name for s in plan.steps if s.kind is Kind.PROFILE}


def test_a_profile_waits_for_its_row_and_a_space_for_its_owner() -> None:
    plan = plan_setup(BOTH, empty(), TEMPLATE)
    needs = {s.key: s.needs for s in plan.steps}
    assert needs["profile:niklas"] == ("row:niklas@ai.se",)
    assert needs["space:team-1"] == ("profile:demo-host",)


def test_a_second_setup_is_empty_and_keeps_everything() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    again = plan_setup(BOTH, world, TEMPLATE)
    assert again.empty
    assert again.counts(Action.KEEP) == {"profile": 3, "row": 2, "space": 2}


def test_people_added_later_only_add() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    more = Roster((*BOTH.participants, *roster(("niklas@new.org", "2")).participants))
    plan = plan_setup(more, world, TEMPLATE)
    assert plan.counts(Action.CREATE) == {"row": 1, "profile": 1}
    assert plan.counts(Action.UPDATE) == {}


def test_a_move_changes_the_row_and_nothing_else() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    moved = roster(("niklas@amazon.com", "2"), ("niklas@ai.se", "2"))
    plan = plan_setup(moved, world, TEMPLATE)
    (step,) = plan.changes
    assert (step.action, step.kind, step.reason) == (
        Action.UPDATE,
        Kind.ROW,
        "moves from team 1 to team 2",
    )
    assert step.target.space == "team-2"


def test_who_left_is_shown_and_stays_until_asked() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    one = roster(("niklas@ai.se", "2"))
    shown = plan_setup(one, world, TEMPLATE)
    assert shown.empty
    assert {s.name for s in shown.steps if s.reason == LEAVING} == {
        "niklas@amazon.com",
        "team-1",
        next(p.name for p in world.profiles if p.name.startswith("niklas-")),
    }
    removed = plan_setup(one, world, TEMPLATE, remove_leaving=True)
    assert removed.counts(Action.DELETE) == {"space": 1, "profile": 1, "row": 1}
    after = carry_out(removed, world)
    assert {r.email for r in after.records} == {"niklas@ai.se"}


def test_a_name_once_given_is_kept_when_the_other_person_leaves() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    one = roster(("niklas@amazon.com", "1"))
    world = carry_out(plan_setup(one, world, TEMPLATE, remove_leaving=True), world)
    plan = plan_setup(one, world, TEMPLATE)
    assert plan.empty
    assert world.records[0].profile != "niklas"


def test_a_name_that_is_somebody_elses_is_not_given() -> None:
    world = empty(profiles=(ready_profile("niklas", Ownership.OTHER),))
    plan = plan_setup(roster(("niklas@ai.se", "1")), world, TEMPLATE)
    assert "niklas" not in {s.name for s in plan.changes}


def test_a_recorded_profile_whose_tags_cannot_be_read_is_left_alone_and_said_so() -> None:
    record = Record("a@ai.se", "1", "d-1", EVENT, "a", "team-1")
    world = empty(profiles=(ready_profile("a", Ownership.UNKNOWN),), records=(record,))
    plan = plan_setup(roster(("a@ai.se", "1")), world, TEMPLATE)
    (skip,) = [s for s in plan.steps if s.action is Action.SKIP]
    assert skip.kind is Kind.PROFILE
    assert "read" in skip.reason


def test_a_recorded_profile_that_is_somebody_elses_is_replaced() -> None:
    record = Record("a@ai.se", "1", "d-1", EVENT, "a", "team-1")
    world = empty(profiles=(ready_profile("a", Ownership.OTHER),), records=(record,))
    plan = plan_setup(roster(("a@ai.se", "1")), world, TEMPLATE)
    (row,) = [s for s in plan.changes if s.kind is Kind.ROW]
    assert row.action is Action.UPDATE
    assert row.target.profile not in {"a", None}
    assert row.before == record
    assert carry_out(plan, world).profiles[0] == world.profiles[0]


def test_a_row_of_another_event_is_not_overwritten() -> None:
    world = empty(foreign=(Record("a@ai.se", "9", "d-1", "spring-hack", "a"),))
    plan = plan_setup(roster(("a@ai.se", "1"), ("b@ai.se", "1")), world, TEMPLATE)
    (skip,) = [s for s in plan.steps if s.action is Action.SKIP]
    assert "spring-hack" in skip.reason
    assert "a" not in {s.name for s in plan.changes}


def test_a_failed_profile_is_made_again() -> None:
    record = Record("a@ai.se", "1", "d-1", EVENT, "a", "team-1")
    failed = replace(ready_profile("a"), status=Status.FAILED)
    plan = plan_setup(
        roster(("a@ai.se", "1")), empty(profiles=(failed,), records=(record,)), TEMPLATE
    )
    create = next(s for s in plan.changes if s.key == "profile:a")
    assert "delete:profile:a" in create.needs


def test_a_space_of_another_app_type_stays_and_says_why() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    world = replace(world, spaces=tuple(replace(s, app_type="CodeEditor") for s in world.spaces))
    plan = plan_setup(BOTH, world, TEMPLATE)
    assert plan.empty
    assert all("CodeEditor" in s.reason for s in plan.steps if s.kind is Kind.SPACE)


def test_a_space_in_two_teams_rows_goes_to_one_and_the_next_plan_agrees() -> None:
    moved = Record("a@ai.se", "1", "d-1", EVENT, "a", "team-1")
    left = Record("b@ai.se", "2", "d-1", EVENT, "b", "team-1")
    world = empty(records=(moved, left), spaces=(ready_space("team-1"),))
    wanted = roster(("a@ai.se", "2"))
    world = carry_out(plan_setup(wanted, world, TEMPLATE), world)
    assert plan_setup(wanted, world, TEMPLATE).empty


def test_personal_spaces_have_their_person_as_owner_and_no_host() -> None:
    plan = plan_setup(BOTH, empty(), SpaceTemplate(personal=True))
    spaces = [s.target for s in plan.steps if s.kind is Kind.SPACE]
    assert {s.owner for s in spaces} == {s.name for s in plan.steps if s.kind is Kind.PROFILE}
    assert {s.sharing for s in spaces} == {"Private"}


def test_a_seed_row_is_taken_over() -> None:
    world = empty(records=(Record("a@ai.se", "3", "d-1"),))
    plan = plan_setup(roster(("a@ai.se", "3")), world, TEMPLATE)
    (row,) = [s for s in plan.changes if s.kind is Kind.ROW]
    assert row.action is Action.UPDATE
    assert "taken over" in row.reason


@given(rosters, snapshots(), templates, st.booleans())
def test_applying_and_planning_again_gives_an_empty_plan(
    wanted: Roster, world: object, template: SpaceTemplate, remove: bool
) -> None:
    # A broken profile that holds spaces of those who leave is made anew in the round after
    # they are gone: a run goes round too.
    for _ in range(2):
        plan = plan_setup(wanted, world, template, remove_leaving=remove)
        world = carry_out(plan, world)
    again = plan_setup(wanted, world, template, remove_leaving=remove)
    assert again.empty, again.changes


# Gone from the roster, with the profile of somebody else for their own in the table.
MISTAKEN = empty(
    profiles=(ready_profile("instructor", Ownership.OTHER),),
    apps=(App("JupyterLab", "default", "InService", profile="instructor"),),
    records=(Record("niklas@ai.se", "1", "d-1", EVENT, "instructor", "team-1"),),
)


@given(rosters, snapshots(), templates, st.booleans())
def test_what_is_not_ours_is_never_changed(
    wanted: Roster, world: Snapshot, template: SpaceTemplate, remove: bool
) -> None:
    plan = plan_setup(wanted, world, template, remove_leaving=remove)
    for step in plan.changes:
        if step.kind is not Kind.ROW:
            assert step.target.ownership is Ownership.OURS
    foreign = {r.email for r in world.foreign}
    assert not foreign & {s.name for s in plan.changes if s.kind is Kind.ROW}


@given(rosters, snapshots(), templates, st.booleans())
@example(wanted=Roster(()), world=MISTAKEN, template=TEMPLATE, remove=True)
def test_no_app_that_is_not_ours_is_stopped(
    wanted: Roster, world: Snapshot, template: SpaceTemplate, remove: bool
) -> None:
    plan = plan_setup(wanted, world, template, remove_leaving=remove)
    for step in plan.changes:
        if step.kind is Kind.APP:
            assert step.target.ownership is Ownership.OURS or lives_in_ours(step.target, world)


def lives_in_ours(app: App, world: Snapshot) -> bool:
    homes = world.spaces if app.space else world.profiles
    return any(h.ownership is Ownership.OURS for h in homes if h.name == app.owner)


def test_a_space_named_like_somebody_who_leaves_keeps_its_app() -> None:
    app = App("JupyterLab", "default", "InService", space="niklas", ownership=Ownership.OURS)
    world = empty(
        profiles=(ready_profile("niklas"), ready_profile("bo"), ready_profile("demo-host")),
        spaces=(ready_space("niklas"),),
        apps=(app,),
        records=(
            Record("bo@ai.se", "x", "d-1", EVENT, "bo", "niklas"),
            Record("niklas@ai.se", "1", "d-1", EVENT, "niklas", "team-1"),
        ),
    )
    plan = plan_setup(roster(("bo@ai.se", "x")), world, TEMPLATE, remove_leaving=True)
    assert [s.name for s in plan.changes] == ["niklas", "niklas@ai.se"]


@settings(derandomize=True)
@given(rosters, snapshots(), templates, st.booleans())
def test_one_round_is_enough_where_no_broken_profile_or_space_holds_anything(
    wanted: Roster, world: object, template: SpaceTemplate, remove: bool
) -> None:
    things = [*world.profiles, *world.spaces]
    broken = {x.name for x in things if x.status in {"Failed", "Deleting", "Delete_Failed"}}
    holders = {s.owner for s in world.spaces} | {a.owner for a in world.apps}
    assume(not broken & holders)
    after = carry_out(plan_setup(wanted, world, template, remove_leaving=remove), world)
    assert plan_setup(wanted, after, template, remove_leaving=remove).empty


@given(rosters, snapshots(), st.randoms())
def test_the_plan_does_not_depend_on_the_order_of_anything(
    wanted: Roster, world: object, chance: random.Random
) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(items, len(items)))

    other = replace(
        world,
        profiles=shuffled(world.profiles),
        spaces=shuffled(world.spaces),
        apps=shuffled(world.apps),
        records=shuffled(world.records),
    )
    known = [r.profile for r in world.records if r.profile]
    assume(len(known) == len(set(known)))
    one = plan_setup(wanted, world, TEMPLATE)
    two = plan_setup(Roster(shuffled(wanted.participants)), other, TEMPLATE)
    names = {(s.key, s.action) for s in one.steps}
    assert names == {(s.key, s.action) for s in two.steps}


@given(rosters, snapshots(), templates)
def test_keys_are_unique_and_every_person_has_a_row_step(
    wanted: Roster, world: object, template: SpaceTemplate
) -> None:
    plan = plan_setup(wanted, world, template)
    keys = [s.key for s in plan.steps]
    assert len(keys) == len(set(keys))
    rows = {s.name for s in plan.steps if s.kind is Kind.ROW}
    assert {p.email for p in wanted.participants} <= rows


def test_a_space_that_stays_says_whether_its_people_left_or_moved() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())

    def reasons(*people: tuple[str, str]) -> dict[str, str]:
        steps = plan_setup(roster(*people), world, TEMPLATE).steps
        return {s.name: s.reason for s in steps if s.kind is Kind.SPACE and s.reason}

    assert reasons(("niklas@amazon.com", "1"), ("niklas@ai.se", "1")) == {"team-2": UNUSED}
    assert reasons(("niklas@amazon.com", "1")) == {"team-2": LEAVING}


def test_a_failed_space_is_deleted_before_it_is_made_again() -> None:
    world = carry_out(plan_setup(BOTH, empty(), TEMPLATE), empty())
    failed = tuple(replace(s, status=Status.FAILED) for s in world.spaces if s.name == "team-1")
    rest = tuple(s for s in world.spaces if s.name != "team-1")
    plan = plan_setup(BOTH, replace(world, spaces=(*failed, *rest)), TEMPLATE)
    assert [(s.action, s.name) for s in plan.changes] == [
        (Action.DELETE, "team-1"),
        (Action.CREATE, "team-1"),
    ]
    assert "delete:space:team-1" in plan.changes[1].needs
