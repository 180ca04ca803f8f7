"""Who is let in: the access modes, the limits on tries, and the answer to each request.

Every try makes the same calls whether its address is on the roster or not, so that
neither what comes back nor how long it takes tells.
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

ADDRESS_TRIES = 20
"""Tries for one e-mail address in a quarter of an hour, right ones included."""

MAILS = 5
"""Codes mailed to one address in a quarter of an hour."""

MAILS_PER_TRY = 4
"""Codes mailed for one client, as a multiple of the wrong tries it has: a venue shares one."""

CODE_LIFETIME = timedelta(minutes=10)
"""How long a mailed code is good."""

LOOK_AGAIN = 5
"""Seconds between two looks of the waiting page."""

MAILED = "mailed-code"
EMAIL_ONLY = "email-only"

_LONGEST_EMAIL = 254  # RFC 5321, section 4.5.3.1
_LONGEST_CODE = 64
_PLAUSIBLE = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")
_NOBODY = "nobody@invalid"  # looked up for what cannot be an address: the same work
_BEHIND = timedelta(hours=12)  # of the last place on earth where a day ends

log = logging.getLogger("studio_core.portal")


class SignInResult(Enum):
    """What a request comes to, and the status it is answered with."""

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
        """The HTTP status."""
        return self.value[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a request. `url` and `ticket` are credentials and kept out of the repr."""

    state: SignInResult
    email: str = ""
    wait: int = 0
    """Seconds after which trying again makes sense."""
    url: str = field(default="", repr=False)
    ticket: str = field(default="", repr=False)


class Door:
    """Decides who gets in. Holds nothing between requests; thread-safe.

    Raises:
        SettingsError: Codes are to be mailed, and no sender is set.
    """

    def __init__(self, access: SignIn) -> None:
        self._access = access
        self.settings = access.settings
        if self.settings.access == MAILED and not self.settings.sender:
            raise SettingsError(
                "Codes are to be mailed, and the setting sender is not set.",
                "Set it to an address that is verified in Amazon SES, or choose another access.",
            )

    @property
    def over(self) -> bool:
        """True when the event's last day has ended everywhere on earth."""
        end = self.settings.end_date
        return end is not None and (self._access.clock() - _BEHIND).date() > end

    def enter(self, email: str, code: str, client: str) -> Answer:
        """Judge one filled-in form.

        Args:
            email: As typed.
            code: As typed.
            client: Where the request came from, as `clients.client_of` tells.

        Raises:
            StudioError: AWS refuses or cannot be reached.
        """
        if self.over:
            return Answer(SignInResult.OVER)
        typed, code = normalise_email(email[: _LONGEST_EMAIL + 1]), code[:_LONGEST_CODE]
        codes = self._access.recent_codes()
        if self.settings.access == MAILED and not normalise(code):
            return self._mail(codes, typed, client)
        by_client = f"client#{codes.digest('client', client)}"
        by_address = f"address#{codes.digest('address', typed)}"
        limits = ((by_client, self.settings.tries_per_client), (by_address, ADDRESS_TRIES))
        now = self._access.clock()
        if wait := self._take(now, *limits):
            return Answer(SignInResult.TOO_MANY, wait=wait)
        address = _address(typed)
        record = self._access.person(address)
        proven = self._proven(codes, address, code)
        if record is None or not proven:
            return Answer(SignInResult.NOT_PROVEN, email=email)
        # Only wrong tries count for a client: a venue of hundreds may be a single one.
        self._access.tries.give_back(by_client, now)
        return self._open(codes, record)

    def resume(self, ticket: str) -> Answer:
        """Judge the return of a waiting page; a ticket that is no (longer) good gets the form.

        Raises:
            StudioError: AWS refuses or cannot be reached.
        """
        if self.over:
            return Answer(SignInResult.OVER)
        codes = self._access.recent_codes()
        email = codes.holder(ticket, self._access.clock())
        record = self._access.person(email) if email else None
        return self._open(codes, record) if record else Answer(SignInResult.LOST)

    def _proven(self, codes: Codes, address: str, code: str) -> bool:
        mode = self.settings.access
        if mode == "event-code":
            return same(code, codes.event_code)
        if mode == "personal-code":
            return same(code, codes.personal_code(address))
        if mode == MAILED:
            key, digest = _code_key(codes, address), codes.one_time_digest(address, code)
            return self._access.tries.use_code(key, digest, self._access.clock())
        return mode == EMAIL_ONLY

    def _open(self, codes: Codes, record: Record) -> Answer:
        try:
            link = self._access.link(record)
        except (NotReadyError, GuardError) as error:
            if isinstance(error, GuardError):
                # Setup repairs the row, which the waiting page then follows.
                log.warning("portal.not_ours %s %s", error.sentence, error.remedy)
            until = self._access.clock() + TICKET_LIFETIME
            ticket = codes.ticket(record.email, until)
            return Answer(SignInResult.NOT_READY, wait=LOOK_AGAIN, ticket=ticket)
        try:
            self._access.came(record)
        except AwsError as error:
            # Who has come in is worth less than that they come in.
            log.warning("portal.not_noted error=%s", type(error).__name__)
        return Answer(SignInResult.OPEN, url=link.url)

    def _mail(self, codes: Codes, typed: str, client: str) -> Answer:
        """Mail a one-time code, to nobody when the address is not on the roster."""
        most = self.settings.tries_per_client * MAILS_PER_TRY
        by_client = f"mail-client#{codes.digest('client', client)}"
        by_address = f"mail#{codes.digest('address', typed)}"
        now = self._access.clock()
        if wait := self._take(now, (by_client, most), (by_address, MAILS)):
            return Answer(SignInResult.TOO_MANY, wait=wait)
        address, code = _address(typed), spell(secrets.randbits(256))
        expires = now + CODE_LIFETIME
        record = self._access.person(address)
        digest = codes.one_time_digest(address, code)
        self._access.tries.keep_code(_code_key(codes, address), digest, expires)
        subject, text = _letter(self.settings.event, code)
        try:
            self._access.post(record, subject, text)
        except AwsError as error:
            if error.code != "MessageRejected":
                raise
            # SES refuses single recipients while the account is in its own sandbox. Saying so
            # on the page would tell who is on the roster.
            log.error("portal.mail_refused %s", error.sentence)  # noqa: TRY400 - SES said it all
        return Answer(SignInResult.MAILED, email=typed)

    def _take(self, now: datetime, *limits: tuple[str, int]) -> int:
        for key, limit in limits:
            if wait := self._access.tries.take(key, limit, now):
                return wait
        return 0


def _address(typed: str) -> str:
    """Give what is looked up in the table: what cannot be an address is nobody's."""
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
