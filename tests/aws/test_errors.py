"""From the SDK's exceptions, raised for real where the network is to blame, to our errors."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)

from studio_core.aws.errors import translated
from studio_core.aws.operations import STATEMENTS
from studio_core.errors import AccessDeniedError, TransientError
from tests.aws.iam_reference import reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPERATIONS = sorted({name for statement in STATEMENTS for name in statement.operations})


def denied(operation: str) -> AccessDeniedError:
    answer = {"Error": {"Code": "AccessDeniedException", "Message": "No."}}
    with pytest.raises(AccessDeniedError) as caught, translated("do it"):
        raise ClientError(answer, operation)
    return caught.value


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_refusal_names_permissions_that_exist(operation: str) -> None:
    """Of every operation that the code can call: `test_operations` holds the table to the code."""
    service, _, name = operation.partition(".")
    named = re.findall(r"\b([a-z-]+):(\w+)", denied(name).remedy)
    assert named
    for prefix, action in named:
        assert action.lower() in reference()[prefix]["Actions"], f"{prefix}:{action}"
    prefixes = {"service-quotas": "servicequotas", "resourcegroupstaggingapi": "tag"}
    assert {prefix for prefix, _ in named} == {prefixes.get(service, service.removesuffix("v2"))}


def test_a_transaction_is_allowed_by_what_it_consists_of() -> None:
    assert denied("TransactWriteItems").remedy == (
        "Ask for the permissions dynamodb:DeleteItem, dynamodb:PutItem and dynamodb:UpdateItem."
    )


def test_an_operation_that_is_not_in_the_table_names_nothing_made_up() -> None:
    assert denied("DeleteEverything").remedy == "Ask for the permission that it names."


@contextmanager
def _listening(answer: Callable[[socket.socket], object], *, backlog: int = 8) -> Iterator[int]:
    """Give a port on which every connection is handed to `answer`."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=backlog)) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                held.append(connection)
                answer(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in held:
            connection.close()


@contextmanager
def _refusing() -> Iterator[str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


@contextmanager
def _never_connecting() -> Iterator[str]:
    """A full backlog: the kernel answers no further attempt to connect."""
    with ExitStack() as stack:
        server = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=0)))
        for _ in range(4):
            client = stack.enter_context(closing(socket.socket()))
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def _never_answering() -> Iterator[str]:
    with _listening(lambda _: None) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _hanging_up() -> Iterator[str]:
    def hang_up(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.close()

    with _listening(hang_up) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _without_tls() -> Iterator[str]:
    def greet(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        connection.recv(65536)
        connection.close()

    with _listening(greet) as port:
        yield f"https://127.0.0.1:{port}"


@contextmanager
def _unknown_host() -> Iterator[str]:
    yield "http://sagemaker.invalid"  # never resolves (RFC 6761)


@contextmanager
def _behind_a_dead_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with _refusing() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        yield "https://sagemaker.invalid"


def _client(endpoint: str) -> Any:
    return boto3.client(
        "sagemaker",
        region_name="eu-west-1",
        endpoint_url=endpoint,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(connect_timeout=0.5, read_timeout=0.5, retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize(
    ("network", "raised"),
    [
        (_refusing, EndpointConnectionError),
        (_never_connecting, ConnectTimeoutError),
        (_never_answering, ReadTimeoutError),
        (_hanging_up, ConnectionClosedError),
        (_without_tls, SSLError),
        (_unknown_host, EndpointConnectionError),
        (_behind_a_dead_proxy, ProxyConnectionError),
    ],
    ids=lambda value: value.__name__.strip("_"),
)
def test_a_network_that_fails_is_transient(
    network: Callable[..., Any], raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    there = network(monkeypatch) if network is _behind_a_dead_proxy else network()
    with there as endpoint:
        client = _client(endpoint)
        with pytest.raises(TransientError) as caught, translated("list the domains"):
            client.list_domains()
        client.close()
    assert type(caught.value.__cause__) is raised
    assert type(caught.value) is TransientError
    assert caught.value.code == "Network"
    assert caught.value.sentence == "AWS could not be reached to list the domains."
