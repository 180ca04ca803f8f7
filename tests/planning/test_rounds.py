"""Between two rounds of a run: what is tried again, and what is told to be left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio_core.model.people import Record
from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.runs import Leftover, Outcome, Result
from studio_core.model.studio import Kind
from studio_core.planning.consent import NOT_AGREED
from studio_core.planning.rounds import left_of, rest_of
from studio_core.planning.setup import MAY_HOLD_FILES, plan_setup
from tests.planning.worlds import (
    IDENTITY,
    TEMPLATE,
    carry_out,
    empty,
    ready_profile,
    ready_space,
    roster,
)

ONE = roster(("ada@ai.se", "1"))


def step(name: str, action: Action = Action.CREATE, reason: str = "") -> Step:
    target = ready_profile(name)
    return Step(f"{action}:profile:{name}", action, Kind.PROFILE, name, target, reason)


def plan(*steps: Step, purpose: Purpose = Purpose.SETUP) -> Plan:
    return Plan(purpose, IDENTITY, "demo", steps)


def outcomes(*ended: tuple[Step, Result, str]) -> dict[str, Outcome]:
    return {step.key: Outcome(step, result, why, "Wait.") for step, result, why in ended}


@pytest.mark.parametrize("result", list(Result))
def test_only_what_failed_or_was_blocked_is_not_tried_again(result: Result) -> None:
    ada, bo = step("ada"), step("bo")
    rest = rest_of(plan(ada, bo), outcomes((ada, result, "no")))
    assert rest.steps[1] == bo
    if result in {Result.FAILED, Result.BLOCKED}:
        assert rest.steps[0] == replace(ada, action=Action.SKIP, reason="no")
    else:
        assert rest.steps[0] == ada


def test_what_is_kept_stays_kept_whatever_came_of_a_step_of_its_key() -> None:
    kept = step("ada", Action.KEEP)
    assert rest_of(plan(kept), outcomes((kept, Result.FAILED, "no"))).steps == (kept,)


def test_a_purge_names_what_is_still_there_with_the_reason_of_the_run() -> None:
    ada, bo = step("ada", Action.DELETE), step("bo", Action.DELETE)
    held = step("cy", Action.SKIP, "held by app x")
    left = left_of(
        plan(ada, bo, held, step("eve", Action.KEEP), purpose=Purpose.PURGE),
        outcomes((ada, Result.FAILED, "stuck"), (bo, Result.DONE, "")),
    )
    assert left == (
        Leftover(Kind.PROFILE, "ada", "stuck", "Wait."),
        Leftover(Kind.PROFILE, "bo", "still there"),
        Leftover(Kind.PROFILE, "cy", "held by app x"),
    )


def test_any_other_run_names_what_is_undone_and_what_nobody_agreed_to() -> None:
    row = Record("ada@ai.se", "1", "d-1", "demo", "ada", "team-1")
    adopted = Step("adopt:row:ada", Action.ADOPT, Kind.ROW, "ada@ai.se", row)
    left = left_of(
        plan(
            step("ada"),
            step("bo", Action.DELETE),
            adopted,
            step("cy", Action.SKIP, NOT_AGREED),
            step("eve", Action.SKIP, "another reason"),
            step("fay", Action.KEEP, NOT_AGREED + "?"),
        ),
        {},
    )
    assert [(item.name, item.reason, bool(item.remedy)) for item in left] == [
        ("ada", "not there yet", False),
        ("bo", "still there", False),
        ("ada@ai.se", "not adopted yet", False),
        ("cy", NOT_AGREED, True),
    ]


def test_the_reason_of_a_profile_is_not_that_of_a_space_of_its_name() -> None:
    space = Step("space:ada", Action.CREATE, Kind.SPACE, "ada", ready_space("ada"))
    failed = outcomes((space, Result.FAILED, "no volume"))
    left = left_of(plan(step("ada"), space), failed)
    assert [(item.kind, item.reason) for item in left] == [
        (Kind.PROFILE, "not there yet"),
        (Kind.SPACE, "no volume"),
    ]


def space_step(plan):
    return next(step for step in plan.steps if step.name == "team-1")


def test_what_failed_is_not_tried_again_while_what_it_needs_is_as_it_was() -> None:
    wanted = plan_setup(ONE, empty(), TEMPLATE)
    world = carry_out(wanted, empty())
    failed = Outcome(space_step(wanted), Result.FAILED, "no room")
    without = replace(world, spaces=())
    rest = rest_of(plan_setup(ONE, without, TEMPLATE), {failed.step.key: failed})
    assert (space_step(rest).action, space_step(rest).reason) == (Action.SKIP, "no room")


def test_what_failed_is_tried_again_once_its_owner_has_to_be_made_again() -> None:
    wanted = plan_setup(ONE, empty(), TEMPLATE)
    world = carry_out(wanted, empty())
    failed = Outcome(space_step(wanted), Result.FAILED, "there is no such owner")
    bare = replace(world, spaces=(), profiles=())
    outcomes = {failed.step.key: failed}
    again = plan_setup(ONE, bare, TEMPLATE)
    assert space_step(rest_of(again, outcomes)).action is Action.CREATE
    owner = space_step(again).needs[0]
    step = next(step for step in again.steps if step.key == owner)
    outcomes[owner] = Outcome(step, Result.FAILED, "refused")
    assert space_step(rest_of(again, outcomes)).action is Action.SKIP


def test_a_team_whose_space_cannot_be_deleted_is_named_as_not_ready() -> None:
    world = carry_out(plan_setup(ONE, empty(), TEMPLATE), empty())
    [space] = world.spaces
    stuck = replace(world, spaces=(replace(space, status="Delete_Failed"),))
    [left] = left_of(plan_setup(ONE, stuck, TEMPLATE), {})
    assert (left.name, left.reason) == (space.name, MAY_HOLD_FILES)
    assert "delete it" in left.remedy
