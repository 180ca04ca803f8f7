"""Permissions are asked of the simulator, or tried by calls that change nothing."""

from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import boto3
from botocore.stub import ANY, Stubber

from studio_core.aws.permission_check import check_permissions
from studio_core.aws.policies import policy_target, statements
from studio_core.aws.session import Session
from studio_core.aws.statements import Who
from studio_core.config import Settings
from studio_core.insight.readiness import CheckState
from studio_core.model.studio import Identity

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.serving.server import SandboxServer


def _deny(sandbox: SandboxServer, *denied: str) -> None:
    body = json.dumps({"errors": dict.fromkeys(denied, "AccessDeniedException")}).encode()
    address = f"{sandbox.url}/_sandbox/faults"
    urllib.request.urlopen(urllib.request.Request(address, body, method="PUT")).close()


SIMULATOR = "iam.SimulatePrincipalPolicy"


def _permissions(hackathon: Hackathon) -> dict[str, CheckState]:
    return {c.title: c.state for c in hackathon.check() if c.title.startswith("Permission")}


def test_the_simulator_is_asked_about_every_action(sandbox: SandboxServer, hackathon: Hackathon):
    assert _permissions(hackathon) == {"Permissions": CheckState.OK}
    _deny(sandbox, "sagemaker.CreateSpace", "tagging.GetResources", "servicequotas.GetServiceQuota")
    assert _permissions(hackathon) == {
        "Permission sagemaker:CreateSpace": CheckState.ERROR,
        "Permission tag:GetResources": CheckState.ERROR,
        "Permission servicequotas:GetServiceQuota": CheckState.WARNING,
    }


def test_without_the_simulator_harmless_calls_are_tried(
    sandbox: SandboxServer, hackathon: Hackathon
):
    before = _table_as_it_is(hackathon)
    _deny(sandbox, SIMULATOR)
    (fine,) = [c for c in hackathon.check() if c.title.startswith("Permission")]
    assert fine.state is CheckState.WARNING
    assert "not tried" in fine.sentence
    assert _table_as_it_is(hackathon) == before

    _deny(sandbox, SIMULATOR, "dynamodb.UpdateItem", "pricing.GetProducts", "sagemaker.ListApps")
    told = {c.title: c for c in hackathon.check() if c.title.startswith("Permission")}
    assert set(told) == {
        "Permission dynamodb:UpdateItem",
        "Permission pricing:GetProducts",
        "Permission sagemaker:ListApps",
    }
    assert told["Permission dynamodb:UpdateItem"].state is CheckState.ERROR
    assert told["Permission pricing:GetProducts"].state is CheckState.WARNING
    assert "SeeTheDomains" in told["Permission sagemaker:ListApps"].remedy
    assert _table_as_it_is(hackathon) == before


def _table_as_it_is(hackathon: Hackathon) -> list[object]:
    client = boto3.client("dynamodb")
    return list(client.scan(TableName=hackathon.settings.table_name)["Items"])


SETTINGS = Settings("eu-west-1", "d-abc", "people", "demo", account="123456789012")


def _asked(arn: str, denied: str, role: str = "", who: Who = Who.ORGANISER) -> list[str]:
    """Ask the simulator with arguments that botocore's own stub compares."""
    session = Session("eu-west-1")
    iam = session.client("iam")
    with Stubber(iam) as stub, ThreadPoolExecutor(1) as executor:
        if role:
            stub.add_response("get_role", {"Role": _role(role)}, {"RoleName": "organisers"})
        for statement in statements(who):
            on = " ".join(statement.resources)
            if statement.denies or "{audit_table}" in on or "{link_role}" in on:
                continue
            rendered = statement.rendered(policy_target(SETTINGS))
            stub.add_response(
                "simulate_principal_policy",
                {
                    "EvaluationResults": [
                        {
                            "EvalActionName": action,
                            "EvalDecision": "implicitDeny" if action == denied else "allowed",
                        }
                        for action in rendered["Action"]
                    ]
                },
                {
                    "PolicySourceArn": role or arn,
                    "ActionNames": rendered["Action"],
                    "ResourceArns": ANY,
                    "ContextEntries": ANY,
                },
            )
        identity = Identity("123456789012", "eu-west-1", "d-abc", arn)
        checks = check_permissions(session, SETTINGS, identity, executor=executor, who=who)
        stub.assert_no_pending_responses()
    return [f"{check.state} {check.title}" for check in checks]


def _role(arn: str) -> dict[str, object]:
    return {
        "Path": "/team/", "RoleName": "organisers", "RoleId": "AROAEXAMPLEEXAMPLE",
        "Arn": arn, "CreateDate": "2026-01-01T00:00:00Z",
    }  # fmt: skip


def test_the_simulator_is_asked_for_the_role_behind_a_session(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    user = "arn:aws:iam::123456789012:user/ana"
    assert _asked(user, "") == ["ok Permissions"]
    assert _asked(user, "sagemaker:DeleteSpace") == ["error Permission sagemaker:DeleteSpace"]
    session = "arn:aws:sts::123456789012:assumed-role/organisers/ana"
    role = "arn:aws:iam::123456789012:role/team/organisers"
    assert _asked(session, "pricing:GetProducts", role) == [
        "warning Permission pricing:GetProducts"
    ]
    # What is denied on purpose is not missing.
    assert _asked(user, "", who=Who.HELPER) == ["ok Permissions"]
    assert _asked(user, "", who=Who.PORTAL) == ["ok Permissions"]
    assert _asked_as_root() == ["ok Permissions"]


def _asked_as_root() -> list[str]:
    identity = Identity("123456789012", "eu-west-1", "d-abc", "arn:aws:iam::123456789012:root")
    with ThreadPoolExecutor(1) as executor:
        checks = check_permissions(Session("eu-west-1"), SETTINGS, identity, executor=executor)
    return [f"{check.state} {check.title}" for check in checks]


def test_a_link_role_is_asked_about_in_place_of_making_links(
    make_hackathon: Callable[..., Hackathon], sandbox: SandboxServer
):
    mint, assume = "sagemaker.CreatePresignedDomainUrl", "sts.AssumeRole"
    _deny(sandbox, mint, assume)
    told = _permissions(make_hackathon())
    assert (mint_of := "Permission sagemaker:CreatePresignedDomainUrl") in told
    assert "Permission sts:AssumeRole" not in told
    role = f"arn:aws:iam::{sandbox.account}:role/links"
    told = _permissions(make_hackathon(link_role=role))
    assert "Permission sts:AssumeRole" in told
    assert mint_of not in told
