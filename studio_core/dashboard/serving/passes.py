"""Signed passes: what the gate tells the pages of the same process about a visitor."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from studio_core.access.roles import Role
from studio_core.access.signing import Signer
from studio_core.dashboard.serving.visits import LASTS, kept

if TYPE_CHECKING:
    from studio_core.dashboard.serving.visits import Visits

PROCESS_SIGNER = Signer("pass", [secrets.token_bytes(32)], LASTS)
"""Its key is new at every start."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A visitor as the gate let them in. `until` is in seconds since 1970.

    `visit` is the id of the visit, and empty with open access, which knows none.
    """

    role: Role
    until: int
    name: str = ""
    address: str = ""
    visit: str = ""


def issue(signer: Signer, found: Pass) -> str:
    """Sign a pass."""
    claims = asdict(found)
    return signer.sign(claims, claims.pop("until"))


def verify(signer: Signer, value: str, now: float) -> Pass | None:
    """Return the pass that `issue` signed for the same purpose, or None when it is not valid."""
    claims = signer.verify(value, now)
    if claims is None:
        return None
    try:
        return Pass(role=Role(claims.pop("role")), **claims)
    except (KeyError, TypeError, ValueError):
        return None


def still_good(found: Pass, now: float, visits: Visits | None = None) -> bool:
    """Return whether a pass holds at this moment: the visit goes on, with the same role."""
    if found.until <= now:
        return False
    if not found.visit:
        return True
    visit = (visits or kept()).get(found.visit)
    return visit is not None and visit.role_now() is found.role
