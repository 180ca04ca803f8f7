"""Login links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


LINK_SECONDS = 300
"""Seconds a link can be used: the most that CreatePresignedDomainUrl allows."""

SESSION_SECONDS = 43_200
"""Seconds the session behind a link lasts: the most, 12 hours."""


@dataclass(frozen=True, slots=True)
class Link:
    """A presigned URL for one person. The URL is a credential: it is kept out of the repr."""

    email: str
    team: str
    profile: str
    space: str
    expires_at: datetime
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkFailure:
    """A link that could not be minted, and why."""

    email: str
    team: str
    reason: str
    remedy: str = ""
