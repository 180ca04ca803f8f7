"""What the participant web app needs of AWS: codes, counters, one person's row and link."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from studio_core.aws.attempts import WebAppAttempts
from studio_core.aws.mail import SINK, Mail
from studio_core.aws.secrets import Secrets
from studio_core.errors import AwsError, NotFoundError, NotReadyError
from studio_core.model.links import LINK_SECONDS, SESSION_SECONDS, Link
from studio_core.model.studio import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from studio_core.access.codes import Codes
    from studio_core.aws.studio import Studio
    from studio_core.aws.table import ParticipantsTable
    from studio_core.config import Settings
    from studio_core.model.people import Record

CODES_KEPT = timedelta(seconds=15)
"""How long a portal goes on with the codes it has read: new ones hold everywhere after it."""

READY_KEPT = timedelta(seconds=60)
"""How long a space seen InService is not asked about again; a gone one fails when minting."""

_USABLE = {Status.IN_SERVICE, Status.UPDATING, Status.UPDATE_FAILED}


class SignIn:
    """One event's web app towards AWS. Nothing here lists anything; thread-safe.

    Args:
        settings: Of the event.
        client: Gives the SDK's client of a service.
        studio: The event's domain.
        table: The participants table.
        clock: The time, in UTC.
    """

    def __init__(
        self,
        settings: Settings,
        client: Callable[[str], Any],
        studio: Studio,
        table: ParticipantsTable,
        clock: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._client = client
        self._studio = studio
        self._table = table
        self._lock = threading.Lock()
        self._codes: tuple[Codes, datetime] | None = None
        self._ready: dict[str, datetime] = {}

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

    def recent_codes(self) -> Codes:
        """The event's codes as they were at most `CODES_KEPT` ago. Raises as `codes` does."""
        with self._lock:
            kept = self._codes
        if kept is not None and self.clock() - kept[1] < CODES_KEPT:
            return kept[0]
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

    def link(self, record: Record) -> Link:
        """Mint one person's link, when their profile and space can be opened.

        One DescribeSpace a space and minute, and the minting. The profile is asked about only
        when minting fails: that is the rarer case, and AWS documents no error of its own
        for a profile that is not ready.

        Raises:
            NotReadyError: The profile or space is not there yet or not InService.
            AwsError: AWS refuses for another reason or cannot be reached.
        """
        if not record.profile or (record.space and not self._space_ready(record.space)):
            raise NotReadyError("The space is not ready yet.", "Wait a little.")
        expires = self.clock() + timedelta(seconds=LINK_SECONDS)
        try:
            url = self._studio.presigned_url(
                record.profile,
                record.space or "",
                self.settings.landing_uri,
                expires_in=LINK_SECONDS,
                session_for=SESSION_SECONDS,
            )
        except (NotFoundError, NotReadyError) as error:
            self._forget(record.space)
            raise NotReadyError(error.sentence, error.remedy, error.code) from error
        except AwsError as error:
            if _refused(error) and not self._profile_ready(record.profile):
                raise NotReadyError(error.sentence, error.remedy, error.code) from error
            raise
        return Link(record.email, record.team, record.profile, record.space or "", expires, url)

    def post(self, record: Record | None, subject: str, text: str) -> None:
        """Mail somebody from the `sender` of the settings, or as much work to nobody's address.

        Raises:
            AwsError: SES refuses or cannot be reached.
        """
        self._mail.send(record.email if record else SINK, subject, text)

    def came(self, record: Record) -> None:
        """Note that somebody was let in now."""
        self._table.touch(record.email, self.clock())

    def _space_ready(self, space: str) -> bool:
        now = self.clock()
        with self._lock:
            seen = self._ready.get(space)
        if seen is not None and now - seen < READY_KEPT:
            return True
        try:
            ready = self._studio.space_status(space) in _USABLE
        except NotFoundError:
            return False
        if ready:
            with self._lock:
                self._ready[space] = now
        return ready

    def _forget(self, space: str | None) -> None:
        with self._lock:
            self._ready.pop(space or "", None)

    def _profile_ready(self, profile: str) -> bool:
        try:
            return self._studio.profile_status(profile) in _USABLE
        except NotFoundError:
            return False


def _refused(error: AwsError) -> bool:
    """True when the API itself said no to this call, for a reason it has no code for."""
    return type(error) is AwsError and error.code == "ValidationException"
