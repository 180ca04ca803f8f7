"""Login links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LINK_COLUMNS = ("email", "team", "profile", "space", "url", "expires_at")
"""Columns of links in CSV and their keys in JSON; `expires_at` is an ISO time in UTC."""


LINK_SECONDS = 300
"""Seconds a link can be used: the most that CreatePresignedDomainUrl allows."""

SESSION_SECONDS = 43_200
"""Seconds the session behind a link lasts: the most, 12 hours."""


@dataclass(frozen=True, slots=True)
class Link:
    """A presigned URL for one person. The URL is a credential, so it is not in the repr."""

    email: str
    team: str
    profile: str
    space: str
    expires_at: datetime
    url: str = field(repr=False)

    def as_row(self) -> tuple[str, ...]:
        """Return the values of `LINK_COLUMNS`, the URL among them."""
        when = self.expires_at.isoformat(timespec="seconds")
        return self.email, self.team, self.profile, self.space, self.url, when


@dataclass(frozen=True, slots=True)
class LinkFailure:
    """A link that could not be made, and why."""

    email: str
    team: str
    reason: str
    remedy: str = ""
