"""Check which permissions are missing, before the event does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from studio_core.aws.policies import policy_target, statements
from studio_core.aws.prices import HOME_REGION
from studio_core.aws.quotas import PROFILES, SERVICE
from studio_core.aws.statements import Statement, Who, iam_action
from studio_core.insight.readiness import Check, CheckState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    from studio_core.aws.session import Session
    from studio_core.config import Settings
    from studio_core.model.studio import Identity

TITLE = "Permissions"
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_NOBODY = "studio-cli#permission-check"
_OPTIONAL = {"AskWhatIsAllowed", "ReadQuotasAndPrices"}


def check_permissions(
    session: Session,
    settings: Settings,
    identity: Identity,
    *,
    executor: Executor,
    who: Who = Who.ORGANISER,
) -> list[Check]:
    """Check permissions, and name what each missing one is for.

    The IAM policy simulator comes first, one call per statement: it knows about creating and
    deleting without doing either. Where it is not allowed, harmless calls are tried: reads,
    and writes to the table on a condition that is never true. The rest is then unknown.

    Returns:
        One check when nothing is known to be missing, else one per missing permission.
    """
    needed = [s for s in statements(who) if not s.denies]
    needed = [s for s in needed if settings.audit_table or "{audit_table}" not in _on(s)]
    needed = [s for s in needed if settings.link_role or "{link_role}" not in _on(s)]
    if settings.link_role:  # makes the links, and is checked by assuming it
        needed = [s for s in needed if s.sid != "MintLinksForProfilesOfThisEvent"]
    if identity.arn.endswith(":root"):
        return [Check(TITLE, CheckState.OK, "The root user may do everything.")]
    denied = _simulated(session, settings, identity, needed, executor)
    if denied is not None:
        number = len({action for statement in needed for action in statement.actions})
        return _told(denied, f"All {number} that the tool needs are there (policy simulator).")
    tried = _probes(session, settings)
    results = dict(zip(tried, executor.map(_refused, tried.values()), strict=True))
    missing = [
        (statement, action)
        for statement in needed
        for action in statement.actions
        if any(results.get(o) for o in statement.operations if iam_action(o) == action)
    ]
    unknown = len({a for s in needed for a in s.actions} - set(map(iam_action, tried)))
    return _told(
        missing,
        f"Reading is allowed; {unknown} that create or delete were not tried, because trying "
        "them would change something.",
        CheckState.WARNING,
        "Allow iam:SimulatePrincipalPolicy to have them checked, or compare with docs/iam.",
    )


def _told(
    denied: Iterable[tuple[Statement, str]],
    fine: str,
    state: CheckState = CheckState.OK,
    remedy: str = "",
) -> list[Check]:
    missing = [
        Check(
            f"Permission {action}",
            CheckState.WARNING if statement.sid in _OPTIONAL else CheckState.ERROR,
            f"These credentials may not do it. What it is for: {statement.reason}",
            f"Add the statement {statement.sid} of docs/iam/{statement.who[0]}.json.",
        )
        for statement, action in denied
    ]
    return missing or [Check(TITLE, state, fine, remedy)]


def _simulated(
    session: Session,
    settings: Settings,
    identity: Identity,
    needed: list[Statement],
    executor: Executor,
) -> list[tuple[Statement, str]] | None:
    """Ask the policy simulator; None when that is not allowed."""
    iam = session.client("iam")
    target = policy_target(settings, identity.arn.split(":")[1])

    def ask(statement: Statement) -> list[tuple[Statement, str]]:
        rendered = statement.rendered(target)
        resources = rendered["Resource"]
        answer = iam.simulate_principal_policy(
            PolicySourceArn=source,
            ActionNames=list(statement.actions),
            ResourceArns=_examples([resources] if isinstance(resources, str) else resources),
            ContextEntries=_context(rendered.get("Condition", {})),
        )
        return [
            (statement, action)
            for action in statement.actions
            if not any(
                result["EvalActionName"] == action and result["EvalDecision"] == "allowed"
                for result in answer["EvaluationResults"]
            )
        ]

    try:
        source = _principal(iam, identity.arn)
        return [item for found in executor.map(ask, needed) for item in found]
    except (ClientError, BotoCoreError):
        return None


def _principal(iam: Any, arn: str) -> str:
    """Return the ARN of the role behind a session, whose own ARN omits the role's path."""
    if ":assumed-role/" not in arn:
        return arn
    name = arn.split("/")[1]
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def _examples(resources: list[str]) -> list[str]:
    return [r if r == "*" else r.replace("*", "example") for r in resources]


