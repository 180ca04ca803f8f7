"""Authenticate participants: access modes, limits on attempts, one-time codes.

Every attempt makes the same calls whether its address is on the roster or not, so neither the
response nor its duration reveals it.
"""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from studio_core.access.codes import TICKET_LIFETIME, normalise, same, spell
from studio_core.errors import AwsError, GuardError, NotReadyError, SettingsError
from studio_core.naming import normalise_email

if TYPE_CHECKING:
    from datetime import datetime

    from studio_core.access.codes import Codes
    from studio_core.hackathon.sign_in import SignIn
    from studio_core.model.people import Record

ADDRESS_ATTEMPTS = 20
"""Attempts for one e-mail address in a quarter of an hour, including successful ones."""

MAILS = 5
"""Codes mailed to one address in a quarter of an hour."""

MAILS_PER_ATTEMPT = 4
"""Codes mailed for one client per wrong attempt allowed: a whole venue may be one client."""

CODE_LIFETIME = timedelta(minutes=10)
"""Validity of a mailed code."""

LOOK_AGAIN = 5
"""Seconds between two requests of the waiting page."""

MAILED = "mailed-code"
EMAIL_ONLY = "email-only"

_LONGEST_EMAIL = 254  # RFC 5321, section 4.5.3.1
_LONGEST_CODE = 64
_PLAUSIBLE = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")
_NOBODY = "nobody@invalid"  # looked up instead of an invalid address: the same work
_BEHIND = timedelta(hours=12)  # the last time zone in which a day ends is UTC-12

log = logging.getLogger("studio_core.portal")


