"""Adoption: what it takes over, what it never touches, and that nothing is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core.errors import GuardError
from studio_core.model.people import Participant, Record, Roster
from studio_core.model.plans import Action, Plan, Purpose
from studio_core.model.studio import Kind, Ownership, Snapshot, Space, SpaceTemplate
from studio_core.planning.adopt import MERGED, check_keep, plan_adopt, shared_profiles
from studio_core.planning.confirm import people_adopted
from studio_core.planning.consent import NOT_AGREED, Consent
from studio_core.planning.purge import leftovers, plan_purge
from studio_core.planning.setup import plan_setup
from tests.planning.old_worlds import OldWorld, may_be_tagged, old_worlds
from tests.planning.worlds import EVENT, TEMPLATE, carry_out, empty, ready_profile, templates

if TYPE_CHECKING:
    from collections.abc import Iterable

UNTAGGED = Ownership.UNTAGGED
ANA = Record("ana.b@x.org", "1", "d-1")
NIKLAS = Record("niklas@amazon.com", "1", "d-1", key="Niklas@Amazon.com")
NIKLAS_TOO = Record("niklas@ai.se", "2", "d-1")
CLASSIC = Space("1", "InService", ownership=UNTAGGED)


def _private(owner: str, suffix: str = "jupyter", app_type: str = "JupyterLab") -> Space:
    return Space(
        f"{owner}-{suffix}-space", "InService", owner, "Private", app_type, ownership=UNTAGGED
    )


def _rows(world: Snapshot) -> dict[str, tuple[str | None, str | None, str | None]]:
    return {r.pk: (r.event, r.profile, r.space) for r in world.records}


def _reasons(plan: Plan, kind: Kind) -> dict[str, str]:
    return {s.name: s.reason for s in plan.steps if s.action is Action.SKIP and s.kind is kind}


def test_the_generation_of_team_spaces_is_taken_over() -> None:
    world = empty(
        profiles=(ready_profile("anab", UNTAGGED), ready_profile("Niklas", UNTAGGED)),
        spaces=(CLASSIC,),
        records=(ANA, NIKLAS),
    )
    plan = plan_adopt(world, TEMPLATE)
    assert plan.counts(Action.ADOPT) == {"profile": 2, "space": 1, "row": 2}
    assert people_adopted(plan) == 2
    assert _rows(carry_out(plan, world)) == {
        "ana.b@x.org": (EVENT, "anab", "1"),
        "niklas@amazon.com": (EVENT, "Niklas", "1"),
    }


@pytest.mark.parametrize(
    ("template", "space"),
    [
        (SpaceTemplate(personal=True), "anab-jupyter-space"),
        (SpaceTemplate(app_type="CodeEditor", personal=True), "anab-ce-space"),
        (SpaceTemplate(), "1"),
    ],
)
def test_the_generation_of_two_spaces_a_person_is_taken_over(
    template: SpaceTemplate, space: str
) -> None:
    spaces = (CLASSIC, _private("anab"), _private("anab", "ce", "CodeEditor"))
    world = empty(profiles=(ready_profile("anab", UNTAGGED),), spaces=spaces, records=(ANA,))
    plan = plan_adopt(world, template)
    assert plan.counts(Action.ADOPT) == {"profile": 1, "space": 3, "row": 1}
    after = carry_out(plan, world)
    assert _rows(after) == {"ana.b@x.org": (EVENT, "anab", space)}


def test_who_has_only_spaces_of_their_own_keeps_one_where_teams_share() -> None:
    """Their links go on opening their files; the next setup moves them to the team's space."""
    spaces = (_private("anab", "ce", "CodeEditor"), _private("anab"))
    world = empty(profiles=(ready_profile("anab", UNTAGGED),), spaces=spaces, records=(ANA,))
    after = carry_out(plan_adopt(world, SpaceTemplate()), world)
    assert _rows(after) == {"ana.b@x.org": (EVENT, "anab", "anab-jupyter-space")}


