"""The record: complete, only added to, without credentials, kept after everything is gone."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from studio_core.access.roles import Actor, Role
from studio_core.audit import COLUMNS, Audit, AuditEntry, audit_csv
from studio_core.aws.audit import AuditTable
from studio_core.errors import AwsError, GuardError, SettingsError, StudioError
from studio_core.model.links import Link
from studio_core.model.people import Participant, Roster
from studio_core.roster import read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from studio_core.hackathon import Hackathon

ANA = Actor("ana@example.com", Role.ORGANISER, "dashboard", "10.0.0.1")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ROSTER = Roster((Participant("ada@example.com", "1"), Participant("bo@example.com", "2")))


def audit(folder: Path, sink=None) -> Audit:
    return Audit(folder, clock=lambda: NOW, sink=sink)


def test_entries_are_read_back_as_they_were_noted(tmp_path: Path):
    log = audit(tmp_path)
    noted = [
        log.note(ANA, "links asked for", subject="team ü\n1", people="a b", number=2, event="e"),
        log.note(Actor("x"), "sign-in", outcome="refused: wrong token"),
    ]
    assert log.entries() == list(reversed(noted))
    assert log.entries(1) == noted[1:]
    assert log.entries()[1].details == {"people": "a b", "number": "2"}


def test_the_file_is_for_its_owner_alone_and_only_grows(tmp_path: Path):
    log = audit(tmp_path / "deep" / "er")
    log.note(ANA, "first")
    before = log.path.read_bytes()
    log.note(ANA, "second")
    assert log.path.read_bytes().startswith(before)
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700


def test_many_writers_leave_whole_lines(tmp_path: Path):
    logs = [audit(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: logs[n % 8].note(ANA, f"deed {n}", pad="x" * 2000), range(200)))
    lines = (tmp_path / "audit.jsonl").read_text().splitlines()
    assert {json.loads(line)["deed"] for line in lines} == {f"deed {n}" for n in range(200)}


def test_a_broken_line_does_not_hide_the_others(tmp_path: Path):
    log = audit(tmp_path)
    log.note(ANA, "first")
    with log.path.open("a") as file:
        file.write('{"at": "half a li\n[]\n{}\n')
    log.note(ANA, "last")
    assert [entry.deed for entry in log.entries()] == ["last", "first"]


def test_long_records_are_read_from_their_end(tmp_path: Path):
    log = audit(tmp_path)
    for number in range(300):
        log.note(ANA, f"deed {number}", pad="ü" * (number * 7 % 1500))
    assert log.path.stat().st_size > 3 * 65536
    everything = [entry.deed for entry in log.entries()]
    assert everything == [f"deed {number}" for number in reversed(range(300))]
    assert [entry.deed for entry in log.entries(3)] == everything[:3]


def test_what_cannot_be_recorded_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="cannot be written"):
        audit(tmp_path / "file").note(ANA, "deed")


def test_exports_run_no_formula_and_read_back(tmp_path: Path):
    log = audit(tmp_path)
    log.note(Actor("=cmd|'/c calc'!A1"), "+deed", subject="@x", outcome="-1")
    text = audit_csv(log.entries())
    assert "\r\n" in text
    for cell in ("=cmd", "+deed", "@x", "-1"):
        assert f",{cell}" not in text
    table = read_table(text.encode(), "audit.csv")
    assert table.rows[1].cells[2] == "=cmd|'/c calc'!A1"
    assert text.startswith(",".join(COLUMNS))


def test_runs_links_and_refusals_are_on_record(make_hackathon: Callable[..., Hackathon]):
    hackathon = make_hackathon().acting_as(ANA)
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    urls = [item.url for item in hackathon.links(team="1") if isinstance(item, Link)]
    urls += [item.url for item in hackathon.links(email="bo@example.com")]
    hackathon.rotate_codes()
    code = hackathon.codes().event_code
    hackathon.codes()
    assert hackathon.run(hackathon.propose_purge()).ok

    told = [(e.deed, e.subject, e.outcome) for e in reversed(hackathon.recorded())]
    where = f"{hackathon.settings.domain_id} event"
    assert told == [
        ("setup run", where, "started"),
        ("setup run", where, "done"),
        ("links asked for", "team 1", "done"),
        ("links handed over", "team 1", "1 made"),
        ("links asked for", "bo@example.com", "done"),
        ("links handed over", "bo@example.com", "1 made"),
        ("access codes renewed", "", "done"),
        ("access codes shown", "", "done"),
        ("purge run", where, "started"),
        ("purge run", where, "done"),
    ]
    started = hackathon.recorded()[-1]
    assert started.actor == ANA
    assert started.event == hackathon.settings.event
    assert started.details["create"] == "profile:3 row:2 space:2"
    raw = hackathon.audit.path.read_text()
    assert "ada@example.com" in raw
    for secret in (*urls, code, *(url.partition("?")[2] for url in urls)):
        assert secret not in raw


def test_a_run_that_cannot_be_recorded_is_not_started(
    make_hackathon: Callable[..., Hackathon], tmp_path: Path
):
    hackathon = make_hackathon()
    proposal = hackathon.propose_setup(ROSTER)
    (tmp_path / "state").write_text("in the way of the folder")
    with pytest.raises(StudioError, match="cannot be written"):
        hackathon.start(proposal)
    with pytest.raises(StudioError, match="cannot be written"):
        hackathon.links()
    assert not hackathon.participants()


def test_links_that_are_not_taken_to_the_end_are_counted(
    make_hackathon: Callable[..., Hackathon],
):
    hackathon = make_hackathon()
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    links = hackathon.links()
    next(links)
    links.close()
    assert hackathon.recorded()[0].outcome == "1 made"


def test_helpers_cannot_read_the_record(hackathon: Hackathon):
    with pytest.raises(GuardError, match="read the audit log"):
        hackathon.acting_as(Actor("bo", Role.HELPER)).recorded()


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
