"""The tables of an event: made once, and each on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio_core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.hackathon import Hackathon


def test_missing_tables_are_made_once_and_that_is_on_record(
    make_hackathon: Callable[..., Hackathon],
) -> None:
    hackathon = make_hackathon(table_name="fresh", audit_table="fresh-audit")
    with pytest.raises(NotFoundError):
        hackathon.table.check()
    assert hackathon.ensure_table() is True
    hackathon.table.check()
    assert hackathon.ensure_table() is False
    made = [(e.deed, e.subject, e.outcome) for e in reversed(hackathon.recorded())]
    assert made == [
        ("audit table made", "fresh-audit", "done"),
        ("table made", "fresh", "started"),
        ("table made", "fresh", "done"),
    ]
    assert {entry.event for entry in hackathon.recorded()} == {hackathon.settings.event}
