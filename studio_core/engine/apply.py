"""Running a plan: dependency order, bounded concurrency, one listing for all waits, retries."""

from __future__ import annotations

import heapq
import queue
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from studio_core.backoff import backoff
from studio_core.engine.pace import Pace
from studio_core.engine.throttle import Throttle
from studio_core.engine.waits import Sweep, Verdict, Waits
from studio_core.errors import (
    CredentialsError,
    InUseError,
    StudioError,
    ThrottledError,
    TransientError,
)
from studio_core.model.plans import Action, Step
from studio_core.model.runs import Outcome, Phase, Result, StepProgress
from studio_core.model.studio import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from concurrent.futures import Executor

    from studio_core.model.plans import Plan

ROW_BATCH = 25
"""Most rows of one BatchWriteItem (DynamoDB API reference)."""

_DELETE_TRIES = 3
_LONGEST_SLEEP = 1.0


class StepCalls(Protocol):
    """Carries out steps; see `studio_core.aws.steps.AwsStepCalls`."""

    def do(self, step: Step) -> bool:
        """Make the step's call; True when there is nothing to wait for afterwards."""

    def write_rows(self, steps: Sequence[Step]) -> None:
        """Write or delete up to 25 rows."""

    def statuses(self, kind: Kind, new: Collection[str] = ()) -> Mapping[str, str]:
        """Status by lower-case name of all of a kind, or of the newest until `new` are seen."""


_Sort = tuple[Kind, Action]


@dataclass(slots=True)
class _Work:
    """One step on its way. Only the deciding thread reads or writes it."""

    index: int
    step: Step
    needs: set[str]
    dependants: list[str] = field(default_factory=list)
    tries: int = 0
    began: float = 0.0
    queued: bool = False
    flying: bool = False
    outcome: Outcome | None = None

    @property
    def sort(self) -> _Sort:
        """What AWS counts and limits together: one operation of its API."""
        return (self.step.kind, self.step.action)

    @property
    def is_row(self) -> bool:
        return self.step.kind is Kind.ROW

    @property
    def deletes(self) -> bool:
        return self.step.action is Action.DELETE


@dataclass(frozen=True, slots=True)
class _Answer:
    works: tuple[_Work, ...]
    settled: bool = False
    error: Exception | None = None


