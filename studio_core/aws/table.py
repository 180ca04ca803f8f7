"""The participants table in DynamoDB: one item a person, and the lease of a run.

`pk`, `team` and `domain-id` are as the first generation of the tool wrote them, so that
its tables can be opened. Items whose `pk` holds no @ are not people.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError, WaiterError

from studio_core.aws.errors import translated
from studio_core.errors import NotFoundError, RunBusyError, SettingsError, TransientError
from studio_core.model.people import Record
from studio_core.model.runs import Lease
from studio_core.naming import normalise_email

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_OURS = {"pk", "team", "domain-id", "event", "profile", "space", "last-link"}
_MAX_ROUNDS = 8
_SAFE_INTEGER = 15

_serialise = TypeSerializer().serialize
_deserialise = TypeDeserializer().deserialize


class ParticipantsTable:
    """The participants table of one hackathon."""

    def __init__(
        self, dynamodb: Any, name: str, *, pause: Callable[[float], object] = time.sleep
    ) -> None:
        self._client = dynamodb
        self.name = name
        self._pause = pause

    def ensure(self) -> bool:
        """Create the table, paid by request, when it is missing; True when it was created.

        Raises:
            SettingsError: A table of this name exists and its key is not `pk`.
        """
        try:
            self._check_key()
        except NotFoundError:
            pass
        else:
            return False
        with translated(f"create the table {self.name}"):
            # In use means that somebody else was a moment faster.
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

    def _check_key(self) -> None:
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
        """Every person in the table, of this event or any other, strongly consistent.

        Raises:
            NotFoundError: There is no such table.
        """
        records: list[Record] = []
        with translated(f"read the table {self.name}"):
            pages = self._client.get_paginator("scan").paginate(
                TableName=self.name, ConsistentRead=True
            )
            for page in pages:
                records += [r for item in page["Items"] if (r := _record(item)) is not None]
        return records

    def get(self, email: str) -> Record | None:
        """One person's record by normalised e-mail, or None."""
        with translated(f"read the table {self.name}"):
            answer = self._client.get_item(
                TableName=self.name, Key={"pk": {"S": email}}, ConsistentRead=True
            )
        return _record(answer["Item"]) if "Item" in answer else None

    def put(self, records: Iterable[Record]) -> None:
        """Write up to 25 records in one batch; what DynamoDB hands back is sent again."""
        self._batch([{"PutRequest": {"Item": _item(record)}} for record in records])

    def delete(self, emails: Iterable[str]) -> None:
        """Delete up to 25 people in one batch; those not there do not matter."""
        self._batch([{"DeleteRequest": {"Key": {"pk": {"S": email}}}} for email in emails])

    def _batch(self, requests: list[dict[str, Any]]) -> None:
        left = requests
        for attempt in range(_MAX_ROUNDS):
            if not left:
                return
            if attempt:
                self._pause(min(0.05 * 2**attempt, 5))
            with translated(f"write to the table {self.name}"):
                answer = self._client.batch_write_item(RequestItems={self.name: left})
            left = answer.get("UnprocessedItems", {}).get(self.name, [])
        if left:
            raise TransientError(
                f"The table {self.name} did not take {len(left)} rows.", "Try again in a minute."
            )

    def touch(self, email: str, when: datetime) -> None:
        """Note when a link was last handed to somebody who is in the table."""
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
                return  # removed meanwhile: a deleted person must not come back as a stump

    def take_lease(self, event: str, lease: Lease, now: datetime, over: str = "") -> None:
        """Take or renew the event's lease, unless another run holds one that is not over.

        `over` is the id of a run that is known to be dead, whose lease may be taken.

        Raises:
            RunBusyError: Another run holds it; the sentence says whose and since when.
        """
        item = {
            "pk": _lease_key(event),
            "owner": lease.owner,
            "purpose": lease.purpose,
            "run": lease.run_id,
            "since": lease.since.astimezone(UTC).isoformat(),
            "expires": int(lease.expires.timestamp()),
        }
        with translated(f"take the lease of {event}"):
            try:
                self._client.put_item(
                    TableName=self.name,
                    Item={key: _serialise(value) for key, value in item.items()},
                    ConditionExpression="attribute_not_exists(pk) OR #r IN (:r, :o) OR #e < :n",
                    ExpressionAttributeNames={"#r": "run", "#e": "expires"},
                    ExpressionAttributeValues={
                        ":r": {"S": lease.run_id},
                        ":o": {"S": over or lease.run_id},
                        ":n": {"N": str(int(now.timestamp()))},
                    },
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
                holder = self.lease(event)
                raise _busy(event, holder, now) from error

    def drop_lease(self, event: str, run_id: str) -> None:
        """Give the lease back when it is still this run's."""
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
        """The lease as it stands, over or not, or None."""
        with translated(f"read the lease of {event}"):
            answer = self._client.get_item(
                TableName=self.name, Key={"pk": {"S": _lease_key(event)}}, ConsistentRead=True
            )
        if "Item" not in answer:
            return None
        item = {key: _deserialise(value) for key, value in answer["Item"].items()}
        return Lease(
            str(item["owner"]),
            str(item["purpose"]),
            str(item["run"]),
            datetime.fromisoformat(str(item["since"])),
            datetime.fromtimestamp(int(item["expires"]), UTC),
        )


def _busy(event: str, holder: Lease | None, now: datetime) -> RunBusyError:
    if holder is None:
        return RunBusyError(f"Another run on {event} has just ended.", "Try again.")
    left = max(0, round((holder.expires - now).total_seconds()))
    return RunBusyError(
        f"{holder.owner} runs {holder.purpose} on {event} since {holder.since:%H:%M:%S} UTC.",
        f"Wait for it to end. If it has died, its lease is over in {left} seconds.",
    )


def _lease_key(event: str) -> str:
    return f"studio-cli#lease#{event}"


def _item(record: Record) -> dict[str, Any]:
    team: str | int = record.team
    if record.team.isdecimal() and len(record.team) <= _SAFE_INTEGER:
        team = int(record.team)
    values: dict[str, object] = {
        **record.extra,
        "pk": record.email,
        "team": team,
        "domain-id": record.domain_id,
        "event": record.event,
        "profile": record.profile,
        "space": record.space,
        "last-link": record.last_link_at.astimezone(UTC).isoformat()
        if record.last_link_at
        else None,
    }
    return {key: _serialise(value) for key, value in values.items() if value is not None}


def _record(raw: Mapping[str, Any]) -> Record | None:
    item = {key: _deserialise(value) for key, value in raw.items()}
    if "@" not in str(item["pk"]):
        return None
    last = item.get("last-link")
    return Record(
        email=normalise_email(str(item["pk"])),
        team=str(item.get("team", "")),
        domain_id=str(item.get("domain-id", "")),
        event=_text(item.get("event")),
        profile=_text(item.get("profile")),
        space=_text(item.get("space")),
        last_link_at=datetime.fromisoformat(str(last)) if last else None,
        extra={key: value for key, value in item.items() if key not in _OURS},
    )


def _text(value: object) -> str | None:
    return str(value) if value else None
