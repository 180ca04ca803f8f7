"""Service Quotas for `sagemaker`, beside moto's answers for other services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.servicequotas.responses import ServiceQuotasResponse

from studio_core.sandbox.services import quota_table
from studio_core.sandbox.studio.paging import make_token, read_token
from studio_core.sandbox.studio.protocol import ModelledResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.common_types import TYPE_RESPONSE

PAGE = 100
"""Most quotas on a page.

Known: 100 [botocore, ListServiceQuotas].
"""

OPERATIONS = frozenset(
    {
        "GetServiceQuota",
        "GetAWSDefaultServiceQuota",
        "ListServiceQuotas",
        "ListAWSDefaultServiceQuotas",
    }
)

MOTO_OPERATIONS = frozenset({"GetServiceQuota", "ListAWSDefaultServiceQuotas"})


class NoSuchQuotaError(ServiceException):
    """The service or quota does not exist.

    Known: the text [moto].
    """

    code = "NoSuchResourceException"
    message = (
        "This service is not available in the current Region. "
        "Choose a different Region or a different service."
    )


class IllegalArgumentError(ServiceException):
    """An argument violates the service model.

    Known: the code [botocore].
    Invented: that its text is that of a ValidationException.
    """

    code = "IllegalArgumentException"


class BadTokenError(ServiceException):
    """The pagination token does not belong to this request.

    Known: the code [botocore].
    Invented: the text.
    """

    code = "InvalidPaginationTokenException"
    message = "Invalid pagination token."


class QuotasResponse(ModelledResponse, ServiceQuotasResponse):
    """Handler of Service Quotas requests."""

    checked = OPERATIONS
    violation = IllegalArgumentError

    def call_action(self) -> TYPE_RESPONSE:
        """Answer `sagemaker` here; moto answers `vpc`."""
        operation = self._get_action()
        moto_answers = self.params.get("ServiceCode") == "vpc" and operation in MOTO_OPERATIONS
        if operation in OPERATIONS and not moto_answers:
            try:
                return self.answer(self._sagemaker())
            except ServiceException as error:
                return self.answer(ActionResult(error))
        return super().call_action()

    def _sagemaker(self) -> ActionResult:
        if self.params["ServiceCode"] != "sagemaker":
            raise NoSuchQuotaError
        show = self._default if "AWSDefault" in self._get_action() else self._applied
        if self._get_action().startswith("List"):
            return self._list(show)
        quota = quota_table.QUOTAS.get(self.params["QuotaCode"])
        if quota is None:
            raise NoSuchQuotaError
        return ActionResult({"Quota": show(quota)})

    def _default(self, quota: quota_table.QuotaDefault) -> dict[str, Any]:
        return quota_table.describe(quota, quota.default, self.region, self.current_account)

    def _applied(self, quota: quota_table.QuotaDefault) -> dict[str, Any]:
        value = quota_table.applied[self.current_account].value(quota)
        shown = quota.default if value is None else value
        return quota_table.describe(quota, shown, self.region, self.current_account)

    def _list(self, show: Callable[[quota_table.QuotaDefault], dict[str, Any]]) -> ActionResult:
        wanted, size = self.params.get("QuotaCode"), self.params.get("MaxResults", PAGE)
        query = {"operation": self._get_action(), "quota": wanted}
        first = 0
        if token := self.params.get("NextToken"):
            try:
                first = read_token(query, token)
            except ValueError:
                raise BadTokenError from None
        quotas = [quota for quota in quota_table.QUOTAS.values() if wanted in {None, quota.code}]
        result: dict[str, Any] = {"Quotas": [show(q) for q in quotas[first : first + size]]}
        if len(quotas) > first + size:
            result["NextToken"] = make_token(query, first + size)
        return ActionResult(result)
