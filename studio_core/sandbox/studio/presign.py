"""Presigned URLs: signed tokens that name a profile, a space and a time of expiry.

The URL is a credential and is never logged.

Known: AWS's token is a JSON Web Token signed with HS256, with spaceName, userProfileName and
sub among its claims [tokens in public logs].
Invented: the other claims, the host, and that a URL works until it expires, not once.
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
    """What a presigned URL grants. Times are in seconds since 1970."""

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
        """Whether the URL no longer works."""
        return time.time() >= self.expires_at


def sign(visit: Visit) -> str:
    """Return the token of a visit."""
    claims = {**asdict(visit), "jti": secrets.token_hex(8)}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{_HEADER}.{body}.{_signature(body)}"


def read(token: str) -> Visit | None:
    """Return the visit in a token, or None when the token is not genuine."""
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
