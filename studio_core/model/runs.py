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
    """Result of a step."""

    DONE = "done"
    FAILED = "failed"
    BLOCKED = "blocked"  # something it needs failed
    STALE = "stale"  # not as the plan saw it: to be planned again
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a step, with its reason. `reason` and `remedy` are empty when it is done."""

    step: Step
    result: Result
    reason: str = ""
    remedy: str = ""


class Phase(StrEnum):
    """Phase of a step, as its progress reports it."""

    STARTED = "started"
    WAITING = "waiting"
    RETRYING = "retrying"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StepProgress:
    """New phase of one step; `done` of the run's `total` changes have ended."""

    phase: Phase
    step: Step
    done: int
    total: int
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Leftover:
    """A resource that a run could not bring to its goal, why, and what to do."""

    kind: Kind
    name: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Report of an ended run: the outcome of each change, and what is left."""

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
        """Count the steps of one action that are done, by kind."""
        counted: dict[str, int] = {}
        for outcome in self.outcomes:
            if outcome.result is Result.DONE and outcome.step.action is action:
                kind = outcome.step.kind.value
                counted[kind] = counted.get(kind, 0) + 1
        return counted


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run on an event: who has it, for what, since when. Times are in UTC."""

    owner: str
    purpose: str
    run_id: str
    since: datetime
    expires: datetime
