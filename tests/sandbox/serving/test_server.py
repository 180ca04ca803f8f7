from __future__ import annotations

import http.client
import logging
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from studio_core.sandbox.demo import control
from studio_core.sandbox.serving.server import SandboxServer
from tests.sandbox.conftest import client, make_domain, make_space


def test_any_client_of_a_process_with_the_environment_reaches_it(served: SandboxServer) -> None:
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": "", **served.environment("us-west-2")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == served.account == "123456789012"


def test_it_listens_on_loopback_unless_told_otherwise(served: SandboxServer) -> None:
    assert served.url.startswith("http://127.0.0.1:")
    health = control(served.url, "GET", "health")
    assert health == {
        "status": "ok",
        "account": "123456789012",
        "progression": "immediate",
        "timescale": 1.0,
    }


def test_ipv6_addresses_are_written_in_brackets() -> None:
    with SandboxServer(host="::1") as server:
        assert server.url.startswith("http://[::1]:")
        assert control(server.url, "GET", "health")["status"] == "ok"


def test_a_port_that_is_taken_is_an_error_that_can_be_caught(served: SandboxServer) -> None:
    other = SandboxServer(port=served.port)
    with pytest.raises(OSError, match="in use"):
        other.start()
    with pytest.raises(RuntimeError, match="not running"):
        _ = other.url
    with SandboxServer() as third:
        assert third.account == "123456789013"  # the failed one holds no account


def test_a_clock_that_cannot_be_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="progression"):
        SandboxServer(progression="slowly").start()
    with SandboxServer() as server:
        assert server.account == "123456789012"


def test_start_and_stop_can_be_repeated_and_each_start_is_empty() -> None:
    server = SandboxServer(progression="immediate")
    for _ in range(2):
        server.start()
        assert server.start() is server
        studio = client(server.url)
        assert studio.list_domains()["Domains"] == []
        make_domain(studio)
        server.stop()
        server.stop()
    with pytest.raises(EndpointConnectionError):
        studio.list_domains()


def test_stopping_ends_connections_that_are_kept_alive(served: SandboxServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=5)
    connection.request("GET", "/_sandbox/health")
    with connection.getresponse() as answer:
        assert answer.read()
    held = connection.sock
    assert held is not None
    served.stop()
    assert held.recv(1) == b""
    connection.close()


def test_connections_are_kept_alive(served: SandboxServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/_sandbox/health")
        with connection.getresponse() as answer:
            answer.read()
        assert connection.sock is not None
    address = connection.sock.getsockname()
    connection.request("GET", "/_sandbox/health", headers={"Connection": "close"})
    with connection.getresponse() as answer:
        assert answer.headers["Connection"] == "close"
        answer.read()
    assert address
    connection.close()


def test_chunked_bodies_large_bodies_and_nonsense(served: SandboxServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=5)
    connection.request("PUT", "/_sandbox/faults", body=iter([b'{"se', b'ed": 4}']))
    with connection.getresponse() as answer:
        assert answer.status == 200
        answer.read()
    assert control(served.url, "GET", "faults")["seed"] == 4
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(1 << 40))
    connection.endheaders()
    with connection.getresponse() as answer:
        assert answer.status == 413
    connection.close()
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as raw:
        raw.sendall(b"\x00\x01 nonsense\r\n\r\n")
        assert b"400" in raw.recv(4096)
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n")
        assert b"400" in raw.recv(4096)
    assert control(served.url, "GET", "health")["status"] == "ok"


def test_a_head_request_gets_no_body(served: SandboxServer) -> None:
    request = urllib.request.Request(f"{served.url}/signin", method="HEAD")
    with urllib.request.urlopen(request) as answer:
        assert int(answer.headers["Content-Length"]) > 0
        assert answer.read() == b""


