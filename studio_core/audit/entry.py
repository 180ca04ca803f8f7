"""Entries of the audit log, as values and as rows."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from studio_core.access.roles import Actor, Role
from studio_core.roster.export import safe_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = (
    "at",
    "event",
    "who",
    "role",
    "via",
    "from",
    "deed",
    "subject",
    "outcome",
    "details",
    "id",
)

MALFORMED = "malformed entry"
"""Deed of an entry that cannot be read."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry: who did what to whom, when and from where. Never a credential."""

    at: datetime
    deed: str
    actor: Actor
    subject: str = ""
    outcome: str = "done"
    event: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def as_row(self) -> dict[str, str]:
        """Return the entry as text by column, with the details as JSON."""
        details = json.dumps(dict(self.details), ensure_ascii=False) if self.details else ""
        values = (
            self.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            self.event,
            self.actor.name,
            self.actor.role.value,
            self.actor.via,
            self.actor.address,
            self.deed,
            self.subject,
            self.outcome,
            details,
            self.id,
        )
        return dict(zip(COLUMNS, values, strict=True))

    @staticmethod
    def from_row(row: Mapping[str, str]) -> AuditEntry:
        """Parse a row as `as_row` returns it.

        Raises:
            KeyError, TypeError, ValueError: The row is not an entry.
        """
        details = json.loads(row["details"]) if row["details"] else {}
        texts = (*(row[name] for name in COLUMNS if name != "details"), *details, *details.values())
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("an entry is text")
        at = datetime.fromisoformat(row["at"])
        return AuditEntry(
            at if at.tzinfo else at.replace(tzinfo=UTC),
            row["deed"],
            Actor(row["who"], Role(row["role"]), row["via"], row["from"]),
            row["subject"],
            row["outcome"],
            row["event"],
            details,
            row["id"],
        )


def read_entry(row: Mapping[str, str], where: str, at: datetime) -> AuditEntry:
    """Parse a row; what is no entry becomes one that says so.

    Args:
        row: As `AuditEntry.as_row` returns it, or anything else.
        where: Where the row is, for a malformed one.
        at: The time at which a malformed one is shown.
    """
    try:
        return AuditEntry.from_row(row)
    except (AttributeError, KeyError, TypeError, ValueError):
        nobody = Actor("unknown", Role.NOBODY, "unknown")
        told = f"{where} cannot be read as an entry"
        return AuditEntry(at, MALFORMED, nobody, outcome=told, id=where)


def audit_csv(entries: Iterable[AuditEntry]) -> str:
    """Format entries as CSV, in the given order."""
    return safe_csv(COLUMNS, (tuple(entry.as_row().values()) for entry in entries))
