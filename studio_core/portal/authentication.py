"""Authenticate participants: access modes, delays for wrong tries, one-time codes.

What is right is let in, however many tries were wrong before, so that nobody can lock a person
out. The roster is read only after a code has proved right, so the answer to a wrong one depends
on nothing that is in it, and neither does its duration.
"""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from studio_core.access.addresses import email_key
from studio_core.access.codes import TICKET_LIFETIME, normalise, same, spell
from studio_core.errors import AwsError, GuardError, NotReadyError, SettingsError

if TYPE_CHECKING:
    from studio_core.access.codes import Codes
    from studio_core.hackathon.sign_in import SignIn
    from studio_core.model.people import Record

FREE_TRIES = 20
"""Wrong tries for one address from one client in a quarter of an hour, before they are delayed."""

LONGEST_DELAY = 900
"""Seconds; tries are counted for as long."""

MAILS = 5
"""Codes mailed in a quarter of an hour to one address for one client, as often as it asks."""

MAILS_TO_ADDRESS = 20
"""Codes mailed in a quarter of an hour to one address for all clients, as often as they ask."""

MAIL_PACE = 60
"""Seconds between two mails beyond these limits: a code is good for longer than that."""

MAILS_PER_ATTEMPT = 4
"""Codes mailed for one client per wrong attempt allowed: a whole venue may be one client."""

LINKS_PER_SIGN_IN = 5
"""Links that the waiting page of one sign-in opens: a click may be repeated."""

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
        typed, code = email_key(email[: _LONGEST_EMAIL + 1]), code[:_LONGEST_CODE]
        codes = self._sign_in.recent_codes()
        address = _address(typed)
        if self.settings.access == MAILED and not normalise(code):
            return self._mail(codes, address, typed, client)
        record = self._sign_in.person(address) if self._proven(codes, address, code) else None
        if record is not None:
            sign_in = secrets.token_hex(8)
            return self._open(codes, record, sign_in, client)
        wait = max(
            self._delay(codes, self.settings.tries_per_client, "client", client),
            self._delay(codes, FREE_TRIES, "address", typed, client),
        )
        if wait:
            return Answer(SignInResult.TOO_MANY, email=email, wait=wait)
        # Without the person: who is on the roster is not looked up for a wrong code.
        self._sign_in.note("sign-in", None, client, "refused: address or code are wrong")
        return Answer(SignInResult.NOT_PROVEN, email=email)

    def resume(self, ticket: str) -> Answer:
        """Return the result of a waiting page's request; an invalid ticket leads to the form.

        Raises:
            StudioError: AWS refuses or cannot be reached.
        """
        if self.over:
            return Answer(SignInResult.OVER)
        codes, now = self._sign_in.recent_codes(), self._sign_in.clock()
        email = codes.holder(ticket, now)
        record = self._sign_in.person(email) if email else None
        if record is None:
            return Answer(SignInResult.LOST)
        return self._open(codes, record, codes.continued(ticket, now), again=True)

    def _proven(self, codes: Codes, address: str, code: str) -> bool:
        mode = self.settings.access
        if mode == "event-code":
            return same(code, codes.event_code)
        if mode == "personal-code":
            return same(code, codes.personal_code(address))
        if mode == MAILED:
            digest = codes.one_time_digest(address, code)
            return self._sign_in.tries.use_code(digest, self._sign_in.clock())
        return mode == EMAIL_ONLY

    def _open(
        self, codes: Codes, record: Record, sign_in: str, client: str = "", *, again: bool = False
    ) -> Answer:
        now, opened = self._sign_in.clock(), f"links#{codes.digest('sign-in', sign_in)}"
        taken = False
        try:
            target = self._sign_in.target(record)
            if again:
                taken = True
                if self._sign_in.tries.count(opened, now) > LINKS_PER_SIGN_IN:
                    return Answer(SignInResult.LOST)
            link = self._sign_in.link(record, target, client)
        except (NotReadyError, GuardError) as error:
            if isinstance(error, GuardError):
                # Setup repairs the row, which the waiting page then follows.
                log.warning("portal.not_ours %s %s", error.sentence, error.remedy)
            if taken:
                self._sign_in.tries.give_back(opened, now)
            ticket = codes.ticket(record.email, now + TICKET_LIFETIME, sign_in)
            return Answer(SignInResult.NOT_READY, wait=LOOK_AGAIN, ticket=ticket)
        try:
            self._sign_in.came(record)
        except AwsError as error:
            # Signing in matters more than recording it.
            log.warning("portal.not_noted error=%s", type(error).__name__)
        return Answer(SignInResult.OPEN, url=link.url)

    def _mail(self, codes: Codes, address: str, typed: str, client: str) -> Answer:
        """Mail a one-time code, or to the simulator when the address is not on the roster.

        Nobody can keep a code from its owner by asking for others: those stay good beside it,
        and whoever asks too often still has one mailed every `MAIL_PACE` seconds.
        """
        most = self.settings.tries_per_client * MAILS_PER_ATTEMPT
        if wait := self._delay(codes, most, "mail-client", client):
            return Answer(SignInResult.TOO_MANY, email=typed, wait=wait)
        now = self._sign_in.clock()
        often = max(
            self._delay(codes, MAILS, "mail", typed, client),
            self._delay(codes, MAILS_TO_ADDRESS, "mail-address", typed),
        )
        pace = f"mail-pace#{codes.digest('mail-pace', typed)}"
        if often and not self._sign_in.tries.pace(pace, MAIL_PACE, now):
            return Answer(SignInResult.MAILED, email=typed)
        code = spell(secrets.randbits(256))
        record = self._sign_in.person(address)
        digest = codes.one_time_digest(address, code)
        self._sign_in.note("code by mail", record, client)
        self._sign_in.tries.keep_code(digest, now + CODE_LIFETIME)
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

    def _delay(self, codes: Codes, free: int, kind: str, *whose: str) -> int:
        """Count a try; return its delay in seconds, which doubles with each beyond `free`."""
        key = f"{kind}#{codes.digest(kind, *whose)}"
        over = self._sign_in.tries.count(key, self._sign_in.clock()) - free
        return min(LONGEST_DELAY, 2 ** min(over, 10)) if over > 0 else 0


def _address(typed: str) -> str:
    """Return the address to look up, which is nobody's when the typed one is invalid."""
    fits = len(typed) <= _LONGEST_EMAIL and _PLAUSIBLE.fullmatch(typed)
    return typed if fits and typed.isprintable() else _NOBODY


def _letter(event: str, code: str) -> tuple[str, str]:
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    return f"Your code for {event}: {code}", (
        f"Your code for {event} is\n\n    {code}\n\n"
        f"It works once, within {minutes} minutes, on the page where you asked for it.\n"
        "If you did not ask for it, you need not do anything.\n"
    )