def test_a_row_notes_its_profile_then_comes_the_tag_then_the_event() -> None:
    world = empty(
        profiles=(ready_profile("anab", UNTAGGED),), spaces=(_private("anab"),), records=(ANA,)
    )
    needs = {step.key: step.needs for step in plan_adopt(world, TEMPLATE).changes}
    assert needs == {
        "note:row:ana.b@x.org": (),
        "adopt:space:anab-jupyter-space": ("note:row:ana.b@x.org",),
        "adopt:profile:anab": ("note:row:ana.b@x.org", "adopt:space:anab-jupyter-space"),
        "adopt:row:ana.b@x.org": ("adopt:space:anab-jupyter-space", "adopt:profile:anab"),
    }


def test_who_shares_a_profile_waits_for_the_choice() -> None:
    world = empty(profiles=(ready_profile("niklas", UNTAGGED),), records=(NIKLAS, NIKLAS_TOO))
    (one,) = shared_profiles(world)
    assert (one.profile.name, one.emails) == ("niklas", ("niklas@ai.se", "niklas@amazon.com"))
    plan = plan_adopt(world, TEMPLATE)
    assert plan.empty
    assert "niklas@ai.se and niklas@amazon.com share it" in _reasons(plan, Kind.PROFILE)["niklas"]
    assert set(_reasons(plan, Kind.ROW)) == {"niklas@ai.se", "niklas@amazon.com"}


def test_the_chosen_one_keeps_it_and_the_other_gets_a_new_one_at_the_next_setup() -> None:
    world = empty(profiles=(ready_profile("niklas", UNTAGGED),), records=(NIKLAS, NIKLAS_TOO))
    after = carry_out(plan_adopt(world, TEMPLATE, keep=["Niklas@AI.se"]), world)
    assert _rows(after) == {
        "niklas@ai.se": (EVENT, "niklas", None),
        "niklas@amazon.com": (EVENT, None, None),
    }
    people = Roster((Participant("niklas@ai.se", "2"), Participant("niklas@amazon.com", "1")))
    plan = plan_setup(people, after, TEMPLATE)
    made = {s.name for s in plan.changes if s.kind is Kind.PROFILE and s.action is Action.CREATE}
    assert made - {row.profile for row in after.records} == made
    assert len(made) == 2


def test_a_choice_is_noted_before_anything_is_tagged_and_counts_from_then_on() -> None:
    noted = replace(NIKLAS, profile="niklas")
    world = empty(profiles=(ready_profile("niklas", UNTAGGED),), records=(noted, NIKLAS_TOO))
    assert shared_profiles(world) == []
    assert _rows(carry_out(plan_adopt(world, TEMPLATE), world)) == {
        "niklas@ai.se": (EVENT, None, None),
        "niklas@amazon.com": (EVENT, "niklas", None),
    }


def test_a_profile_that_a_row_of_ours_records_is_that_persons() -> None:
    theirs = Record("anab@ai.se", "1", "d-1", EVENT, "anab", "team-1")
    world = empty(profiles=(ready_profile("anab", UNTAGGED),), records=(ANA, theirs))
    plan = plan_adopt(world, TEMPLATE)
    assert _rows(carry_out(plan, world))["ana.b@x.org"] == (EVENT, None, None)
    assert plan.counts(Action.ADOPT) == {"row": 1}


def test_a_choice_that_cannot_be_followed_is_refused() -> None:
    world = empty(profiles=(ready_profile("niklas", UNTAGGED),), records=(NIKLAS, NIKLAS_TOO))
    check_keep(world, ["niklas@ai.se"])
    with pytest.raises(GuardError, match=r"nobody@x\.org"):
        check_keep(world, ["nobody@x.org"])
    with pytest.raises(GuardError, match=r"niklas@ai\.se and niklas@amazon\.com"):
        check_keep(world, ["niklas@ai.se", "niklas@amazon.com"])


