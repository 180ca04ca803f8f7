"""The table of operations: every call that the code makes, and nothing else."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import xform_name

from studio_core.aws.operations import STATEMENTS
from studio_core.aws.statements import PolicyTarget, Statement, Who
from studio_core.model.studio import EVENT_TAG, HOST_TAG
from tests.aws.allowed import FREE, operations
from tests.aws.iam_reference import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import ServiceModel

ROOT = Path(__file__).resolve().parents[2]
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
    "aws/link_role.py": "sts",
}
NOT_CALLS = {"get_paginator", "get_waiter", "can_paginate", "close"}


@cache
def _operations_of(service: str) -> dict[str, str]:
    """SDK method to operation, from botocore's own model."""
    return {xform_name(name): name for name in _model(service).operation_names}


def _model(service: str) -> ServiceModel:
    return botocore.session.Session().get_service_model(service)


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
    files = {str(p.relative_to(ROOT / "studio_core")) for p in (ROOT / "studio_core/aws").glob("*")}
    callers = {
        name for name in files
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


def _kinds(action: str) -> dict[str, dict[str, Any]]:
    """Return the kinds of resource that an action is allowed on."""
    service, _, name = action.partition(":")
    described = reference()[service]["Actions"].get(name.lower())
    assert described is not None, action
    kinds = reference()[service]["Resources"]
    return {f"{service}:{kind}": kinds[kind] for kind in described.get("Resources", ())}


def _is(resource: str, described: dict[str, Any]) -> bool:
    _, _, service, _, _, rest = resource.split(":", 5)
    forms = (form.split(":", 5) for form in described["ARNFormats"])
    return any(form[2] == service and re.fullmatch(form[5], rest) for form in forms)


def _resources(statement: Statement) -> list[str]:
    rendered = statement.rendered(PolicyTarget())["Resource"]
    return [rendered] if isinstance(rendered, str) else list(rendered)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s.sid)
def test_actions_and_resources_exist_in_aws_and_belong_together(statement: Statement):
    resources = _resources(statement)
    used = set()
    for action in statement.actions:
        kinds = _kinds(action)
        matching = {r for r in resources for kind in kinds.values() if r == "*" or _is(r, kind)}
        assert matching or resources == ["*"], f"{action} is allowed on nothing"
        used |= matching
    assert used == set(resources) or resources == ["*"]


OF_ACTIONS = {
    "dynamodb:DeleteItem": {"dynamodb:LeadingKeys"},
    "dynamodb:PutItem": {"dynamodb:LeadingKeys"},
    "dynamodb:UpdateItem": {
        "dynamodb:Attributes",
        "dynamodb:LeadingKeys",
        "dynamodb:ReturnValues",
    },
    "sagemaker:CreateApp": {"sagemaker:InstanceTypes"},
    "sagemaker:AddTags": {"aws:TagKeys", "sagemaker:TaggingAction"},
    "ses:SendEmail": {"ses:FromAddress"},
}
"""Condition keys of actions, from the Service Authorization Reference: cfn-lint has none."""

OPERATORS = re.compile(r"(ForAllValues:|ForAnyValue:)?String(Equals|Like)(IfExists)?")


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s.sid)
def test_conditions_exist_in_aws_for_every_action(statement: Statement):
    for operator, keys in statement.condition.items():
        assert OPERATORS.fullmatch(operator)
        for key in keys:
            name, _, tag = key.partition("/")
            for action in statement.actions:
                if name == "aws:RequestTag":
                    service, _, operation = action.partition(":")
                    model = _model(service).operation_model(operation)
                    assert "Tags" in model.input_shape.members, action
                elif name == "aws:ResourceTag":
                    accepted = [
                        described["ConditionKeys"]
                        for described in _kinds(action).values()
                        if any(_is(resource, described) for resource in _resources(statement))
                    ]
                    assert accepted
                    assert all("aws:ResourceTag/${TagKey}" in keys for keys in accepted), action
                else:
                    assert key in OF_ACTIONS[action], action
            assert (tag in {EVENT_TAG, HOST_TAG}) == (
                name in {"aws:RequestTag", "aws:ResourceTag"}
            ), key


def test_no_two_services_have_an_operation_of_one_name():
    """Errors of the SDK name the operation and not the service."""
    known = FREE.union(*(statement.operations for statement in STATEMENTS))
    assert len({operation.partition(".")[2] for operation in known}) == len(known)
