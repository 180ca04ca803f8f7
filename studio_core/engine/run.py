"""A run in the background: rounds of applying and observing, progress, journal, lease."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio_core.engine.last_look import LastLook
from studio_core.errors import PlanChangedError, StudioError
from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.runs import Leftover, Phase, Report, Result
from studio_core.planning.consent import NOT_AGREED, Consent
from studio_core.planning.purge import leftovers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from studio_core.engine.apply import Applier
    from studio_core.engine.journal import Journal
    from studio_core.engine.pace import Pace
    from studio_core.model.runs import Outcome, StepProgress
    from studio_core.model.studio import Snapshot


_RECENT = 200
_LOOK_AGAIN = "Look at the plan again and confirm it to delete this too."


MakeApplier = Callable[
    [Callable[["StepProgress"], None], threading.Event, Callable[[], None] | None], "Applier"
]
"""Makes what runs one plan, from whom to tell of events, of a stop, and of the last call."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, and the goal it came from: the same question asked of a newer snapshot."""

    plan: Plan
    goal: Callable[[Snapshot], Plan]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `by_kind` maps kind to (done, failed, total)."""

    run_id: str
    purpose: Purpose
    owner: str
    stage: str
    done: int
    total: int
    by_kind: Mapping[str, tuple[int, int, int]]
    waiting: int
    recent: tuple[StepProgress, ...]
    started_at: datetime
    ended: bool
    cancelling: bool


class Run:
    """One application of a proposal, in a thread of its own, under a lease held for it.

    Everything public may be called from any thread.
    """

    def __init__(
        self,
        proposal: Proposal,
        *,
        run_id: str,
        owner: str,
        observe: Callable[[], Snapshot],
        applier: MakeApplier,
        journal: Journal,
        clock: Callable[[], datetime],
        pace: Pace,
        on_step: Callable[[StepProgress], None] | None = None,
        on_end: Callable[[Run], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = run_id
        self.owner = owner
        self.plan = proposal.plan
        self.journal = journal
        self._goal = proposal.goal
        self._consent = Consent(proposal.plan)
        self._applier = applier
        self._clock = clock
        self._pace = pace
        self._listener = on_step
        self._on_end = on_end
        self._monotonic = monotonic
        self._cancel = threading.Event()
        self._look = LastLook(observe, self._cancel.wait, patience=pace.persistence)
        self._lock = threading.Lock()
        self._stage = "starting"
        self._outcomes: dict[str, Outcome] = {}
        self._waiting: set[str] = set()
        self._recent: deque[StepProgress] = deque(maxlen=_RECENT)
        self._steps: dict[str, Step] = {step.key: step for step in self.plan.changes}
        self._report: Report | None = None
        self._error: BaseException | None = None
        self._broken: StudioError | None = None
        self._ended = False
        self.started_at = clock()
        self._thread = threading.Thread(target=self._work, name=f"run-{run_id[-6:]}", daemon=True)

    def start(self) -> Run:
        """Begin, and return at once."""
        self._thread.start()
        return self

    def cancel(self) -> None:
        """End after the calls in flight; what is done stays done."""
        self._cancel.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; True when it has come."""
        self._thread.join(timeout)
        return self.ended

    @property
    def ended(self) -> bool:
        """Return True when the run is over and its lease given back."""
        with self._lock:
            return self._ended

    @property
    def error(self) -> BaseException | None:
        """What stopped the run before it could report, or None."""
        with self._lock:
            return self._error

    @property
    def report(self) -> Report | None:
        """The report, once the run has ended well enough to give one."""
        with self._lock:
            return self._report

    def result(self) -> Report:
        """Wait for the report.

        Raises:
            StudioError: The run could not begin, or could not see how it ended.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        if self._report is None:
            raise StudioError("The run has not been started.", "Start it first.")
        return self._report

    @property
    def refused(self) -> bool:
        """Return True when the plan had changed, so that nothing was done."""
        return isinstance(self.error, PlanChangedError)

    def progress(self) -> Progress:
        """Say how far it is."""
        with self._lock:
            totals: dict[str, list[int]] = {}
            for key, step in self._steps.items():
                row = totals.setdefault(step.kind.value, [0, 0, 0])
                outcome = self._outcomes.get(key)
                row[2] += 1
                row[0] += outcome is not None and outcome.result is Result.DONE
                row[1] += outcome is not None and outcome.result is not Result.DONE
            return Progress(
                run_id=self.id,
                purpose=self.plan.purpose,
                owner=self.owner,
                stage=self._stage,
                done=sum(row[0] + row[1] for row in totals.values()),
                total=len(self._steps),
                by_kind={kind: (row[0], row[1], row[2]) for kind, row in totals.items()},
                waiting=len(self._waiting),
                recent=tuple(self._recent),
                started_at=self.started_at,
                ended=self._ended,
                cancelling=self._cancel.is_set(),
            )

    def abort(self, error: StudioError) -> None:
        """End after the calls in flight, with this error: the run may not or cannot go on."""
        self._broken = self._broken or error
        self._cancel.set()

    def _work(self) -> None:
        report: Report | None = None
        error: BaseException | None = None
        try:
            self.journal.begin(self.plan, self.id, self.owner)
            report = self._converge(self._agreed())
        except Exception as caught:  # noqa: BLE001 - handed to whoever asks for the result
            error = caught
        error = self._broken or error
        self._write_end(report, error)
        with self._lock:
            self._error, self._report = error, None if error else report
        try:
            if self._on_end is not None:
                self._on_end(self)
        finally:
            with self._lock:
                self._stage, self._ended = "ended", True

    def _write_end(self, report: Report | None, error: BaseException | None) -> None:
        """Leave the journal with an end, if it can be written."""
        with suppress(StudioError):
            if report is None or error is not None:
                what = error.sentence if isinstance(error, StudioError) else type(error).__name__
                self.journal.write("end", ok=False, error=what)
            else:
                self.journal.write(
                    "end",
                    ok=report.ok,
                    cancelled=report.cancelled,
                    failed=len(report.failed),
                    left=[f"{item.kind} {item.name}" for item in report.left],
                )

    def _agreed(self) -> Plan:
        """Return the plan as it is now, under the lease.

        Raises:
            PlanChangedError: It would change something that was not agreed to.
        """
        self._set_stage("comparing")
        plan = self._look.plan(self._goal)
        if not self._consent.accepts(plan):
            raise PlanChangedError(plan)
        with self._lock:
            self._steps = {step.key: step for step in plan.changes}
        return plan

    def _converge(self, plan: Plan) -> Report:
        """Apply, look, and plan again, until nothing is left that a further try could do.

        People act while the run goes on, so that one round may not be enough. It ends when a
        round brings nothing new for as long as `pace.persistence`.
        """
        left: tuple[Leftover, ...] = ()
        done: set[str] = set()
        progressed = self._monotonic()
        while True:
            self._set_stage("running")
            early = self._look.begin if plan.purpose is Purpose.SETUP else None
            applied = self._applier(self._on_step, self._cancel, early).apply(plan)
            with self._lock:
                self._outcomes.update({outcome.step.key: outcome for outcome in applied})
            if self._cancel.is_set():
                break
            self._set_stage("checking")
            wanted = self._consent.bound(self._look.plan(self._goal))
            plan = self._rest(wanted)
            left = self._left(wanted)
            news = {key for key, o in self._outcomes.items() if o.result is Result.DONE} - done
            if news:
                done |= news
                progressed = self._monotonic()
            elif self._monotonic() - progressed >= self._pace.persistence:
                break
            if plan.empty or (not news and self._cancel.wait(self._pace.poll_gap)):
                break
            with self._lock:
                self._steps.update({step.key: step for step in plan.changes})
        return Report(
            plan=self.plan,
            outcomes=tuple(self._outcomes.values()),
            left=left,
            cancelled=self._cancel.is_set(),
            started_at=self.started_at,
            ended_at=self._clock(),
        )

    def _rest(self, wanted: Plan) -> Plan:
        """Return what is worth another round: not what failed already, nor what needs it.

        A step whose resource had changed is planned anew, and its first try forgotten.
        """
        keys = {step.key for step in wanted.changes}
        with self._lock:
            for key, outcome in list(self._outcomes.items()):
                if outcome.result is Result.STALE and key not in keys:
                    del self._outcomes[key]
        bad = {
            key: outcome.reason
            for key, outcome in self._outcomes.items()
            if outcome.result in {Result.FAILED, Result.BLOCKED}
        }
        steps = tuple(
            replace(step, action=Action.SKIP, reason=bad[step.key])
            if step.key in bad and step.action.changes
            else step
            for step in wanted.steps
        )
        return replace(wanted, steps=steps)

    def _left(self, wanted: Plan) -> tuple[Leftover, ...]:
        found = leftovers(wanted) if wanted.purpose is Purpose.PURGE else _undone(wanted)
        because = {(o.step.kind, o.step.name): o for o in self._outcomes.values() if o.reason}
        return tuple(
            replace(
                item,
                reason=because[item.kind, item.name].reason,
                remedy=because[item.kind, item.name].remedy,
            )
            if (item.kind, item.name) in because
            else item
            for item in found
        )

    def _set_stage(self, stage: str) -> None:
        with self._lock:
            self._stage = stage

    def _on_step(self, progress: StepProgress) -> None:
        with self._lock:
            self._recent.append(progress)
            if progress.phase is Phase.WAITING:
                self._waiting.add(progress.step.key)
            elif progress.outcome is not None:
                self._waiting.discard(progress.step.key)
                self._outcomes[progress.step.key] = progress.outcome
        if progress.outcome is not None:
            try:
                self.journal.outcome(progress.outcome)
            except StudioError as error:
                self.abort(error)  # what cannot be recorded is not started
        if self._listener is not None:
            try:
                self._listener(progress)
            except Exception:  # noqa: BLE001 - a closed terminal is no reason to stop half way
                self._listener = None


def _undone(wanted: Plan) -> tuple[Leftover, ...]:
    undone = [
        Leftover(step.kind, step.name, "not there yet" if _creates(step) else "still there")
        for step in wanted.changes
    ]
    refused = [step for step in wanted.steps if step.reason == NOT_AGREED]
    return (
        *undone,
        *(Leftover(step.kind, step.name, NOT_AGREED, _LOOK_AGAIN) for step in refused),
    )


def _creates(step: Step) -> bool:
    return step.action is not Action.DELETE
