"""The last look of a run: early where that is enough, again where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from studio_core.engine.last_look import LastLook
from studio_core.errors import TransientError
from studio_core.planning.setup import plan_setup
from tests.planning.worlds import TEMPLATE, carry_out, empty, roster

if TYPE_CHECKING:
    from studio_core.model.plans import Plan
    from studio_core.model.studio import Snapshot

PEOPLE = roster(("a@ai.se", "1"))
DONE = carry_out(plan_setup(PEOPLE, empty(), TEMPLATE), empty())


def goal(seen: Snapshot) -> Plan:
    return plan_setup(PEOPLE, seen, TEMPLATE)


class World:
    """Answers one thing after another; an error is raised."""

    def __init__(self, *answers: Snapshot | Exception) -> None:
        self.answers = list(answers)

    def __call__(self) -> Snapshot:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def look(world: World, **more: Any) -> LastLook:
    return LastLook(world, more.pop("pause", lambda _: None), patience=35, **more)


def test_an_early_look_that_shows_the_goal_is_the_only_one() -> None:
    world = World(DONE)
    last_look = look(world)
    last_look.begin()
    assert last_look.plan(goal).empty
    assert world.answers == []


def test_one_that_came_too_early_is_followed_by_another() -> None:
    last_look = look(World(empty(), DONE))
    last_look.begin()
    assert last_look.plan(goal).empty


def test_one_that_failed_is_followed_by_another() -> None:
    last_look = look(World(TransientError("busy"), DONE))
    last_look.begin()
    assert last_look.plan(goal).empty


def test_passing_failures_are_waited_out_and_no_longer() -> None:
    pauses: list[float] = []
    world = World(*[TransientError("busy")] * 7)
    with pytest.raises(TransientError):
        look(world, pause=pauses.append, clock=lambda: sum(pauses)).plan(goal)
    assert pauses == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert world.answers == []


def test_a_run_that_is_stopped_looks_no_more() -> None:
    world = World(TransientError("busy"), DONE)
    with pytest.raises(TransientError):
        look(world, pause=lambda _: True).plan(goal)
    assert len(world.answers) == 1
