from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from moto.sagemaker.models import sagemaker_backends

from studio_core.sandbox.demo import control
from studio_core.sandbox.serving import faults, gateway
from studio_core.sandbox.serving.faults import FaultEngine, Faults, set_faults
from studio_core.sandbox.serving.server import SandboxServer
from studio_core.sandbox.studio import account, lifecycle
from tests.sandbox.conftest import client, make_domain, make_space


def put(server: SandboxServer, **wanted: Any) -> None:
    control(server.url, "PUT", "faults", wanted)


def outcome(call: Any) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except ConnectionClosedError:
        return "dropped"
    return "ok"


def test_latency_delays_what_it_concerns(
    served: SandboxServer, studio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(gateway, "sleep", slept.append)
    put(served, latency=0.2, operations=["sagemaker.ListDomains"])
    studio.list_spaces()
    assert slept == []
    studio.list_domains()
    assert slept == [0.2]
    put(served, latency=0.2, jitter=0.1, seed=1)
    studio.list_spaces()
    assert 0.2 < slept[-1] < 0.3


def test_a_bucket_for_each_operation_throttles(served: SandboxServer, studio: Any) -> None:
    put(served, rate=0.001, burst=3)
    listed = [outcome(studio.list_domains) for _ in range(5)]
    assert listed == ["ok", "ok", "ok", "ThrottlingException", "ThrottlingException"]
    assert outcome(studio.list_spaces) == "ok"
    with pytest.raises(ClientError) as refused:
        studio.list_domains()
    assert refused.value.response["Error"]["Message"] == "Rate exceeded"


def test_buckets_fill_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(faults, "monotonic", lambda: now)
    engine = FaultEngine(Faults(rate=2, burst=3))
    assert [engine.decide("a") for _ in range(4)] == [None, None, None, "throttle"]
    now += 0.5
    assert [engine.decide("a") for _ in range(2)] == [None, "throttle"]
    now += 100
    assert [engine.decide("a") for _ in range(4)] == [None, None, None, "throttle"]


def test_errors_come_before_the_effect(served: SandboxServer, studio: Any) -> None:
    put(served, error_rate=1)
    seen = {outcome(lambda: make_domain(studio)) for _ in range(20)}
    assert seen == {"InternalFailure", "ServiceUnavailable"}
    put(served)
    assert studio.list_domains()["Domains"] == []


def test_dropped_connections_come_before_the_effect(served: SandboxServer, studio: Any) -> None:
    put(served, drop_rate=1)
    assert outcome(lambda: make_domain(studio)) == "dropped"
    put(served)
    assert studio.list_domains()["Domains"] == []


def test_lost_answers_come_after_the_effect(served: SandboxServer, studio: Any) -> None:
    put(served, lost_answer_rate=1)
    assert outcome(lambda: make_domain(studio)) == "dropped"
    put(served)
    assert len(studio.list_domains()["Domains"]) == 1


def test_query_services_get_their_errors_in_xml(served: SandboxServer) -> None:
    put(served, throttle_rate=1)
    assert outcome(client(served.url, "sts").get_caller_identity) == "ThrottlingException"
    put(served, error_rate=1)
    assert outcome(client(served.url, "sts").get_caller_identity) in {
        "InternalFailure",
        "ServiceUnavailable",
    }


def test_an_operation_can_be_told_its_error(served: SandboxServer, studio: Any) -> None:
    put(served, errors={"sagemaker.ListDomains": "AccessDeniedException"})
    with pytest.raises(ClientError) as refused:
        studio.list_domains()
    assert refused.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": "User: arn:aws:iam::123456789012:user/moto is not authorized to perform: "
        "sagemaker:ListDomains",
    }
    assert outcome(studio.list_spaces) == "ok"


def test_the_same_seed_gives_the_same_run(served: SandboxServer, studio: Any) -> None:
    wanted = {"error_rate": 0.3, "throttle_rate": 0.2, "drop_rate": 0.1, "seed": 7}
    runs = []
    for _ in range(2):
        put(served, **wanted)
        runs.append([outcome(studio.list_domains) for _ in range(40)])
    assert runs[0] == runs[1]
    assert set(runs[0]) >= {"ok", "ThrottlingException", "dropped"}
    put(served, **{**wanted, "seed": 8})
    assert [outcome(studio.list_domains) for _ in range(40)] != runs[0]


def test_deletions_stick_and_can_be_tried_again(local: Any) -> None:
    domain_id = make_domain(local)
    local.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(local, domain_id, "team-1", "ada")
    set_faults(Faults(stuck=("team-1",)))
    local.delete_space(DomainId=domain_id, SpaceName="team-1")
    found = local.describe_space(DomainId=domain_id, SpaceName="team-1")
    assert found["Status"] == "Delete_Failed"
    assert found["FailureReason"]
    set_faults(Faults(stuck_rate=1))
    local.delete_space(DomainId=domain_id, SpaceName="team-1")
    assert local.list_spaces()["Spaces"][0]["Status"] == "Delete_Failed"
    set_faults(Faults())
    local.delete_space(DomainId=domain_id, SpaceName="team-1")
    assert local.list_spaces()["Spaces"] == []
    local.delete_user_profile(DomainId=domain_id, UserProfileName="ada")


