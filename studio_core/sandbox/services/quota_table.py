"""Service quotas of Studio: names, codes and AWS defaults.

Known: names, codes and defaults [terraform-aws-utilities, docs/quotas.md, February 2024].
Invented: the raised quotas, and codes of instance types outside the table.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID

from studio_core.sandbox.studio import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

PROFILES = "L-AC46C40F"
SPACES = "L-8E5333B4"
RUNNING_APPS = "L-4E39DDC4"
DOMAINS = "L-B683BCB0"
VOLUME_GB = "L-A37B67B0"


@dataclass(frozen=True, slots=True)
class QuotaDefault:
    """One quota. `invented` marks a code of our own, for instance types outside the table."""

    code: str
    name: str
    default: float
    unit: str = "None"
    invented: bool = False


_LIMITS = (
    QuotaDefault(PROFILES, limits.PROFILES, 2),
    QuotaDefault(SPACES, limits.SPACES, 6),
    QuotaDefault(RUNNING_APPS, limits.RUNNING_APPS, 40),
    QuotaDefault(DOMAINS, limits.DOMAINS, 2),
    QuotaDefault(VOLUME_GB, limits.VOLUME_GB, 500, "Gigabytes"),
    QuotaDefault("L-71FAF417", limits.running_apps("JupyterLab", "ml.t3.medium"), 6),
    QuotaDefault("L-2733D4D5", limits.running_apps("JupyterLab", "ml.t3.large"), 6),
    QuotaDefault("L-3BDCD216", limits.running_apps("JupyterLab", "ml.m5.large"), 1),
    QuotaDefault("L-77B8159A", limits.running_apps("JupyterLab", "ml.m5.xlarge"), 1),
    QuotaDefault("L-39F81BFB", limits.running_apps("JupyterLab", "ml.g4dn.xlarge"), 0),
    QuotaDefault("L-988CE6C5", limits.running_apps("JupyterLab", "ml.g5.xlarge"), 0),
    QuotaDefault("L-FCEDEAC6", limits.running_apps("CodeEditor", "ml.t3.medium"), 6),
    QuotaDefault("L-EEA21C8A", limits.running_apps("CodeEditor", "ml.m5.xlarge"), 1),
    QuotaDefault("L-EAC6F82B", limits.running_apps("KernelGateway", "ml.t3.medium"), 2),
)

QUOTAS: dict[str, QuotaDefault] = {quota.code: quota for quota in _LIMITS}
"""The quotas with a known code, by code."""

BY_NAME: dict[str, QuotaDefault] = {quota.name: quota for quota in _LIMITS}
"""The same quotas by name."""

AWS_DEFAULTS: dict[str, float] = {quota.code: quota.default for quota in _LIMITS}
"""Quotas of a new account: enough for two people."""

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
"""Initial quotas of a sandbox: those of an account that requested increases."""


_RUNNING = re.compile(r"Studio \S+ Apps running on \S+ instances?")


def find_quota(key: str) -> QuotaDefault:
    """Find a quota by its code or name.

    Quotas of running apps on instance types outside the table get an invented code.

    Raises:
        ValueError: no quota has this code or name.
    """
    known = QUOTAS.get(key) or BY_NAME.get(key)
    if known:
        return known
    if not _RUNNING.fullmatch(key):
        raise ValueError(f"no quota has the code or name {key!r}")
    code = "L-" + hashlib.sha256(key.encode()).hexdigest()[:8].upper()
    return QuotaDefault(code, key, 0, invented=True)


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
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
                raise ValueError(f"the quota {key!r} must be a number of at least 0")
            clean[find_quota(key).code] = value
        self._values = {**self._values, **clean}

    def value(self, quota: QuotaDefault) -> float | None:
        """Return the applied value; None means unlimited (instance types without a value)."""
        default = None if quota.invented else quota.default
        return self._values.get(quota.code, default)

    def as_dict(self) -> dict[str, float]:
        """Return the values by code, for every quota of the table and others that were set."""
        return {**AWS_DEFAULTS, **self._values}


applied: defaultdict[str, AppliedQuotas] = defaultdict(AppliedQuotas)
"""The applied quotas of each account."""


def set_quotas(values: Mapping[str, object], account: str = DEFAULT_ACCOUNT_ID) -> None:
    """Apply quota values to an account, by code or name (see `AppliedQuotas.set`)."""
    applied[account].set(values)


def applied_limit(account: str, name: str) -> float | None:
    """Return the applied value of a limit that Studio enforces; None means unlimited."""
    return applied[account].value(find_quota(name))


def describe(quota: QuotaDefault, value: float, region: str, account: str) -> dict[str, Any]:
    """Return a quota in the shape of Service Quotas."""
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
