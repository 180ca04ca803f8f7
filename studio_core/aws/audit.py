"""Audit log in a DynamoDB table, which outlives the machine that wrote it."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from studio_core.audit.chain import Head, chained, head_of, judge
from studio_core.audit.entry import read_entry
from studio_core.aws.errors import translated
from studio_core.errors import NotFoundError, SettingsError, TransientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.audit import AuditEntry
    from studio_core.audit.chain import Verdict

_KEY = [("event", "HASH"), ("sort", "RANGE")]
_NO_EVENT = "-"
_HEAD = "head"
_PAGE = 500
_FAILED = "ConditionalCheckFailed"
_CONFLICT = "TransactionConflict"
PATIENCE = 10.0
"""Seconds in which to become the next of the chain, while other processes write too.

Each attempt that fails is one of theirs that succeeded, and its answer has the new head.
"""

_deserialise = TypeDeserializer().deserialize


class AuditTable:
    """Audit entries in DynamoDB, keyed by event, then by time and a random part.

    The entries of an event are one chain, whoever writes them. Each is put in a transaction
    with the event's head, a small item that holds the newest number and hash: the entry if its
    key is new, the head if it is still the one that the entry follows. Puts alone: the policy
    needs neither UpdateItem nor DeleteItem nor BatchWriteItem, nor reading, to add entries.
    """

    def __init__(self, dynamodb: Any, name: str) -> None:
        self._client = dynamodb
        self.name = name
        self._lock = threading.Lock()
        self._heads: dict[str, Head] = {}

    def check(self) -> None:
        """Return when the table exists and has our key.

        Raises:
            NotFoundError: There is no such table.
            SettingsError: A table of this name exists with another key.
        """
        with translated(f"look at the table {self.name}"):
            table = self._client.describe_table(TableName=self.name)["Table"]
        if [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] != _KEY:
            raise SettingsError(
                f"The table {self.name} exists for something else.",
                "Choose another name for the audit table; the tool creates it.",
            )

    def ensure(self) -> bool:
        """Create the table (on-demand capacity) when it is missing; return whether it was.

        Raises:
            SettingsError: A table of this name exists with another key.
        """
        try:
            self.check()
        except NotFoundError:
            self._create()
            return True
        return False

    def write(self, entry: AuditEntry) -> None:
        """Add an entry as the next of its event; one with the same key stays as it is.

        Raises:
            AwsError: The table is missing, or the call was refused.
        """
        row = {**entry.as_row(), "event": entry.event or _NO_EVENT}
        row["sort"] = f"{row['at']}#{entry.id}"
        with self._lock:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                if self._put(row):
                    return
        raise TransientError(
            f"Too many write to the audit table {self.name} at once.", "Try again in a minute."
        )

    def entries(self, event: str, limit: int = 200) -> list[AuditEntry]:
        """Return an event's entries, newest first, at most `limit`; malformed ones as such."""
        return [_entry(row) for row in self._rows(event, newest_first=True, limit=limit)]

    def verify(self, event: str, sent: dict[str, str]) -> Verdict:
        """Verify the chain of an event.

        Args:
            event: Whose chain.
            sent: Ids of entries that must be there, each with where that is known from.
        """
        rows = list(self._rows(event))
        heads = list(self._rows(f"{event or _NO_EVENT}#{_HEAD}"))
        ids = {row.get("id") for row in rows}
        lost = [
            (
                f"{where} of this machine's file, an entry that the table took and does not have,",
                None,
            )
            for id_, where in sent.items()
            if id_ not in ids
        ]
        return judge(
            f"Table {self.name}, event {event}",
            [*((f"Item {row['sort']}", row) for row in rows), *lost],
            head_of(heads[0]) if heads else None,
        )

    def _put(self, row: dict[str, str]) -> bool:
        """Put a row after the newest that is known; return False when another one is newer."""
        event = row["event"]
        after = self._heads.get(event, Head())
        entry = chained(row, after)
        head = {
            "event": f"{event}#{_HEAD}",
            "sort": _HEAD,
            "number": entry["number"],
            "hash": entry["hash"],
        }
        newest: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(#h)"}
        if after.number:
            newest = {
                "ConditionExpression": "#h = :h",
                "ExpressionAttributeValues": {":h": {"S": after.hash}},
            }
        puts = (
            {
                "Item": _item(entry),
                "ConditionExpression": "attribute_not_exists(#s)",
                "ExpressionAttributeNames": {"#s": "sort"},
            },
            {
                "Item": _item(head),
                "ExpressionAttributeNames": {"#h": "hash"},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                **newest,
            },
        )
        changes = [{"Put": {"TableName": self.name, **put}} for put in puts]
        with translated(f"write to the audit table {self.name}"):
            try:
                self._client.transact_write_items(TransactItems=changes)
            except self._client.exceptions.TransactionCanceledException as error:
                mine, newer = error.response["CancellationReasons"]
                if mine.get("Code") == _FAILED:
                    return True  # it is there; the answer to putting it was lost
                if newer.get("Code") == _FAILED:
                    self._heads[event] = head_of(_row(newer.get("Item", {}))) or Head()
                elif _CONFLICT in {mine.get("Code"), newer.get("Code")}:
                    time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - jitter
                else:
                    raise
                return False
        self._heads[event] = Head(int(entry["number"]), entry["hash"])
        return True

    def _rows(
        self, event: str, *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[dict[str, str]]:
        with translated(f"read the audit table {self.name}"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self.name,
                KeyConditionExpression="#e = :e",
                ExpressionAttributeNames={"#e": "event"},
                ExpressionAttributeValues={":e": {"S": event or _NO_EVENT}},
                ScanIndexForward=not newest_first,
                ConsistentRead=True,
                PaginationConfig={"MaxItems": limit, "PageSize": min(limit or _PAGE, _PAGE)},
            )
            for page in pages:
                yield from map(_row, page["Items"])

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


def _item(row: dict[str, str]) -> dict[str, dict[str, str]]:
    return {key: {"S": value} for key, value in row.items() if value}


def _row(item: dict[str, Any]) -> dict[str, str]:
    return {key: str(_deserialise(value)) for key, value in item.items()}


def _entry(row: dict[str, str]) -> AuditEntry:
    """Parse a row; the key of a malformed one says when it was written."""
    event = "" if row["event"] == _NO_EVENT else row["event"]
    empty = dict.fromkeys(("from", "subject", "details"), "")
    try:
        at = datetime.fromisoformat(row["sort"].partition("#")[0])
    except ValueError:
        at = datetime(1970, 1, 1, tzinfo=UTC)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return read_entry({**empty, **row, "event": event}, f"Item {row['sort']}", at)
