"""What another round of a run does, after what the rounds before it met."""

from __future__ import annotations

from dataclasses import replace

from studio_core.model.plans import Action
from studio_core.model.runs import Outcome, Result
from studio_core.planning.rounds import rest_of
from studio_core.planning.setup import plan_setup

from .worlds import TEMPLATE, carry_out, empty, roster

ONE = roster(("ada@ai.se", "1"))


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
