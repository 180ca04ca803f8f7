"""Signed passes: who somebody is and until when, in a cookie or a header."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from studio_core.access.roles import Role
from studio_core.access.signing import Signer

VISIT = 12 * 3600
"""Seconds that a visit lasts: as long as a Studio session."""

PROCESS_SIGNER = Signer("pass", [secrets.token_bytes(32)], VISIT)
"""Signs what the gate tells the pages of the same process; its key is new at every start."""


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


def visit_signer(role: Role, token: str) -> Signer:
    """Build the signer of a role's cookies from its token."""
    return Signer(f"visit of {role}", [token], VISIT)


def issue(signer: Signer, role: Role | None, until: int, name: str = "", address: str = "") -> str:
    """Sign a pass; each has a random id, so that one can be revoked alone."""
    claims = {"role": role, "name": name, "address": address, "id": secrets.token_urlsafe(9)}
    return signer.sign(claims, until)


def verify(signer: Signer, value: str, now: float) -> Pass | None:
    """Return the pass that `issue` signed for the same purpose, or None when it is not valid."""
    claims = signer.verify(value, now)
    if claims is None:
        return None
    try:
        role = claims.pop("role")
        return Pass(role=None if role is None else Role(role), **claims)
    except (KeyError, TypeError, ValueError):
        return None  # a helper knows the key of helpers, and could sign other claims
