"""One table of operations: policies come from it, and no call is made that is not in it."""

from __future__ import annotations

import ast
import json
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import botocore.session
import pytest
import yaml
from botocore import xform_name
from botocore.stub import ANY, Stubber

from studio_core.access.roles import Actor, Role
from studio_core.aws.operations import STATEMENTS, PolicyTarget, Who, iam_action
from studio_core.aws.permission_check import check_permissions
from studio_core.aws.policies import documents, main, policy, policy_target, statements
from studio_core.aws.session import Session
from studio_core.config import Settings, save
from studio_core.insight.readiness import CheckState
from studio_core.model.people import Participant, Roster
from studio_core.model.studio import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.serving.server import SandboxServer

ROOT = Path(__file__).resolve().parents[2]
ROSTER = Roster((Participant("ada@example.com", "1"), Participant("bo@example.com", "2")))
SERVICES = {
    "aws/studio.py": "sagemaker",
    "aws/table.py": "dynamodb",
    "aws/audit.py": "dynamodb",
    "aws/attempts.py": "dynamodb",
    "aws/secrets.py": "ssm",
    "aws/mail.py": "sesv2",
    "aws/quotas.py": "service-quotas",
    "aws/observe.py": "resourcegroupstaggingapi",
    "aws/prices.py": "pricing",
    "aws/session.py": "sts",
}
NOT_CALLS = {"get_paginator", "get_waiter", "can_paginate", "close"}
FREE = {"sts.GetCallerIdentity"}  # needs no permission (STS API reference)


def operations(who: Who) -> set[str]:
    """All operations that somebody's policy allows, as the SDK names them."""
    return FREE.union(*(statement.operations for statement in statements(who)))


def test_the_files_are_what_the_table_says():
    for name, text in documents().items():
        file = ROOT / "docs" / "iam" / name
        assert file.read_text() == text, f"run python -m studio_core.aws.policies for {name}"


@cache
def _operations_of(service: str) -> dict[str, str]:
    """SDK method to operation, from botocore's own model."""
    model = botocore.session.Session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def _calls_in(file: Path, service: str) -> Iterator[str]:
    known = _operations_of(service)
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in known and node.attr not in NOT_CALLS:
            yield known[node.attr]
        if isinstance(node, ast.Constant) and node.value in known and "_" in str(node.value):
            yield known[str(node.value)]  # handed on to a paginator
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_paginator":
            name = getattr(node.args[0], "value", None)
            if name in known:
                yield known[name]


def test_every_call_that_the_code_can_make_is_in_the_table():
    """Read from the source, so that calls which no test happens to make are found too."""
    known = {operation for s in STATEMENTS for operation in s.operations} | operations(Who.PORTAL)
    found = 0
    for name, service in SERVICES.items():
        file = ROOT / "studio_core" / name
        for operation in set(_calls_in(file, service)):
            assert f"{service}.{operation}" in known, f"{name} calls {operation}"
            found += 1
    assert found >= 30
    rooms = {str(p.relative_to(ROOT / "studio_core")) for p in (ROOT / "studio_core/aws").glob("*")}
    callers = {
        name for name in rooms
        if name.endswith(".py") and "_client." in (ROOT / "studio_core" / name).read_text()
    }  # fmt: skip
    assert callers <= set(SERVICES), "a module that makes calls is not looked at here"


def test_nothing_is_allowed_that_is_not_called():
    made = {
        f"{service}.{operation}"
        for name, service in SERVICES.items()
        for operation in _calls_in(ROOT / "studio_core" / name, service)
    }
    made |= {"iam.SimulatePrincipalPolicy", "iam.GetRole"}
    assert {operation for s in STATEMENTS for operation in s.operations} <= made


def test_statements_have_reasons_names_and_no_wildcards():
    assert len({s.sid for s in STATEMENTS}) == len(STATEMENTS)
    for statement in STATEMENTS:
        assert re.fullmatch(r"[A-Za-z0-9]+", statement.sid)
        assert len(statement.reason) > 20
        assert not any("*" in action for action in statement.actions)
        if "*" in statement.resources:
            assert all(re.search(r":(List|Get)", action) for action in statement.actions), (
                statement.sid
            )


def test_actions_resources_and_conditions_exist_in_aws():
    """Against the IAM reference that ships with cfn-lint."""
    import cfnlint

    data = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "Policies.json"
    reference = json.loads(data.read_text())
    for statement in STATEMENTS:
        kinds: set[str] = set()
        for action in statement.actions:
            service, _, name = action.partition(":")
            described = reference[service]["Actions"].get(name.lower())
            assert described is not None, action
            kinds |= {f"{service}:{kind}" for kind in described.get("Resources", ())}
        for resource in statement.rendered(PolicyTarget())["Resource"].split() if isinstance(
            statement.rendered(PolicyTarget())["Resource"], str
        ) else statement.rendered(PolicyTarget())["Resource"]:  # fmt: skip
            if resource == "*":
                continue
            _, _, service, _, _, rest = resource.split(":", 5)
            formats = [
                form.split(":", 5)[5]
                for kind in kinds
                if kind.startswith(f"{service}:")
                for form in reference[service]["Resources"][kind.partition(":")[2]]["ARNFormats"]
            ]
            assert any(re.match(form, rest) for form in formats), (statement.sid, resource)


@pytest.mark.parametrize("who", Who)
def test_policies_are_within_what_iam_takes(who: Who):
    text = json.dumps(
        policy(who, PolicyTarget("1" * 12, "eu-central-1", "d-" + "a" * 12, "t" * 60))
    )
    assert len(re.sub(r"\s", "", text)) < 6144  # characters of a managed policy (IAM quotas)


