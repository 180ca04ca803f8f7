"""The audit table: outlives purge and machine, and never loses an entry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from studio_core.access.roles import Actor, Role
from studio_core.audit import AuditEntry
from studio_core.audit.chain import Head, chained
from studio_core.audit.log import REFUSED
from studio_core.aws.audit import AuditTable
from studio_core.errors import AwsError, SettingsError, StudioError
from studio_core.model.people import Participant, Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.serving.server import SandboxServer

ANA = Actor("ana@example.com", Role.ORGANISER, "dashboard", "10.0.0.1")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NAME = "studio-cli-audit"
EVENT = "demo"
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


@pytest.fixture
def table(sandbox: SandboxServer) -> AuditTable:
    table = AuditTable(boto3.client("dynamodb"), NAME)
    table.ensure()
    return table


def entry(number: int, event: str = EVENT) -> AuditEntry:
    return AuditEntry(NOW + timedelta(seconds=number), f"deed {number}", ANA, event=event)


def write(table: AuditTable, numbers: Iterable[int], event: str = EVENT) -> list[AuditEntry]:
    entries = [entry(number, event) for number in numbers]
    for each in entries:
        table.write(each)
    return entries


def items(event: str = EVENT) -> list[dict[str, Any]]:
    found = boto3.client("dynamodb").scan(TableName=NAME)["Items"]
    mine = (item for item in found if item["event"]["S"] == event)
    return sorted(mine, key=lambda item: int(item["number"]["S"]))


def key(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("event", "sort")}


def test_an_entry_is_never_written_over(table: AuditTable):
    assert not table.ensure()
    first = AuditEntry(NOW, "deed", ANA, outcome="refused")
    table.write(first)
    table.write(AuditEntry(NOW, "deed", ANA, outcome="changed", id=first.id))
    assert [e.outcome for e in table.entries("")] == ["refused"]
    write(table, range(5), event="")
    assert [e.deed for e in table.entries("", limit=2)] == ["deed 4", "deed 3"]
    assert table.verify("", {}).problems == ()
    assert table.verify("", {}).entries == 6


def test_an_entry_that_is_put_again_after_a_lost_answer_is_there_once(table: AuditTable):
    [one] = write(table, [1])
    AuditTable(boto3.client("dynamodb"), NAME).write(one)
    assert table.verify(EVENT, {}).entries == 1


def test_many_writers_make_one_chain(table: AuditTable):
    tables = [AuditTable(boto3.client("dynamodb"), NAME) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: tables[n % 6].write(entry(n)), range(30)))
    verdict = table.verify(EVENT, {})
    assert (verdict.entries, verdict.head.number, verdict.problems) == (30, 30, ())
    assert len(verdict.hashes) == 30


def test_chains_of_two_events_are_apart(table: AuditTable):
    write(table, range(3))
    write(table, range(2), event="other")
    assert [table.verify(event, {}).entries for event in (EVENT, "other")] == [3, 2]


def damage(kind: str, client: Any, found: list[dict[str, Any]]) -> None:
    if kind == "deleted":
        client.delete_item(TableName=NAME, Key=key(found[2]))
    elif kind == "last deleted":
        client.delete_item(TableName=NAME, Key=key(found[-1]))
    elif kind == "altered":
        client.put_item(TableName=NAME, Item={**found[2], "outcome": {"S": "nothing happened"}})
    elif kind == "exchanged":
        text = {name: value["S"] for name, value in found[2].items()} | {"outcome": "nothing"}
        made = chained(text, Head(2, text["previous"]))
        client.put_item(TableName=NAME, Item={k: {"S": v} for k, v in made.items() if v})
    elif kind == "added":
        made = {**found[2], "sort": {"S": found[2]["sort"]["S"] + "x"}}
        client.put_item(TableName=NAME, Item=made)
    elif kind == "malformed":
        client.put_item(TableName=NAME, Item={**key(found[2]), "at": {"N": "7"}})


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("deleted", ["Number 3 is missing."]),
        ("last deleted", ["Number 5 is missing at the end."]),
        ("altered", ["Number 3 (Item"]),
        ("exchanged", ["Number 4 (Item"]),
        ("added", ["changed after it was written", "Number 3 is there twice"]),
        ("malformed", ["in no chain", "Number 3 is missing."]),
    ],
)
def test_what_was_done_to_the_table_is_told_by_number(
    table: AuditTable, kind: str, told: list[str]
):
    write(table, range(5))
    assert table.verify(EVENT, {}).problems == ()
    damage(kind, boto3.client("dynamodb"), items())
    problems = table.verify(EVENT, {}).problems
    assert len(problems) == len(told), problems
    for problem, words in zip(problems, told, strict=True):
        assert words in problem


def test_a_malformed_item_hides_no_other(table: AuditTable):
    write(table, range(3))
    client = boto3.client("dynamodb")
    client.put_item(TableName=NAME, Item={"event": {"S": EVENT}, "sort": {"S": "zzz"}})
    found = table.entries(EVENT)
    assert [e.deed for e in found] == ["malformed entry", "deed 2", "deed 1", "deed 0"]
    assert "zzz" in found[0].outcome


def test_entries_from_before_the_chain_are_counted(table: AuditTable):
    old = {**entry(0).as_row(), "sort": "2026-11-01#x"}
    item = {name: {"S": value} for name, value in old.items() if value}
    boto3.client("dynamodb").put_item(TableName=NAME, Item=item)
    write(table, range(1, 3))
    verdict = table.verify(EVENT, {})
    assert (verdict.before, verdict.entries, verdict.problems) == (1, 2, ())
    assert len(table.entries(EVENT)) == 3


def test_an_event_whose_whole_chain_was_deleted_is_known_from_this_machines_file(
    make_hackathon: Callable[..., Hackathon],
):
    hackathon = make_hackathon(audit_table=NAME)
    hackathon.ensure_table()
    hackathon.note("deed")
    file, table = hackathon.verify_audit()
    assert file.problems == table.problems == ()
    client = boto3.client("dynamodb")
    for item in client.scan(TableName=NAME)["Items"]:
        client.delete_item(TableName=NAME, Key=key(item))
    file, table = hackathon.verify_audit()
    assert file.problems == ()
    assert table.problems
    assert "does not have" in table.problems[0]


def test_who_leaves_an_audit_table_is_in_it(make_hackathon: Callable[..., Hackathon]):
    before = make_hackathon(audit_table=NAME)
    before.ensure_table()
    after = make_hackathon(audit_table="another-log")
    after.ensure_table()
    after.note_settings(before.settings, after.settings)
    last = before.recorded()[0]
    assert last.deed == "settings saved"
    assert last.details["changed"] == f"audit-table: {NAME} to another-log"
    assert [one.deed for one in AuditTable(boto3.client("dynamodb"), NAME).entries(EVENT)] == [
        "settings saved", "audit table made"
    ]  # fmt: skip
    away = replace(before.settings, audit_table="nobody-made-this")
    after.note_settings(away, after.settings)


def test_what_a_table_that_is_away_cannot_record_is_not_done(
    make_hackathon: Callable[..., Hackathon],
):
    hackathon = make_hackathon(audit_table="nobody-made-this")
    with pytest.raises(StudioError, match="audit table nobody-made-this takes no entry"):
        hackathon.rotate_codes()
    assert hackathon.sign_in.existing_codes() is None
    assert [e.outcome for e in hackathon.audit.entries()] == [f"started; {REFUSED}"]
    file, table = hackathon.verify_audit()
    assert file.problems == ()
    assert isinstance(table, AwsError)


def test_a_table_of_another_kind_is_refused(hackathon: Hackathon):
    hackathon.ensure_table()
    people = AuditTable(boto3.client("dynamodb"), hackathon.settings.table_name)
    with pytest.raises(SettingsError, match="for something else"):
        people.ensure()
    with pytest.raises(AwsError):
        AuditTable(boto3.client("dynamodb"), "missing").write(AuditEntry(NOW, "deed", ANA))
