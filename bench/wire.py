"""Raw requests in AWS JSON 1.1, for bodies that no SDK would send."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

REGION = "eu-west-1"
SIGNING = {
    "sagemaker": "sagemaker",
    "resourcegroupstaggingapi": "tagging",
    "service-quotas": "servicequotas",
    "pricing": "pricing",
    "dynamodb": "dynamodb",
}
"""Signing names by the name of the service's model."""
PREFIX = {
    "sagemaker": "SageMaker",
    "resourcegroupstaggingapi": "ResourceGroupsTaggingAPI_20170126",
    "service-quotas": "ServiceQuotasV20190624",
    "pricing": "AWSPriceListService",
    "dynamodb": "DynamoDB_20120810",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is None where it is not JSON."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        """Error code, empty for a success."""
        kind = self.body.get("__type", "") if isinstance(self.body, dict) else ""
        return str(kind).rpartition("#")[2]

    @property
    def message(self) -> str:
        """Text of the error."""
        read = self.body if isinstance(self.body, dict) else {}
        return str(read.get("message") or read.get("Message") or "")


class Wire:
    """One connection to a sandbox, kept alive; not for several threads."""

    def __init__(self, url: str, region: str = REGION) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._region = region

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def call(self, service: str, operation: str, body: Any) -> Answer:
        """Send an operation; a body that is not bytes is sent as JSON."""
        return self.send(service, f"{PREFIX[service]}.{operation}", body)

    def send(self, service: str, target: str | None, body: Any, **headers: str | None) -> Answer:
        """Send a request to a target; headers that are None are left out."""
        scope = f"SANDBOXACCESSKEYID00/20260101/{self._region}/{SIGNING[service]}/aws4_request"
        sent: dict[str, str | None] = {
            "X-Amz-Target": target,
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, "
            "Signature=0",
            **headers,
        }
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        clean = {name: value for name, value in sent.items() if value is not None}
        self._connection.request("POST", "/", data, clean)
        with self._connection.getresponse() as response:
            text = response.read()
            found = {name.lower(): value for name, value in response.getheaders()}
        try:
            read = json.loads(text)
        except ValueError:
            read = None
        return Answer(response.status, found, read)
