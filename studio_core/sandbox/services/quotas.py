"""Service Quotas for `sagemaker`, beside what moto answers for other services."""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.servicequotas.responses import ServiceQuotasResponse

from studio_core.sandbox.services import quota_table
from studio_core.sandbox.studio.paging import make_token, read_token

PAGE = 100
"""Most quotas on a page (botocore's service-quotas model)."""


class NoSuchQuotaError(JsonRESTError):
    """The service or quota is not there (text invented)."""

    def __init__(self) -> None:
        super().__init__(
            "NoSuchResourceException",
            "The request failed because the specified service or quota does not exist.",
        )


class IllegalArgumentError(JsonRESTError):
    """An argument is missing or cannot be right."""

    def __init__(self, message: str) -> None:
        super().__init__("IllegalArgumentException", message)


class BadTokenError(JsonRESTError):
    """The pagination token is not one of this request."""

    def __init__(self) -> None:
        super().__init__("InvalidPaginationTokenException", "Invalid pagination token.")


class QuotasResponse(ServiceQuotasResponse):
    """Handler of Service Quotas requests."""

    @property
    def given(self) -> dict[str, Any]:
        """The request's members."""
        return dict(json.loads(self.body or "{}"))

    def _show(self, quota: quota_table.QuotaDefault, value: float) -> dict[str, Any]:
        return quota_table.describe(quota, value, self.region, self.current_account)

    def _applied(self, quota: quota_table.QuotaDefault) -> dict[str, Any]:
        value = quota_table.applied[self.current_account].value(quota)
        return self._show(quota, quota.default if value is None else value)

    def _one(self) -> quota_table.QuotaDefault:
        given = self.given
        for name in ("ServiceCode", "QuotaCode"):
            if not given.get(name):
                raise IllegalArgumentError(f"{name} must not be empty.")
        quota = quota_table.QUOTAS.get(given["QuotaCode"])
        if quota is None or given["ServiceCode"] != "sagemaker":
            raise NoSuchQuotaError
        return quota

    def get_service_quota(self) -> str:
        """GetServiceQuota: the applied value."""
        if self.given.get("ServiceCode") == "vpc":
            return str(super().get_service_quota())
        return json.dumps({"Quota": self._applied(self._one())})

    def get_aws_default_service_quota(self) -> str:
        """GetAWSDefaultServiceQuota: what a new account has."""
        quota = self._one()
        return json.dumps({"Quota": self._show(quota, quota.default)})

    def list_service_quotas(self) -> str:
        """ListServiceQuotas: the applied values."""
        return self._list("ListServiceQuotas", self._applied)

    def list_aws_default_service_quotas(self) -> str:
        """ListAWSDefaultServiceQuotas: what a new account has."""
        if self.given.get("ServiceCode") == "vpc":
            return str(super().list_aws_default_service_quotas())
        return self._list(
            "ListAWSDefaultServiceQuotas", lambda quota: self._show(quota, quota.default)
        )

    def _list(self, operation: str, show: Any) -> str:
        given = self.given
        if given.get("ServiceCode") != "sagemaker":
            raise NoSuchQuotaError
        wanted = given.get("QuotaCode")
        query = {"operation": operation, "quota": wanted}
        first = 0
        if given.get("NextToken"):
            try:
                first = read_token(query, given["NextToken"])
            except ValueError:
                raise BadTokenError from None
        size = given.get("MaxResults") or PAGE
        if not 1 <= size <= PAGE:
            raise IllegalArgumentError(f"MaxResults must be between 1 and {PAGE}.")
        quotas = [q for q in quota_table.QUOTAS.values() if wanted in {None, q.code}]
        answer: dict[str, Any] = {"Quotas": [show(q) for q in quotas[first : first + size]]}
        if len(quotas) > first + size:
            answer["NextToken"] = make_token(query, first + size)
        return json.dumps(answer)