def _context(condition: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the context of a call that fulfils the condition."""
    entries = []
    for operator, keys in condition.items():
        for key, value in keys.items():
            values = [value] if isinstance(value, str) else list(value)
            several = operator.startswith(("ForAllValues", "ForAnyValue"))
            entries.append(
                {
                    "ContextKeyName": key,
                    "ContextKeyValues": values if several else values[:1],
                    "ContextKeyType": "stringList" if several else "string",
                }
            )
    return entries


def _probes(session: Session, settings: Settings) -> dict[str, Callable[[], object]]:
    """Return calls that change nothing, by operation."""
    sagemaker, dynamodb = session.client("sagemaker"), session.client("dynamodb")
    tagging, quotas = session.client("resourcegroupstaggingapi"), session.client("service-quotas")
    pricing = session.client("pricing", region=HOME_REGION)
    ssm = session.client("ssm")
    domain, table = settings.domain_id, settings.table_name
    key = {"pk": {"S": _NOBODY}}
    never = {"TableName": table, "ConditionExpression": "attribute_exists(pk)"}
    secret = f"/studio-cli/{settings.event}/secret"
    return {
        "sagemaker.ListDomains": lambda: sagemaker.list_domains(MaxResults=1),
        "sagemaker.DescribeDomain": lambda: sagemaker.describe_domain(DomainId=domain),
        "sagemaker.ListUserProfiles": lambda: sagemaker.list_user_profiles(
            DomainIdEquals=domain, MaxResults=1
        ),
        "sagemaker.ListSpaces": lambda: sagemaker.list_spaces(DomainIdEquals=domain, MaxResults=1),
        "sagemaker.ListApps": lambda: sagemaker.list_apps(DomainIdEquals=domain, MaxResults=1),
        "resourcegroupstaggingapi.GetResources": lambda: tagging.get_resources(ResourcesPerPage=1),
        "dynamodb.DescribeTable": lambda: dynamodb.describe_table(TableName=table),
        "dynamodb.Scan": lambda: dynamodb.scan(TableName=table, Limit=1),
        "dynamodb.GetItem": lambda: dynamodb.get_item(TableName=table, Key=key),
        "dynamodb.PutItem": lambda: dynamodb.put_item(Item=key, **never),
        "dynamodb.UpdateItem": lambda: dynamodb.update_item(Key=key, **never),
        "dynamodb.DeleteItem": lambda: dynamodb.delete_item(Key=key, **never),
        "service-quotas.GetServiceQuota": lambda: quotas.get_service_quota(
            ServiceCode=SERVICE, QuotaCode=PROFILES
        ),
        "pricing.GetProducts": lambda: pricing.get_products(
            ServiceCode="AmazonSageMaker", MaxResults=1
        ),
        "ssm.GetParameter": lambda: ssm.get_parameter(Name=secret, WithDecryption=False),
    }


def _refused(call: Callable[[], object]) -> bool:
    """Return whether a call is refused for lack of a permission; other errors do not count."""
    try:
        call()
    except ClientError as error:
        return error.response.get("Error", {}).get("Code") in _DENIED
    except BotoCoreError:
        return False  # a network failure says nothing about permissions
    return False


def _on(statement: Statement) -> str:
    return " ".join(statement.resources)
