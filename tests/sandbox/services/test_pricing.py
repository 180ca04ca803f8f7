"""The price list."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio_core.sandbox.services.pricing.models import REGIONS
from tests.sandbox.conftest import client, code_of


def hourly(pricing: Any, **fields: str) -> dict[str, float]:
    filters = [{"Type": "TERM_MATCH", "Field": f, "Value": v} for f, v in fields.items()]
    pages = pricing.get_paginator("get_products").paginate(
        ServiceCode="AmazonSageMaker", Filters=filters, PaginationConfig={"PageSize": 5}
    )
    prices = {}
    for product in (json.loads(text) for page in pages for text in page["PriceList"]):
        (term,) = product["terms"]["OnDemand"].values()
        (dimension,) = term["priceDimensions"].values()
        attributes = product["product"]["attributes"]
        name = attributes.get("instanceType", attributes["usagetype"])
        prices[name] = float(dimension["pricePerUnit"]["USD"])
    return prices


def test_prices_have_the_shape_and_the_known_numbers_of_the_list(url: str | None) -> None:
    pricing = client(url, "pricing", region="us-east-1")
    lab = {"platoinstancetype": "Studio-JupyterLab"}
    assert hourly(pricing, regionCode="us-west-2", **lab)["ml.t3.medium"] == 0.05
    assert hourly(pricing, regionCode="ap-northeast-2", **lab)["ml.t3.medium"] == 0.062
    assert set(hourly(pricing, regionCode="eu-west-1", **lab)) >= {"ml.m5.large", "ml.g5.xlarge"}
    code = {"platoinstancetype": "studio-codeeditor", "instanceType": "ml.t3.medium"}
    assert hourly(pricing, regionCode="us-east-1", **code) == {"ml.t3.medium": 0.05}
    volume = hourly(pricing, regionCode="us-east-1", productFamily="Storage")
    assert volume == {"USE1-Studio:VolumeUsage.gp3": 0.112}
    assert hourly(pricing, regionCode="mars-north-1", **lab) == {}


@pytest.mark.parametrize(
    ("kind", "value", "regions"),
    [
        ("EQUALS", "eu-west-1", {"eu-west-1"}),
        ("CONTAINS", "eu-", {name for name in REGIONS if "eu-" in name}),
        ("ANY_OF", "eu-west-1,us-east-1", {"eu-west-1", "us-east-1"}),
        ("NONE_OF", ",".join(sorted(set(REGIONS) - {"us-east-2"})), {"us-east-2"}),
    ],
)
def test_filters_of_the_price_list(
    url: str | None, kind: str, value: str, regions: set[str]
) -> None:
    pricing = client(url, "pricing", region="us-east-1")
    pages = pricing.get_paginator("get_products").paginate(
        ServiceCode="AmazonSageMaker",
        Filters=[{"Type": kind, "Field": "regionCode", "Value": value}],
    )
    listed = [json.loads(text) for page in pages for text in page["PriceList"]]
    assert {product["product"]["attributes"]["regionCode"] for product in listed} == regions


def test_wrong_questions_about_prices(url: str | None) -> None:
    pricing = client(url, "pricing", region="us-east-1")
    ask = pricing.get_products
    assert code_of(lambda: ask(ServiceCode="AmazonEC2")) == "InvalidParameterException"
    assert code_of(lambda: ask(ServiceCode="AmazonSageMaker", NextToken="x")) == (
        "InvalidNextTokenException"
    )
    odd = [{"Type": "LIKE", "Field": "regionCode", "Value": "x"}]
    assert code_of(lambda: ask(ServiceCode="AmazonSageMaker", Filters=odd)) == (
        "InvalidParameterException"
    )
    (service,) = pricing.describe_services(ServiceCode="AmazonSageMaker")["Services"]
    assert "regionCode" in service["AttributeNames"]
