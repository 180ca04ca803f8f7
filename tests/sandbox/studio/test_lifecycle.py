from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.moto_api import state_manager

from studio_core.sandbox.demo import control
from studio_core.sandbox.serving.faults import Faults, set_faults
from studio_core.sandbox.serving.server import SandboxServer
from studio_core.sandbox.studio import account, lifecycle
from tests.sandbox.conftest import client, make_domain, make_space

APP = {"SpaceName": "team-1", "AppType": "JupyterLab", "AppName": "default"}


def people(studio: Any, domain_id: str) -> None:
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(studio, domain_id, "team-1", "ada")


def statuses(describe: Any, reads: int) -> list[str]:
    return [describe()["Status"] for _ in range(reads)]


def test_manual_progression_counts_reads(local: Any) -> None:
    domain_id = make_domain(local)
    lifecycle.configure("manual", times=3)
    local.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    who = {"DomainId": domain_id, "UserProfileName": "ada"}
    assert statuses(lambda: local.describe_user_profile(**who), 4) == [
        "Pending",
        "Pending",
        "InService",
        "InService",
    ]
    local.delete_user_profile(**who)
    rows = [local.list_user_profiles()["UserProfiles"] for _ in range(3)]
    assert [[row["Status"] for row in page] for page in rows] == [["Deleting"], ["Deleting"], []]
    with pytest.raises(local.exceptions.ResourceNotFound):
        local.describe_user_profile(**who)


def test_motos_own_transitions_apply_to_a_single_phase(local: Any) -> None:
    domain_id = make_domain(local)
    people(local, domain_id)
    state_manager.set_transition("sagemaker::app::create", {"progression": "manual", "times": 2})
    try:
        local.create_app(DomainId=domain_id, **APP)
        assert statuses(lambda: local.describe_app(DomainId=domain_id, **APP), 2) == [
            "Pending",
            "InService",
        ]
    finally:
        state_manager.unset_transition("sagemaker::app::create")
    local.delete_app(DomainId=domain_id, **APP)
    assert local.describe_app(DomainId=domain_id, **APP)["Status"] == "Deleted"


def test_time_progression_moves_what_nobody_reads() -> None:
    with SandboxServer(progression="immediate") as server:
        studio = client(server.url)

        def clock(timescale: float) -> None:
            control(server.url, "PUT", "clock", {"progression": "time", "timescale": timescale})

        def pass_time() -> None:
            clock(0)
            studio.list_domains()  # looks at nothing that moves
            clock(1000)

        domain_id = make_domain(studio)
        people(studio, domain_id)
        studio.create_app(DomainId=domain_id, **APP)
        clock(1000)
        studio.delete_app(DomainId=domain_id, **APP)
        with pytest.raises(studio.exceptions.ResourceInUse, match=r"because App\(s\)"):
            studio.delete_space(DomainId=domain_id, SpaceName="team-1")
        pass_time()
        studio.delete_space(DomainId=domain_id, SpaceName="team-1")
        with pytest.raises(studio.exceptions.ResourceInUse, match=r"because Space\(s\)"):
            studio.delete_user_profile(DomainId=domain_id, UserProfileName="ada")
        pass_time()
        studio.delete_user_profile(DomainId=domain_id, UserProfileName="ada")
        assert studio.list_user_profiles()["UserProfiles"][0]["Status"] == "Deleting"
        pass_time()
        assert studio.list_user_profiles()["UserProfiles"] == []


def test_reading_an_app_just_as_it_ends_does_not_lose_its_record(
    local: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain_id = make_domain(local)
    people(local, domain_id)
    local.create_app(DomainId=domain_id, **APP)
    lifecycle.configure("time", timescale=0)
    began = lifecycle.utcnow()
    with monkeypatch.context() as frozen:  # nothing is due yet, but the read sees it ended
        frozen.setattr(account, "utcnow", lambda: began)
        local.delete_app(DomainId=domain_id, **APP)
        assert local.describe_app(DomainId=domain_id, **APP)["Status"] == "Deleted"
    assert [app["Status"] for app in local.list_apps()["Apps"]] == ["Deleted"]


def test_the_clock_can_be_changed_for_what_is_moving() -> None:
    with SandboxServer(timescale=1000) as server:
        studio = client(server.url)
        domain_id = make_domain(studio)
        assert studio.describe_domain(DomainId=domain_id)["Status"] == "Pending"
        control(server.url, "PUT", "clock", {"progression": "immediate"})
        assert studio.describe_domain(DomainId=domain_id)["Status"] == "InService"
        control(server.url, "PUT", "clock", {"progression": "time", "timescale": 1000})
        studio.delete_domain(DomainId=domain_id)
        assert studio.list_domains()["Domains"][0]["Status"] == "Deleting"
        control(server.url, "PUT", "clock", {"timescale": 0})
        assert studio.list_domains()["Domains"] == []


def test_nothing_can_be_put_into_what_is_pending(local: Any) -> None:
    lifecycle.configure("time")
    pending = make_domain(local)
    for call in (
        lambda: local.create_user_profile(DomainId=pending, UserProfileName="ada"),
        lambda: local.create_space(DomainId=pending, SpaceName="team-1"),
    ):
        with pytest.raises(ClientError, match="is not in InService") as refused:
            call()
        assert refused.value.response["Error"]["Code"] == "ValidationException"

    lifecycle.configure()
    ready = make_domain(local, "other")
    lifecycle.configure("time")
    local.create_user_profile(DomainId=ready, UserProfileName="ada")
    with pytest.raises(ClientError, match=r"because UserProfile .* is not in InService"):
        make_space(local, ready, "team-1", "ada")
    with pytest.raises(ClientError, match="because it is in Pending status"):
        local.create_presigned_domain_url(DomainId=ready, UserProfileName="ada")


def test_a_pending_space_cannot_be_deleted_and_holds_no_app(local: Any) -> None:
    domain_id = make_domain(local)
    local.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    lifecycle.configure("time")
    make_space(local, domain_id, "team-1", "ada")
    with pytest.raises(ClientError) as refused:
        local.delete_space(DomainId=domain_id, SpaceName="team-1")
    # Seen on real accounts: this code, where one expects ResourceInUse.
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="is not in InService"):
        local.create_app(DomainId=domain_id, **APP)