def test_another_events_profile_is_refused_and_the_person_adopted_without_it() -> None:
    world = empty(profiles=(ready_profile("anab", Ownership.OTHER),), records=(ANA,))
    plan = plan_adopt(world, TEMPLATE)
    assert _reasons(plan, Kind.PROFILE) == {"anab": "it is of another event"}
    assert _rows(carry_out(plan, world)) == {"ana.b@x.org": (EVENT, None, None)}


@pytest.mark.parametrize("what", ["profile", "space"])
def test_unreadable_tags_hold_the_person_back(what: str) -> None:
    profile, space = ready_profile("anab", UNTAGGED), CLASSIC
    if what == "profile":
        profile = replace(profile, ownership=Ownership.UNKNOWN)
    else:
        space = replace(space, ownership=Ownership.UNKNOWN)
    plan = plan_adopt(empty(profiles=(profile,), spaces=(space,), records=(ANA,)), TEMPLATE)
    assert not [s for s in plan.changes if s.kind is Kind.ROW]
    assert "cannot be read" in _reasons(plan, Kind.ROW)["ana.b@x.org"]


def test_what_is_being_deleted_holds_the_person_back() -> None:
    going = replace(ready_profile("anab", UNTAGGED), status="Deleting")
    plan = plan_adopt(empty(profiles=(going,), records=(ANA,)), TEMPLATE)
    assert plan.empty
    assert "being deleted" in _reasons(plan, Kind.ROW)["ana.b@x.org"]


def test_a_profile_of_this_event_that_no_row_names_is_not_taken_for_an_old_one() -> None:
    """The table may be another one than that of the person for whom it was made."""
    world = empty(profiles=(ready_profile("anab"),), records=(ANA,))
    assert _rows(carry_out(plan_adopt(world, TEMPLATE), world)) == {
        "ana.b@x.org": (EVENT, None, None)
    }


@pytest.mark.parametrize(
    "space",
    [
        replace(CLASSIC, owner="stranger"),
        replace(CLASSIC, app_type="JupyterLab"),
        replace(_private("anab"), owner="stranger"),
        replace(_private("anab"), sharing="Shared"),
        replace(_private("anab"), app_type="CodeEditor"),
    ],
)
def test_a_space_that_the_old_tool_would_not_have_made_is_not_touched(space: Space) -> None:
    world = empty(profiles=(ready_profile("anab", UNTAGGED),), spaces=(space,), records=(ANA,))
    plan = plan_adopt(world, TEMPLATE)
    assert plan.counts(Action.ADOPT) == {"profile": 1, "row": 1}


def test_two_rows_of_one_address_become_one_and_lose_nothing() -> None:
    proper = Record("bo@x.org", "2", "d-1", extra={"diet": "vegan", "size": "M"})
    double = Record("bo@x.org", "3", "d-1", extra={"diet": "none", "from": "Oslo"}, key="Bo@x.org")
    world = empty(records=(double, proper))
    plan = plan_adopt(world, TEMPLATE)
    assert people_adopted(plan) == 1
    needs = {step.key: step.needs for step in plan.changes}
    assert needs["double:row:Bo@x.org"] == ("adopt:row:bo@x.org",)
    (row,) = carry_out(plan, world).records
    assert (row.pk, row.team) == ("bo@x.org", "2")
    assert row.extra == {
        "diet": "vegan",
        "size": "M",
        "from": "Oslo",
        MERGED: {"Bo@x.org": {"diet": "none", "team": "3"}},
    }


def test_the_old_profile_of_somebody_who_was_set_up_since_is_taken_over_too() -> None:
    new = Record("ana.b@x.org", "1", "d-1", EVENT, "ana-b", "team-1")
    double = replace(ANA, key="Ana.B@x.org")
    world = empty(
        profiles=(ready_profile("ana-b"), ready_profile("AnaB", UNTAGGED)), records=(new, double)
    )
    after = carry_out(plan_adopt(world, TEMPLATE), world)
    assert _rows(after) == {"ana.b@x.org": (EVENT, "ana-b", "team-1")}
    assert {p.ownership for p in after.profiles} == {Ownership.OURS}


