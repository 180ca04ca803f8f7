"""Apply a plan: bounded concurrency, one listing for all waits, retries."""

from __future__ import annotations

import queue
import random
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from studio_core.backoff import backoff
from studio_core.engine.pace import Pace
from studio_core.engine.schedule import Schedule, Work
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

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from concurrent.futures import Executor

    from studio_core.model.plans import Plan
    from studio_core.model.studio import Kind

_FAILED_DELETIONS = 3
"""Times that AWS may report a failed deletion before the step fails."""

_LONGEST_SLEEP = 1.0
_JITTER = random.Random().random  # noqa: S311 - spreads retries; a generator of its own


class StepCalls(Protocol):
    """Carries out steps; see `studio_core.aws.steps.AwsStepCalls`."""

    def do(self, step: Step, *, again: bool = False) -> bool:
        """Make the step's call; True when there is nothing to wait for afterwards."""

    def write_rows(self, steps: Sequence[Step]) -> Collection[str]:
        """Write or delete up to `ROW_BATCH` rows; keys of those not as the plan saw them."""

    def failure(self, step: Step) -> str:
        """Return AWS's reason why the step's resource failed, or an empty string."""

    def statuses(self, kind: Kind, new: Collection[str] = ()) -> Mapping[str, str]:
        """Status by lower-case name of all of a kind, or of the newest until `new` are seen."""


