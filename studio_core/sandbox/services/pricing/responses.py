"""Handlers of the price list's operations."""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

from studio_core.sandbox.services.pricing.models import ATTRIBUTES, SERVICE, matching
from studio_core.sandbox.studio.paging import make_token, read_token
from studio_core.sandbox.studio.protocol import ModelledResponse

PAGE = 100
OPERATIONS = frozenset({"DescribeServices", "GetProducts"})


class PricingParameterError(ServiceException):
    """A parameter is not valid.

    Known: the code [botocore].
    Invented: the texts.
    """

    code = "InvalidParameterException"


class PricingTokenError(ServiceException):
    """The pagination token does not belong to this request.

    Known: the code [botocore].
    Invented: the text.
    """

    code = "InvalidNextTokenException"
    message = "The pagination token is invalid."


class PricingResponse(ModelledResponse):
    """Handler of AWS Price List requests."""

    checked = OPERATIONS
    violation = PricingParameterError

    def __init__(self) -> None:
        super().__init__(service_name="pricing")

    def get_products(self) -> ActionResult:
        """GetProducts: each product is a string of JSON."""
        self._check_service()
        filters = self.params.get("Filters", [])
        found = [json.dumps(product) for product in matching(filters)]
        return self._page("PriceList", found, {"filters": filters})

    def describe_services(self) -> ActionResult:
        """DescribeServices: the one service that has prices here."""
        if "ServiceCode" in self.params:
            self._check_service()
        services = [{"ServiceCode": SERVICE, "AttributeNames": list(ATTRIBUTES)}]
        return self._page("Services", services, {"service": self.params.get("ServiceCode")})

    def _check_service(self) -> None:
        if self.params["ServiceCode"] != SERVICE:
            raise PricingParameterError(
                f"Input Parameters are invalid. Service code must be {SERVICE}."
            )

    def _page(self, member: str, found: list[Any], filters: dict[str, Any]) -> ActionResult:
        query = {"operation": self._get_action(), **filters}
        first, size = 0, self.params.get("MaxResults", PAGE)
        if token := self.params.get("NextToken"):
            try:
                first = read_token(query, token)
            except ValueError:
                raise PricingTokenError from None
        result: dict[str, Any] = {
            "FormatVersion": self.params.get("FormatVersion", "aws_v1"),
            member: found[first : first + size],
        }
        if len(found) > first + size:
            result["NextToken"] = make_token(query, first + size)
        return ActionResult(result)
