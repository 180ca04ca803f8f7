"""A run in the background: rounds of applying and observing, progress, journal, lease."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.engine.last_look import LastLook
from studio_core.engine.progress import Progress, Tally
from studio_core.errors import StudioError
from studio_core.model.plans import Plan, Purpose
from studio_core.model.runs import Leftover, Report, Result
from studio_core.planning.consent import Consent
from studio_core.planning.rounds import left_of, rest_of

if TYPE_CHECKING:
    from datetime import datetime

    from studio_core.engine.apply import Applier
    from studio_core.engine.journal import Journal
    from studio_core.engine.pace import Pace
    from studio_core.model.runs import StepProgress
    from studio_core.model.studio import Snapshot


MakeApplier = Callable[
    [Callable[["StepProgress"], None], threading.Event, Callable[[], None] | None], "Applier"
]
"""Makes what runs one plan, from whom to tell of events, of a stop, and of the last call."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, and the goal it came from: the same question asked of a newer snapshot."""

    plan: Plan
    goal: Callable[[Snapshot], Plan]


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
        self._first = proposal.plan
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
        self._tally = Tally(self.plan.changes)
        self._report: Report | None = None
        self._error: BaseException | None = None
        self._broken: StudioError | None = None
        self._ended = False
        self.started_at = clock()
        self._thread = threading.Thread(target=self._work, name=f"run-{run_id[-6:]}", daemon=True)

    def start(self, plan: Plan) -> Run:
        """Begin, and return at once; `plan` is the agreed one as it is under the lease."""
        self._first = plan
        self._tally.plan(plan.changes, anew=True)
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

    def progress(self) -> Progress:
        """Return how far the run is."""
        by_kind = self._tally.counts()
        with self._lock:
            return Progress(
                run_id=self.id,
                purpose=self.plan.purpose,
                owner=self.owner,
                stage=self._stage,
                done=sum(done + failed for done, failed, _ in by_kind.values()),
                total=sum(total for _, _, total in by_kind.values()),
                by_kind=by_kind,
                waiting=self._tally.waiting,
                recent=self._tally.recent,
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
            report = self._converge()
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

    def _converge(self) -> Report:
        """Apply, look, and plan again, until nothing is left that a further try could do.

        People act while the run goes on, so that one round may not be enough. It ends when a
        round brings nothing new for as long as `pace.persistence`.
        """
        plan = self._first
        left: tuple[Leftover, ...] = ()
        done: set[str] = set()
        progressed = self._monotonic()
        while True:
            self._set_stage("running")
            early = self._look.begin if plan.purpose is Purpose.SETUP else None
            applied = self._applier(self._on_step, self._cancel, early).apply(plan)
            self._tally.end(applied)
            if self._cancel.is_set():
                break
            self._set_stage("checking")
            wanted = self._consent.bound(self._look.plan(self._goal))
            self._tally.forget_stale({step.key for step in wanted.changes})
            outcomes = self._tally.outcomes()
            plan, left = rest_of(wanted, outcomes), left_of(wanted, outcomes)
            news = {key for key, o in outcomes.items() if o.result is Result.DONE} - done
            if news:
                done |= news
                progressed = self._monotonic()
            elif self._monotonic() - progressed >= self._pace.persistence:
                break
            if plan.empty or (not news and self._cancel.wait(self._pace.poll_gap)):
                break
            self._tally.plan(plan.changes)
        return Report(
            plan=self.plan,
            outcomes=tuple(self._tally.outcomes().values()),
            left=left,
            cancelled=self._cancel.is_set(),
            started_at=self.started_at,
            ended_at=self._clock(),
        )

    def _set_stage(self, stage: str) -> None:
        with self._lock:
            self._stage = stage

    def _on_step(self, progress: StepProgress) -> None:
        self._tally.note(progress)
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
