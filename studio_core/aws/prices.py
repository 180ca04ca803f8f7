"""Hourly prices of Studio apps, from the public price list."""

from __future__ import annotations

import json
from typing import Any

from studio_core.aws.errors import translated
from studio_core.errors import AccessDeniedError

HOME_REGION = "us-east-1"
"""Region of the price list API, whatever region it is asked about (AWS Billing user guide)."""

_USE = {"JupyterLab": "Studio-JupyterLab", "CodeEditor": "studio-codeeditor"}


def hourly_price(pricing: Any, region: str, app_type: str, instance_type: str) -> float | None:
    """Return the price of one running app in US dollars per hour, or None when it is unknown.

    One or two pages of GetProducts. Rows with a price of zero are of the free tier and skipped.

    Raises:
        AwsError: AWS could not be reached.
    """
    if app_type not in _USE:
        return None
    filters = {"regionCode": region, "platoinstancetype": _USE[app_type]}
    try:
        with translated("read the price list"):
            pages = pricing.get_paginator("get_products").paginate(
                ServiceCode="AmazonSageMaker",
                Filters=[
                    {"Type": "TERM_MATCH", "Field": field, "Value": value}
                    for field, value in filters.items()
                ],
            )
            for page in pages:
                for text in page["PriceList"]:
                    price = _price(json.loads(text), instance_type)
                    if price:
                        return price
    except AccessDeniedError:
        return None
    return None


def _price(product: dict[str, Any], instance_type: str) -> float | None:
    attributes = product.get("product", {}).get("attributes", {})
    name = attributes.get("instanceType") or attributes.get("instancename")
    if name != instance_type:
        return None
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term.get("priceDimensions", {}).values():
            price = float(dimension.get("pricePerUnit", {}).get("USD", 0))
            if price:
                return price
    return None
