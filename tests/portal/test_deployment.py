"""The SAM template: sound, and allowed no more than the app does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from studio_core.config import Settings, variable
from studio_core.sandbox.demo import control
from tests.portal.conftest import ON_ROSTER, WRONG, calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.sandbox.serving.server import SandboxServer
    from tests.portal.conftest import Late, Maker

FOLDER = Path(__file__).parents[2] / "web_app"
TEMPLATE = FOLDER / "template.yaml"


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    from cfnlint.decode import cfn_yaml  # slow to import, and each worker collects all tests

    found: dict[str, Any] = cfn_yaml.load(str(TEMPLATE))["Resources"]
    return found


def statements(resources: dict[str, Any]) -> list[dict[str, Any]]:
    role = resources["PortalRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    return [
        *role,
        *(
            statement
            for name in ("MintPolicy", "AssumePolicy", "MailPolicy", "AuditPolicy")
            for statement in resources[name]["Properties"]["PolicyDocument"]["Statement"]
        ),
    ]


def actions(statement: dict[str, Any]) -> list[str]:
    action = statement["Action"]
    return [action] if isinstance(action, str) else list(action)


def test_cfn_lint_finds_nothing() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import cfnlint.runner as r; raise SystemExit(r.main())",
            str(TEMPLATE),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_role_allows_what_the_app_calls_and_nothing_else(
    resources: dict[str, Any], portal: Maker, aws: SandboxServer, late: Callable[..., Late]
) -> None:
    instance = portal(audit_table="studio-cli-audit")
    instance.hackathon.ensure_table()
    code = instance.hackathon.codes().event_code
    person = late(space=False)
    # AWS documents no error for a profile that is not ready: the least telling one, then.
    errors = {"errors": {"sagemaker.CreatePresignedDomainUrl": "ValidationException"}}
    calls(aws)
    instance.hackathon.sign_in._codes = None
    visitor = instance.visitor()
    assert visitor.sign_in(ON_ROSTER, code).status_code == 303
    assert visitor.sign_in(ON_ROSTER, WRONG).status_code == 401
    control(aws.url, "PUT", "faults", errors)
    assert visitor.sign_in(person.email, code).status_code == 409
    role = f"arn:aws:iam::{aws.account}:role/links"
    isolated = portal(link_role=role, audit_table="studio-cli-audit").visitor()
    control(aws.url, "PUT", "faults", {})
    assert isolated.sign_in(ON_ROSTER, code).status_code == 303
    mailing = portal(access="mailed-code", sender="hack@example.com").visitor()
    assert mailing.sign_in(ON_ROSTER).status_code == 202
    assert mailing.sign_in(ON_ROSTER, WRONG).status_code == 401
    made = {name.replace("POST /v2/email/outbound-emails", "SendEmail") for name in calls(aws)}
    made -= {"sts.GetCallerIdentity"}  # needs no permission (STS API reference)
    # A transaction needs the permissions of what it consists of: puts (DynamoDB guide, IAM).
    made = {name.replace("TransactWriteItems", "PutItem") for name in made}
    allowing = [s for s in statements(resources) if s["Effect"] == "Allow"]
    allowed = {action for s in allowing for action in actions(s)}
    own = {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert {name.replace(".", ":") for name in made} == allowed - own


def test_every_statement_names_its_resources_and_event(resources: dict[str, Any]) -> None:
    for statement in statements(resources):
        denies = statement["Sid"].startswith("Never")
        assert statement["Effect"] == ("Deny" if denies else "Allow")
        assert statement["Sid"]
        assert statement["Resource"] != "*"
        assert "*" not in "".join(actions(statement))
    by_sid = {s["Sid"]: s for s in statements(resources)}
    for sid in ("MintLinksForProfilesOfThisEvent", "SeeWhetherItIsReady"):
        tags = by_sid[sid]["Condition"]["StringEquals"]
        assert list(tags) == ["aws:ResourceTag/studio-cli:event"]
    writes = by_sid["CountTriesAndKeepOneTimeCodes"]["Condition"]["ForAllValues:StringLike"]
    keys = [key["Fn::Sub"] for key in writes["dynamodb:LeadingKeys"]]
    patterns = [key.replace("${EventName}", "demo") for key in keys]
    assert any(fnmatchcase("studio-cli#tries#demo#client#a#1", p) for p in patterns)
    assert any(fnmatchcase("studio-cli#code#demo#a", p) for p in patterns)
    for other in (ON_ROSTER, "studio-cli#lease#demo", "studio-cli#tries#demo-2#a"):
        assert not any(fnmatchcase(other, p) for p in patterns)


def filled(value: Any) -> Any:
    """A value of the template with its parameters as the published policy names them."""
    names = {
        "AWS::Partition": "aws",
        "AWS::Region": "REGION",
        "AWS::AccountId": "ACCOUNT",
        "DomainId": "DOMAIN_ID",
        "TableName": "TABLE_NAME",
        "AuditTable": "AUDIT_TABLE",
        "EventName": "EVENT",
        "Sender": "SENDER",
    }
    if isinstance(value, dict) and list(value) == ["Fn::GetAtt"]:
        assert value["Fn::GetAtt"] == ["LinkRole", "Arn"]
        return "arn:aws:iam::ACCOUNT:role/LINK_ROLE"
    if isinstance(value, dict) and list(value) == ["Ref"]:
        return names[value["Ref"]]
    if isinstance(value, dict) and list(value) == ["Fn::Sub"]:
        return re.sub(r"\$\{([\w:]+)\}", lambda found: names[found[1]], value["Fn::Sub"])
    if isinstance(value, dict):
        return {str(key): filled(inner) for key, inner in value.items()}
    return sorted(filled(inner) for inner in value) if isinstance(value, list) else str(value)


def test_the_role_is_the_published_portal_policy(resources: dict[str, Any]) -> None:
    published = json.loads((FOLDER.parent / "docs/iam/portal.json").read_text())["Statement"]
    made = {}
    for statement in statements(resources):
        if statement["Sid"] != "WriteItsLog":
            whole = {**filled(dict(statement)), "Action": sorted(actions(statement))}
            made[whole["Sid"]] = whole
    assert made == {
        s["Sid"]: {**s, "Action": sorted(s["Action"])} | sorted_lists(s) for s in published
    }


def test_the_link_role_is_the_published_one_and_trusts_the_function_alone(
    resources: dict[str, Any],
) -> None:
    role = resources["LinkRole"]["Properties"]
    published = json.loads((FOLDER.parent / "docs/iam/link-role.json").read_text())["Statement"]
    made = [
        {**filled(dict(s)), "Action": sorted(actions(s))}
        for s in role["Policies"][0]["PolicyDocument"]["Statement"]
    ]
    assert made == [s | sorted_lists(s) for s in published]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Fn::GetAtt": ["PortalRole", "Arn"]}}
    conditions = {name: resources[name].get("Condition") for name in ("MintPolicy", "LinkRole")}
    assert conditions == {"MintPolicy": "MintsItself", "LinkRole": "IsolatesPeople"}


def sorted_lists(statement: dict[str, Any]) -> dict[str, Any]:
    return {
        key: filled(value) if isinstance(value, list | dict) else value
        for key, value in statement.items()
    }


def test_every_variable_is_a_setting_and_every_needed_one_is_there(
    resources: dict[str, Any],
) -> None:
    function = resources["PortalFunction"]["Properties"]
    given = set(function["Environment"]["Variables"]) - {"STUDIO_CONFIG", "STUDIO_STATE"}
    known = {variable(name) for name in Settings.__slots__}
    assert given <= known
    assert {variable(n) for n in ("region", "domain_id", "table_name", "event")} <= given


def test_there_are_throttling_retention_and_alarms(resources: dict[str, Any]) -> None:
    api = resources["PortalApi"]["Properties"]
    assert {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= set(api["DefaultRouteSettings"])
    fields = re.findall(r"\$context\.(\w+)", api["AccessLogSettings"]["Format"])
    assert fields
    assert not {"path", "rawPath", "routeKey", "querystring"} & set(fields)
    kinds: dict[str, list[dict[str, Any]]] = {}
    for resource in resources.values():
        kinds.setdefault(resource["Type"], []).append(resource["Properties"])
    assert all("RetentionInDays" in group for group in kinds["AWS::Logs::LogGroup"])
    assert len(kinds["AWS::CloudWatch::Alarm"]) >= 4


def test_the_bundle_is_built_for_the_function(resources: dict[str, Any]) -> None:
    function = resources["PortalFunction"]["Properties"]
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[function["Architectures"][0]]
    built = (FOLDER / "Makefile").read_text()
    platforms = re.findall(r"--platform (\S+)", built)
    assert platforms
    assert all(re.fullmatch(rf"manylinux\w+_{machine}", platform) for platform in platforms)
    assert re.findall(r"--python-version (\S+)", built) == [
        function["Runtime"].removeprefix("python")
    ]


def test_the_bundle_has_the_versions_of_the_lock() -> None:
    def pins(path: Path) -> dict[str, str]:
        found = re.findall(r"^([\w.-]+)==(\S+)", path.read_text(), re.MULTILINE)
        return {name.lower(): version for name, version in found}

    bundle, lock = pins(FOLDER / "requirements.txt"), pins(FOLDER.parent / "requirements.txt")
    assert bundle
    assert {name: lock[name] for name in bundle} == bundle
    wanted = (FOLDER / "requirements.in").read_text().splitlines()
    assert {name for name in wanted if name and not name.startswith("#")} <= set(bundle)
