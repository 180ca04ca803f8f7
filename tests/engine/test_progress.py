"""What a run's steps came to: counts, what waits, the newest phases."""

from __future__ import annotations

from studio_core.engine.progress import Tally
from studio_core.model.plans import Action
from studio_core.model.runs import Outcome, Phase, Result, StepProgress

from .fakes import profile, row, space

ADA, BO, TEAM = profile("ada"), profile("bo"), space("team-1")


def ended(step, result: Result = Result.DONE) -> StepProgress:
    return StepProgress(Phase.ENDED, step, 1, 3, Outcome(step, result))


def test_done_and_failed_are_counted_apart_by_kind() -> None:
    tally = Tally([ADA, BO, TEAM])
    assert tally.counts() == {"profile": (0, 0, 2), "space": (0, 0, 1)}
    tally.note(ended(ADA))
    for result in set(Result) - {Result.DONE}:
        tally.note(ended(BO, result))
        assert tally.counts() == {"profile": (1, 1, 2), "space": (0, 0, 1)}
    tally.note(ended(BO))
    assert tally.counts()["profile"] == (2, 0, 2)
    assert {key: o.result for key, o in tally.outcomes().items()} == {
        ADA.key: Result.DONE,
        BO.key: Result.DONE,
    }


def test_a_step_waits_from_its_call_to_its_end() -> None:
    tally = Tally([ADA, BO])
    tally.note(StepProgress(Phase.STARTED, ADA, 0, 2))
    assert tally.waiting == 0
    tally.note(StepProgress(Phase.WAITING, ADA, 0, 2))
    tally.note(StepProgress(Phase.WAITING, BO, 0, 2))
    tally.note(StepProgress(Phase.RETRYING, BO, 0, 2))
    assert tally.waiting == 2
    tally.note(ended(ADA))
    assert tally.waiting == 1


def test_the_newest_phases_are_kept_in_their_order_and_not_all() -> None:
    tally = Tally([])
    told = [StepProgress(Phase.STARTED, ADA, n, 500) for n in range(500)]
    for each in told:
        tally.note(each)
    assert tally.recent == tuple(told[-200:])


def test_a_new_plan_is_counted_too_or_alone() -> None:
    tally = Tally([ADA])
    tally.plan([BO])
    assert tally.counts() == {"profile": (0, 0, 2)}
    tally.plan([TEAM], anew=True)
    assert tally.counts() == {"space": (0, 0, 1)}


def test_what_was_to_be_planned_again_is_forgotten_once_it_is_not_wanted() -> None:
    update = row("ada@ai.se", Action.UPDATE)
    tally = Tally([ADA, BO, update])
    tally.end([Outcome(ADA, Result.STALE), Outcome(BO, Result.STALE), Outcome(TEAM, Result.FAILED)])
    tally.forget_stale({BO.key})
    assert set(tally.outcomes()) == {BO.key, TEAM.key}
