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
from tests.planning.worlds import IDENTITY, ready_profile, ready_space


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
