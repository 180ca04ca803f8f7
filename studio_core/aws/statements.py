"""Statements of IAM policies: for whom, which operations, on what, under which condition."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PARTS: Mapping[str, tuple[str, ...]] = {
    "dynamodb.TransactWriteItems": (
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    ),
}
"""Operations allowed by the actions that they consist of (IAM in the DynamoDB guide)."""

_PREFIXES = {"service-quotas": "servicequotas", "resourcegroupstaggingapi": "tag", "sesv2": "ses"}


class Who(StrEnum):
    """Whose policy. The link role is whose sessions make links, where the setting names one."""

    ORGANISER = "organiser"
    HELPER = "helper"
    PORTAL = "portal"
    LINK_ROLE = "link-role"


@dataclass(frozen=True, slots=True)
class PolicyTarget:
    """What a policy is limited to. The defaults are what to fill in.

    `host` and `other_host` are the two names that the event's host profile can have. The
    default of the second fits every hash, which nobody fills in by hand.
    """

    account: str = "ACCOUNT"
    region: str = "REGION"
    domain: str = "DOMAIN_ID"
    table: str = "TABLE_NAME"
    audit_table: str = "AUDIT_TABLE"
    event: str = "EVENT"
    host: str = "EVENT-host"
    other_host: str = "EVENT-host-??????"
    sender: str = "SENDER"
    instance: str = "INSTANCE_TYPE"
    link_role: str = "LINK_ROLE"
    partition: str = "aws"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy.

    `operations` are named as the SDK does (`sagemaker.ListApps`); `also` are IAM actions that
    come with them and have no call of their own. Texts of `resources` and `condition` name
    fields of `PolicyTarget` in braces. A statement that `denies` limits what others allow.
    """

    sid: str
    who: tuple[Who, ...]
    operations: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str
    also: tuple[str, ...] = ()
    condition: Mapping[str, Mapping[str, Sequence[str] | str]] = field(default_factory=dict)
    denies: bool = False

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions, in order."""
        named = {iam_action(operation) for operation in self.operations if operation not in PARTS}
        return tuple(sorted({*named, *self.also}))

    def rendered(self, target: PolicyTarget) -> dict[str, Any]:
        """The statement as a policy holds it."""
        resources = [_filled(resource, target) for resource in self.resources]
        condition = {"Condition": _filled(dict(self.condition), target)} if self.condition else {}
        return {
            "Sid": self.sid,
            "Effect": "Deny" if self.denies else "Allow",
            "Action": list(self.actions),
            "Resource": resources if len(resources) > 1 else resources[0],
            **condition,
        }


def iam_action(operation: str) -> str:
    """IAM's name of an operation: `service-quotas.GetServiceQuota` is under `servicequotas:`."""
    service, _, name = operation.partition(".")
    return f"{_PREFIXES.get(service, service)}:{name}"


def _filled(value: Any, target: PolicyTarget) -> Any:
    if isinstance(value, str):
        names = PolicyTarget.__dataclass_fields__
        return value.format_map({name: getattr(target, name) for name in names})
    if isinstance(value, dict):
        return {key: _filled(inner, target) for key, inner in value.items()}
    return [_filled(inner, target) for inner in value]
