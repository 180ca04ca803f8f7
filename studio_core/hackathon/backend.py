"""Where an event is: its account, region and domain, and what reaches them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from studio_core.audit import Audit
from studio_core.aws.audit import AuditTable
from studio_core.aws.link_role import LinkRole
from studio_core.aws.observe import Observer
from studio_core.aws.session import Session
from studio_core.aws.steps import AwsStepCalls
from studio_core.aws.studio import Studio
from studio_core.aws.table import ParticipantsTable
from studio_core.clock import utcnow
from studio_core.engine.apply import Applier
from studio_core.engine.lease import Leases
from studio_core.engine.pace import Pace
from studio_core.errors import GuardError, NotFoundError
from studio_core.hackathon.sign_in import SignIn
from studio_core.model.links import LINK_SECONDS, SESSION_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from studio_core.config import Settings
    from studio_core.model.people import Record
    from studio_core.model.runs import StepProgress
    from studio_core.model.studio import Identity, Snapshot
    from studio_core.planning.link_target import LinkTarget

_LISTINGS = 6
"""Threads beyond the calls in flight: an observation and the waits list side by side."""


class Backend:
    """One event's settings, clients and threads, each made once and shared. Thread-safe."""

    def __init__(
        self,
        settings: Settings,
        *,
        state: Path,
        session: Session | None = None,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self.settings = settings
        self.state = state
        self.clock = clock
        self.pace = pace or Pace(concurrency=settings.concurrency)
        self.session = session or Session(
            settings.region, settings.profile, concurrency=self.pace.concurrency
        )
        self._using = threading.Lock()
        self._users = 0
        self._closing = False
        self._asked: tuple[Identity, datetime] | None = None
        self.executor = ThreadPoolExecutor(
            self.pace.concurrency + _LISTINGS, thread_name_prefix="aws"
        )

    @cached_property
    def identity(self) -> Identity:
        """Who calls, and where; asked once.

        Raises:
            CredentialsError: There are no usable credentials.
        """
        return self.ask_identity()

    def ask_identity(self, within: timedelta = timedelta(0)) -> Identity:
        """Ask who calls, unless that was asked so lately: credentials may change in between."""
        now = self.clock()
        if self._asked is not None and now - self._asked[1] < within:
            return self._asked[0]
        identity = self.session.identity(self.settings.domain_id)
        self._asked = (identity, now)
        return identity

    @cached_property
    def studio(self) -> Studio:
        """The domain; botocore tries its calls again."""
        return Studio(self.session.client("sagemaker"), self.identity, self.settings.event)

    @cached_property
    def link_role(self) -> LinkRole | None:
        """The role that makes links, where one is set."""
        arn = self.settings.link_role
        return LinkRole(self.session, arn, self.settings.event) if arn else None

    def mint(self, target: LinkTarget) -> str:
        """Make the link to a profile and space, through the link role if one is set.

        The role is the only way then: if it cannot be assumed, that is the error.
        """
        studio = self.studio
        if self.link_role is not None:
            arn = studio.arn("user-profile", target.profile)
            client = self.link_role.sagemaker(target.profile, arn)
            studio = Studio(client, self.identity, self.settings.event)
        return studio.presigned_url(
            target.profile,
            target.space,
            self.settings.landing_for(target.app_type),
            expires_in=LINK_SECONDS,
            session_for=SESSION_SECONDS,
        )

    @cached_property
    def table(self) -> ParticipantsTable:
        """The participants table."""
        return ParticipantsTable(self.session.client("dynamodb"), self.settings.table_name)

    @cached_property
    def leases(self) -> Leases:
        """The leases of events on this table."""
        return Leases(self.table, clock=self.clock)

    @cached_property
    def audit_table(self) -> AuditTable | None:
        """The table of the audit log, where one is set."""
        name = self.settings.audit_table
        return AuditTable(self.session.client("dynamodb"), name) if name else None

    @cached_property
    def audit(self) -> Audit:
        """The audit log, beside the journals and in the audit table if one is set."""
        return Audit(self.state, clock=self.clock, sink=self.audit_table)

    @cached_property
    def sign_in(self) -> SignIn:
        """The participant web app's side of the event: codes, counters, one person's link."""
        return SignIn(
            self.settings.require(),
            self.session.client,
            self.studio,
            self.table,
            mint=self.mint,
            audit=self.audit,
            clock=self.clock,
        )

    @cached_property
    def _observer(self) -> Observer:
        return Observer(
            self.studio,
            self.table,
            self.session.client("resourcegroupstaggingapi"),
            self.identity,
            self.settings.event,
            executor=self.executor,
            clock=self.clock,
        )

    def observe(self) -> Snapshot:
        """See what the domain and the table hold now: one sweep of list pages.

        Raises:
            SettingsError: Region, domain or table is not set.
            AwsError: A listing was refused or AWS could not be reached.
        """
        self.settings.require()
        return self._observer.observe()

    def require_table(self) -> None:
        """Return when the participants table exists and is one of ours.

        Raises:
            GuardError: There is no such table; only setup creates it.
            SettingsError: It was made for something else.
        """
        try:
            self.table.check()
        except NotFoundError as error:
            raise GuardError(
                f"There is no table {self.table.name} in {self.identity.region}.",
                "Correct the table name in the settings; only setup creates a table.",
            ) from error

    def people(self) -> list[Record]:
        """The event's rows of the table; none when there is no table yet."""
        return self._of_event(self._rows())

    def person(self, email: str) -> list[Record]:
        """The event's row of one address, in one read; none as `people` says."""
        with suppress(NotFoundError):
            return self._of_event([record] if (record := self.table.get(email)) else [])
        return []

    def from_before(self) -> list[str]:
        """Return addresses of rows that no event of this domain has adopted, sorted."""
        here = {"", self.identity.domain_id}
        return sorted({r.email for r in self._rows() if r.from_before and r.domain_id in here})

    def _rows(self) -> list[Record]:
        with suppress(NotFoundError):
            return self.table.scan()
        return []

    def _of_event(self, records: Iterable[Record]) -> list[Record]:
        here = (self.settings.event, self.identity.domain_id)
        return [record for record in records if (record.event, record.domain_id) == here]

    def applier(
        self,
        on_step: Callable[[StepProgress], None],
        cancel: threading.Event,
        on_calls_done: Callable[[], None] | None,
    ) -> Applier:
        """Make what runs one plan here."""
        once = self.session.client("sagemaker", retries=False)
        writer = Studio(once, self.identity, self.settings.event)
        calls = AwsStepCalls(writer, self.studio, self.table, self.settings.event)
        return Applier(
            calls,
            self.executor,
            pace=self.pace,
            on_step=on_step,
            on_calls_done=on_calls_done,
            cancel=cancel,
        )

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the worker threads while a run goes on, whoever closes the backend."""
        with self._using:
            self._users += 1
        try:
            yield
        finally:
            with self._using:
                self._users -= 1
                last = self._closing and not self._users
            if last:
                self.executor.shutdown(wait=False)

    def close(self) -> None:
        """Let the worker threads go, once no run needs them."""
        with self._using:
            self._closing = True
            idle = not self._users
        if idle:
            self.executor.shutdown(wait=False, cancel_futures=True)
