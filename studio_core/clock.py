"""The clock: every other module is given it, or takes it from here."""

from __future__ import annotations

from datetime import UTC, datetime


def utcnow() -> datetime:
    """Return the current UTC time."""
    return datetime.now(UTC)
