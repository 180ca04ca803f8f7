"""Rows are changed only as they were seen, in one transaction, as often as it takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from studio_core.aws.rows import RowChange
from studio_core.aws.table import ParticipantsTable
from studio_core.engine.schedule import ROW_BATCH as BATCH
from studio_core.errors import NotFoundError, RunBusyError, SettingsError
from studio_core.model.people import Record
from studio_core.model.runs import Lease

if TYPE_CHECKING:
    from studio_core.sandbox.demo import DemoData
    from tests.control import Control

ADA = Record("ada@example.com", "1", "d-1", "demo", "ada", "team-1")


@pytest.fixture
def dynamodb(world: DemoData) -> Any:
    return boto3.client("dynamodb", region_name=world.region)


@pytest.fixture
def table(dynamodb: Any, world: DemoData) -> ParticipantsTable:
    table = ParticipantsTable(dynamodb, world.table_name)
    table.ensure()
    return table


def rows(table: ParticipantsTable) -> dict[str, Record]:
    return {record.pk: record for record in table.scan()}


def test_a_new_row_is_written_once_and_again_without_harm(table: ParticipantsTable):
    for _ in range(2):
        assert table.write([RowChange(None, ADA)]) == set()
    assert rows(table) == {ADA.pk: ADA}


def test_a_row_that_somebody_else_wrote_is_not_overwritten(table: ParticipantsTable):
    theirs = replace(ADA, profile="ada-of-others")
    table.write([RowChange(None, theirs)])
    assert table.write([RowChange(None, ADA)]) == {ADA.pk}
    assert rows(table) == {ADA.pk: theirs}


@pytest.mark.parametrize("changed", ["team", "profile", "space", "event", "domain_id"])
def test_a_row_that_changed_is_neither_updated_nor_deleted(table, changed: str):
    theirs = replace(ADA, **{changed: "7"})
    table.write([RowChange(None, theirs)])
    assert table.write([RowChange(ADA, replace(ADA, team="2"))]) == {ADA.pk}
    assert table.write([RowChange(ADA, None)]) == {ADA.pk}
    assert rows(table) == {ADA.pk: theirs}


def test_one_changed_row_does_not_keep_the_others_of_its_batch(table: ParticipantsTable):
    people = [replace(ADA, email=f"p{number:02}@example.com") for number in range(BATCH)]
    table.write([RowChange(None, replace(people[7], team="9"))])
    assert table.write([RowChange(None, person) for person in people]) == {people[7].pk}
    assert len(rows(table)) == BATCH
    assert rows(table)[people[7].pk].team == "9"


def test_an_update_keeps_what_the_tool_did_not_write(table: ParticipantsTable):
    table.write([RowChange(None, replace(ADA, extra={"diet": "vegan"}))])
    when = datetime(2026, 11, 24, 9, tzinfo=UTC)
    table.touch(ADA.email, when)  # a link, after the plan was made
    moved = replace(ADA, team="2", space=None)
    for _ in range(2):
        assert table.write([RowChange(ADA, moved)]) == set()
    row = rows(table)[ADA.pk]
    assert (row.team, row.space, row.last_link_at, row.extra) == (
        "2",
        None,
        when,
        {"diet": "vegan"},
    )


def test_a_deletion_may_be_made_again(table: ParticipantsTable):
    table.write([RowChange(None, ADA)])
    for _ in range(2):
        assert table.write([RowChange(ADA, None)]) == set()
    assert rows(table) == {}


def test_a_removed_person_does_not_come_back_as_a_stump(table: ParticipantsTable):
    table.touch(ADA.email, datetime.now(UTC))
    assert rows(table) == {}


def test_a_key_with_capitals_is_replaced_and_nothing_of_the_row_lost(table, dynamodb: Any):
    item = {"pk": "Ada@Example.com", "team": "1", "domain-id": "d-1", "diet": "vegan"}
    dynamodb.put_item(TableName=table.name, Item={k: {"S": v} for k, v in item.items()})
    (old,) = table.scan()
    assert (old.email, old.pk, old.event) == ("ada@example.com", "Ada@Example.com", None)
    for _ in range(2):
        assert table.write([RowChange(old, ADA)]) == set()
    assert rows(table) == {ADA.pk: ADA}
    assert rows(table)[ADA.pk].extra == {"diet": "vegan"}


def test_a_key_with_capitals_is_replaced_with_what_is_merged_into_it(table, dynamodb: Any):
    odd = {"1. diet-preference": {"S": "vegan"}, "none": {"NULL": True}, "tags": {"SS": ["a"]}}
    key = {"pk": {"S": "Ada@Example.com"}, "team": {"S": "01"}, "last-link": {"S": "yesterday"}}
    dynamodb.put_item(TableName=table.name, Item={**key, **odd, "domain-id": {"S": "d-1"}})
    (old,) = table.scan()
    new = replace(ADA, team="01", extra={**old.extra, "size": {"tall": "no"}})
    for _ in range(2):
        assert table.write([RowChange(old, new)]) == set()
    item = dynamodb.get_item(TableName=table.name, Key={"pk": {"S": ADA.pk}})["Item"]
    assert {name: item[name] for name in odd} == odd
    assert item["size"] == {"M": {"tall": {"S": "no"}}}
    assert (item["team"], item["last-link"]) == ({"S": "01"}, {"S": "yesterday"})
    assert len(rows(table)) == 1


def test_what_is_merged_into_a_row_is_written_and_the_rest_of_it_stays(table, dynamodb: Any):
    table.write([RowChange(None, replace(ADA, extra={"diet": "vegan", "size": "M"}))])
    (before,) = table.scan()
    when = datetime(2026, 11, 24, 9, tzinfo=UTC)
    after = replace(before, last_link_at=when, extra={**before.extra, "size": "L", "from": "Oslo"})
    dynamodb.update_item(
        TableName=table.name,
        Key={"pk": {"S": ADA.pk}},
        UpdateExpression="SET diet = :d",
        ExpressionAttributeValues={":d": {"S": "none"}},
    )
    assert table.write([RowChange(before, after)]) == set()
    assert rows(table)[ADA.pk].extra == {"diet": "none", "size": "L", "from": "Oslo"}
    assert rows(table)[ADA.pk].last_link_at == when


def test_an_attribute_added_after_the_plan_does_not_go_with_the_row(table, dynamodb: Any):
    table.write([RowChange(None, replace(ADA, extra={"diet": "vegan"}))])
    (seen,) = table.scan()
    dynamodb.update_item(
        TableName=table.name,
        Key={"pk": {"S": ADA.pk}},
        UpdateExpression="SET diet = :d",
        ExpressionAttributeValues={":d": {"S": "none"}},
    )
    assert table.write([RowChange(seen, None)]) == {ADA.pk}
    assert rows(table)[ADA.pk].extra == {"diet": "none"}


def test_a_key_with_capitals_can_be_deleted(table: ParticipantsTable, dynamodb: Any):
    item = {"pk": "Ada@Example.com", "team": "1", "domain-id": "d-1"}
    dynamodb.put_item(TableName=table.name, Item={k: {"S": v} for k, v in item.items()})
    (old,) = table.scan()
    table.write([RowChange(old, None)])
    assert rows(table) == {}


@pytest.mark.parametrize("stored", ["bo@bücher.example", "bo@xn--bcher-kva.example"])
@pytest.mark.parametrize("asked", ["bo@bücher.example", "bo@xn--bcher-kva.example"])
def test_a_row_is_found_by_either_spelling_of_its_domain(table, dynamodb, stored, asked):
    dynamodb.put_item(TableName=table.name, Item={"pk": {"S": stored}, "team": {"S": "1"}})
    assert table.get(asked).pk == stored
    assert table.get("bo@buecher.example") is None


def test_an_odd_time_of_the_last_link_is_read_as_none_and_stays(table, dynamodb: Any):
    table.write([RowChange(None, ADA)])
    key = {"pk": {"S": ADA.pk}}
    dynamodb.update_item(
        TableName=table.name,
        Key=key,
        UpdateExpression="SET #l = :o",
        ExpressionAttributeNames={"#l": "last-link"},
        ExpressionAttributeValues={":o": {"S": "yesterday"}},
    )
    assert rows(table)[ADA.pk].last_link_at is None
    table.write([RowChange(ADA, replace(ADA, team="2"))])
    item = dynamodb.get_item(TableName=table.name, Key=key)["Item"]
    assert item["last-link"] == {"S": "yesterday"}


def test_a_table_of_another_schema_is_named_in_a_sentence(dynamodb: Any):
    dynamodb.create_table(
        TableName="invoices",
        AttributeDefinitions=[{"AttributeName": "number", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "number", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="invoices", Item={"number": {"S": "7"}})
    invoices = ParticipantsTable(dynamodb, "invoices")
    for look in (invoices.check, invoices.scan):
        with pytest.raises(SettingsError, match="number"):
            look()


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANA = Lease("ana@laptop", "setup", "laptop/1:7:aaa", NOON, NOON + timedelta(seconds=60))
BO = Lease("bo@desk", "purge", "desk/1:7:bbb", NOON, NOON + timedelta(seconds=60))


def test_a_lease_is_as_it_was_taken_and_no_row_of_a_person(table: ParticipantsTable):
    assert table.lease("demo") is None
    table.take_lease("demo", ANA)
    assert table.lease("demo") == ANA
    assert table.lease("spring") is None
    assert rows(table) == {}
    later = replace(ANA, expires=NOON + timedelta(seconds=90))
    table.take_lease("demo", later)
    assert table.lease("demo") == later


def test_a_lease_is_given_back_by_its_own_run_alone(table: ParticipantsTable):
    table.take_lease("demo", ANA)
    table.drop_lease("demo", BO.run_id)
    table.drop_lease("spring", ANA.run_id)
    assert table.lease("demo") == ANA
    table.drop_lease("demo", ANA.run_id)
    assert table.lease("demo") is None


def test_a_lease_is_taken_over_only_as_it_was_seen(table: ParticipantsTable):
    table.take_lease("demo", ANA)
    renewed = replace(ANA, expires=NOON + timedelta(seconds=80))
    other = replace(ANA, run_id="laptop/1:8:ccc")
    for seen in (None, renewed, other):
        with pytest.raises(RunBusyError):
            table.take_lease("demo", BO, over=seen)
        assert table.lease("demo") == ANA
    table.take_lease("demo", BO, over=ANA)
    assert table.lease("demo") == BO


def test_a_missing_table_is_made_once_and_paid_by_use(dynamodb: Any):
    fresh = ParticipantsTable(dynamodb, "fresh")
    with pytest.raises(NotFoundError):
        fresh.check()
    assert fresh.ensure() is True
    assert fresh.ensure() is False
    table = dynamodb.describe_table(TableName="fresh")["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert tags == [{"Key": "project", "Value": "studio-cli"}]


def test_one_person_is_read_by_their_address(table: ParticipantsTable):
    table.write([RowChange(None, ADA)])
    assert table.get(ADA.email) == ADA
    assert table.get("bo@example.com") is None


def test_the_last_link_is_written_in_utc(table: ParticipantsTable, dynamodb: Any):
    table.write([RowChange(None, ADA)])
    table.touch(ADA.email, datetime(2026, 11, 24, 13, tzinfo=timezone(timedelta(hours=1))))
    item = dynamodb.get_item(TableName=table.name, Key={"pk": {"S": ADA.pk}})["Item"]
    assert item["last-link"] == {"S": "2026-11-24T12:00:00+00:00"}


@pytest.mark.parametrize(
    ("team", "kind"),
    [("12", "N"), ("0", "N"), ("007", "S"), ("red", "S"), ("9" * 15, "N"), ("9" * 40, "S")],
)
def test_a_team_is_a_number_where_it_reads_as_one_and_comes_back_as_it_was(
    table: ParticipantsTable, dynamodb: Any, team: str, kind: str
):
    """As the first generation wrote them; DynamoDB keeps 38 digits of a number."""
    record = replace(ADA, team=team)
    assert table.write([RowChange(None, record)]) == set()
    item = dynamodb.get_item(TableName=table.name, Key={"pk": {"S": ADA.pk}})["Item"]
    assert item["team"] == {kind: team}
    assert rows(table) == {ADA.pk: record}
    assert table.write([RowChange(record, None)]) == set()


def test_reading_a_table_of_ours_costs_its_pages_alone(table: ParticipantsTable, control: Control):
    table.write([RowChange(None, ADA)])
    table.take_lease("demo", ANA)
    control.forget()
    assert table.scan() == [ADA]
    assert control.calls() == {"dynamodb.Scan": 1}


def test_what_has_a_lease_is_found_among_all_rows(table: ParticipantsTable) -> None:
    assert table.leased() == set()
    table.take_lease("demo", ANA)
    table.take_lease("*", BO)
    assert table.leased() == {"demo", "*"}