def test_helpers_and_the_portal_can_neither_make_nor_delete_nor_read_all():
    words = re.compile(r":(Create|Delete|Put|Update|BatchWrite|AddTags|TagResource)")
    for statement in statements(Who.HELPER):
        changing = [a for a in statement.actions if words.search(a)]
        assert set(changing) <= {"sagemaker:CreatePresignedDomainUrl", "dynamodb:PutItem"}
    portal = {action for s in statements(Who.PORTAL) for action in s.actions}
    assert not portal & {"dynamodb:Scan", "dynamodb:Query", "sagemaker:ListUserProfiles"}
    for statement in statements(Who.PORTAL):
        if any(words.search(action) for action in statement.actions):
            assert statement.condition, statement.sid


def test_the_portals_template_grants_the_same():
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, _, node: _plain(loader, node))
    template = yaml.load((ROOT / "web_app" / "template.yaml").read_text(), Loader)
    roles = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] in {"AWS::IAM::Role", "AWS::IAM::RolePolicy"}
    ]
    granted: set[str] = set()
    for properties in roles:
        for document in properties.get("Policies", [properties]):
            for statement in document["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                granted |= {actions} if isinstance(actions, str) else set(actions)
    ours = {action for s in statements(Who.PORTAL) for action in s.actions}
    assert {action for action in granted if not action.startswith("logs:")} == ours


def _plain(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node)  # type: ignore[arg-type]  # the third kind there is


def _made(sandbox: SandboxServer) -> set[str]:
    """What was called; the sandbox goes by the names that requests are signed with."""
    signed = {"servicequotas": "service-quotas", "tagging": "resourcegroupstaggingapi"}
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/calls") as answer:
        calls = [call.partition(".") for call in json.load(answer)]
    return {f"{signed.get(service, service)}.{operation}" for service, _, operation in calls}


def _forget(sandbox: SandboxServer) -> None:
    asked = urllib.request.Request(f"{sandbox.url}/_sandbox/calls", method="DELETE")
    urllib.request.urlopen(asked).close()


def test_the_whole_flow_makes_only_calls_that_its_role_may(
    sandbox: SandboxServer, make_hackathon: Callable[..., Hackathon]
):
    hackathon = make_hackathon(audit_table="studio-cli-audit", access="event-code")
    _forget(sandbox)
    hackathon.ensure_table()
    hackathon.domains()
    hackathon.pinned()
    hackathon.check(ROSTER)
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    assert hackathon.run(hackathon.propose_start_apps()).ok
    hackathon.hourly_cost(hackathon.status())
    assert len(list(hackathon.links())) == 2
    hackathon.sign_in.codes()
    hackathon.sign_in.rotate()
    hackathon.lease()
    hackathon.recorded()
    assert hackathon.run(hackathon.propose_stop_apps()).ok
    organiser = _made(sandbox)
    assert organiser <= operations(Who.ORGANISER)
    assert "sagemaker.CreateSpace" in organiser

    helper = hackathon.acting_as(Actor("bo", Role.HELPER))
    _forget(sandbox)
    helper.status()
    helper.hourly_cost(helper.status())
    helper.participants()
    assert len(list(helper.links(email="ada@example.com"))) == 1
    assert _made(sandbox) <= operations(Who.HELPER)

    _forget(sandbox)
    record = hackathon.sign_in.person("ada@example.com")
    assert record is not None
    now = hackathon.sign_in.clock()
    hackathon.sign_in.tries.take("client#x", 3, now)
    hackathon.sign_in.tries.give_back("client#x", now)
    hackathon.sign_in.tries.keep_code("ada", "digest", now)
    hackathon.sign_in.tries.use_code("ada", "digest", now)
    hackathon.sign_in.link(record)
    hackathon.sign_in.came(record)
    portal = _made(sandbox)
    assert "sagemaker.CreatePresignedDomainUrl" in portal
    assert portal <= operations(Who.PORTAL)

    _forget(sandbox)
    assert hackathon.run(hackathon.propose_purge()).ok
    hackathon.sign_in.drop()
    assert _made(sandbox) <= operations(Who.ORGANISER)


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


def _asked(arn: str, denied: str, role: str = "") -> list[str]:
    """Ask the simulator with arguments that botocore's own stub compares."""
    session = Session("eu-west-1")
    iam = session.client("iam")
    with Stubber(iam) as stub, ThreadPoolExecutor(1) as executor:
        if role:
            stub.add_response("get_role", {"Role": _role(role)}, {"RoleName": "organisers"})
        for statement in statements(Who.ORGANISER):
            if "{audit_table}" in " ".join(statement.resources):
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
        checks = check_permissions(session, SETTINGS, identity, executor=executor)
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
    assert _asked_as_root() == ["ok Permissions"]


def _asked_as_root() -> list[str]:
    identity = Identity("123456789012", "eu-west-1", "d-abc", "arn:aws:iam::123456789012:root")
    with ThreadPoolExecutor(1) as executor:
        checks = check_permissions(Session("eu-west-1"), SETTINGS, identity, executor=executor)
    return [f"{check.state} {check.title}" for check in checks]


def test_a_policy_can_be_printed_for_the_settings(capsys: pytest.CaptureFixture[str]):
    save(SETTINGS)
    main(["portal"])
    printed = json.loads(capsys.readouterr().out)
    assert "user-profile/d-abc/*" in json.dumps(printed)
    assert "DOMAIN_ID" not in json.dumps(printed)
    assert {action for s in printed["Statement"] for action in s["Action"]} == {
        iam_action(o) for o in operations(Who.PORTAL) if not o.startswith("sts.")
    }
