"""Quotas that decide whether a roster fits (Service Quotas, service `sagemaker`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio_core.aws.errors import translated
from studio_core.errors import AccessDeniedError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICE = "sagemaker"

PROFILES = "L-AC46C40F"
SPACES = "L-8E5333B4"
APPS = "L-4E39DDC4"
EBS_GB = "L-A37B67B0"

NAMES = {
    PROFILES: "Maximum number of Studio user profiles allowed per account",
    SPACES: "Maximum number of Studio spaces allowed per account",
    APPS: "Maximum number of running Studio apps allowed per account",
    EBS_GB: "Total EBS volume size in GB across all Studio Spaces",
}

# Codes of the common instances save reading the long list of quotas.
_INSTANCE_CODES = {
    ("JupyterLab", "ml.t3.medium"): "L-71FAF417",
    ("JupyterLab", "ml.t3.large"): "L-2733D4D5",
    ("JupyterLab", "ml.m5.large"): "L-3BDCD216",
    ("JupyterLab", "ml.m5.xlarge"): "L-77B8159A",
    ("JupyterLab", "ml.g4dn.xlarge"): "L-39F81BFB",
    ("JupyterLab", "ml.g5.xlarge"): "L-988CE6C5",
    ("CodeEditor", "ml.t3.medium"): "L-FCEDEAC6",
    ("CodeEditor", "ml.m5.xlarge"): "L-EEA21C8A",
}


@dataclass(frozen=True, slots=True)
class Quota:
    """One applied quota of the account. `value` is None when it could not be read."""

    code: str
    name: str
    value: float | None


class Quotas:
    """Applied quotas, which differ from the published defaults on most accounts."""

    def __init__(self, service_quotas: Any) -> None:
        self._client = service_quotas

    def read(self, app_type: str, instance_type: str) -> dict[str, Quota]:
        """Return the quotas that a roster needs, by key: profiles, spaces, apps, ebs, instance.

        One GetServiceQuota each; without permission to read it, a quota has no value.
        """
        wanted = {"profiles": PROFILES, "spaces": SPACES, "apps": APPS, "ebs": EBS_GB}
        quotas = {key: self._get(code) for key, code in wanted.items()}
        quotas["instance"] = self._instance(app_type, instance_type)
        return quotas

    def _get(self, code: str, name: str = "") -> Quota:
        try:
            with translated("read the account's quotas"):
                quota = self._client.get_service_quota(ServiceCode=SERVICE, QuotaCode=code)["Quota"]
        except (AccessDeniedError, NotFoundError):
            return Quota(code, name or NAMES.get(code, code), None)
        return Quota(code, quota["QuotaName"], float(quota["Value"]))

    def _instance(self, app_type: str, instance_type: str) -> Quota:
        name = f"Studio {app_type} Apps running on {instance_type} instances"
        if code := _INSTANCE_CODES.get((app_type, instance_type)):
            return self._get(code, name)
        try:
            with translated("read the account's quotas"):
                pages = self._client.get_paginator("list_service_quotas").paginate(
                    ServiceCode=SERVICE, PaginationConfig={"PageSize": 100}
                )
                return _find(name, (quota for page in pages for quota in page["Quotas"]))
        except AccessDeniedError:
            return Quota("", name, None)


def _find(name: str, quotas: Iterable[dict[str, Any]]) -> Quota:
    for quota in quotas:
        # Some names end in "instance", some in "instances".
        if quota["QuotaName"].rstrip("s") == name.rstrip("s"):
            return Quota(quota["QuotaCode"], quota["QuotaName"], float(quota["Value"]))
    return Quota("", name, None)