@pytest.mark.parametrize("kind", ["domain", "user_profile", "space", "app"])
def test_what_is_being_deleted_cannot_be_deleted_again(local: Any, kind: str) -> None:
    domain_id = make_domain(local)
    params: dict[str, str] = {"DomainId": domain_id}
    if kind != "domain":
        people(local, domain_id)
        local.create_user_profile(DomainId=domain_id, UserProfileName="grace")
        local.create_app(DomainId=domain_id, **APP)
    params |= {
        "domain": {},
        "user_profile": {"UserProfileName": "grace"},
        "space": {"SpaceName": "team-1"},
        "app": APP,
    }[kind]
    if kind == "space":
        local.delete_app(DomainId=domain_id, **APP)
    lifecycle.configure("time")
    delete = getattr(local, f"delete_{kind}")
    delete(**params)
    with pytest.raises(local.exceptions.ResourceInUse, match="because it is in Deleting status"):
        delete(**params)


def test_a_space_is_in_service_before_its_volume_is_ready_again(local: Any) -> None:
    domain_id = make_domain(local)
    people(local, domain_id)
    lifecycle.configure("manual", times=1)
    state_manager.set_transition("sagemaker::space::storage", {"progression": "manual", "times": 2})
    try:
        local.update_space(DomainId=domain_id, SpaceName="team-1", SpaceDisplayName="one")
        found = local.describe_space(DomainId=domain_id, SpaceName="team-1")
        assert found["Status"] == "InService"
        with pytest.raises(local.exceptions.ResourceInUse, match="storage is not in Available"):
            local.create_app(DomainId=domain_id, **APP)
        local.create_app(DomainId=domain_id, **APP)
    finally:
        state_manager.unset_transition("sagemaker::space::storage")


def test_failed_apps_linger_hold_nothing_and_cannot_be_deleted(local: Any) -> None:
    domain_id = make_domain(local)
    people(local, domain_id)
    set_faults(Faults(app_failure_rate=1))
    local.create_app(DomainId=domain_id, **APP)
    found = local.describe_app(DomainId=domain_id, **APP)
    assert found["Status"] == "Failed"
    assert found["FailureReason"]
    with pytest.raises(ClientError) as refused:
        local.delete_app(DomainId=domain_id, **APP)
    assert refused.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "App [default] previously failed and was automatically deleted. For tracking "
        "purposes, apps are available in the ListApps API results for only 24 hours after failure.",
    }
    local.delete_space(DomainId=domain_id, SpaceName="team-1")
    assert [app["Status"] for app in local.list_apps()["Apps"]] == ["Failed"]


def test_records_of_ended_apps_are_kept_for_a_day(
    local: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain_id = make_domain(local)
    people(local, domain_id)
    local.create_app(DomainId=domain_id, **APP)
    local.delete_app(DomainId=domain_id, **APP)
    now = lifecycle.utcnow()
    monkeypatch.setattr(account, "utcnow", lambda: now + account.APP_RECORD / 2)
    assert [app["Status"] for app in local.list_apps()["Apps"]] == ["Deleted"]
    monkeypatch.setattr(account, "utcnow", lambda: now + account.APP_RECORD * 1.01)
    assert local.list_apps()["Apps"] == []
    with pytest.raises(local.exceptions.ResourceNotFound):
        local.describe_app(DomainId=domain_id, **APP)


@pytest.mark.parametrize(
    "wrong",
    [
        {"progression": "slowly"},
        {"progression": "time", "timescale": -1},
        {"progression": "manual", "times": 0},
    ],
)
def test_a_clock_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="progression must be one of"):
        lifecycle.configure(**wrong)