def test_a_key_that_another_event_has_is_not_overwritten() -> None:
    world = empty(records=(NIKLAS,), foreign=(replace(NIKLAS, key=None, event="spring"),))
    plan = plan_adopt(world, TEMPLATE)
    assert plan.empty
    assert _reasons(plan, Kind.ROW) == {"niklas@amazon.com": "already a participant of spring"}


def test_setup_without_adoption_says_what_it_leaves_behind() -> None:
    world = empty(profiles=(ready_profile("anab", UNTAGGED),), spaces=(CLASSIC,), records=(ANA,))
    plan = plan_setup(Roster((Participant("ana.b@x.org", "1"),)), world, TEMPLATE)
    (row,) = [s for s in plan.changes if s.kind is Kind.ROW]
    assert row.reason == (
        "row of an earlier tool, taken over without profile anab and space 1; "
        "`studio adopt` first takes over both"
    )


def test_a_run_adopts_what_was_agreed_and_nothing_that_came_since() -> None:
    world = empty(profiles=(ready_profile("anab", UNTAGGED),), records=(ANA,))
    agreed = Consent(plan_adopt(world, TEMPLATE))
    more = replace(
        world,
        profiles=(*world.profiles, ready_profile("niklas", UNTAGGED)),
        records=(ANA, NIKLAS_TOO),
    )
    assert agreed.accepts(plan_adopt(world, TEMPLATE))
    assert not agreed.accepts(plan_adopt(more, TEMPLATE))
    bound = agreed.bound(plan_adopt(more, TEMPLATE))
    assert {s.name for s in bound.changes} == {"ana.b@x.org", "anab"}
    assert {s.name for s in bound.steps if s.reason == NOT_AGREED} == {"niklas@ai.se", "niklas"}


def _chosen(world: OldWorld) -> list[str]:
    return [one.emails[0] for one in shared_profiles(world.snapshot())]


def _adopted(world: OldWorld, template: SpaceTemplate, keep: Iterable[str] = ()) -> OldWorld:
    return world.run(plan_adopt(world.snapshot(), template, keep=keep))


def _attributes(row: Record) -> dict[str, object]:
    return {**row.extra, "team": row.team}


@given(old_worlds(), templates, st.booleans())
def test_nothing_is_touched_that_no_row_names(
    world: OldWorld, template: SpaceTemplate, choose: bool
) -> None:
    plan = plan_adopt(world.snapshot(), template, keep=_chosen(world) if choose else ())
    assert plan.purpose is Purpose.ADOPT
    after = world.run(plan)
    assert set(after.tagged) <= may_be_tagged(world)
    assert (after.profiles, after.spaces) == (world.profiles, world.spaces)
    assert {k: t for k, t in after.tags.items() if k not in after.tagged} == world.tags


@given(old_worlds(), templates, st.booleans())
def test_no_row_or_attribute_is_lost_and_no_profile_is_two_peoples(
    world: OldWorld, template: SpaceTemplate, choose: bool
) -> None:
    after = _adopted(world, template, _chosen(world) if choose else ())
    by_email = {row.email: row for row in after.rows.values()}
    for row in world.rows.values():
        now = after.rows.get(row.pk) or by_email[row.email]
        apart = now.extra.get(MERGED, {}).get(row.pk, {})
        for name, value in _attributes(row).items():
            assert value in {_attributes(now).get(name), apart.get(name)}
    profiles = Counter(row.profile.casefold() for row in after.rows.values() if row.profile)
    assert not [name for name, number in profiles.items() if number > 1]


@given(old_worlds(), templates, st.booleans())
def test_planning_again_is_empty(world: OldWorld, template: SpaceTemplate, choose: bool) -> None:
    keep = _chosen(world) if choose else []
    after = _adopted(world, template, keep)
    again = plan_adopt(after.snapshot(), template, keep=keep)
    assert again.empty, again.changes


