"""Runs: progress, outcomes, reports and leases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from studio_core.model.plans import Action, Plan, Step
    from studio_core.model.studio import Kind


class Result(StrEnum):
    """How a step ended."""

    DONE = "done"
    FAILED = "failed"
    BLOCKED = "blocked"  # something it needs failed
    STALE = "stale"  # not as the plan saw it: to be planned again
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step. `reason` and `remedy` are empty when it is done."""

    step: Step
    result: Result
    reason: str = ""
    remedy: str = ""


class Phase(StrEnum):
    """Where in its life a step is when an event tells of it."""

    STARTED = "started"
    WAITING = "waiting"
    RETRYING = "retrying"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StepProgress:
    """Progress of a run: one step's new phase, with `done` of `total` changes ended."""

    phase: Phase
    step: Step
    done: int
    total: int
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that a purge could not remove, what holds it, and what to do."""

    kind: Kind
    name: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a run: outcomes of all that changed, what was kept, what is left."""

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    left: tuple[Leftover, ...] = ()
    cancelled: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Outcomes of steps that were not done, apart from those that were stopped."""
        return tuple(o for o in self.outcomes if o.result not in {Result.DONE, Result.CANCELLED})

    @property
    def ok(self) -> bool:
        """True when everything is done and nothing is left."""
        return not (self.failed or self.left or self.cancelled)

    def counts(self, action: Action) -> dict[str, int]:
        """Steps done of one action, counted by kind."""
        counted: dict[str, int] = {}
        for outcome in self.outcomes:
            if outcome.result is Result.DONE and outcome.step.action is action:
                kind = outcome.step.kind.value
                counted[kind] = counted.get(kind, 0) + 1
        return counted


@dataclass(frozen=True, slots=True)
class Lease:
    """Who runs what on an event; times in UTC, over at `expires`."""

    owner: str
    purpose: str
    run_id: str
    since: datetime
    expires: datetime
