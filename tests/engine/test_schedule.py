"""Which calls may go next: dependencies, batches of rows, throttles, pauses."""

from __future__ import annotations

from studio_core.engine.schedule import ROW_BATCH, Schedule
from studio_core.model.plans import Action

from .fakes import plan, profile, row, space


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def schedule(*steps, clock: Clock | None = None) -> Schedule:
    made = Schedule(plan(*steps), clock or Clock())
    for work in list(made.works()):
        if not work.needs:
            made.make_ready(work)
    return made


def taken(made: Schedule) -> list[tuple[str, ...]]:
    calls = []
    while works := made.take():
        calls.append(tuple(work.step.name for work in works))
    return calls


def people(number: int, action: Action = Action.CREATE, *needs: str) -> list:
    return [row(f"p{n:03}@ai.se", action, *needs) for n in range(number)]


def test_steps_go_in_the_order_of_the_plan_whatever_their_kind() -> None:
    made = schedule(profile("a"), space("x"), profile("b"), space("y"))
    assert taken(made) == [("a",), ("x",), ("b",), ("y",)]
    assert taken(made) == []


def test_needs_outside_the_plan_hold_up_nothing() -> None:
    made = schedule(profile("a", Action.CREATE, "row:nobody"))
    assert len(made) == 1
    assert taken(made) == [("a",)]


def test_dependants_are_those_that_need_it() -> None:
    first = profile("a")
    made = schedule(first, space("x", Action.CREATE, first.key), space("y"))
    assert [work.step.name for work in made.dependants(made[first.key])] == ["x"]
    assert made["create:space:x"].needs == {first.key}


def test_rows_go_in_full_batches_and_the_rest_when_no_more_come() -> None:
    made = schedule(*people(ROW_BATCH + 3))
    assert [len(call) for call in taken(made)] == [ROW_BATCH, 3]


def test_a_batch_that_may_yet_fill_waits_for_its_rows_and_not_for_those_that_ended() -> None:
    gone = profile("zoe", Action.DELETE)
    made = schedule(*people(2, Action.DELETE), row("zoe@ai.se", Action.DELETE, gone.key), gone)
    late = made["delete:row:zoe@ai.se"]
    assert taken(made) == [("zoe",)]  # the profile; two rows wait for the third
    made.withdraw(late)
    assert taken(made) == [("p000@ai.se", "p001@ai.se")]


def test_rows_that_are_tried_again_wait_for_no_others() -> None:
    gone = profile("zoe", Action.DELETE)
    made = schedule(*people(1, Action.DELETE), row("zoe@ai.se", Action.DELETE, gone.key), gone)
    made["delete:row:p000@ai.se"].tries = 1
    assert taken(made) == [("p000@ai.se",), ("zoe",)]


def test_rows_of_two_actions_are_never_in_one_batch() -> None:
    made = schedule(*people(2), row("zoe@ai.se", Action.DELETE), row("yan@ai.se", Action.UPDATE))
    assert taken(made) == [("p000@ai.se", "p001@ai.se"), ("zoe@ai.se",), ("yan@ai.se",)]


def test_rows_wait_for_what_the_plan_has_before_them() -> None:
    made = schedule(profile("host"), *people(2), profile("b"))
    assert taken(made) == [("host",), ("p000@ai.se", "p001@ai.se"), ("b",)]


def test_a_step_that_pauses_goes_when_its_time_has_come() -> None:
    clock = Clock()
    made = schedule(profile("a"), profile("b"), clock=clock)
    (work,) = made.take()
    made.retry_at(105.0, work)
    assert taken(made) == [("b",)]
    assert made.due(room=True) == made.due(room=False) == [105.0]
    for now, calls in ((104.9, []), (105.0, [("a",)])):
        clock.now = now
        made.release_retries()
        assert taken(made) == calls
    assert made.due(room=True) == []


def test_a_throttled_operation_holds_up_itself_alone() -> None:
    clock = Clock()
    made = schedule(
        profile("a"), profile("b"), space("x"), profile("c", Action.DELETE), clock=clock
    )
    (work,) = made.take()
    made.throttle(work).rate = 0.5
    made.throttle(work).sent()
    assert taken(made) == [("x",), ("c",)]
    assert made.due(room=True) == [102.0]
    assert made.due(room=False) == []
    clock.now = 102.0
    assert taken(made) == [("b",)]


def test_what_is_cleared_goes_no_more() -> None:
    clock = Clock()
    made = schedule(profile("a"), profile("b"), *people(1), clock=clock)
    (work,) = made.take()
    made.retry_at(100.0, work)
    made.clear()
    made.release_retries()
    assert taken(made) == []
    assert made.due(room=True) == []


def test_what_ends_without_being_a_row_to_come_changes_nothing_of_the_batch() -> None:
    """A profile whose row failed, and a row that was queued already, are no rows to come."""
    steps = people(3)
    waits = profile("a", Action.CREATE, steps[0].key)
    made = schedule(*steps, waits)
    made.withdraw(made[waits.key])
    made.withdraw(made[steps[2].key])
    assert taken(made) == [("p000@ai.se", "p001@ai.se", "p002@ai.se")]