@dataclass(frozen=True, slots=True)
class _Answer:
    works: tuple[Work, ...]
    settled: bool = False
    error: Exception | None = None
    stale: Collection[str] = ()
    verdict: Verdict | None = None


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
        on_calls_done: Callable[[], None] | None = None,
        cancel: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = _JITTER,
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
        self._waits = Waits(
            calls.statuses,
            executor,
            self._pace,
            clock=clock,
            post=self._inbox.put,
            frees=lambda key: self._schedule.frees(key, self._waits),
        )
        self._flying = 0
        self._ended = 0
        self._dead: StudioError | None = None

    def apply(self, plan: Plan) -> tuple[Outcome, ...]:
        """Carry out the plan's changes; one outcome each, in the plan's order.

        Never raises for a step: what went wrong is in its outcome, and what needed it is
        blocked, while everything else is still done.
        """
        self._schedule = Schedule(plan, self._clock)
        self._begin(plan)
        told = False
        while self._ended < len(self._schedule):
            if self._cancel.is_set() or self._dead:
                self._drop_rest()
                if not self._flying:
                    break
            else:
                self._schedule.release_retries()
                self._dispatch()
                self._waits.ask()
                if not told and len(self._waits) == len(self._schedule) - self._ended:
                    told = True
                    if self._on_calls_done is not None:
                        self._on_calls_done()
            self._take_answers()
        return tuple(work.outcome for work in self._schedule.works() if work.outcome)

    def _begin(self, plan: Plan) -> None:
        """Block what needs a step that the plan skips, and queue what needs nothing."""
        refused = {step.key: step for step in plan.steps if step.action is Action.SKIP}
        for work in list(self._schedule.works()):
            blockers = [refused[key] for key in work.step.needs if key in refused]
            if blockers:
                blocker = blockers[0]
                reason = f"needs {blocker.kind} {blocker.name}: {blocker.reason}"
                self._end(work, Result.BLOCKED, reason)
            elif not work.needs:
                self._schedule.make_ready(work)

    def _dispatch(self) -> None:
        while self._flying < self._pace.concurrency:
            works = self._schedule.take()
            if not works:
                return
            now = self._clock()
            for work in works:
                work.tries += 1
                work.began = work.began or now
                work.flying = True
                if work.tries == 1:
                    self._tell(Phase.STARTED, work.step)
            self._schedule.throttle(works[0]).sent()
            self._flying += 1
            self._executor.submit(self._call, works)

    def _call(self, works: tuple[Work, ...]) -> None:
        """Runs on a worker thread, touches nothing but the inbox."""
        try:
            if works[0].is_row:
                stale = self._calls.write_rows([work.step for work in works])
                answer = _Answer(works, settled=True, stale=stale)
            else:
                work = works[0]
                answer = _Answer(works, settled=self._calls.do(work.step, again=work.again))
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
        due = self._schedule.due(room=self._flying < self._pace.concurrency)
        if self._waits.due is not None:
            due.append(self._waits.due)
        return max(0.0, min([_LONGEST_SLEEP, *(at - self._clock() for at in due)]))

    def _on_answer(self, answer: _Answer) -> None:
        self._flying -= 1
        if answer.verdict is not None:
            self._on_verdict(answer.works[0], answer.verdict)
            return
        throttled = isinstance(answer.error, ThrottledError)
        throttle = self._schedule.throttle(answer.works[0])
        throttle.refused() if throttled else throttle.granted()
        for work in answer.works:
            work.flying = False
            if answer.error is not None:
                self._on_error(work, answer.error)
            elif work.step.key in answer.stale:
                self._end(work, Result.STALE, "changed after the plan was made")
            elif answer.settled:
                self._end(work, Result.DONE)
            else:
                self._waits.add(work.step)
                self._tell(Phase.WAITING, work.step)

    def _on_error(self, work: Work, error: Exception) -> None:
        held = isinstance(error, InUseError) and work.deletes
        if isinstance(error, TransientError) or held:
            # What held it may be on its way out, as lists lag; or it is new, and must be planned.
            now = self._clock()
            if held and work.held_since is None:
                work.held_since = now
            since = work.began if work.held_since is None else work.held_since
            if now - since < (self._pace.settling if held else self._pace.persistence):
                # A throttle paces what was throttled, so it need not wait ever longer besides.
                self._retry(work, growth=1.0 if isinstance(error, ThrottledError) else 2.0)
                return
        if held and isinstance(error, StudioError):
            self._end(work, Result.STALE, error.sentence, error.remedy)
        elif isinstance(error, StudioError):
            self._end(work, Result.FAILED, error.sentence, error.remedy)
            if isinstance(error, CredentialsError):
                self._dead = error
        else:
            self._end(work, Result.FAILED, f"{type(error).__name__} in this tool.", "Report it.")

    def _retry(self, work: Work, growth: float = 2.0) -> None:
        pause = backoff(work.tries, self._pace.retry_first, self._pace.retry_most, growth)
        due = self._clock() + pause * (0.5 + self._jitter() / 2)
        self._schedule.retry_at(due, work)
        self._tell(Phase.RETRYING, work.step)

    def _on_sweep(self, sweep: Sweep) -> None:
        try:
            for verdict in self._waits.verdicts(sweep):
                self._on_verdict(self._schedule[verdict.key], verdict)
        except CredentialsError as error:
            self._dead = error

    def _on_verdict(self, work: Work, verdict: Verdict) -> None:
        work.failed_deletions += verdict.counts
        again = verdict.result is None and self._clock() - work.began < self._pace.patience
        if again and work.failed_deletions < _FAILED_DELETIONS:
            work.again = True
            self._retry(work)
        elif verdict.explain:
            self._flying += 1
            self._executor.submit(self._explain, work, verdict)
        else:
            self._end(work, verdict.result or Result.FAILED, verdict.reason, verdict.remedy)

    def _explain(self, work: Work, verdict: Verdict) -> None:
        """Runs on a worker thread: ask AWS why it failed, and end the step with the answer."""
        why = self._calls.failure(work.step)
        reason = f"{verdict.reason}: {why}" if why else verdict.reason
        ended = replace(verdict, result=Result.FAILED, reason=reason, explain=False)
        self._inbox.put(_Answer((work,), verdict=ended))

    def _end(self, work: Work, result: Result, reason: str = "", remedy: str = "") -> None:
        if work.outcome is not None:
            return
        self._schedule.withdraw(work)
        work.outcome = Outcome(work.step, result, reason, remedy)
        self._ended += 1
        self._tell(Phase.ENDED, work.step, work.outcome)
        for dependant in self._schedule.dependants(work):
            if result is Result.DONE:
                dependant.needs.discard(work.step.key)
                if not dependant.needs and dependant.outcome is None:
                    self._schedule.make_ready(dependant)
            elif result in {Result.CANCELLED, Result.STALE}:
                self._end(dependant, result, reason, remedy)
            else:
                because = f"needs {work.step.kind} {work.step.name}: {reason}"
                self._end(dependant, Result.BLOCKED, because, remedy)

    def _drop_rest(self) -> None:
        """End all that no call is out for; what was asked for may still come about."""
        self._schedule.clear()
        self._waits.clear()
        for work in self._schedule.works():
            if work.outcome is None and not work.flying:
                if self._dead is not None:
                    self._end(work, Result.FAILED, self._dead.sentence, self._dead.remedy)
                else:
                    asked = "asked for, not waited for" if work.tries else "not begun"
                    self._end(work, Result.CANCELLED, f"stopped: {asked}")

    def _tell(self, phase: Phase, step: Step, outcome: Outcome | None = None) -> None:
        self._on_step(StepProgress(phase, step, self._ended, len(self._schedule), outcome))
