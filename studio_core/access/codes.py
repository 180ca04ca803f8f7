"""Access codes: derived from one secret of the event, so that no code is stored anywhere."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from studio_core.access.addresses import email_key
from studio_core.access.signing import Signer, constant_time_compare
from studio_core.naming import normalise_email

if TYPE_CHECKING:
    from datetime import datetime

ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
"""Capitals and digits without pairs that look alike: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U."""

LENGTH = 8
"""Characters of a code: 24 to the power of 8 is 36 bits, ample where tries are limited."""

SECRET_BYTES = 32

TICKET_LIFETIME = timedelta(minutes=2)
"""How long a waiting page may come back; each time it does, it gets a new ticket."""

_GROUP = 4


def normalise(text: str) -> str:
    """Give a typed code the form it is compared in: capitals and digits alone."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def shown(code: str) -> str:
    """Write a code as people read it: `ACDE-FGHJ`."""
    plain = normalise(code)
    return "-".join(plain[i : i + _GROUP] for i in range(0, len(plain), _GROUP))


def same(given: str, wanted: str) -> bool:
    """Return whether two codes are equal as typed, in a time that does not tell how far."""
    return constant_time_compare(normalise(given), normalise(wanted))


def spell(number: int) -> str:
    """Write a number as a code to show; numbers beyond the last code begin again."""
    letters = []
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return shown("".join(letters))


@dataclass(frozen=True, slots=True)
class Codes:
    """All that is derived from an event's secret. Raising `version` makes all codes new.

    The secret is a credential and kept out of the repr.
    """

    event: str
    secret: bytes = field(repr=False)
    version: int = 1

    @property
    def event_code(self) -> str:
        """The one code of the event, as shown."""
        return self._code("event-code")

    def personal_code(self, email: str) -> str:
        """One person's code, as shown."""
        return self._code("personal-code", email_key(email))

    def digest(self, kind: str, *parts: str) -> str:
        """Stand for something in the table that must not be readable there: 64 hex digits.

        The version has no part in it, so that new codes do not forgive tries made before.
        """
        return self._mac(kind, self.event, *parts).hex()

    def one_time_digest(self, email: str, code: str) -> str:
        """Stand for a mailed code in the table; new codes make it worthless."""
        return self._versioned("one-time", email_key(email), normalise(code)).hex()

    def ticket(self, email: str, until: datetime, sign_in: str = "") -> str:
        """Make what a proven person comes back with while their space is not ready.

        It is a credential until `until`, and fit for a query string.

        Args:
            email: Of the person.
            until: When it expires.
            sign_in: Which sign-in it continues; a renewed ticket has that of the one before.
        """
        claims = {"email": normalise_email(email), "sign-in": sign_in}
        return self._tickets.sign(claims, int(until.timestamp()))

    def holder(self, ticket: str, now: datetime) -> str | None:
        """Return the e-mail of a valid ticket, else None."""
        claims = self._tickets.verify(ticket, now.timestamp())
        return None if claims is None else str(claims["email"])

    def continued(self, ticket: str, now: datetime) -> str:
        """Return which sign-in a valid ticket continues, else an empty text."""
        claims = self._tickets.verify(ticket, now.timestamp()) or {}
        return str(claims.get("sign-in", ""))

    @property
    def _tickets(self) -> Signer:
        lifetime = int(TICKET_LIFETIME.total_seconds())
        return Signer("ticket", [self._versioned("ticket")], lifetime)

    def _code(self, kind: str, *parts: str) -> str:
        return spell(int.from_bytes(self._versioned(kind, *parts)))

    def _versioned(self, kind: str, *parts: str) -> bytes:
        return self._mac(kind, self.event, str(self.version), *parts)

    def _mac(self, *parts: str) -> bytes:
        # JSON keeps ("a", "bc") and ("ab", "c") apart.
        return hmac.digest(self.secret, json.dumps(parts).encode(), hashlib.sha256)
