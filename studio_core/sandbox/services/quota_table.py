"""Service quotas of Studio: names, codes and defaults as AWS gives them.

Names, codes and defaults: gruntwork-io/terraform-aws-utilities, docs/quotas.md, made with
`list_aws_default_service_quotas` in us-east-1 in February 2024.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

PROFILES = "L-AC46C40F"
SPACES = "L-8E5333B4"
RUNNING_APPS = "L-4E39DDC4"
DOMAINS = "L-B683BCB0"
VOLUME_GB = "L-A37B67B0"


@dataclass(frozen=True, slots=True)
class QuotaDefault:
    """One quota. `invented` marks a code that is ours, for instance types not in the table."""

    code: str
    name: str
    default: float
    unit: str = "None"
    invented: bool = False


def running_apps_name(app_type: str, instance_type: str) -> str:
    """Name the quota of running apps of one type on one instance type."""
    return f"Studio {app_type} Apps running on {instance_type} instances"


_LIMITS = (
    QuotaDefault(PROFILES, "Maximum number of Studio user profiles allowed per account", 2),
    QuotaDefault(SPACES, "Maximum number of Studio spaces allowed per account", 6),
    QuotaDefault(RUNNING_APPS, "Maximum number of running Studio apps allowed per account", 40),
    QuotaDefault(DOMAINS, "Total domains", 2),
    QuotaDefault(
        VOLUME_GB, "Total EBS volume size in GB across all Studio Spaces", 500, "Gigabytes"
    ),
    QuotaDefault("L-71FAF417", running_apps_name("JupyterLab", "ml.t3.medium"), 6),
    QuotaDefault("L-2733D4D5", running_apps_name("JupyterLab", "ml.t3.large"), 6),
    QuotaDefault("L-3BDCD216", running_apps_name("JupyterLab", "ml.m5.large"), 1),
    QuotaDefault("L-77B8159A", running_apps_name("JupyterLab", "ml.m5.xlarge"), 1),
    QuotaDefault("L-39F81BFB", running_apps_name("JupyterLab", "ml.g4dn.xlarge"), 0),
    QuotaDefault("L-988CE6C5", running_apps_name("JupyterLab", "ml.g5.xlarge"), 0),
    QuotaDefault("L-FCEDEAC6", running_apps_name("CodeEditor", "ml.t3.medium"), 6),
    QuotaDefault("L-EEA21C8A", running_apps_name("CodeEditor", "ml.m5.xlarge"), 1),
    QuotaDefault("L-EAC6F82B", "Studio KernelGateway Apps running on ml.t3.medium instance", 2),
)

QUOTAS: dict[str, QuotaDefault] = {quota.code: quota for quota in _LIMITS}
"""The quotas with a known code, by code."""

BY_NAME: dict[str, QuotaDefault] = {quota.name: quota for quota in _LIMITS}
"""The same quotas by name."""

AWS_DEFAULTS: dict[str, float] = {quota.code: quota.default for quota in _LIMITS}
"""What a new account has: enough for two people."""

RAISED: dict[str, float] = {
    PROFILES: 12_000,
    SPACES: 6_000,
    RUNNING_APPS: 6_000,
    DOMAINS: 10,
    VOLUME_GB: 100_000,
    "L-71FAF417": 2_500,
    "L-2733D4D5": 1_000,
    "L-3BDCD216": 500,
    "L-77B8159A": 500,
    "L-39F81BFB": 10,
    "L-988CE6C5": 10,
    "L-FCEDEAC6": 2_500,
    "L-EEA21C8A": 500,
    "L-EAC6F82B": 2_500,
}
"""What the sandbox's account has unless told otherwise: an account that asked for more."""


def app_quota(app_type: str, instance_type: str) -> QuotaDefault:
    """Find the quota of running apps of one type on one instance type.

    An instance type that is not in the table has a quota with an invented code.
    """
    name = running_apps_name(app_type, instance_type)
    known = BY_NAME.get(name) or BY_NAME.get(name.removesuffix("s"))
    if known:
        return known
    code = "L-" + hashlib.sha256(name.encode()).hexdigest()[:8].upper()
    return QuotaDefault(code, name, 0, invented=True)


class AppliedQuotas:
    """The values that apply to one account; safe to read from any thread."""

    def __init__(self, values: dict[str, float] | None = None) -> None:
        self._values = dict(RAISED if values is None else values)

    def set(self, values: Mapping[str, object]) -> None:
        """Change some values, by quota code or name.

        Raises:
            ValueError: a key is neither a known code nor the name of a quota of running
                apps, or a value is not a number of at least 0.
        """
        clean: dict[str, float] = {}
        for key, value in values.items():
            if not isinstance(value, int | float) or value < 0:
                raise ValueError(f"the quota {key!r} must be a number of at least 0")
            clean[_code(key)] = value
        self._values = {**self._values, **clean}

    def value(self, quota: QuotaDefault) -> float | None:
        """Give what applies; None means unlimited (instance types nobody has set)."""
        default = None if quota.invented else quota.default
        return self._values.get(quota.code, default)

    def as_dict(self) -> dict[str, float]:
        """Give the values by code, for every quota of the table and those set beside it."""
        return {**AWS_DEFAULTS, **self._values}


def _code(key: str) -> str:
    if key in QUOTAS:
        return key
    if key in BY_NAME:
        return BY_NAME[key].code
    words = key.split()
    if key.startswith("Studio ") and " Apps running on " in key and len(words) >= len("12345"):
        return app_quota(words[1], words[5]).code
    raise ValueError(f"no quota has the code or name {key!r}")


applied: defaultdict[str, AppliedQuotas] = defaultdict(AppliedQuotas)
"""The applied quotas of each account."""


def set_quotas(values: Mapping[str, object], account: str = DEFAULT_ACCOUNT_ID) -> None:
    """Apply quota values to an account, by code or name (see `AppliedQuotas.set`)."""
    applied[account].set(values)


def describe(quota: QuotaDefault, value: float, region: str, account: str) -> dict[str, Any]:
    """Show a quota as Service Quotas does."""
    return {
        "ServiceCode": "sagemaker",
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": f"arn:aws:servicequotas:{region}:{account}:sagemaker/{quota.code}",
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": float(value),
        "Unit": quota.unit,
        "Adjustable": True,
        "GlobalQuota": False,
    }
