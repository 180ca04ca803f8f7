"""DynamoDB as moto has it, with a limit that moto does not check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.responses import DynamoHandler

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

MOST_WRITES = 25
"""Most writes of one BatchWriteItem over all tables.

Known: 25 [API reference, BatchWriteItem].
"""


class DynamoResponse(DynamoHandler):
    """Handler of DynamoDB requests."""

    def batch_write_item(self) -> ActionResult:
        """BatchWriteItem.

        Invented: the text of too many writes.
        """
        if sum(map(len, self.body["RequestItems"].values())) > MOST_WRITES:
            raise MockValidationException("Too many items requested for the BatchWriteItem call")
        return super().batch_write_item()
