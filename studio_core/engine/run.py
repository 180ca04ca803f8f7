"""A run in the background: rounds of applying and observing, progress, journal, lease."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio_core.engine.last_look import LastLook
from studio_core.errors import StudioError
from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.runs import Leftover, Phase, Report, Result
from studio_core.planning.purge import leftovers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from studio_core.engine.apply import Applier
    from studio_core.engine.journal import Journal
    from studio_core.model.runs import Outcome, StepProgress
    from studio_core.model.studio import Snapshot

MAX_ROUNDS = 6
"""Rounds of apply and observe in one run; one is enough when the world stands still."""


_RECENT = 200


MakeApplier = Callable[
    [Callable[["StepProgress"], None], threading.Event, Callable[[], None]], "Applier"
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
    """One application of a proposal, in a thread of its own.

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
        lease: Callable[[Callable[[StudioError], None]], AbstractContextManager[None]]
        | None = None,
        on_step: Callable[[StepProgress], None] | None = None,
        on_end: Callable[[Run], None] | None = None,
        lag_pause: float = 2.0,
    ) -> None:
        self.id = run_id
        self.owner = owner
        self.plan = proposal.plan
        self.journal = journal
        self._goal = proposal.goal
        self._observe = observe
        self._applier = applier
        self._clock = clock
        self._lease = lease or (lambda _: nullcontext())
        self._listener = on_step
        self._on_end = on_end
        self._lag_pause = lag_pause
        self._cancel = threading.Event()
        self._lock = threading.Lock()
        self._stage = "starting"
        self._outcomes: dict[str, Outcome] = {}
        self._waiting: set[str] = set()
        self._recent: deque[StepProgress] = deque(maxlen=_RECENT)
        self._steps: dict[str, Step] = {step.key: step for step in self.plan.changes}
        self._report: Report | None = None
        self._error: BaseException | None = None
        self._lost: StudioError | None = None
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
        """True when there is a report or an error."""
        with self._lock:
            return self._report is not None or self._error is not None

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
                ended=self._report is not None or self._error is not None,
                cancelling=self._cancel.is_set(),
            )

    def _work(self) -> None:
        report: Report | None = None
        error: BaseException | None = None
        try:
            with self._lease(self._on_lost):
                self.journal.begin(self.plan, self.id, self.owner)
                report = self._journalled()
        except Exception as caught:  # noqa: BLE001 - handed to whoever asks for the result
            error = caught
        with self._lock:
            self._stage = "ended"
            self._error = self._lost or error
            self._report = None if self._error else report
        if self._on_end is not None:
            self._on_end(self)

    def _journalled(self) -> Report:
        """Converge, and leave the journal with an end whatever comes of it."""
        try:
            report = self._converge()
        except Exception as error:
            what = error.sentence if isinstance(error, StudioError) else type(error).__name__
            self.journal.write("end", ok=False, error=what)
            raise
        self.journal.write(
            "end",
            ok=report.ok,
            cancelled=report.cancelled,
            failed=len(report.failed),
            left=[f"{item.kind} {item.name}" for item in report.left],
        )
        return report

    def _on_lost(self, error: StudioError) -> None:
        self._lost = error
        self._cancel.set()

    def _converge(self) -> Report:
        """Apply, look, and plan again, until nothing is left that a further try could do."""
        plan = self.plan
        left: tuple[Leftover, ...] = ()
        last_look = LastLook(self._observe, self._cancel.wait)
        for round_number in range(MAX_ROUNDS):
            self._set_stage("running")
            early = last_look.begin if plan.purpose is Purpose.SETUP else _nothing
            applied = self._applier(self._on_step, self._cancel, early).apply(plan)
            with self._lock:
                self._outcomes.update({outcome.step.key: outcome for outcome in applied})
            if self._cancel.is_set():
                break
            self._set_stage("checking")
            wanted = last_look.plan(self._goal)
            left = self._left(wanted)
            plan, lagging = self._rest(wanted)
            if plan.empty:
                break
            if lagging and self._cancel.wait(self._lag_pause * (round_number + 1)):
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

    def _rest(self, wanted: Plan) -> tuple[Plan, bool]:
        """What is worth another round: not what has failed already, nor what needs it.

        True beside it when all of that was done before, so that it is the lists that lag.
        """
        bad = {key for key, o in self._outcomes.items() if o.result is not Result.DONE}
        steps = tuple(
            replace(step, action=Action.SKIP, reason=self._outcomes[step.key].reason)
            if step.key in bad and step.action.changes
            else step
            for step in wanted.steps
        )
        plan = replace(wanted, steps=steps)
        keys = {step.key for step in plan.changes}
        return plan, bool(keys) and keys <= set(self._outcomes)

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

    def _on_step(self, event: StepProgress) -> None:
        with self._lock:
            self._recent.append(event)
            if event.phase is Phase.WAITING:
                self._waiting.add(event.step.key)
            elif event.outcome is not None:
                self._waiting.discard(event.step.key)
                self._outcomes[event.step.key] = event.outcome
        if event.outcome is not None:
            self.journal.outcome(event.outcome)
        if self._listener is not None:
            self._listener(event)


def _nothing() -> None:
    """Wait for the end before looking."""


def _undone(wanted: Plan) -> tuple[Leftover, ...]:
    return tuple(
        Leftover(step.kind, step.name, "not there yet" if _creates(step) else "still there")
        for step in wanted.changes
    )


def _creates(step: Step) -> bool:
    return step.action is not Action.DELETE
