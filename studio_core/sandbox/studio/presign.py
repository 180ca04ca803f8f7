"""Presigned URLs: signed tokens that name a profile, a space and an hour of expiry.

AWS's own token is a JSON Web Token signed with HS256 and carries the same claims; what
else is in it is not documented. The URL is a credential and is never logged.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import asdict, dataclass

_KEY = secrets.token_bytes(32)
_HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Visit:
    """What a presigned URL is good for. Times are in seconds since 1970."""

    account: str
    region: str
    domain_id: str
    profile: str
    space: str | None
    landing: str | None
    issued_at: float
    expires_at: float
    session_seconds: int

    @property
    def expired(self) -> bool:
        """True when the URL can no longer be followed."""
        return time.time() >= self.expires_at


def sign(visit: Visit) -> str:
    """Make the token of a visit."""
    claims = {**asdict(visit), "jti": secrets.token_hex(8)}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{_HEADER}.{body}.{_signature(body)}"


def read(token: str) -> Visit | None:
    """Give the visit that a token was made for, or None when we did not make it."""
    header, _, rest = token.partition(".")
    body, _, signature = rest.partition(".")
    if header != _HEADER or not hmac.compare_digest(
        signature.encode("utf-8", "replace"), _signature(body).encode()
    ):
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        claims.pop("jti")
        return Visit(**claims)
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None


def _signature(body: str) -> str:
    digest = hmac.new(_KEY, f"{_HEADER}.{body}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
