"""How a plan is started: permission, settings, lease, audit log, journal."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from studio_core.access.roles import Act, Role
from studio_core.engine.journal import Journal, journal_path
from studio_core.engine.last_look import LastLook
from studio_core.engine.lease import new_run_id
from studio_core.engine.run import Proposal, Run
from studio_core.errors import (
    GuardError,
    NotFoundError,
    PlanChangedError,
    RunBusyError,
    StudioError,
)
from studio_core.hackathon.records import plan_facts, run_outcome
from studio_core.hackathon.tables import ensure_tables
from studio_core.insight.readiness import CheckState, check_domain, check_identity
from studio_core.model.people import Record
from studio_core.model.plans import Purpose, Scope
from studio_core.model.runs import Lease
from studio_core.planning.consent import Consent

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from studio_core.engine.registry import Runs
    from studio_core.hackathon.authority import Authority
    from studio_core.hackathon.backend import Backend
    from studio_core.model.plans import Plan
    from studio_core.model.runs import StepProgress
    from studio_core.model.studio import Snapshot

IDENTITY_LASTS = timedelta(seconds=10)
"""How long the answer to "who calls?" is used again: credentials may change."""

NETWORK_AWAY = 45.0
"""Seconds that the look under the lease is tried: whoever confirmed the plan waits for it."""

ACT_OF_RUN = {
    Purpose.SETUP: Act.SET_UP,
    Purpose.ADOPT: Act.SET_UP,
    Purpose.PURGE: Act.PURGE,
    Purpose.START_APPS: Act.APPS,
    Purpose.STOP_APPS: Act.APPS,
}
"""What an actor must be allowed to do to start or stop a run."""


class Runner:
    """Turns proposals into runs; nothing else starts one. Thread-safe."""

    def __init__(
        self,
        backend: Backend,
        *,
        owner: str,
        state: Path,
        clock: Callable[[], datetime],
        registry: Runs,
    ) -> None:
        self.owner = owner
        self._backend = backend
        self._state = state
        self._clock = clock
        self._registry = registry

    def propose(
        self, goal: Callable[[Snapshot], Plan], snapshot: Snapshot | None = None
    ) -> Proposal:
        """Plan a goal against a snapshot, or against a new one; nothing is changed yet."""
        # Asked beside the listing, so that a plan that runs at once need not wait for it.
        asked = self._backend.executor.submit(self._backend.ask_identity, IDENTITY_LASTS)
        plan = goal(snapshot or self._backend.observe())
        asked.exception()
        if snapshot is not None:
            plan = replace(plan, made_at=snapshot.taken_at)
        return Proposal(plan, goal)

    def start(
        self,
        authority: Authority,
        proposal: Proposal,
        on_step: Callable[[StepProgress], None] | None = None,
    ) -> Run:
        """Start a run in the background.

        Raises:
            GuardError: The actor may not, the credentials belong to another account than the
                settings, or the plan was made for another place.
            SettingsError: The settings name a table that was made for something else.
            RunBusyError: Another run is going on, in this process or elsewhere.
            PlanChangedError: A plan made under the lease would change something that was not
                agreed to; it is attached.
            StudioError: What cannot be recorded is not started.
        """
        plan = proposal.plan
        self._guard(authority, plan)
        if (earlier := self._registry.latest(plan.identity, plan.event)) and not earlier.ended:
            raise _busy(earlier)
        self._check_settings(authority, plan)
        run_id, now = new_run_id(), self._clock()
        owner = self._owner_of(authority)
        kept = ExitStack()
        with ExitStack() as stack:
            stack.enter_context(self._backend.in_use())
            run = Run(
                proposal,
                run_id=run_id,
                owner=owner,
                observe=self._backend.observe,
                applier=self._backend.applier,
                journal=Journal(journal_path(self._state, plan, run_id, now), self._clock),
                clock=self._clock,
                pace=self._backend.pace,
                on_step=on_step,
                on_end=lambda run: self._ended(authority, run, kept),
            )
            lease = Lease(owner, plan.purpose.value, run_id, now, now)
            whole = plan.scope is Scope.DOMAIN
            hold = self._backend.leases.held
            stack.enter_context(hold(_events(plan), lease, run.abort, whole_domain=whole))
            patience = min(self._backend.pace.persistence, NETWORK_AWAY)
            look = LastLook(self._backend.observe, time.sleep, patience=patience)
            current = look.plan(proposal.goal)
            if not Consent(plan).accepts(current):
                raise PlanChangedError(current)
            _note(authority, plan, run_id, "started")
            self._registry.add(run)
            kept.push(stack.pop_all())
        if plan.purpose is Purpose.SETUP:
            # A thread of its own: Parameter Store may be out of reach, and setup must not wait.
            threading.Thread(target=self._prepare_web_app, name="codes", daemon=True).start()
        return run.start(current)

    def _owner_of(self, authority: Authority) -> str:
        """Return whom the lease names: the person who signed in, or who runs this process."""
        name = authority.actor.name
        return self.owner if name in set(Role) else name

    def stop(self, authority: Authority, run: Run) -> None:
        """End a run after the calls in flight; what is done stays done.

        Raises:
            GuardError: The actor may not.
        """
        authority.permit(ACT_OF_RUN[run.plan.purpose])
        authority.note(f"{run.plan.purpose} run", outcome="told to stop", run=run.id)
        run.cancel()

    def current(self) -> Run | None:
        """Return the newest run of this process on this event, ended or not."""
        return self._registry.latest(self._backend.identity, self._backend.settings.event)

    def _guard(self, authority: Authority, plan: Plan) -> None:
        settings = self._backend.settings
        authority.permit(ACT_OF_RUN[plan.purpose])
        settings.require()
        check = check_identity(settings, self._backend.ask_identity(IDENTITY_LASTS))
        if check.state is CheckState.ERROR:
            raise GuardError(check.sentence, check.remedy)
        here, there = self._backend.identity, plan.identity
        if here.where != there.where or plan.event != settings.event:
            raise GuardError(
                f"This plan is for {plan.event} on {there.domain_id} in {there.region}, "
                f"the settings are for {settings.event} on {here.domain_id} in "
                f"{here.region}.",
                "Make the plan again.",
            )

    def _check_settings(self, authority: Authority, plan: Plan) -> None:
        """Look at what the settings name before anything is written to it.

        Raises:
            GuardError: The domain does not exist or cannot make links, or the table does not
                exist; only setup creates it.
            SettingsError: The table was made for something else.
        """
        domain = self._backend.executor.submit(self._backend.studio.describe_domain)
        try:
            if plan.purpose is Purpose.SETUP:
                domain.result()
                ensure_tables(self._backend, authority)
            else:
                self._backend.require_table()
            check = check_domain(domain.result())
        except NotFoundError as error:
            raise GuardError(
                f"There is no domain {plan.identity.domain_id} in {plan.identity.region}.",
                "Correct the settings: `studio configure`.",
            ) from error
        if check.state is CheckState.ERROR:
            raise GuardError(check.sentence, check.remedy)

    def _prepare_web_app(self) -> None:
        """Create codes and expiring counters, where AWS allows it.

        What it does not allow is said when somebody asks for a code.
        """
        sign_in = self._backend.sign_in
        for prepare in (sign_in.codes, sign_in.tries.let_expire):
            with suppress(StudioError):
                prepare()

    def _ended(self, authority: Authority, run: Run, kept: ExitStack) -> None:
        """Give back the lease and the threads, and record how the run ended."""
        report = run.report
        if run.plan.purpose is Purpose.PURGE and report is not None and report.ok:
            # The web app's codes open nothing any more.
            with suppress(StudioError), authority.recording("access codes deleted"):
                self._backend.sign_in.drop()
        with suppress(StudioError):  # its beginning is on record, and the journal has its end
            _note(authority, run.plan, run.id, run_outcome(run))
        kept.close()


def _events(plan: Plan) -> set[str]:
    """Return the events whose leases a run holds: for a whole domain, all that it names."""
    if plan.scope is Scope.EVENT:
        return {plan.event}
    rows = [step.target for step in plan.steps if isinstance(step.target, Record)]
    domain = plan.identity.domain_id
    return {plan.event} | {row.event for row in rows if row.event and row.domain_id == domain}


def _note(authority: Authority, plan: Plan, run_id: str, outcome: str) -> None:
    authority.note(
        f"{plan.purpose} run",
        subject=f"{plan.identity.domain_id} {plan.scope}",
        outcome=outcome,
        run=run_id,
        **plan_facts(plan),
    )


def _busy(run: Run) -> RunBusyError:
    return RunBusyError(
        f"{run.owner} runs {run.plan.purpose} since {run.started_at:%H:%M:%S} UTC.",
        "Wait for it to end, or stop it.",
    )
