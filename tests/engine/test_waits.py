"""Waits: what a listing says of a step, and which listings say nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio_core.engine.pace import Pace
from studio_core.engine.waits import Sweep, Waits
from studio_core.errors import CredentialsError, TransientError
from studio_core.model.plans import Action
from studio_core.model.runs import Result
from studio_core.model.studio import Kind

from .fakes import Calls, Inline, app, profile, space

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from studio_core.engine.waits import Verdict
    from studio_core.model.plans import Step

PACE = Pace(poll_first=1, poll_gap=2, patience=60)


class Watch:
    """Waits over a clock that a test moves, and what their listings came to."""

    def __init__(self, calls: Calls | None = None) -> None:
        self.now = 0.0
        self.sweeps: list[Sweep] = []
        self.calls = calls or Calls()
        self.waits = Waits(
            self.calls.statuses,
            Inline(),
            PACE,
            clock=lambda: self.now,
            post=self.sweeps.append,
            frees=lambda _: False,
        )

    def told(self, kind: Kind, status: str | None, *, asked: float | None = None) -> list[Verdict]:
        """Give the verdicts of a listing that shows everybody as `status`, or nobody."""
        names = [w.step.name.casefold() for w in self.waits._waits[kind].values()]
        shown = {} if status is None else dict.fromkeys(names, status)
        when = self.now if asked is None else asked
        return list(self.waits.verdicts(Sweep(kind, when, shown)))


def ends(step: Step, *statuses: str | None) -> tuple[Result | None, bool] | None:
    """Result of a wait, and whether it counts, after listings three seconds apart."""
    watch = Watch()
    watch.waits.add(step)
    found = None
    for status in statuses:
        assert found is None
        watch.now += 3
        found = next(iter(watch.told(step.kind, status)), None)
    return found and (found.result, found.counts)


DELETED = space("team-1", Action.DELETE)


@pytest.mark.parametrize(
    ("step", "statuses", "end"),
    [
        (profile("ada"), ("Pending", "InService"), (Result.DONE, False)),
        (profile("ada"), (None, "Deleted", "Pending", "Updating"), None),
        (profile("ada"), ("Failed",), (Result.FAILED, False)),
        (profile("ada"), ("Delete_Failed",), (Result.FAILED, False)),
        (profile("ada"), ("Deleting",), (None, False)),
        (profile("ada"), ("Pending", None), (None, False)),
        (profile("ada"), ("Pending", "Deleted"), (None, False)),
        (app("team-1"), ("Pending", None), (Result.FAILED, False)),
        (DELETED, ("Deleting", None), (Result.DONE, False)),
        (DELETED, ("Deleted",), (Result.DONE, False)),
        (DELETED, ("Deleting", "Deleting"), None),
        (DELETED, ("Delete_Failed",), (None, True)),
        (DELETED, ("InService",), (None, False)),
        (DELETED, ("Failed",), (None, False)),
        (app("team-1", Action.DELETE), ("Failed",), (Result.DONE, False)),
    ],
)
def test_a_wait_ends_by_what_the_listings_show(
    step: Step, statuses: tuple[str | None, ...], end: tuple[Result | None, bool] | None
) -> None:
    assert ends(step, *statuses) == end


def test_a_listing_asked_for_before_the_call_says_nothing_of_it() -> None:
    """It may still show what was there before, under the same name."""
    watch = Watch()
    watch.now = 10
    watch.waits.add(profile("ada"))
    for status in ("Failed", "Deleting", "InService"):
        assert watch.told(Kind.PROFILE, status, asked=9.9) == []
    (verdict,) = watch.told(Kind.PROFILE, "InService", asked=10)
    assert verdict.result is Result.DONE


def test_a_live_status_just_after_a_deletion_is_a_list_that_lags() -> None:
    watch = Watch()
    watch.waits.add(DELETED)
    watch.now = 1.9
    assert watch.told(Kind.SPACE, "InService") == []
    watch.now = 2.0
    (verdict,) = watch.told(Kind.SPACE, "InService")
    assert verdict.result is None


def test_what_never_settles_fails_after_patience() -> None:
    watch = Watch()
    watch.waits.add(profile("ada"))
    watch.now = 60
    assert watch.told(Kind.PROFILE, "Pending") == []
    watch.now = 60.5
    (verdict,) = watch.told(Kind.PROFILE, "Pending")
    assert (verdict.result, verdict.reason) == (Result.FAILED, "did not settle within 1 min")


def test_a_listing_that_fails_ends_no_wait_and_lost_credentials_end_all() -> None:
    watch = Watch()
    watch.waits.add(profile("ada"))
    assert list(watch.waits.verdicts(Sweep(Kind.PROFILE, 1, error=TransientError("x")))) == []
    assert len(watch.waits) == 1
    with pytest.raises(CredentialsError):
        list(watch.waits.verdicts(Sweep(Kind.PROFILE, 1, error=CredentialsError("x"))))


def test_names_are_compared_without_case() -> None:
    watch = Watch(Calls(ada="InService"))
    watch.waits.add(profile("Ada"))
    watch.now = 5
    watch.waits.ask()
    (sweep,) = watch.sweeps
    assert [v.result for v in watch.waits.verdicts(sweep)] == [Result.DONE]


def test_each_kind_is_listed_once_at_a_time_and_when_it_is_due() -> None:
    watch = Watch()
    assert (watch.waits.due, bool(watch.waits), len(watch.waits)) == (None, False, 0)
    watch.waits.add(profile("ada"))
    watch.waits.add(space("team-1"))
    assert (bool(watch.waits), len(watch.waits)) == (True, 2)
    due = watch.waits.due
    assert due is not None
    assert due > 0
    watch.waits.ask()
    assert watch.sweeps == []
    watch.now = due
    watch.waits.ask()
    watch.waits.ask()
    assert [sweep.kind for sweep in watch.sweeps] == [Kind.PROFILE, Kind.SPACE]
    assert watch.waits.due is None
    assert list(watch.waits.verdicts(watch.sweeps[0])) == []
    again = watch.waits.due
    assert again is not None
    assert again > due
    watch.waits.clear()
    assert (watch.waits.due, bool(watch.waits)) == (None, False)


def test_only_new_things_are_asked_for_by_name_and_a_deletion_takes_the_whole_list() -> None:
    asked: list[object] = []

    class Asked(Calls):
        def statuses(self, kind: Kind, new: Collection[str] = ()) -> Mapping[str, str]:
            asked.append(new)
            return super().statuses(kind, new)

    for steps, names in (
        ([profile("Ada"), profile("bo")], {"ada", "bo"}),
        ([profile("ada"), profile("bo", Action.DELETE)], ()),
        ([profile("bo", Action.DELETE)], ()),
    ):
        watch = Watch(Asked())
        for step in steps:
            watch.waits.add(step)
        watch.now = 5
        watch.waits.ask()
        assert asked.pop() == names
