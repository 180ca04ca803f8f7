"""Writing rows in batches, of which DynamoDB may hand some back."""

from __future__ import annotations

from typing import Any

import pytest

from studio_core.aws.table import ParticipantsTable
from studio_core.errors import TransientError
from studio_core.model.people import Record


def person(email: str) -> Record:
    return Record(email, "1", domain_id="d-1")


class Busy:
    """Stands for DynamoDB: takes one row of each batch, or none."""

    def __init__(self, *, takes: int) -> None:
        self.takes = takes
        self.rows: list[str] = []

    def batch_write_item(self, **asked: dict[str, list[Any]]) -> dict[str, Any]:
        ((table, requests),) = asked["RequestItems"].items()
        taken, left = requests[: self.takes], requests[self.takes :]
        self.rows += [request["PutRequest"]["Item"]["pk"]["S"] for request in taken]
        return {"UnprocessedItems": {table: left} if left else {}}


def test_rows_that_dynamodb_hands_back_are_sent_again_ever_later():
    pauses: list[float] = []
    client = Busy(takes=1)
    emails = [f"{name}@example.com" for name in "abc"]
    table = ParticipantsTable(client, "table", pause=pauses.append)
    table.put(person(email) for email in emails)
    assert client.rows == emails
    assert pauses == [0.1, 0.2]


def test_rows_that_dynamodb_never_takes_are_an_error():
    pauses: list[float] = []
    table = ParticipantsTable(Busy(takes=0), "table", pause=pauses.append)
    with pytest.raises(TransientError, match="2 rows"):
        table.put([person("a@example.com"), person("b@example.com")])
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5])