class SignInResult(Enum):
    """Result of a request, with its HTTP status."""

    OPEN = 303, "the way to Studio"
    LOST = 303, "the way to the form"
    FORM = 200, "the form"
    MAILED = 202, "a code was mailed"
    NOT_PROVEN = 401, "e-mail or code are wrong"
    NOT_READY = 409, "the space is not ready"
    OVER = 410, "the event is over"
    TOO_MANY = 429, "too many tries"

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.value[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """Result of a request. `url` and `ticket` are credentials, so they are not in the repr."""

    state: SignInResult
    email: str = ""
    wait: int = 0
    """Seconds to wait before trying again."""
    url: str = field(default="", repr=False)
    ticket: str = field(default="", repr=False)


class Authenticator:
    """Authenticator of one event. Stateless between requests, and thread-safe.

    Raises:
        SettingsError: Codes are to be mailed, and no sender is set.
    """

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self.settings = sign_in.settings
        if self.settings.access == MAILED and not self.settings.sender:
            raise SettingsError(
                "Codes are to be mailed, and the setting sender is not set.",
                "Set it to an address that is verified in Amazon SES, or choose another access.",
            )

    @property
    def over(self) -> bool:
        """True when the event's last day has ended everywhere on earth."""
        end = self.settings.end_date
        return end is not None and (self._sign_in.clock() - _BEHIND).date() > end

    def authenticate(self, email: str, code: str, client: str) -> Answer:
        """Return the result of a submitted form.

        Args:
            email: As typed.
            code: As typed.
            client: Client of the request, from `clients.client_of`.

        Raises:
            StudioError: AWS refuses or cannot be reached.
        """
        if self.over:
            return Answer(SignInResult.OVER)
        typed, code = normalise_email(email[: _LONGEST_EMAIL + 1]), code[:_LONGEST_CODE]
        codes = self._sign_in.recent_codes()
        if self.settings.access == MAILED and not normalise(code):
            return self._mail(codes, typed, client)
        by_client = f"client#{codes.digest('client', client)}"
        by_address = f"address#{codes.digest('address', typed)}"
        limits = ((by_client, self.settings.tries_per_client), (by_address, ADDRESS_ATTEMPTS))
        now = self._sign_in.clock()
        if wait := self._take(now, *limits):
            return Answer(SignInResult.TOO_MANY, wait=wait)
        address = _address(typed)
        record = self._sign_in.person(address)
        proven = self._proven(codes, address, code)
        if record is None or not proven:
            self._sign_in.note("sign-in", record, client, "refused: address or code are wrong")
            return Answer(SignInResult.NOT_PROVEN, email=email)
        # Only wrong attempts count for a client, which may be a venue of hundreds.
        self._sign_in.tries.give_back(by_client, now)
        return self._open(codes, record, client)

    def resume(self, ticket: str) -> Answer:
        """Return the result of a waiting page's request; an invalid ticket leads to the form.

        Raises:
            StudioError: AWS refuses or cannot be reached.
        """
        if self.over:
            return Answer(SignInResult.OVER)
        codes = self._sign_in.recent_codes()
        email = codes.holder(ticket, self._sign_in.clock())
        record = self._sign_in.person(email) if email else None
        return self._open(codes, record) if record else Answer(SignInResult.LOST)

    def _proven(self, codes: Codes, address: str, code: str) -> bool:
        mode = self.settings.access
        if mode == "event-code":
            return same(code, codes.event_code)
        if mode == "personal-code":
            return same(code, codes.personal_code(address))
        if mode == MAILED:
            key, digest = _code_key(codes, address), codes.one_time_digest(address, code)
            return self._sign_in.tries.use_code(key, digest, self._sign_in.clock())
        return mode == EMAIL_ONLY

    def _open(self, codes: Codes, record: Record, client: str = "") -> Answer:
        try:
            link = self._sign_in.link(record, client)
        except (NotReadyError, GuardError) as error:
            if isinstance(error, GuardError):
                # Setup repairs the row, which the waiting page then follows.
                log.warning("portal.not_ours %s %s", error.sentence, error.remedy)
            until = self._sign_in.clock() + TICKET_LIFETIME
            ticket = codes.ticket(record.email, until)
            return Answer(SignInResult.NOT_READY, wait=LOOK_AGAIN, ticket=ticket)
        try:
            self._sign_in.came(record)
        except AwsError as error:
            # Signing in matters more than recording it.
            log.warning("portal.not_noted error=%s", type(error).__name__)
        return Answer(SignInResult.OPEN, url=link.url)

    def _mail(self, codes: Codes, typed: str, client: str) -> Answer:
        """Mail a one-time code, or to the simulator when the address is not on the roster."""
        most = self.settings.tries_per_client * MAILS_PER_ATTEMPT
        by_client = f"mail-client#{codes.digest('client', client)}"
        by_address = f"mail#{codes.digest('address', typed)}"
        now = self._sign_in.clock()
        if wait := self._take(now, (by_client, most), (by_address, MAILS)):
            return Answer(SignInResult.TOO_MANY, wait=wait)
        address, code = _address(typed), spell(secrets.randbits(256))
        expires = now + CODE_LIFETIME
        record = self._sign_in.person(address)
        digest = codes.one_time_digest(address, code)
        self._sign_in.note("code by mail", record, client)
        self._sign_in.tries.keep_code(_code_key(codes, address), digest, expires)
        subject, text = _letter(self.settings.event, code)
        try:
            self._sign_in.post(record, subject, text)
        except AwsError as error:
            if error.code != "MessageRejected":
                raise
            # SES refuses unverified recipients while the account is in the SES sandbox. Saying
            # so on the page would reveal who is on the roster.
            log.error("portal.mail_refused %s", error.sentence)  # noqa: TRY400 - SES said it all
        return Answer(SignInResult.MAILED, email=typed)

    def _take(self, now: datetime, *limits: tuple[str, int]) -> int:
        for key, limit in limits:
            if wait := self._sign_in.tries.take(key, limit, now):
                return wait
        return 0


def _address(typed: str) -> str:
    """Return the address to look up, which is nobody's when the typed one is invalid."""
    fits = len(typed) <= _LONGEST_EMAIL and _PLAUSIBLE.fullmatch(typed)
    return typed if fits and typed.isprintable() else _NOBODY


def _code_key(codes: Codes, address: str) -> str:
    return codes.digest("one-time-key", address)


def _letter(event: str, code: str) -> tuple[str, str]:
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    return f"Your code for {event}: {code}", (
        f"Your code for {event} is\n\n    {code}\n\n"
        f"It works once, within {minutes} minutes, on the page where you asked for it.\n"
        "If you did not ask for it, you need not do anything.\n"
    )
