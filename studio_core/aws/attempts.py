"""Counters of sign-in attempts and one-time codes, shared by all instances of the web app.

They are items of the participants table whose `pk` has no @, so they are not people.
DynamoDB deletes expired items within days (DynamoDB guide, "Time to Live"), so every method
compares times itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from studio_core.aws.errors import translated

if TYPE_CHECKING:
    from datetime import datetime

EXPIRY = "expires-at"
"""Attribute with the time after which DynamoDB may delete an item, in seconds since 1970."""

WINDOW = 900
"""Seconds over which attempts are counted."""

_CONDITION = "ConditionalCheckFailedException"


class WebAppAttempts:
    """What the web app of one event stores between requests. Each method is one call."""

    def __init__(self, dynamodb: Any, table: str, event: str) -> None:
        self._client = dynamodb
        self._table = table
        self._event = event

    def count(self, key: str, now: datetime) -> int:
        """Count one attempt; return how many the window has with it.

        DynamoDB adds and reads in one step, so any number of instances count together.
        """
        with translated(f"write to the table {self._table}"):
            answer = self._client.update_item(
                TableName=self._table,
                Key=self._window(key, now),
                UpdateExpression="ADD #t :one SET #e = if_not_exists(#e, :e)",
                ExpressionAttributeNames={"#t": "tries", "#e": EXPIRY},
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":e": {"N": str(int(now.timestamp()) + 2 * WINDOW)},
                },
                ReturnValues="UPDATED_NEW",
            )
        return int(answer["Attributes"]["tries"]["N"])

    def pace(self, key: str, seconds: int, now: datetime) -> bool:
        """Return whether `seconds` have passed since this last returned True."""
        second = int(now.timestamp())
        with translated(f"write to the table {self._table}"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": f"studio-cli#tries#{self._event}#{key}"}},
                    UpdateExpression="SET #e = :e",
                    ConditionExpression="attribute_not_exists(#e) OR #e <= :n",
                    ExpressionAttributeNames={"#e": EXPIRY},
                    ExpressionAttributeValues={
                        ":e": {"N": str(second + seconds)},
                        ":n": {"N": str(second)},
                    },
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != _CONDITION:
                    raise
                return False
        return True

    def give_back(self, key: str, now: datetime) -> None:
        """Subtract one attempt from the window that `now` is in."""
        with translated(f"write to the table {self._table}"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=self._window(key, now),
                    UpdateExpression="ADD #t :less",
                    ConditionExpression="#t > :none",
                    ExpressionAttributeNames={"#t": "tries"},
                    ExpressionAttributeValues={":less": {"N": "-1"}, ":none": {"N": "0"}},
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != _CONDITION:
                    raise

    def keep_code(self, digest: str, expires: datetime) -> None:
        """Store the digest of a one-time code and its address, beside earlier ones."""
        with translated(f"write to the table {self._table}"):
            self._client.put_item(
                TableName=self._table,
                Item={**self._code(digest), EXPIRY: {"N": str(int(expires.timestamp()))}},
            )

    def use_code(self, digest: str, now: datetime) -> bool:
        """Delete a one-time code; return whether there was one that had not expired.

        DynamoDB looks up a keyed digest, so the time of the look-up reveals nothing.
        """
        with translated(f"write to the table {self._table}"):
            try:
                self._client.delete_item(
                    TableName=self._table,
                    Key=self._code(digest),
                    ConditionExpression="#e > :n",
                    ExpressionAttributeNames={"#e": EXPIRY},
                    ExpressionAttributeValues={":n": {"N": str(int(now.timestamp()))}},
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != _CONDITION:
                    raise
                return False
        return True

    def let_expire(self) -> None:
        """Let DynamoDB delete expired items; repeating this is harmless."""
        with translated(f"set the expiry of items in {self._table}"):
            state = self._client.describe_time_to_live(TableName=self._table)
            if state["TimeToLiveDescription"]["TimeToLiveStatus"] in {"ENABLED", "ENABLING"}:
                return
            self._client.update_time_to_live(
                TableName=self._table,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRY},
            )

    def _window(self, key: str, now: datetime) -> dict[str, Any]:
        number = int(now.timestamp()) // WINDOW
        return {"pk": {"S": f"studio-cli#tries#{self._event}#{key}#{number}"}}

    def _code(self, digest: str) -> dict[str, Any]:
        return {"pk": {"S": f"studio-cli#code#{self._event}#{digest}"}}
