"""Requests that are odd in their headers or in how their bodies are sent."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from bench.wire import PREFIX, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.sandbox.serving.server import SandboxServer

WRONG = b'{"MaxResults": "x"}'
CUT_OFF = gzip.compress(WRONG, mtime=0)[:10]  # a time would name the test differently each second
OPERATIONS = {
    "sagemaker": "ListApps",
    "resourcegroupstaggingapi": "GetResources",
    "service-quotas": "ListServiceQuotas",
    "pricing": "DescribeServices",
}


@pytest.fixture
def wire(served: SandboxServer) -> Iterator[Wire]:
    with Wire(served.url) as connection:
        yield connection


@pytest.mark.parametrize("service", OPERATIONS)
@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"Content-Type": "application/x-www-form-urlencoded"}, WRONG, "UnknownOperationException"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, WRONG, "UnknownOperationException"),
        ({"Content-Encoding": "gzip"}, WRONG, "SerializationException"),
        (
            {"Content-Encoding": "gzip"},
            CUT_OFF,
            "SerializationException",
        ),
        ({"Content-Type": None}, b"[]", "SerializationException"),
        ({"Content-Type": "text/plain"}, b"[]", "SerializationException"),
        ({"Authorization": "Basic YTpi"}, b"{}", "IncompleteSignatureException"),
    ],
    ids=str,
)
def test_they_are_refused(
    wire: Wire, service: str, headers: dict[str, str | None], body: bytes, code: str
) -> None:
    target = f"{PREFIX[service]}.{OPERATIONS[service]}"
    answer = wire.send(service, target, body, **headers)
    assert 400 <= answer.status < 500
    assert answer.code == code
    assert answer.headers["x-amzn-requestid"]


def test_a_compressed_body_is_read(wire: Wire) -> None:
    target, headers = "SageMaker.ListApps", {"Content-Encoding": "gzip"}
    answer = wire.send("sagemaker", target, gzip.compress(WRONG), **headers)
    assert answer.code == "SerializationException"
    assert wire.send("sagemaker", target, gzip.compress(b"{}"), **headers).body == {"Apps": []}


@pytest.mark.parametrize("target", ["SageMaker.ListApps", "x", None])
def test_a_target_of_another_service(wire: Wire, target: str | None) -> None:
    answer = wire.send("dynamodb", target, {})
    assert (answer.status, answer.code) == (400, "UnknownOperationException")


@pytest.mark.parametrize("service", ["ec2", "nosuch"])
def test_a_signature_for_another_service(wire: Wire, service: str) -> None:
    scope = f"A/20260101/eu-west-1/{service}/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    answer = wire.send("sagemaker", "SageMaker.ListApps", {}, Authorization=signed)
    assert (answer.status, answer.code) == (400, "UnknownOperationException")


def test_an_account_in_a_header_is_ignored(wire: Wire) -> None:
    made = {"DomainName": "d", "AuthMode": "IAM", "DefaultUserSettings": {}}
    target, headers = "SageMaker.CreateDomain", {"X-Moto-Account-Id": "5"}
    answer = wire.send("sagemaker", target, made, **headers)
    assert ":123456789012:" in answer.body["DomainArn"]
