"""The audit table: outlives purge and machine, and never loses an entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from studio_core.access.roles import Actor, Role
from studio_core.audit import AuditEntry
from studio_core.aws.audit import AuditTable
from studio_core.errors import AwsError, SettingsError
from studio_core.model.people import Participant, Roster

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from studio_core.hackathon import Hackathon

ANA = Actor("ana@example.com", Role.ORGANISER, "dashboard", "10.0.0.1")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ROSTER = Roster((Participant("ada@example.com", "1"), Participant("bo@example.com", "2")))


def test_the_audit_table_outlives_purge_and_machine(
    make_hackathon: Callable[..., Hackathon], tmp_path: Path
):
    hackathon = make_hackathon(audit_table="studio-cli-audit")
    hackathon.ensure_table()
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    assert hackathon.run(hackathon.propose_purge()).ok
    here = hackathon.audit.entries()
    hackathon.audit.path.unlink()
    there = hackathon.recorded()
    assert [entry.id for entry in there] == [entry.id for entry in here]
    hackathon.note("one more deed")
    assert len(hackathon.recorded()) == len(here) + 1
    assert there[0].actor == here[0].actor
    assert there[-1].details == here[-1].details
    described = boto3.client("dynamodb").describe_table(TableName="studio-cli-audit")["Table"]
    assert described["DeletionProtectionEnabled"]


def test_an_entry_is_never_written_over(hackathon: Hackathon):
    table = AuditTable(boto3.client("dynamodb"), "studio-cli-audit")
    assert table.ensure()
    assert not table.ensure()
    entry = AuditEntry(NOW, "deed", ANA, outcome="refused")
    table.write([entry])
    table.write([AuditEntry(NOW, "deed", ANA, outcome="changed", id=entry.id)])
    assert [e.outcome for e in table.entries("")] == ["refused"]
    for number in range(5):
        table.write([AuditEntry(NOW + timedelta(seconds=number + 1), f"later {number}", ANA)])
    assert [e.deed for e in table.entries("", limit=2)] == ["later 4", "later 3"]


def test_a_table_that_is_away_does_not_stop_the_event(
    make_hackathon: Callable[..., Hackathon], tmp_path: Path
):
    hackathon = make_hackathon(audit_table="nobody-made-this")
    entry = hackathon.note("deed")
    assert [e.id for e in hackathon.audit.entries()] == [entry.id]
    assert "audit table" in hackathon.audit.unsent
    assert [e.id for e in hackathon.recorded()] == [entry.id]


def test_a_table_of_another_kind_is_refused(hackathon: Hackathon):
    hackathon.ensure_table()
    people = AuditTable(boto3.client("dynamodb"), hackathon.settings.table_name)
    with pytest.raises(SettingsError, match="for something else"):
        people.ensure()
    with pytest.raises(AwsError):
        AuditTable(boto3.client("dynamodb"), "missing").write([AuditEntry(NOW, "deed", ANA)])
