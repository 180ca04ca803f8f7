"""The face of the core: one event on one domain, and everything that can be done with it."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from studio_core.access.roles import Act, Actor
from studio_core.audit import newest
from studio_core.aws.audit import AuditTable
from studio_core.aws.session import Session
from studio_core.clock import utcnow
from studio_core.config import changes, config_path, state_path
from studio_core.engine.registry import Runs
from studio_core.errors import (
    AwsError,
    GuardError,
    NotFoundError,
    StudioError,
)
from studio_core.hackathon.app_failures import AppFailures
from studio_core.hackathon.authority import Authority, default_owner
from studio_core.hackathon.backend import Backend
from studio_core.hackathon.checkup import check_up, hourly_cost
from studio_core.hackathon.event_codes import EventCodes
from studio_core.hackathon.links import choose, issue_links
from studio_core.hackathon.running import Runner
from studio_core.hackathon.tables import ensure_tables
from studio_core.insight.readiness import CheckState, check_domain
from studio_core.insight.status import Summary, summarise
from studio_core.model.plans import Scope
from studio_core.planning.adopt import check_keep, plan_adopt
from studio_core.planning.apps import plan_start_apps, plan_stop_apps
from studio_core.planning.purge import plan_purge
from studio_core.planning.setup import plan_setup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from studio_core.access.codes import Codes
    from studio_core.audit import Audit, AuditEntry
    from studio_core.audit.chain import Verdict
    from studio_core.aws.table import ParticipantsTable
    from studio_core.config import Settings
    from studio_core.engine.pace import Pace
    from studio_core.engine.run import Proposal, Run
    from studio_core.hackathon.sign_in import SignIn
    from studio_core.insight.readiness import Check
    from studio_core.model.links import Link, LinkFailure
    from studio_core.model.people import Record, Roster
    from studio_core.model.plans import Plan
    from studio_core.model.runs import Lease, Report, StepProgress
    from studio_core.model.studio import Domain, Identity, Snapshot

RUNS = Runs()
"""The runs of this process: a page that is opened again finds them here."""


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
    ) -> None:
        state = state or state_path()
        self._backend = Backend(settings, state=state, session=session, pace=pace, clock=clock)
        self._clock = clock
        owner = owner or default_owner(settings)
        self._authority = Authority(actor or Actor(owner), self._backend)
        self._runner = Runner(self._backend, owner=owner, state=state, clock=clock, registry=runs)
        self._codes = EventCodes(self._backend)
        self._failures = AppFailures(self._backend)

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

    @property
    def actor(self) -> Actor:
        """Who acts, as roles and the audit log see them."""
        return self._authority.actor

    def acting_as(self, actor: Actor, *, still: Callable[[], object] | None = None) -> Hackathon:
        """Return the same hackathon for another actor, with clients and threads shared.

        What the actor's role may not do raises a GuardError, and the audit log names the
        actor. `still` is called before each act and raises a GuardError when the actor was
        signed out since.
        """
        other = copy.copy(self)
        other._authority = replace(self._authority, actor=actor, still=still)  # noqa: SLF001 - of our own class
        return other

    @property
    def audit(self) -> Audit:
        """The audit log, beside the journals and in the audit table if one is set."""
        return self._backend.audit

    def note(
        self, deed: str, *, subject: str = "", outcome: str = "done", **details: object
    ) -> AuditEntry:
        """Record what the actor did; never pass a link, a code or a token."""
        return self._authority.note(deed, subject=subject, outcome=outcome, **details)

    def note_settings(self, before: Settings, after: Settings) -> None:
        """Record a change of settings before it is saved; in the audit table that it leaves too.

        Raises:
            StudioError: It cannot be recorded. That the table which is left does not answer
                stops nothing: it may be why it is left.
        """
        changed = changes(before, after)
        entry = self.note("settings saved", subject=str(config_path()), changed=changed)
        if before.audit_table not in {"", after.audit_table}:
            with suppress(StudioError):
                session = Session(before.region, before.profile)
                AuditTable(session.client("dynamodb"), before.audit_table).write(
                    replace(entry, event=before.event)
                )

    def recorded(self, limit: int = 200) -> list[AuditEntry]:
        """The newest entries of the record, of this machine and of the audit table if one is set.

        Raises:
            GuardError: The actor's role may not read it.
        """
        self._authority.permit(Act.AUDIT)
        here, there = self.audit.entries(limit), []
        if (table := self._backend.audit_table) is not None:
            with suppress(AwsError):  # `verify_audit` says so
                there = table.entries(self.settings.event, limit)
        return newest(here, there, limit=limit)

    def verify_audit(self) -> list[Verdict | AwsError]:
        """Verify the chains of the audit log: of this machine's file, and of the audit table.

        An error in place of a verdict says why the table cannot be read.

        Raises:
            GuardError: The actor's role may not read it.
        """
        self._authority.permit(Act.AUDIT)
        verdicts: list[Verdict | AwsError] = [self.audit.verify()]
        if (table := self._backend.audit_table) is not None:
            event = self.settings.event
            try:
                verdicts.append(table.verify(event, self.audit.sent(table.name, event)))
            except AwsError as error:
                verdicts.append(error)
        return verdicts

    @property
    def table(self) -> ParticipantsTable:
        """The participants table."""
        return self._backend.table

    @property
    def sign_in(self) -> SignIn:
        """The participant web app's side of the event: codes, counters, one person's link."""
        return self._backend.sign_in

    def codes(self) -> Codes:
        """Return the event's access codes; see `EventCodes.show` for what it raises."""
        return self._codes.show(self._authority)

    def rotate_codes(self) -> Codes:
        """Replace all access codes. Raises as `codes` does."""
        return self._codes.rotate(self._authority)

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

        The audit table too, where one is set. Each is recorded before it is made.

        Raises:
            GuardError: The actor's role may not.
        """
        self._authority.permit(Act.SETTINGS)
        return ensure_tables(self._backend, self._authority)

    def observe(self) -> Snapshot:
        """See what the domain and the table hold now: one sweep of list pages."""
        return self._backend.observe()

    def status(self, snapshot: Snapshot | None = None) -> Summary:
        """Count a snapshot, with AWS's reason for each failed app."""
        return self._failures.explain(summarise(snapshot or self.observe()))

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

        return self._runner.propose(goal, snapshot)

    def propose_adopt(
        self, snapshot: Snapshot | None = None, *, keep: Iterable[str] = ()
    ) -> Proposal:
        """Plan taking over the people, profiles and spaces of the tool's first generation.

        `keep` are addresses of those who keep a profile that several people share.

        Raises:
            GuardError: There is no participants table, or the choice cannot be followed.
        """
        self.settings.require()
        self._backend.require_table()
        template, kept = self.settings.template, tuple(keep)
        seen = snapshot or self.observe()
        check_keep(seen, kept)
        return self._runner.propose(
            lambda now: plan_adopt(now, template, keep=kept, made_at=self._clock()), seen
        )

    def propose_purge(
        self, scope: Scope = Scope.EVENT, snapshot: Snapshot | None = None
    ) -> Proposal:
        """Plan the end of the event, or with `Scope.DOMAIN` of all that the domain holds.

        Raises:
            GuardError: There is no participants table, so the settings must name another.
        """
        self.settings.require()
        self._backend.require_table()
        return self._runner.propose(
            lambda seen: plan_purge(seen, scope, made_at=self._clock()), snapshot
        )

    def propose_start_apps(
        self,
        team: str | None = None,
        snapshot: Snapshot | None = None,
        *,
        space: str | None = None,
    ) -> Proposal:
        """Plan one running app in each space of ours, in one team's, or in one space."""
        template = self.settings.template
        return self._runner.propose(
            lambda seen: plan_start_apps(
                seen, template, team=team, space=space, made_at=self._clock()
            ),
            snapshot,
        )

    def propose_stop_apps(
        self, team: str | None = None, snapshot: Snapshot | None = None
    ) -> Proposal:
        """Plan the end of every app of ours, or of one team's; files stay."""
        return self._runner.propose(
            lambda seen: plan_stop_apps(seen, team=team, made_at=self._clock()), snapshot
        )

    def start(
        self, proposal: Proposal, *, on_step: Callable[[StepProgress], None] | None = None
    ) -> Run:
        """Run a plan in the background; see `Runner.start` for what it raises."""
        return self._runner.start(self._authority, proposal, on_step)

    def run(
        self, proposal: Proposal, *, on_step: Callable[[StepProgress], None] | None = None
    ) -> Report:
        """Run a plan and wait for its report; see `start` for what it raises."""
        return self.start(proposal, on_step=on_step).result()

    def stop(self, run: Run) -> None:
        """End a run after the calls in flight; see `Runner.stop` for what it raises."""
        self._runner.stop(self._authority, run)

    def current_run(self) -> Run | None:
        """Return the newest run of this process on this event, ended or not."""
        return self._runner.current()

    def lease(self) -> Lease | None:
        """Who runs what on this event, from any machine, or None when nobody does."""
        with suppress(NotFoundError):
            lease = self.table.lease(self.settings.event)
            if lease is not None and lease.expires > self._clock():
                return lease
        return None

    def from_before(self) -> list[str]:
        """Return addresses of people whom the first generation left in the table."""
        return self._backend.from_before()

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
        return issue_links(self._backend, self._authority, team=team, email=email)

    def close(self) -> None:
        """Let the worker threads go."""
        self._backend.close()
