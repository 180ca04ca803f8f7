"""What the participant web app needs of AWS: codes, counters, one person's row and link."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from studio_core.access.roles import Actor, Role
from studio_core.aws.attempts import WebAppAttempts
from studio_core.aws.mail import SINK, Mail
from studio_core.aws.secrets import Secrets
from studio_core.errors import AwsError, NotFoundError, NotReadyError
from studio_core.model.links import LINK_SECONDS, Link
from studio_core.model.studio import Ownership, Space, Status
from studio_core.planning.link_target import Facts, link_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from studio_core.access.codes import Codes
    from studio_core.audit import Audit
    from studio_core.aws.studio import Studio
    from studio_core.aws.table import ParticipantsTable
    from studio_core.config import Settings
    from studio_core.model.people import Record
    from studio_core.planning.link_target import LinkTarget

CODES_KEPT = timedelta(seconds=15)
"""How long a portal goes on with the codes it has read: new ones hold everywhere after it."""

READY_KEPT = timedelta(seconds=60)
"""How long a space of the event seen InService is not asked about again.

One that is deleted within that time fails when minting.
"""

_USABLE = {Status.IN_SERVICE, Status.UPDATING, Status.UPDATE_FAILED}


class SignIn:
    """One event's web app towards AWS. Nothing here lists anything; thread-safe.

    Args:
        settings: Of the event.
        client: Gives the SDK's client of a service.
        studio: The event's domain.
        table: The participants table.
        mint: Makes a link.
        audit: The audit log.
        clock: The time, in UTC.
    """

    def __init__(
        self,
        settings: Settings,
        client: Callable[[str], Any],
        studio: Studio,
        table: ParticipantsTable,
        *,
        mint: Callable[[LinkTarget], str],
        audit: Audit,
        clock: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._client = client
        self._studio = studio
        self._table = table
        self._mint = mint
        self._audit = audit
        self._lock = threading.Lock()
        self._codes: tuple[Codes, datetime] | None = None
        self._ready: dict[str, tuple[Space, datetime]] = {}

    @cached_property
    def _secrets(self) -> Secrets:
        return Secrets(self._client("ssm"), self.settings.event)

    @cached_property
    def tries(self) -> WebAppAttempts:
        """Counters and one-time codes."""
        return WebAppAttempts(self._client("dynamodb"), self._table.name, self.settings.event)

    @cached_property
    def _mail(self) -> Mail:
        return Mail(self._client("sesv2"), self.settings.sender)

    def codes(self) -> Codes:
        """The event's codes as they are now; the secret is made when there is none.

        Raises:
            AwsError: Parameter Store refuses or cannot be reached.
            SettingsError: The parameter holds something else.
        """
        return self._keep(self._secrets.ensure())

    def existing_codes(self) -> Codes | None:
        """The event's codes as they are now, or None. Raises as `codes` does."""
        codes = self._secrets.read()
        return None if codes is None else self._keep(codes)

    def recent_codes(self) -> Codes:
        """The event's codes as they were at most `CODES_KEPT` ago. Raises as `codes` does.

        Where there are none yet, that they are made is recorded first.
        """
        with self._lock:
            kept = self._codes
        if kept is not None and self.clock() - kept[1] < CODES_KEPT:
            return kept[0]
        if (codes := self.existing_codes()) is not None:
            return codes
        self.note("access codes made", None)
        return self.codes()

    def rotate(self) -> Codes:
        """Make all codes new; the old ones end within `CODES_KEPT`. Raises as `codes` does."""
        return self._keep(self._secrets.rotate())

    def drop(self) -> None:
        """Delete the secret: all codes are void."""
        with self._lock:
            self._codes = None
        self._secrets.drop()

    def _keep(self, codes: Codes) -> Codes:
        with self._lock:
            self._codes = (codes, self.clock())
        return codes

    def person(self, email: str) -> Record | None:
        """The row of somebody of this event on this domain: one read, found or not."""
        record = self._table.get(email)
        here = (self.settings.event, self.settings.domain_id)
        return record if record and (record.event, record.domain_id) == here else None

    def target(self, record: Record) -> LinkTarget:
        """Return where one person's link leads, when profile and space are of the event.

        One DescribeSpace and ListTags a space and minute, and one ListTags a person.

        Raises:
            NotReadyError: The profile or space does not exist yet, or the space is not InService.
            GuardError: The row names a profile or space that is not of the event, or its host.
            AwsError: AWS refuses for another reason or cannot be reached.
        """
        facts = Facts(self._profile, self._space)
        return link_target(record, self.settings.event, facts)

    def link(self, record: Record, target: LinkTarget, client: str = "") -> Link:
        """Mint one person's link to their `target`.

        It is recorded before it is minted, with the client's address. The profile's status is
        asked about only when minting fails: that is the rarer case, and AWS documents no error
        of its own for a profile that is not ready.

        Raises:
            NotReadyError: The profile is not InService, or the target is gone.
            AwsError: AWS refuses for another reason or cannot be reached.
            StudioError: It cannot be recorded.
        """
        self.note("link asked for", record, client)
        expires = self.clock() + timedelta(seconds=LINK_SECONDS)
        try:
            url = self._mint(target)
        except (NotFoundError, NotReadyError) as error:
            self._forget(target.space)
            raise NotReadyError(error.sentence, error.remedy, error.code) from error
        except AwsError as error:
            if _refused(error) and not self._profile_ready(target.profile):
                raise NotReadyError(error.sentence, error.remedy, error.code) from error
            raise
        return Link(record.email, record.team, target.profile, target.space, expires, url)

    def post(self, record: Record | None, subject: str, text: str) -> None:
        """Mail somebody from the `sender` of the settings, or as much work to nobody's address.

        Raises:
            AwsError: SES refuses or cannot be reached.
        """
        self._mail.send(record.email if record else SINK, subject, text)

    def came(self, record: Record) -> None:
        """Note that somebody was let in now."""
        self._table.touch(record.email, self.clock())

    def note(
        self, deed: str, record: Record | None, client: str = "", outcome: str = "done"
    ) -> None:
        """Record what a person does, or somebody who is not on the roster.

        What such a person typed is not recorded: it might be a code.

        Raises:
            StudioError: It cannot be recorded, so it must not be done.
        """
        name = record.email if record else "somebody"
        role = Role.PARTICIPANT if record else Role.NOBODY
        self._audit.note(
            Actor(name, role, "web app", client),
            deed,
            subject=record.email if record else "",
            outcome=outcome,
            event=self.settings.event,
        )

    def _profile(self, name: str) -> Ownership | None:
        try:
            return self._studio.ownership("user-profile", name)
        except NotFoundError:
            return None

    def _space(self, name: str) -> Space | None:
        """Return a space that can be opened, as it was `READY_KEPT` ago at most.

        Raises:
            NotReadyError: It is not InService.
        """
        now = self.clock()
        with self._lock:
            kept = self._ready.get(name)
        if kept is not None and now - kept[1] < READY_KEPT:
            return kept[0]
        try:
            space = self._studio.describe_space(name)
            if space.status not in _USABLE:
                raise NotReadyError(f"Space {name} is {space.status}.", "Wait a little.")
            space = self._studio.owned(space)
        except NotFoundError:
            return None
        if space.ownership is Ownership.OURS:
            with self._lock:
                self._ready[name] = (space, now)
        return space

    def _forget(self, space: str) -> None:
        with self._lock:
            self._ready.pop(space, None)

    def _profile_ready(self, profile: str) -> bool:
        try:
            return self._studio.profile_status(profile) in _USABLE
        except NotFoundError:
            return False


def _refused(error: AwsError) -> bool:
    """True when the API itself said no to this call, for a reason it has no code for."""
    return type(error) is AwsError and error.code == "ValidationException"
