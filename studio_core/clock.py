"""The clock, in one place so that tests can replace it."""

from __future__ import annotations

from datetime import UTC, datetime


def utcnow() -> datetime:
    """Return the current UTC time."""
    return datetime.now(UTC)
