"""Signed passes: who somebody is and until when, in a cookie or a header."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from studio_core.access.roles import Role


@dataclass(frozen=True, slots=True)
class Pass:
    """What a signature vouches for. `until` is in seconds since 1970.

    `role` is None where only the way in was checked, and a sign-in has yet to say who it is.
    """

    role: Role | None
    until: int
    name: str = ""
    address: str = ""
    id: str = ""


def derive_key(secret: str | bytes, purpose: str) -> bytes:
    """Make the key of one purpose from a secret, so that no key serves two."""
    data = secret.encode() if isinstance(secret, str) else secret
    return hmac.digest(data, f"studio-cli {purpose}".encode(), hashlib.sha256)


def issue(key: bytes, role: Role | None, until: int, name: str = "", address: str = "") -> str:
    """Sign a pass; each has a random id, so that one can be taken back alone."""
    facts = [role.value if role else None, until, name, address, secrets.token_urlsafe(9)]
    body = _text(json.dumps(facts, ensure_ascii=True).encode())
    return f"{body}.{_text(hmac.digest(key, body.encode(), hashlib.sha256))}"


def verify(key: bytes, value: str, now: float) -> Pass | None:
    """Read a pass that `issue` signed with the same key and that is not over; else None."""
    body, _, signature = value.partition(".")
    expected = _text(hmac.digest(key, body.encode("utf-8", "replace"), hashlib.sha256))
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        return None
    try:
        role, until, name, address, number = json.loads(_bytes(body))
        found = Pass(Role(role) if role else None, int(until), name, address, number)
    except (ValueError, TypeError, binascii.Error):
        return None
    return found if now < found.until else None


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    # Digests, because compare_digest gives away different lengths.
    return hmac.compare_digest(
        hashlib.sha256(one.encode("utf-8", "replace")).digest(),
        hashlib.sha256(other.encode("utf-8", "replace")).digest(),
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
