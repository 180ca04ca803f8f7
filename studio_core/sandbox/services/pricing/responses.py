"""What the price list answers."""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import BaseResponse

from studio_core.sandbox.services.pricing.models import SERVICE, matching
from studio_core.sandbox.studio.paging import make_token, read_token

PAGE = 100
FILTER_TYPES = ("TERM_MATCH", "EQUALS", "CONTAINS", "ANY_OF", "NONE_OF")


class PricingError(JsonRESTError):
    """A request that the price list refuses."""


class PricingResponse(BaseResponse):
    """Handler of AWS Price List requests."""

    def __init__(self) -> None:
        super().__init__(service_name="pricing")

    @property
    def given(self) -> dict[str, Any]:
        """The request's members."""
        return dict(json.loads(self.body or "{}"))

    def get_products(self) -> str:
        """GetProducts: each product as a string that holds JSON."""
        given = self.given
        self._check_service(given)
        filters = given.get("Filters") or []
        for one in filters:
            if one.get("Type") not in FILTER_TYPES:
                raise PricingError(
                    "InvalidParameterException",
                    f"Input Parameters are invalid. Filter type must be one of {FILTER_TYPES}.",
                )
        first, size, query = self._paging("GetProducts", given, {"filters": filters})
        found = matching(filters)
        answer: dict[str, Any] = {
            "FormatVersion": "aws_v1",
            "PriceList": [json.dumps(product) for product in found[first : first + size]],
        }
        if len(found) > first + size:
            answer["NextToken"] = make_token(query, first + size)
        return json.dumps(answer)

    def describe_services(self) -> str:
        """DescribeServices: the one service whose prices are here."""
        names = ["instanceType", "platoinstancetype", "regionCode", "usagetype"]
        services = [{"ServiceCode": SERVICE, "AttributeNames": names}]
        return json.dumps({"FormatVersion": "aws_v1", "Services": services})

    @staticmethod
    def _check_service(given: dict[str, Any]) -> None:
        if given.get("ServiceCode") != SERVICE:
            raise PricingError(
                "InvalidParameterException",
                f"Input Parameters are invalid. Service code must be {SERVICE}.",
            )

    @staticmethod
    def _paging(
        operation: str, given: dict[str, Any], filters: dict[str, Any]
    ) -> tuple[int, int, dict[str, Any]]:
        query = {"operation": operation, **filters}
        first = 0
        if given.get("NextToken"):
            try:
                first = read_token(query, given["NextToken"])
            except ValueError:
                raise PricingError(
                    "InvalidNextTokenException", "The pagination token is invalid."
                ) from None
        size = given.get("MaxResults") or PAGE
        if not 1 <= size <= PAGE:
            raise PricingError(
                "InvalidParameterException",
                f"Input Parameters are invalid. MaxResults must be between 1 and {PAGE}.",
            )
        return first, size, query
