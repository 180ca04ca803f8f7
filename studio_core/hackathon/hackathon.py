"""The face of the core: one event on one domain, and everything that can be done with it."""

from __future__ import annotations

import copy
import getpass
import os
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from studio_core.access.roles import Act, Actor, permit
from studio_core.audit import Audit, newest
from studio_core.clock import utcnow
from studio_core.config import state_path
from studio_core.engine.journal import Journal, journal_path
from studio_core.engine.lease import held, new_run_id
from studio_core.engine.registry import Runs
from studio_core.engine.run import Proposal, Run
from studio_core.errors import (
    AwsError,
    GuardError,
    NotFoundError,
    PlanChangedError,
    RunBusyError,
    StudioError,
)
from studio_core.hackathon.backend import Backend
from studio_core.hackathon.checkup import check_up, hourly_cost
from studio_core.hackathon.links import choose, mint_all
from studio_core.hackathon.records import counted, plan_facts, run_outcome
from studio_core.insight.readiness import CheckState, check_domain, check_identity
from studio_core.insight.status import Summary, summarise
from studio_core.model.plans import Purpose, Scope
from studio_core.model.runs import Lease
from studio_core.planning.apps import plan_start_apps, plan_stop_apps
from studio_core.planning.fingerprint import fingerprint
from studio_core.planning.purge import plan_purge
from studio_core.planning.setup import plan_setup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from studio_core.access.codes import Codes
    from studio_core.audit import AuditEntry
    from studio_core.aws.session import Session
    from studio_core.aws.table import ParticipantsTable
    from studio_core.config import Settings
    from studio_core.engine.pace import Pace
    from studio_core.hackathon.sign_in import SignIn
    from studio_core.insight.readiness import Check
    from studio_core.model.links import Link, LinkFailure
    from studio_core.model.people import Record, Roster
    from studio_core.model.plans import Plan
    from studio_core.model.runs import Report, StepProgress
    from studio_core.model.studio import Domain, Identity, Snapshot

FRESH = timedelta(seconds=10)
"""A plan younger than this is run as it is; an older one is compared with the world first."""

ACT_OF_RUN = {
    Purpose.SETUP: Act.SET_UP,
    Purpose.PURGE: Act.PURGE,
    Purpose.START_APPS: Act.APPS,
    Purpose.STOP_APPS: Act.APPS,
}
"""What somebody does who starts or stops a run."""

RUNS = Runs()
"""The runs of this process: a page that is opened again finds them here."""


