"""Audit log in a DynamoDB table, which outlives the machine that wrote it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from studio_core.audit import AuditEntry
from studio_core.aws.errors import translated
from studio_core.errors import NotFoundError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEY = [("event", "HASH"), ("sort", "RANGE")]
_NO_EVENT = "-"
_PAGE = 500

_deserialise = TypeDeserializer().deserialize


class AuditTable:
    """Audit entries in DynamoDB, keyed by event, then by time and a random part.

    Each entry is put on the condition that it is new. The policy therefore needs neither
    BatchWriteItem nor DeleteItem nor UpdateItem on this table, and allows nobody to change
    an entry.
    """

    def __init__(self, dynamodb: Any, name: str) -> None:
        self._client = dynamodb
        self.name = name

    def ensure(self) -> bool:
        """Create the table (on-demand capacity) when it is missing; return whether it was.

        Raises:
            SettingsError: A table of this name exists with another key.
        """
        try:
            with translated(f"look at the table {self.name}"):
                table = self._client.describe_table(TableName=self.name)["Table"]
        except NotFoundError:
            self._create()
            return True
        if [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] != _KEY:
            raise SettingsError(
                f"The table {self.name} exists for something else.",
                "Choose another name for the audit table; the tool creates it.",
            )
        return False

    def write(self, entries: Iterable[AuditEntry]) -> None:
        """Add entries; an entry with the same key stays as it is.

        Raises:
            AwsError: The table is missing, or the call was refused.
        """
        for entry in entries:
            row = entry.as_row()
            row["event"] = row["event"] or _NO_EVENT
            row["sort"] = f"{row['at']}#{entry.id}"
            with (
                translated(f"write to the audit table {self.name}"),
                suppress(self._client.exceptions.ConditionalCheckFailedException),
            ):
                self._client.put_item(
                    TableName=self.name,
                    Item={key: {"S": value} for key, value in row.items() if value},
                    ConditionExpression="attribute_not_exists(sort)",
                )

    def entries(self, event: str, limit: int = 200) -> list[AuditEntry]:
        """Return an event's entries, newest first, at most `limit`."""
        with translated(f"read the audit table {self.name}"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self.name,
                KeyConditionExpression="#e = :e",
                ExpressionAttributeNames={"#e": "event"},
                ExpressionAttributeValues={":e": {"S": event or _NO_EVENT}},
                ScanIndexForward=False,
                PaginationConfig={"MaxItems": limit, "PageSize": min(limit, _PAGE)},
            )
            return [_entry(item) for page in pages for item in page["Items"]]

    def _create(self) -> None:
        with (
            translated(f"create the table {self.name}"),
            suppress(self._client.exceptions.ResourceInUseException),
        ):
            self._client.create_table(
                TableName=self.name,
                AttributeDefinitions=[
                    {"AttributeName": name, "AttributeType": "S"} for name, _ in _KEY
                ],
                KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in _KEY],
                BillingMode="PAY_PER_REQUEST",
                DeletionProtectionEnabled=True,
                Tags=[{"Key": "project", "Value": "studio-cli"}],
            )
        with translated(f"wait for the table {self.name}"):
            self._client.get_waiter("table_exists").wait(
                TableName=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
            )


def _entry(item: dict[str, Any]) -> AuditEntry:
    row = {key: str(_deserialise(value)) for key, value in item.items()}
    event = "" if row["event"] == _NO_EVENT else row["event"]
    empty = dict.fromkeys(("from", "subject", "details"), "")
    return AuditEntry.from_row({**empty, **row, "event": event})
