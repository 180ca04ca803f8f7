"""The control page: what it shows, what its forms do, and whom it refuses."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from studio_core.sandbox.demo import control
from studio_core.sandbox.serving.control_page import ACTIONS, SWITCHES, points
from studio_core.sandbox.serving.faults import Faults
from studio_core.sandbox.serving.history import BUCKET_SECONDS, BUCKETS, CallHistory
from tests.sandbox.conftest import client, make_domain, make_space

if TYPE_CHECKING:
    from studio_core.sandbox.serving.server import SandboxServer


def ask(
    server: SandboxServer, method: str, path: str, body: str = "", **headers: str
) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path, body, headers)
    with connection.getresponse() as answer:
        found = (answer.status, answer.read().decode(), dict(answer.getheaders()))
    connection.close()
    return found


def act(server: SandboxServer, **form: str) -> int:
    origin = f"http://127.0.0.1:{server.port}"
    status, _, _ = ask(server, "POST", "/_sandbox/act", urlencode(form), Origin=origin)
    return status


def page(server: SandboxServer) -> str:
    status, html, _ = ask(server, "GET", "/_sandbox/")
    assert status == 200
    return html


def faults(server: SandboxServer) -> dict[str, Any]:
    return control(server.url, "GET", "faults")


def test_it_shows_what_the_account_contains(served: SandboxServer, studio: Any) -> None:
    assert "The account has no domain." in page(served)
    domain_id = make_domain(studio)
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(studio, domain_id, "team-1", "ada")
    app = {"AppType": "JupyterLab", "AppName": "default"}
    studio.create_app(DomainId=domain_id, SpaceName="team-1", **app)
    client(served.url, "dynamodb").create_table(
        TableName="people",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    html = page(served)
    for text in (domain_id, "Profiles: 1 InService", "Apps: 1 InService", "team-1", "people"):
        assert text in html
    assert "sagemaker.CreateSpace" in html
    assert "Total domains" in html


def test_its_headers_keep_it_to_itself(served: SandboxServer) -> None:
    _, _, headers = ask(served, "GET", "/_sandbox/")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert "<script" not in page(served)


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.fault)
def test_switches_go_on_and_off(served: SandboxServer, switch: Any) -> None:
    control(served.url, "PUT", "faults", {"seed": 7})
    assert act(served, do="switch", fault=switch.fault) == 303
    assert faults(served)[switch.fault] == switch.on
    assert faults(served)["seed"] == 7
    assert f"{switch.fault} = {switch.on}" in page(served)
    act(served, do="switch", fault=switch.fault)
    assert faults(served)[switch.fault] == getattr(Faults(), switch.fault)


def test_the_next_answer_is_lost_and_no_other(served: SandboxServer) -> None:
    from botocore.exceptions import ConnectionClosedError

    studio = client(served.url)
    domain_id = make_domain(studio)
    act(served, do="switch", fault="lose_next")
    with pytest.raises(ConnectionClosedError):
        studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    assert len(studio.list_user_profiles()["UserProfiles"]) == 1
    assert faults(served)["lose_next"] == 0


def test_one_teams_space_can_fail(served: SandboxServer, studio: Any) -> None:
    domain_id = make_domain(studio)
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(studio, domain_id, "team-1", "ada")
    assert act(served, do="stick", name="team-1") == 303
    studio.delete_space(DomainId=domain_id, SpaceName="team-1")
    described = studio.describe_space(DomainId=domain_id, SpaceName="team-1")
    assert described["Status"] == "Delete_Failed"
    act(served, do="stick", name="team-1")
    studio.delete_space(DomainId=domain_id, SpaceName="team-1")
    assert studio.list_spaces()["Spaces"] == []


def test_quotas_clock_calls_and_all_faults(served: SandboxServer) -> None:
    client(served.url).list_domains()
    assert act(served, do="quota", code="L-B683BCB0", value="3") == 303
    assert control(served.url, "GET", "quotas")["L-B683BCB0"] == 3
    assert act(served, do="clock", progression="time", timescale="0.5") == 303
    assert control(served.url, "GET", "clock") == {"progression": "time", "timescale": 0.5}
    act(served, do="switch", fault="latency")
    assert act(served, do="clear") == 303
    assert faults(served) == control(served.url, "PUT", "faults", {})
    assert act(served, do="forget") == 303
    assert control(served.url, "GET", "calls") == {}
    assert set(ACTIONS) == {"switch", "stick", "clear", "forget", "quota", "clock"}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"do": "dance"},
        {"do": "switch", "fault": "seed"},
        {"do": "switch"},
        {"do": "quota", "code": "L-0", "value": "1"},
        {"do": "quota", "code": "L-B683BCB0", "value": "nan"},
        {"do": "clock", "progression": "sideways", "timescale": "1"},
    ],
    ids=str,
)
def test_forms_that_cannot_be(served: SandboxServer, form: dict[str, str]) -> None:
    assert act(served, **form) == 400


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}],
    ids=str,
)
def test_other_sites_cannot_act(served: SandboxServer, headers: dict[str, str]) -> None:
    body = urlencode({"do": "switch", "fault": "latency"})
    status, _, _ = ask(served, "POST", "/_sandbox/act", body, **headers)
    assert status == 403
    assert faults(served)["latency"] == 0


def test_another_host_cannot_look(served: SandboxServer) -> None:
    assert ask(served, "GET", "/_sandbox/", Host="evil.example")[0] == 403


def test_names_are_escaped(served: SandboxServer) -> None:
    control(served.url, "PUT", "faults", {"stuck": ["<img src=x>"]})
    html = page(served)
    assert "<img" not in html
    assert "&lt;img" in html


def test_calls_over_time() -> None:
    now = 1000.0
    history = CallHistory(clock=lambda: now)
    history.record("sagemaker.ListApps")
    now += BUCKET_SECONDS * 2
    history.record("sagemaker.ListApps")
    history.record("sagemaker.ListApps")
    assert history.series() == {"sagemaker.ListApps": [*[0] * (BUCKETS - 3), 1, 0, 2]}
    now += BUCKET_SECONDS * BUCKETS
    assert sum(history.series()["sagemaker.ListApps"]) == 0
    assert history.totals["sagemaker.ListApps"] == 3


def test_a_line_is_as_high_as_its_largest_value() -> None:
    assert points([0, 2, 4]) == "0,24.0 2,13.0 4,2.0"