def test_nothing_is_ever_logged(served: SandboxServer, capfd: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    studio = client(served.url)
    domain_id = make_domain(studio)
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    url = studio.create_presigned_domain_url(DomainId=domain_id, UserProfileName="ada")
    with urllib.request.urlopen(url["AuthorizedUrl"]) as answer:
        answer.read()
    with urllib.request.urlopen(url["AuthorizedUrl"] + "x") as answer:
        answer.read()
    told = capfd.readouterr()
    assert told.out == told.err == ""
    clients = ("botocore.", "urllib3.")  # in this process too, and not the server's
    assert caplog.records
    assert [record for record in caplog.records if not record.name.startswith(clients)] == []


def ask(server: SandboxServer, method: str, path: str, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request(method, path, "{}", headers)
    with connection.getresponse() as answer:
        answer.read()
        found = answer.status, answer.headers
    connection.close()
    return found


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Host": "elsewhere.example"},
        {"Host": "elsewhere.example:80"},
    ],
)
def test_pages_of_other_sites_get_nothing(served: SandboxServer, headers: dict[str, str]) -> None:
    for method, path in (("GET", "/_sandbox/calls"), ("POST", "/_sandbox/reset"), ("POST", "/")):
        status, told = ask(served, method, path, **headers)
        assert status == 403
        assert "Access-Control-Allow-Origin" not in told
    status, told = ask(served, "OPTIONS", "/", Host=f"127.0.0.1:{served.port}")
    assert "Access-Control-Allow-Origin" not in told


def test_names_of_this_machine_are_answered(served: SandboxServer) -> None:
    for host in (f"localhost:{served.port}", "127.0.0.1", f"[::1]:{served.port}"):
        assert ask(served, "GET", "/_sandbox/health", Host=host)[0] == 200
    same = {"Host": f"localhost:{served.port}", "Origin": f"http://localhost:{served.port}"}
    assert ask(served, "GET", "/_sandbox/health", **same)[0] == 200
    assert ask(served, "POST", "/moto-api/reset")[0] == 403


def test_servers_of_one_process_know_nothing_of_one_another() -> None:
    with (
        SandboxServer(progression="immediate") as one,
        SandboxServer(progression="time", timescale=1000) as two,
    ):
        first, second = client(one.url), client(two.url)
        make_domain(first)
        other = make_domain(second)
        assert first.list_domains()["Domains"][0]["Status"] == "InService"
        assert second.describe_domain(DomainId=other)["Status"] == "Pending"
        assert second.describe_domain(DomainId=other)["DomainArn"].split(":")[4] == two.account
        control(two.url, "POST", "reset")
        assert second.list_domains()["Domains"] == []
        assert len(first.list_domains()["Domains"]) == 1


def test_an_operation_nobody_holds_is_refused_in_the_protocol(served: SandboxServer) -> None:
    studio = client(served.url)
    with pytest.raises(studio.exceptions.ClientError) as refused:
        studio.list_hubs()
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"


def test_thirty_two_threads_do_not_deadlock_or_lose_anything(served: SandboxServer) -> None:
    studio = client(served.url, max_pool_connections=32)
    tagging = client(served.url, "resourcegroupstaggingapi", max_pool_connections=32)
    domain_id = make_domain(studio)
    studio.create_user_profile(DomainId=domain_id, UserProfileName="host")
    together = threading.Barrier(32)
    tags = [{"Key": "studio-cli:event", "Value": "load"}]

    def one(number: int) -> None:
        together.wait(timeout=30)
        for turn in range(3):
            name = f"p{number}-{turn}"
            studio.create_user_profile(DomainId=domain_id, UserProfileName=name, Tags=tags)
            make_space(studio, domain_id, name, "host", Tags=tags)
            studio.list_user_profiles(MaxResults=100)
            tagging.get_resources(TagFilters=[{"Key": "studio-cli:event", "Values": ["load"]}])
            studio.create_presigned_domain_url(DomainId=domain_id, UserProfileName=name)
            control(served.url, "GET", "calls")
            if turn:
                studio.delete_space(DomainId=domain_id, SpaceName=name)
                studio.delete_user_profile(DomainId=domain_id, UserProfileName=name)

    with ThreadPoolExecutor(32) as pool:
        for done in [pool.submit(one, number) for number in range(32)]:
            done.result(timeout=60)
    pages = studio.get_paginator("list_spaces").paginate(MaxResults=100)
    assert {s["SpaceName"] for p in pages for s in p["Spaces"]} == {f"p{n}-0" for n in range(32)}
    calls = control(served.url, "GET", "calls")
    assert calls["sagemaker.CreateUserProfile"] == 32 * 3 + 1
    assert calls["tagging.GetResources"] == 32 * 3