def default_owner() -> str:
    """Name who is running this, for the lease and the journal: `ana@laptop`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


@dataclass(slots=True)
class _Known:
    """What is found out once, for all that act on the same hackathon."""

    audit: Audit | None = None
    shown: set[tuple[str, str, int]] = field(default_factory=set)


class Hackathon:
    """One event. Every page, command and endpoint calls this and little else.

    Methods raise `StudioError`s, each with a sentence and a remedy. Thread-safe.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        session: Session | None = None,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = utcnow,
        owner: str | None = None,
        runs: Runs = RUNS,
        state: Path | None = None,
        actor: Actor | None = None,
        audit: Audit | None = None,
    ) -> None:
        self.owner = owner or default_owner()
        self.actor = actor or Actor(self.owner)
        self._still: Callable[[], object] = _always
        self._backend = Backend(settings, session=session, pace=pace, clock=clock)
        self._clock = clock
        self._runs = runs
        self._state = state or state_path()
        self._known = _Known(audit)

    @property
    def settings(self) -> Settings:
        """What the hackathon was opened with."""
        return self._backend.settings

    @property
    def identity(self) -> Identity:
        """Who calls, and where; asked once.

        Raises:
            CredentialsError: There are no usable credentials.
        """
        return self._backend.identity

    def acting_as(self, actor: Actor, *, still: Callable[[], object] | None = None) -> Hackathon:
        """The same hackathon, clients and threads shared, with somebody else at the wheel.

        What the actor's role may not do is refused with a GuardError, and the audit log
        names the actor. `still` is called before each act and raises a GuardError when the
        actor has been shown out meanwhile: a button outlives the look that drew it.
        """
        other = copy.copy(self)
        other.actor = actor
        other._still = still or _always  # noqa: SLF001 - of our own class
        return other

    def _permit(self, act: Act) -> None:
        self._still()
        permit(self.actor.role, act)

    @property
    def audit(self) -> Audit:
        """The record of who did what, beside the journals and in the audit table if one is set."""
        if self._known.audit is None:
            self._known.audit = Audit(
                self._state, clock=self._clock, sink=self._backend.audit_table
            )
        return self._known.audit

    def note(
        self, deed: str, *, subject: str = "", outcome: str = "done", **details: object
    ) -> AuditEntry:
        """Put on record what the actor did; never pass a link, a code or a token."""
        return self.audit.note(
            self.actor,
            deed,
            subject=subject,
            outcome=outcome,
            event=self.settings.event,
            **details,
        )

    def recorded(self, limit: int = 200) -> list[AuditEntry]:
        """The newest entries of the record, of this machine and of the audit table if one is set.

        Raises:
            GuardError: The actor's role may not read it.
        """
        self._permit(Act.AUDIT)
        here, there = self.audit.entries(limit), []
        if (table := self._backend.audit_table) is not None:
            with suppress(AwsError):
                there = table.entries(self.settings.event, limit)
        return newest(here, there, limit=limit)

    @property
    def table(self) -> ParticipantsTable:
        """The participants table."""
        return self._backend.table

    @property
    def sign_in(self) -> SignIn:
        """The participant web app's side of the event: codes, counters, one person's link."""
        return self._backend.sign_in

    def codes(self) -> Codes:
        """The event's access codes; the first call makes its secret.

        Raises:
            GuardError: The actor is a helper.
            AwsError: Parameter Store refuses or cannot be reached.
        """
        self._permit(Act.CODES)
        codes = self.sign_in.codes()
        seen = (self.actor.name, self.actor.via, codes.version)
        if seen not in self._known.shown:  # once for each, not at every look
            self.note("access codes shown", version=codes.version)
            self._known.shown.add(seen)
        return codes

    def rotate_codes(self) -> Codes:
        """Make all access codes new. Raises as `codes` does."""
        self._permit(Act.CODES)
        codes = self.sign_in.rotate()
        self.note("access codes renewed", version=codes.version)
        return codes

    def _first_codes(self) -> None:
        """Have codes and expiring counters from the first setup on, where AWS allows it.

        What it does not allow is said when somebody asks for a code.
        """
        for prepare in (self.sign_in.codes, self.sign_in.tries.let_expire):
            with suppress(StudioError):
                prepare()

    def domains(self) -> list[Domain]:
        """The Studio domains of the region, each with its authentication mode."""
        found = [
            self._backend.studio.describe_domain(d.domain_id)
            for d in self._backend.studio.list_domains()
        ]
        return sorted(found, key=lambda d: d.name)

    def domain(self) -> Domain:
        """The event's domain, with its authentication mode."""
        return self._backend.studio.describe_domain()

    def pinned(self) -> Settings:
        """Give the settings with the account that answers now: what `configure` saves.

        Raises:
            GuardError: The domain is in SSO mode, or there is no such domain.
        """
        check = check_domain(self.domain())
        if check.state is CheckState.ERROR:
            raise GuardError(check.sentence, check.remedy)
        return replace(self.settings, account=self.identity.account)

    def ensure_table(self) -> bool:
        """Create the participants table when it is missing; True when it was created.

        The audit table too, where one is set.

        Raises:
            GuardError: The actor's role may not.
        """
        self._permit(Act.SETTINGS)
        if (audited := self._backend.audit_table) is not None:
            audited.ensure()
        return self.table.ensure()

    def observe(self) -> Snapshot:
        """See what the domain and the table hold now: one sweep of list pages."""
        return self._backend.observe()

    def status(self, snapshot: Snapshot | None = None) -> Summary:
        """Count what is there, by team, status, app and instance type."""
        return summarise(snapshot or self.observe())

    def check(self, roster: Roster | None = None) -> list[Check]:
        """Look at credentials, domain, table, permissions and quotas; never raises for one."""
        return check_up(self._backend, roster)

    def hourly_cost(self, summary: Summary) -> float | None:
        """US dollars an hour of the apps that run, or None where a price is not known."""
        return hourly_cost(self._backend, summary)

    def propose_setup(
        self, roster: Roster, snapshot: Snapshot | None = None, *, remove_leaving: bool = False
    ) -> Proposal:
        """Plan what makes the domain hold the roster; nothing is changed yet."""
        template = self.settings.template

        def goal(seen: Snapshot) -> Plan:
            return plan_setup(
                roster, seen, template, remove_leaving=remove_leaving, made_at=self._clock()
            )

        return self._propose(goal, snapshot)

    def propose_purge(
        self, scope: Scope = Scope.EVENT, snapshot: Snapshot | None = None
    ) -> Proposal:
        """Plan the end of the event, or with `Scope.DOMAIN` of all that the domain holds."""
        return self._propose(lambda seen: plan_purge(seen, scope, made_at=self._clock()), snapshot)

    def propose_start_apps(
        self, team: str | None = None, snapshot: Snapshot | None = None
    ) -> Proposal:
        """Plan one running app in each space of ours, or in one team's."""
        template = self.settings.template
        return self._propose(
            lambda seen: plan_start_apps(seen, template, team=team, made_at=self._clock()),
            snapshot,
        )

    def propose_stop_apps(
        self, team: str | None = None, snapshot: Snapshot | None = None
    ) -> Proposal:
        """Plan the end of every app of ours, or of one team's; files stay."""
        return self._propose(
            lambda seen: plan_stop_apps(seen, team=team, made_at=self._clock()), snapshot
        )

    def _propose(self, goal: Callable[[Snapshot], Plan], snapshot: Snapshot | None) -> Proposal:
        # Asked beside the listing, so that a plan that runs at once need not wait for it.
        asked = self._backend.executor.submit(self._backend.ask_identity)
        plan = goal(snapshot or self.observe())
        asked.exception()
        if snapshot is not None:
            plan = replace(plan, made_at=snapshot.taken_at)
        return Proposal(plan, goal)

    def start(
        self, proposal: Proposal, *, on_event: Callable[[StepProgress], None] | None = None
    ) -> Run:
        """Run a plan in the background. An older plan is compared with the world first.

        Raises:
            GuardError: The actor's role may not do it, the credentials are of another account
                than the settings were saved for, or the plan was made for another place.
            PlanChangedError: The world moved since the plan was made; it holds the new plan.
            RunBusyError: A run of this process is still going on.
        """
        self._guard(proposal.plan)
        running = self._runs.latest(proposal.plan)
        if running is not None and not running.ended:
            raise _busy(running)
        proposal = self._fresh(proposal)
        run_id = new_run_id()
        self._note_run(proposal.plan, run_id, "started")
        now = self._clock()
        run = Run(
            proposal,
            run_id=run_id,
            owner=self.owner,
            observe=self.observe,
            applier=self._backend.applier,
            journal=Journal(journal_path(self._state, proposal.plan, run_id, now), self._clock),
            clock=self._clock,
            lease=lambda lost: self._hold(proposal.plan, run_id, now, lost),
            on_event=on_event,
            on_end=self._note_end,
            lag_pause=self._backend.pace.poll_gap,
        )
        self._runs.add(run)
        return run.start()

    def run(
        self, proposal: Proposal, *, on_event: Callable[[StepProgress], None] | None = None
    ) -> Report:
        """Run a plan and wait for its report; see `start` for what is raised."""
        return self.start(proposal, on_event=on_event).result()

    def stop(self, run: Run) -> None:
        """End a run after the calls in flight; what is done stays done.

        Raises:
            GuardError: The actor's role may not.
        """
        self._permit(ACT_OF_RUN[run.plan.purpose])
        self.note(f"{run.plan.purpose} run", outcome="told to stop", run=run.id)
        run.cancel()

    def current_run(self) -> Run | None:
        """The newest run of this process on this event, ended or not."""
        where = self.identity
        return self._runs.latest(
            (where.account, where.region, where.domain_id, self.settings.event)
        )

    def lease(self) -> Lease | None:
        """Who runs what on this event, from any machine, or None when nobody does."""
        with suppress(NotFoundError):
            lease = self.table.lease(self.settings.event)
            if lease is not None and lease.expires > self._clock():
                return lease
        return None

    def participants(self) -> list[Record]:
        """The event's people as the table has them, by team and e-mail."""
        return choose(self._backend.people())

    def links(
        self, *, team: str | None = None, email: str | None = None
    ) -> Iterator[Link | LinkFailure]:
        """Mint fresh links for all, a team or one person, side by side, in order.

        For whom is put on record before the first is minted, and how it went at the end.

        Raises:
            GuardError: The actor is a helper, and it is not for one person.
            StudioError: Nobody matches.
        """
        self._permit(Act.LINK_ONE if email is not None else Act.LINK_MANY)
        self.settings.require()
        chosen = choose(self._backend.people(), team=team, email=email)
        people = " ".join(record.email for record in chosen)
        subject = people if email is not None else f"team {team}" if team else "everybody"
        self.note("links asked for", subject=subject, people=people, number=len(chosen))
        minted = mint_all(
            self._backend.studio,
            chosen,
            landing=self.settings.landing_uri,
            executor=self._backend.executor,
            window=self._backend.pace.concurrency,
            clock=self._clock,
        )
        return counted(
            minted,
            lambda outcome, failed: self.note(
                "links handed over", subject=subject, outcome=outcome, failed=failed
            ),
        )

    def close(self) -> None:
        """Let the worker threads go."""
        self._backend.close()

    def _note_run(self, plan: Plan, run_id: str, outcome: str) -> None:
        where = f"{plan.identity.domain_id} {plan.scope}"
        facts = plan_facts(plan)
        self.note(f"{plan.purpose} run", subject=where, outcome=outcome, run=run_id, **facts)

    def _note_end(self, run: Run) -> None:
        report = run.report
        if run.plan.purpose is Purpose.PURGE and report is not None and report.ok:
            with suppress(StudioError):  # the web app's codes open nothing any more
                self.sign_in.drop()
        with suppress(StudioError):  # its beginning is on record, and the journal has its end
            self._note_run(run.plan, run.id, run_outcome(run))

    def _guard(self, plan: Plan) -> None:
        self._permit(ACT_OF_RUN[plan.purpose])
        self.settings.require()
        check = check_identity(self.settings, self._backend.ask_identity(FRESH))
        if check.state is CheckState.ERROR:
            raise GuardError(check.sentence, check.remedy)
        here, there = self.identity, plan.identity
        same = (here.account, here.region, here.domain_id) == (
            there.account,
            there.region,
            there.domain_id,
        )
        if not same or plan.event != self.settings.event:
            raise GuardError(
                f"This plan is for {plan.event} on {there.domain_id} in {there.region}, "
                f"the settings are for {self.settings.event} on {here.domain_id} in "
                f"{here.region}.",
                "Make the plan again.",
            )

    def _fresh(self, proposal: Proposal) -> Proposal:
        made = proposal.plan.made_at
        if made is not None and self._clock() - made < FRESH:
            return proposal
        plan = proposal.goal(self.observe())
        if fingerprint(plan) != fingerprint(proposal.plan):
            raise PlanChangedError(plan)
        return Proposal(plan, proposal.goal)

    def _hold(
        self, plan: Plan, run_id: str, now: datetime, lost: Callable[[StudioError], None]
    ) -> AbstractContextManager[None]:
        if plan.purpose is Purpose.SETUP:
            # A thread of its own: Parameter Store may be out of reach, and setup must not wait.
            threading.Thread(target=self._first_codes, name="codes", daemon=True).start()
        lease = Lease(self.owner, plan.purpose.value, run_id, now, now)
        return held(self.table, plan.event, lease, clock=self._clock, on_lost=lost)


def _busy(run: Run) -> StudioError:
    return RunBusyError(
        f"{run.owner} runs {run.plan.purpose} since {run.started_at:%H:%M:%S} UTC.",
        "Wait for it to end, or stop it.",
    )


def _always() -> None:
    """Nobody was shown out."""
