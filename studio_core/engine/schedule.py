"""Which calls may go next: dependency order, rows in batches, throttles, pauses after failures."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio_core.engine.throttle import Throttle
from studio_core.model.plans import Action
from studio_core.model.studio import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, ValuesView

    from studio_core.model.plans import Plan, Step
    from studio_core.model.runs import Outcome

ROW_BATCH = 50
"""Most rows of one transaction: 100 actions (DynamoDB API reference), two a row at most."""

Operation = tuple[Kind, Action]
"""What AWS counts and limits together."""


@dataclass(slots=True)
class Work:
    """One step on its way. Only the deciding thread reads or writes it."""

    index: int
    step: Step
    needs: set[str]
    dependants: list[str] = field(default_factory=list)
    tries: int = 0
    failed_deletions: int = 0
    again: bool = False
    began: float = 0.0
    held_since: float | None = None
    queued: bool = False
    flying: bool = False
    outcome: Outcome | None = None

    @property
    def operation(self) -> Operation:
        """Kind and action."""
        return (self.step.kind, self.step.action)

    @property
    def is_row(self) -> bool:
        """Return True for a row, which is written in a batch."""
        return self.step.kind is Kind.ROW

    @property
    def deletes(self) -> bool:
        """Return True when the step deletes something."""
        return self.step.action is Action.DELETE


class Schedule:
    """The steps of one plan that are not over, in the order in which they may go."""

    def __init__(self, plan: Plan, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._works: dict[str, Work] = {}
        self._ready: dict[Operation, list[tuple[int, str]]] = defaultdict(list)
        self._throttles: dict[Operation, Throttle] = defaultdict(lambda: Throttle(clock))
        self._ready_rows: list[Work] = []
        self._rows_to_come: Counter[Action] = Counter()
        self._retries: list[tuple[float, int, str]] = []
        changes = {step.key for step in plan.changes}
        for index, step in enumerate(plan.changes):
            self._works[step.key] = Work(index, step, {k for k in step.needs if k in changes})
        for work in self._works.values():
            self._rows_to_come[work.step.action] += work.is_row
            for key in work.needs:
                self._works[key].dependants.append(work.step.key)

    def __len__(self) -> int:
        return len(self._works)

    def __getitem__(self, key: str) -> Work:
        return self._works[key]

    def works(self) -> ValuesView[Work]:
        """Return all steps, in the plan's order."""
        return self._works.values()

    def dependants(self, work: Work) -> Iterator[Work]:
        """Yield the steps that need this one."""
        return (self._works[key] for key in work.dependants)

    def frees(self, key: str, waiting: Container[str]) -> bool:
        """Return True when a call can go once this step and others that are `waiting` end.

        Rows do not count: they take no time.
        """
        return any(
            not step.is_row and all(need in waiting for need in step.needs)
            for step in self.dependants(self._works[key])
        )

    def throttle(self, work: Work) -> Throttle:
        """Return the throttle of the step's operation."""
        return self._throttles[work.operation]

    def make_ready(self, work: Work) -> None:
        """Queue a step that needs nothing any more."""
        if work.is_row:
            self._rows_to_come[work.step.action] -= not work.queued
            self._ready_rows.append(work)
        else:
            heapq.heappush(self._ready[work.operation], (work.index, work.step.key))
        work.queued = True

    def retry_at(self, due: float, work: Work) -> None:
        """Queue a step again at this time."""
        heapq.heappush(self._retries, (due, work.index, work.step.key))

    def release_retries(self) -> None:
        """Queue the steps whose pause is over."""
        while self._retries and self._retries[0][0] <= self._clock():
            self.make_ready(self._works[heapq.heappop(self._retries)[2]])

    def withdraw(self, work: Work) -> None:
        """Expect no row of a step that ends before it was queued."""
        self._rows_to_come[work.step.action] -= work.is_row and not work.queued

    def clear(self) -> None:
        """Forget everything that is queued."""
        self._ready.clear()
        self._ready_rows.clear()
        self._retries.clear()

    def take(self) -> tuple[Work, ...]:
        """Take the steps of the next call; none when nothing may go now."""
        return self._take_rows() or self._take_single()

    def due(self, *, room: bool) -> list[float]:
        """Return the times at which a step may go next, throttled ones if there is `room`."""
        times = [at for at, _, _ in self._retries[:1]]
        if room:
            times += [self._throttles[op].opens_at for op, ready in self._ready.items() if ready]
        return times

    def _take_single(self) -> tuple[Work, ...]:
        """Take the first step, in the plan's order, whose operation may go now."""
        now = self._clock()
        heads = [
            queue[0]
            for operation, queue in self._ready.items()
            if queue and self._throttles[operation].opens_at <= now
        ]
        if not heads:
            return ()
        work = self._works[min(heads)[1]]
        heapq.heappop(self._ready[work.operation])
        return (work,)

    def _take_rows(self) -> tuple[Work, ...]:
        """Take rows of one action; a batch that may yet fill waits for the rest."""
        if not self._ready_rows:
            return ()
        first = self._ready_rows[0]
        if any(queue and queue[0][0] < first.index for queue in self._ready.values()):
            return ()
        action = first.step.action
        alike = [work for work in self._ready_rows if work.step.action is action][:ROW_BATCH]
        if len(alike) < ROW_BATCH and self._rows_to_come[action] and first.tries == 0:
            return ()
        taken = {work.step.key for work in alike}
        self._ready_rows = [work for work in self._ready_rows if work.step.key not in taken]
        return tuple(alike)
