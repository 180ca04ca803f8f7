"""Run a plan with progress, Ctrl-C and re-planning."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from studio_core.cli.console import console, say
from studio_core.cli.processes.signals import StopSignals
from studio_core.cli.running.plan_text import nothing_to_do, outline
from studio_core.engine.run import Proposal
from studio_core.errors import PlanChangedError, RunBusyError
from studio_core.model.runs import Phase, Report
from studio_core.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from studio_core.engine.progress import Progress
    from studio_core.engine.run import Run
    from studio_core.hackathon import Hackathon
    from studio_core.model.plans import Plan
    from studio_core.model.runs import StepProgress

MOST_REPLANS = 5
"""How often a plan may change between its confirmation and its run."""

_POLL_SECONDS = 0.1
_LINE_SECONDS = 10.0
_WATCH_SECONDS = 5.0
_INTERRUPTS = 2


def run_with_progress(
    hackathon: Hackathon,
    proposal: Proposal,
    agree: Callable[[Plan], None],
    *,
    verbose: bool = False,
) -> Report:
    """Run a plan to its end, with progress on standard error.

    When something changed since the plan was shown, show the new plan and call `agree` for
    it, which raises to refuse.

    Raises:
        StudioError: The run could not start, or its result could not be verified.
        KeyboardInterrupt: Ctrl-C was pressed again while calls were in flight.
    """
    for _ in range(MOST_REPLANS):
        try:
            return _follow(_start(hackathon, proposal, verbose=verbose), verbose=verbose)
        except PlanChangedError as error:
            proposal = Proposal(error.plan, proposal.goal)
            say(f"{error.sentence} The new plan:")
            if error.plan.empty:
                say(nothing_to_do(error.plan))
                return Report(error.plan)
            for line in outline(error.plan, everything=verbose):
                say(line)
            agree(error.plan)
    raise PlanChangedError(proposal.plan)


def _start(hackathon: Hackathon, proposal: Proposal, *, verbose: bool) -> Run:
    """Start the run; while the lease of a run that seems to have died is watched, wait."""
    said = False
    while True:
        try:
            return hackathon.start(proposal, on_step=_say_step if verbose else None)
        except RunBusyError as error:
            if error.wait is None:
                raise
            if not said:
                say(f"{error.sentence} {error.remedy}")
                said = True
            time.sleep(min(error.wait, _WATCH_SECONDS))


def _follow(run: Run, *, verbose: bool) -> Report:
    asked = 0
    with StopSignals() as stop, _display(verbose=verbose) as show:
        while not run.join(_POLL_SECONDS):
            show(run.progress())
            if stop.count > asked:
                asked = stop.count
                if asked >= _INTERRUPTS:
                    raise KeyboardInterrupt
                run.cancel()
                say("Stopping: waiting for the calls in flight to end. Ctrl-C again to leave now.")
        show(run.progress())
    return run.result()


@contextmanager
def _display(*, verbose: bool) -> Iterator[Callable[[Progress], None]]:
    """Yield a function that shows progress: bars in a terminal, else a line now and then."""
    if verbose:
        yield lambda _: None  # each step has its own line
    elif sys.stderr.isatty():
        with _bars() as show:
            yield show
    else:
        yield _Lines().show


class _Lines:
    """A line of progress every ten seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _LINE_SECONDS

    def show(self, progress: Progress) -> None:
        if not progress.ended and time.monotonic() >= self._next:
            self._next += _LINE_SECONDS
            say(_line(progress))


def _line(progress: Progress) -> str:
    parts = (f"{kind}s {done} of {total}" for kind, (done, _, total) in progress.by_kind.items())
    return f"{progress.done} of {progress.total}: {listed(parts)}."


@contextmanager
def _bars() -> Iterator[Callable[[Progress], None]]:
    from rich import progress as bars  # noqa: PLC0415 - only a terminal needs it

    columns = (
        bars.TextColumn("{task.description:<9}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[failed]}"),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=console(messages=True)) as display:
        tasks: dict[str, bars.TaskID] = {}

        def show(progress: Progress) -> None:
            for kind, (done, failed, total) in progress.by_kind.items():
                if kind not in tasks:
                    tasks[kind] = display.add_task(f"{kind}s", total=total, failed="")
                told = f"{failed} failed" if failed else ""
                display.update(tasks[kind], completed=done + failed, total=total, failed=told)

        yield show


def _say_step(progress: StepProgress) -> None:
    step = progress.step
    if progress.phase is Phase.ENDED and progress.outcome is not None:
        reason = f": {progress.outcome.reason}" if progress.outcome.reason else ""
        line = f"{progress.outcome.result}: {step.action} {step.kind} {step.name}{reason}"
        say(f"[{progress.done} of {progress.total}] {line}")
    elif progress.phase is Phase.RETRYING:
        say(f"trying again: {step.action} {step.kind} {step.name}")