def test_apps_can_stay_in_deleting_and_take_their_time(local: Any) -> None:
    domain_id = make_domain(local)
    local.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    app = {"DomainId": domain_id, "AppType": "JupyterLab", "AppName": "default"}
    for team in ("team-1", "team-2", "team-3"):
        make_space(local, domain_id, team, "ada")
        local.create_app(SpaceName=team, **app)
    lifecycle.configure("time", timescale=2)
    set_faults(Faults(stuck=("team-1/JupyterLab/default",), app_delete_seconds=(200, 300)))
    local.delete_app(SpaceName="team-1", **app)
    local.delete_app(SpaceName="team-2", **app)
    set_faults(Faults())
    local.delete_app(SpaceName="team-3", **app)

    backend: Any = sagemaker_backends["123456789012"]["eu-west-1"]
    lasting = {
        found.space: (found.state.due - found.modified).total_seconds()
        for found in backend.studio_domains[domain_id].apps.values()
    }
    assert lasting["team-1"] > 365 * 86_400
    assert 2 * 200 <= lasting["team-2"] <= 2 * 300 + 1
    assert lasting["team-3"] == pytest.approx(2 * lifecycle.SECONDS["app::delete"], abs=1)
    assert {row["Status"] for row in local.list_apps()["Apps"]} == {"Deleting"}


def test_studio_classic_can_be_refused(local: Any) -> None:
    domain_id = make_domain(local)
    local.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    set_faults(Faults(refuse_classic=True))
    with pytest.raises(ClientError, match="no longer available for onboarding"):
        local.create_app(
            DomainId=domain_id, UserProfileName="ada", AppType="JupyterServer", AppName="default"
        )


def test_lists_lag_behind_and_catch_up(local: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = lifecycle.utcnow()
    monkeypatch.setattr(account, "utcnow", lambda: now)

    def wait(seconds: float) -> None:
        nonlocal now
        now += lifecycle.timedelta(seconds=seconds)

    def rows() -> list[tuple[str, str]]:
        found = local.list_user_profiles(DomainIdEquals=domain_id)["UserProfiles"]
        return [(row["UserProfileName"], row["Status"]) for row in found]

    domain_id = make_domain(local)
    set_faults(Faults(list_lag=10))
    local.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    who = {"DomainId": domain_id, "UserProfileName": "ada"}
    assert local.describe_user_profile(**who)["Status"] == "InService"  # Describe does not lag
    assert rows() == []
    wait(11)
    assert rows() == [("ada", "InService")]
    local.delete_user_profile(**who)
    with pytest.raises(local.exceptions.ResourceNotFound):
        local.describe_user_profile(**who)
    assert rows() == [("ada", "Deleting")]
    assert local.list_user_profiles(UserProfileNameContains="x")["UserProfiles"] == []
    assert local.list_user_profiles(DomainIdEquals="d-other")["UserProfiles"] == []
    wait(11)
    assert rows() == []


def test_statuses_in_lists_lag_too(local: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    domain_id = make_domain(local)
    local.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    long_ago = lifecycle.utcnow() + lifecycle.timedelta(seconds=60)
    monkeypatch.setattr(account, "utcnow", lambda: long_ago)
    set_faults(Faults(list_lag=10))
    lifecycle.configure("manual", times=9)
    local.delete_user_profile(DomainId=domain_id, UserProfileName="ada")
    assert local.list_user_profiles()["UserProfiles"][0]["Status"] == "InService"
    later = long_ago + lifecycle.timedelta(seconds=11)
    monkeypatch.setattr(account, "utcnow", lambda: later)
    assert local.list_user_profiles()["UserProfiles"][0]["Status"] == "Deleting"


def test_calls_are_counted_by_operation_throttled_ones_too(
    served: SandboxServer, studio: Any
) -> None:
    studio.list_domains()
    put(served, throttle_rate=1)
    outcome(studio.list_domains)
    put(served)
    client(served.url, "sts").get_caller_identity()
    client(served.url, "dynamodb").list_tables()
    client(served.url, "ses").list_identities()
    assert control(served.url, "GET", "calls") == {
        "dynamodb.ListTables": 1,
        "sagemaker.ListDomains": 2,
        "ses.ListIdentities": 1,
        "sts.GetCallerIdentity": 1,
    }
    assert control(served.url, "DELETE", "calls") == {}
    assert control(served.url, "GET", "calls") == {}


def test_faults_read_back_as_they_were_set(served: SandboxServer) -> None:
    put(served, latency=0.5, stuck=["team-1"], seed=3)
    told = control(served.url, "GET", "faults")
    assert (told["latency"], told["stuck"], told["seed"]) == (0.5, ["team-1"], 3)
    assert Faults.from_dict(told) == Faults(latency=0.5, stuck=("team-1",), seed=3)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error_rate": 2}, "error_rate must be between 0 and 1"),
        ({"latency": -1}, "latency must not be negative"),
        ({"latency": "slow"}, "latency must be a number"),
        ({"rate": 0}, "rate must be above 0"),
        ({"speed": 1}, "unknown faults: speed"),
        ({"stuck": "team-1"}, "stuck must be a list of strings"),
        ({"errors": ["x"]}, "errors must map operations to error codes"),
        ({"app_delete_seconds": [2, 1]}, "app_delete_seconds must be two numbers"),
        ({"refuse_classic": 1}, "refuse_classic must be true or false"),
        ([], "the body must be a JSON object"),
    ],
)
def test_faults_that_cannot_be_are_refused_and_change_nothing(
    served: SandboxServer, body: Any, told: str
) -> None:
    put(served, seed=5)
    request = urllib.request.Request(
        f"{served.url}/_sandbox/faults", method="PUT", data=json.dumps(body).encode()
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert answer.code == 400
        assert told in json.load(answer)["error"]
    assert control(served.url, "GET", "faults")["seed"] == 5


def test_faults_can_be_there_from_the_start() -> None:
    with SandboxServer(faults=Faults(throttle_rate=1)) as server:
        assert outcome(client(server.url).list_domains) == "ThrottlingException"
    with SandboxServer() as server:
        assert outcome(client(server.url).list_domains) == "ok"