class Applier:
    """Runs one plan, once. All decisions are taken by the thread that calls `apply`.

    Calls run on `executor`, which needs room for `pace.concurrency` and three listings.
    `on_step` is called from the deciding thread, and so is `on_calls_done`, once, when all
    calls are made and the rest is waiting. Setting `cancel` ends the run after the
    calls in flight.
    """

    def __init__(
        self,
        calls: StepCalls,
        executor: Executor,
        *,
        pace: Pace | None = None,
        on_step: Callable[[StepProgress], None] = lambda _: None,
        on_calls_done: Callable[[], None] = lambda: None,
        cancel: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._calls = calls
        self._executor = executor
        self._pace = pace or Pace()
        self._on_step = on_step
        self._on_calls_done = on_calls_done
        self._cancel = cancel or threading.Event()
        self._clock = clock
        self._jitter = jitter
        self._inbox: queue.SimpleQueue[_Answer | Sweep] = queue.SimpleQueue()
        self._waits = Waits(calls.statuses, executor, self._pace, clock=clock, post=self._inbox.put)
        self._works: dict[str, _Work] = {}
        self._ready: dict[_Sort, list[tuple[int, str]]] = defaultdict(list)
        self._throttles: dict[_Sort, Throttle] = defaultdict(lambda: Throttle(clock))
        self._ready_rows: list[_Work] = []
        self._rows_to_come = 0
        self._retries: list[tuple[float, int, str]] = []
        self._flying = 0
        self._ended = 0
        self._dead: StudioError | None = None

    def apply(self, plan: Plan) -> tuple[Outcome, ...]:
        """Carry out the plan's changes; one outcome each, in the plan's order.

        Never raises for a step: what went wrong is in its outcome, and what needed it is
        blocked, while everything else is still done.
        """
        self._load(plan)
        told = False
        while self._ended < len(self._works):
            if self._cancel.is_set() or self._dead:
                self._drop_rest()
                if not self._flying:
                    break
            else:
                self._release_retries()
                self._dispatch()
                self._waits.ask()
                if not told and len(self._waits) == len(self._works) - self._ended:
                    told = True
                    self._on_calls_done()
            self._take_answers()
        return tuple(work.outcome for work in self._works.values() if work.outcome)

    def _load(self, plan: Plan) -> None:
        changes = {step.key: step for step in plan.changes}
        refused = {step.key: step for step in plan.steps if step.action is Action.SKIP}
        for index, step in enumerate(plan.changes):
            needs = {key for key in step.needs if key in changes}
            self._works[step.key] = _Work(index, step, needs)
        for work in self._works.values():
            self._rows_to_come += work.is_row
            for key in work.needs:
                self._works[key].dependants.append(work.step.key)
        for work in list(self._works.values()):
            blockers = [refused[key] for key in work.step.needs if key in refused]
            if blockers:
                blocker = blockers[0]
                reason = f"needs {blocker.kind} {blocker.name}: {blocker.reason}"
                self._end(work, Result.BLOCKED, reason)
            elif not work.needs:
                self._make_ready(work)

    def _make_ready(self, work: _Work) -> None:
        if work.is_row:
            self._rows_to_come -= not work.queued
            self._ready_rows.append(work)
        else:
            heapq.heappush(self._ready[work.sort], (work.index, work.step.key))
        work.queued = True

    def _dispatch(self) -> None:
        while self._flying < self._pace.concurrency:
            works = self._next_rows() or self._next_single()
            if not works:
                return
            now = self._clock()
            for work in works:
                work.tries += 1
                work.began = work.began or now
                work.flying = True
                if work.tries == 1:
                    self._tell(Phase.STARTED, work.step)
            self._throttles[works[0].sort].sent()
            self._flying += 1
            self._executor.submit(self._call, works)

    def _next_single(self) -> tuple[_Work, ...]:
        """Take the first step, in the plan's order, whose sort of call may go now."""
        now = self._clock()
        heads = [
            queue[0]
            for sort, queue in self._ready.items()
            if queue and self._throttles[sort].opens_at <= now
        ]
        if not heads:
            return ()
        work = self._works[min(heads)[1]]
        heapq.heappop(self._ready[work.sort])
        return (work,)

    def _next_rows(self) -> tuple[_Work, ...]:
        """Take up to 25 rows of one sort; a batch that may yet fill waits for the rest."""
        if not self._ready_rows:
            return ()
        first = self._ready_rows[0]
        if any(queue and queue[0][0] < first.index for queue in self._ready.values()):
            return ()
        alike = [work for work in self._ready_rows if work.deletes == first.deletes][:ROW_BATCH]
        if len(alike) < ROW_BATCH and self._rows_to_come and first.tries == 0:
            return ()
        taken = {work.step.key for work in alike}
        self._ready_rows = [work for work in self._ready_rows if work.step.key not in taken]
        return tuple(alike)

    def _call(self, works: tuple[_Work, ...]) -> None:
        """Runs on a worker thread, touches nothing but the inbox."""
        try:
            if works[0].is_row:
                self._calls.write_rows([work.step for work in works])
                answer = _Answer(works, settled=True)
            else:
                answer = _Answer(works, settled=self._calls.do(works[0].step))
        except Exception as error:  # noqa: BLE001 - becomes the step's outcome, whatever it is
            answer = _Answer(works, error=error)
        self._inbox.put(answer)

    def _take_answers(self) -> None:
        """Sleep until something happens, then handle all that has."""
        try:
            message = self._inbox.get(timeout=self._time_to_sleep())
            while True:
                if isinstance(message, _Answer):
                    self._on_answer(message)
                else:
                    self._on_sweep(message)
                message = self._inbox.get_nowait()
        except queue.Empty:
            return

    def _time_to_sleep(self) -> float:
        """At most a second, so that a cancel is seen soon whatever else happens."""
        due = [at for at, _, _ in self._retries[:1]]
        if self._waits.due is not None:
            due.append(self._waits.due)
        if self._flying < self._pace.concurrency:
            due += [self._throttles[sort].opens_at for sort, ready in self._ready.items() if ready]
        return max(0.0, min([_LONGEST_SLEEP, *(at - self._clock() for at in due)]))

    def _on_answer(self, answer: _Answer) -> None:
        self._flying -= 1
        throttled = isinstance(answer.error, ThrottledError)
        throttle = self._throttles[answer.works[0].sort]
        throttle.refused() if throttled else throttle.granted()
        for work in answer.works:
            work.flying = False
            if answer.error is not None:
                self._on_error(work, answer.error)
            elif answer.settled:
                self._end(work, Result.DONE)
            else:
                self._waits.add(work.step)
                self._tell(Phase.WAITING, work.step)

    def _on_error(self, work: _Work, error: Exception) -> None:
        passing = isinstance(error, TransientError) or (
            # What held it may be on its way out: lists lag behind what was deleted.
            isinstance(error, InUseError) and work.deletes
        )
        if passing and self._clock() - work.began < self._pace.persistence:
            # A throttle paces what was throttled, so it need not wait ever longer besides.
            self._retry(work, growth=1.0 if isinstance(error, ThrottledError) else 2.0)
        elif isinstance(error, StudioError):
            self._end(work, Result.FAILED, error.sentence, error.remedy)
            if isinstance(error, CredentialsError):
                self._dead = error
        else:
            self._end(work, Result.FAILED, f"{type(error).__name__} in this tool.", "Report it.")

    def _retry(self, work: _Work, growth: float = 2.0) -> None:
        pause = backoff(work.tries, self._pace.retry_first, self._pace.retry_most, growth)
        due = self._clock() + pause * (0.5 + self._jitter() / 2)
        heapq.heappush(self._retries, (due, work.index, work.step.key))
        self._tell(Phase.RETRYING, work.step)

    def _release_retries(self) -> None:
        while self._retries and self._retries[0][0] <= self._clock():
            self._make_ready(self._works[heapq.heappop(self._retries)[2]])

    def _on_sweep(self, sweep: Sweep) -> None:
        try:
            for verdict in self._waits.verdicts(sweep):
                self._on_verdict(self._works[verdict.key], verdict)
        except CredentialsError as error:
            self._dead = error

    def _on_verdict(self, work: _Work, verdict: Verdict) -> None:
        if verdict.result is not None:
            self._end(work, verdict.result, verdict.reason, verdict.remedy)
        elif work.tries < _DELETE_TRIES:
            self._retry(work)  # an earlier run's failure may still be listed
        else:
            self._end(work, Result.FAILED, verdict.reason, verdict.remedy)

    def _end(self, work: _Work, result: Result, reason: str = "", remedy: str = "") -> None:
        if work.outcome is not None:
            return
        self._rows_to_come -= work.is_row and not work.queued
        work.outcome = Outcome(work.step, result, reason, remedy)
        self._ended += 1
        self._tell(Phase.ENDED, work.step, work.outcome)
        for dependant in (self._works[key] for key in work.dependants):
            if result is Result.DONE:
                dependant.needs.discard(work.step.key)
                if not dependant.needs and dependant.outcome is None:
                    self._make_ready(dependant)
            elif result is Result.CANCELLED:
                self._end(dependant, result, reason)
            else:
                because = f"needs {work.step.kind} {work.step.name}: {reason}"
                self._end(dependant, Result.BLOCKED, because, remedy)

    def _drop_rest(self) -> None:
        """End all that no call is out for; what was asked for may still come about."""
        self._ready.clear()
        self._ready_rows.clear()
        self._retries.clear()
        self._waits.clear()
        for work in self._works.values():
            if work.outcome is None and not work.flying:
                if self._dead is not None:
                    self._end(work, Result.FAILED, self._dead.sentence, self._dead.remedy)
                else:
                    asked = "asked for, not waited for" if work.tries else "not begun"
                    self._end(work, Result.CANCELLED, f"stopped: {asked}")

    def _tell(self, phase: Phase, step: Step, outcome: Outcome | None = None) -> None:
        self._on_step(StepProgress(phase, step, self._ended, len(self._works), outcome))