@given(old_worlds(), templates, st.integers(0, 30))
def test_an_adoption_that_was_killed_goes_on_where_it_ended(
    world: OldWorld, template: SpaceTemplate, most: int
) -> None:
    keep = _chosen(world)
    whole = _adopted(world, template, keep)
    killed = world.run(plan_adopt(world.snapshot(), template, keep=keep), most)
    resumed = _adopted(killed, template, keep)
    assert (resumed.rows, resumed.tags) == (whole.rows, whole.tags)
    extras = [{pk: row.extra for pk, row in w.rows.items()} for w in (resumed, whole)]
    assert extras[0] == extras[1]


@given(old_worlds(), templates)
def test_setup_after_it_creates_only_what_is_missing(
    world: OldWorld, template: SpaceTemplate
) -> None:
    after = _adopted(world, template, _chosen(world))
    rows = [row for row in after.rows.values() if row.event == EVENT]
    people = Roster(tuple(Participant(row.email, row.team) for row in rows))
    plan = plan_setup(people, after.snapshot(), template)
    kept = {row.email: row.profile for row in rows if row.profile}
    for step in plan.steps:
        if step.kind is Kind.ROW and step.name in kept and step.target.event == EVENT:
            seen = after.profiles.get((Kind.PROFILE, kept[step.name].casefold()))
            if seen is not None and after.tags.get(seen.ref) == EVENT:
                assert step.target.profile == kept[step.name]
    sound = {
        ref
        for ref, item in {**after.profiles, **after.spaces}.items()
        if item.status == "InService" and after.tags.get(ref) == EVENT
    }
    assert not {s.target.ref for s in plan.changes if s.kind is not Kind.ROW} & sound
    keys = {step.key for step in plan.steps}
    for team in {row.team.casefold() for row in rows}:
        spaces = {row.space for row in rows if row.team.casefold() == team}
        classic = after.spaces.get((Kind.SPACE, team))
        if classic and spaces == {classic.name} and not template.personal:
            assert f"space:{team}" in keys


@given(old_worlds(), templates)
def test_purge_after_it_leaves_nothing_of_it(world: OldWorld, template: SpaceTemplate) -> None:
    after = _adopted(world, template, _chosen(world))
    plan = plan_purge(after.snapshot())
    purged = after.run(plan)
    named = {(item.kind, item.name) for item in leftovers(plan_purge(purged.snapshot()))}
    for held in (purged.profiles, purged.spaces):
        for key, item in held.items():
            if purged.tags.get(key) == EVENT:
                assert (key[0], item.name) in named
    assert {(Kind.ROW, row.email) for row in purged.rows.values()} <= named


@given(old_worlds(), st.booleans())
def test_purge_without_it_keeps_every_row_that_alone_names_something(
    world: OldWorld, remove: bool
) -> None:
    """Setup that removes who left is bound by it too."""
    plan = plan_purge(world.snapshot())
    if remove:
        plan = plan_setup(Roster(), world.snapshot(), TEMPLATE, remove_leaving=True)
    purged = world.run(plan)
    lost = replace(world, rows={pk: r for pk, r in world.rows.items() if pk not in purged.rows})
    inherits = {s.ref for s in world.snapshot().spaces if s.ownership is not UNTAGGED}
    assert not (may_be_tagged(lost) - inherits) & {*purged.profiles, *purged.spaces} - (
        may_be_tagged(replace(world, rows=purged.rows))
    )


def test_people_are_in_the_order_of_their_addresses_however_keys_are_written() -> None:
    rows = (Record("bo@x.org", "1", "d-1"), Record("ana@x.org", "1", "d-1", key="Ana@X.org"))
    plan = plan_adopt(empty(records=rows), TEMPLATE)
    assert [step.name for step in plan.steps] == ["ana@x.org", "bo@x.org"]
