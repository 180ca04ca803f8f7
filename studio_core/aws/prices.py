"""What an hour of a Studio app costs, from the public price list."""

from __future__ import annotations

import json
from typing import Any

from studio_core.aws.errors import translated
from studio_core.errors import AccessDeniedError

HOME_REGION = "us-east-1"
"""The price list answers here, whatever region it is asked about (AWS Billing user guide)."""

_USE = {"JupyterLab": "Studio-JupyterLab", "CodeEditor": "studio-codeeditor"}


def hourly_price(pricing: Any, region: str, app_type: str, instance_type: str) -> float | None:
    """US dollars an hour for one running app, or None when the list does not tell.

    One or two pages of GetProducts. Rows of no price are free-tier lines and passed over.

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
