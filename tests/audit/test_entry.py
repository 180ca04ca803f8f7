"""Entries as rows: whatever a row holds, it is read as an entry or as a malformed one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from studio_core.access.roles import Actor
from studio_core.audit.entry import MALFORMED, AuditEntry, read_entry

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ROW = AuditEntry(NOW, "deed", Actor("ana"), details={"number": "2"}).as_row()


def test_a_row_is_read_as_it_was_written():
    assert read_entry(ROW, "Line 1", NOW).as_row() == ROW


@pytest.mark.parametrize(
    "changed",
    [
        {"at": "never"},
        {"at": 5},
        {"role": "king"},
        {"details": "{"},
        {"details": "[1]"},
        {"details": '{"number": 2}'},
        {"subject": None},
        {"deed": ["a"]},
    ],
    ids=str,
)
def test_a_row_with_a_wrong_value_is_malformed(changed: dict[str, object]):
    entry = read_entry({**ROW, **changed}, "Line 7", NOW)  # type: ignore[dict-item]  # on purpose
    assert (entry.deed, entry.at, entry.id) == (MALFORMED, NOW, "Line 7")
    assert "Line 7" in entry.outcome
