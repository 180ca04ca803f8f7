"""The participants table in DynamoDB: one item per person, and the lease of a run.

`pk`, `team` and `domain-id` are as the first generation of the tool wrote them, so its
tables can be read. Items whose `pk` has no @ are not people.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import WaiterError

from studio_core.access.addresses import email_spellings
from studio_core.aws.errors import translated
from studio_core.aws.rows import deserialise, record_of, serialise, transaction
from studio_core.errors import NotFoundError, RunBusyError, SettingsError, TransientError
from studio_core.model.runs import Lease

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_core.aws.rows import RowChange
    from studio_core.model.people import Record


_LEASES = "studio-cli#lease#"


class ParticipantsTable:
    """The participants table of one hackathon."""

    def __init__(self, dynamodb: Any, name: str) -> None:
        self._client = dynamodb
        self.name = name

    def ensure(self) -> bool:
        """Create the table (on-demand capacity) when it is missing; return whether it was.

        Raises:
            SettingsError: A table of this name exists and its key is not `pk`.
        """
        try:
            self.check()
        except NotFoundError:
            pass
        else:
            return False
        with translated(f"create the table {self.name}"):
            # In use means that another process was faster.
            with suppress(self._client.exceptions.ResourceInUseException):
                self._client.create_table(
                    TableName=self.name,
                    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                    BillingMode="PAY_PER_REQUEST",
                    Tags=[{"Key": "project", "Value": "studio-cli"}],
                )
            try:
                self._client.get_waiter("table_exists").wait(
                    TableName=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
                )
            except WaiterError as error:
                raise TransientError(
                    f"The table {self.name} is not ready after a minute.", "Try again shortly."
                ) from error
        return True

    def check(self) -> None:
        """Return when the table exists and its key is `pk`.

        Raises:
            NotFoundError: There is no such table.
            SettingsError: It was made for something else.
        """
        with translated(f"look at the table {self.name}"):
            table = self._client.describe_table(TableName=self.name)["Table"]
        keys = [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]]
        if keys != [("pk", "HASH")]:
            raise SettingsError(
                f"The table {self.name} exists for something else: its key is "
                f"{', '.join(name for name, _ in keys)}.",
                "Choose another table name; the tool creates it.",
            )

    def scan(self) -> list[Record]:
        """Return every person in the table, of any event, with a strongly consistent read.

        Raises:
            NotFoundError: There is no such table.
        """
        records: list[Record] = []
        with translated(f"read the table {self.name}"):
            pages = self._client.get_paginator("scan").paginate(
                TableName=self.name, ConsistentRead=True
            )
            for page in pages:
                records += [r for item in page["Items"] if (r := record_of(item)) is not None]
                if any("pk" not in item for item in page["Items"]):
                    self.check()
        return records

    def get(self, email: str) -> Record | None:
        """Return one person's record by e-mail in any spelling of its domain, or None."""
        for pk in email_spellings(email):
            with translated(f"read the table {self.name}"):
                answer = self._client.get_item(
                    TableName=self.name, Key={"pk": {"S": pk}}, ConsistentRead=True
                )
            if "Item" in answer:
                return record_of(answer["Item"])
        return None

    def write(self, rows: Sequence[RowChange]) -> set[str]:
        """Write up to 50 rows in one transaction, each if it is still as it was seen.

        Writing a row again that is already as wanted changes nothing and succeeds, so that
        a call whose answer was lost can be made again.

        Returns:
            Keys of the rows that somebody else changed in the meantime; they stay as they are.
        """
        stale: set[str] = set()
        while left := [row for row in rows if row.pk not in stale]:
            changes = [change for row in left for change in transaction(self.name, row)]
            owners = [row.pk for row in left for _ in transaction(self.name, row)]
            with translated(f"write to the table {self.name}"):
                try:
                    self._client.transact_write_items(TransactItems=changes)
                except self._client.exceptions.TransactionCanceledException as error:
                    found = _stale(error, owners)
                    if not found:
                        raise
                    stale |= found
                else:
                    break
        return stale

    def touch(self, email: str, when: datetime) -> None:
        """Record when a person last got a link, if the person is in the table."""
        with translated(f"write to the table {self.name}"):
            try:
                self._client.update_item(
                    TableName=self.name,
                    Key={"pk": {"S": email}},
                    UpdateExpression="SET #l = :w",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeNames={"#l": "last-link"},
                    ExpressionAttributeValues={":w": {"S": when.astimezone(UTC).isoformat()}},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return  # removed since: an update must not bring back part of a deleted person

    def take_lease(self, event: str, lease: Lease, over: Lease | None = None) -> None:
        """Take or renew the event's lease.

        `over` is a lease whose run has died: it is replaced if it is still exactly that.

        Raises:
            RunBusyError: Another run holds it.
            NotFoundError: There is no such table.
        """
        item = {
            "pk": _lease_key(event),
            "owner": lease.owner,
            "purpose": lease.purpose,
            "run": lease.run_id,
            "since": lease.since.astimezone(UTC).isoformat(),
            "expires": int(lease.expires.timestamp()),
        }
        free = "attribute_not_exists(pk) OR #r = :r"
        values: dict[str, object] = {":r": lease.run_id}
        names = {"#r": "run"}
        if over is not None:
            free += " OR (#r = :o AND #e = :e)"
            values |= {":o": over.run_id, ":e": int(over.expires.timestamp())}
            names["#e"] = "expires"
        with translated(f"take the lease of {event}"):
            try:
                self._client.put_item(
                    TableName=self.name,
                    Item={key: serialise(value) for key, value in item.items()},
                    ConditionExpression=free,
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues={k: serialise(v) for k, v in values.items()},
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise RunBusyError(f"Another run on {event} is going on.", "Try again.") from error

    def drop_lease(self, event: str, run_id: str) -> None:
        """Delete the lease if it is still this run's."""
        with translated(f"give back the lease of {event}"):
            try:
                self._client.delete_item(
                    TableName=self.name,
                    Key={"pk": {"S": _lease_key(event)}},
                    ConditionExpression="#r = :r",
                    ExpressionAttributeNames={"#r": "run"},
                    ExpressionAttributeValues={":r": {"S": run_id}},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return

    def lease(self, event: str) -> Lease | None:
        """Return the lease, expired or not, or None."""
        with translated(f"read the lease of {event}"):
            answer = self._client.get_item(
                TableName=self.name, Key={"pk": {"S": _lease_key(event)}}, ConsistentRead=True
            )
        if "Item" not in answer:
            return None
        item = {key: deserialise(value) for key, value in answer["Item"].items()}
        return Lease(
            str(item["owner"]),
            str(item["purpose"]),
            str(item["run"]),
            datetime.fromisoformat(str(item["since"])),
            datetime.fromtimestamp(int(item["expires"]), UTC),
        )

    def leased(self) -> set[str]:
        """Return the events that have a lease, expired or not, of all domains of this table."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self.name,
            ProjectionExpression="pk",
            FilterExpression="begins_with(pk, :p)",
            ExpressionAttributeValues={":p": {"S": _LEASES}},
            ConsistentRead=True,
        )
        with translated("read the leases"):
            return {
                item["pk"]["S"].removeprefix(_LEASES) for page in pages for item in page["Items"]
            }


def _lease_key(event: str) -> str:
    return f"{_LEASES}{event}"


def _stale(error: Any, owners: Sequence[str]) -> set[str]:
    """Return the rows whose condition failed, of a transaction that was cancelled."""
    reasons = error.response.get("CancellationReasons", ())
    return {
        pk
        for pk, reason in zip(owners, reasons, strict=False)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
