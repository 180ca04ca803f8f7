"""Prices of Studio app hours and volumes, in the shape of the price list.

Known: ml.t3.medium costs 0.05 USD an hour in us-west-2 and us-east-1 and 0.062 in
ap-northeast-2 [price list, read 2026].
Known: a volume costs 0.112 USD per GB and month [public price documents].
Invented: all other prices, in proportion to the size of the instance.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

SERVICE = "AmazonSageMaker"
PUBLISHED = "2026-11-01T00:00:00Z"

HOURLY: dict[str, float] = {
    "ml.t3.medium": 0.05,
    "ml.t3.large": 0.10,
    "ml.t3.xlarge": 0.20,
    "ml.t3.2xlarge": 0.40,
    "ml.m5.large": 0.115,
    "ml.m5.xlarge": 0.23,
    "ml.m5.2xlarge": 0.461,
    "ml.m5.4xlarge": 0.922,
    "ml.c5.large": 0.102,
    "ml.c5.xlarge": 0.204,
    "ml.c5.2xlarge": 0.408,
    "ml.r5.large": 0.151,
    "ml.r5.xlarge": 0.302,
    "ml.g4dn.xlarge": 0.7364,
    "ml.g4dn.2xlarge": 0.94,
    "ml.g5.xlarge": 1.408,
    "ml.g5.2xlarge": 1.515,
    "ml.g6.xlarge": 1.1267,
    "ml.p3.2xlarge": 3.825,
}
"""USD an hour in us-east-1."""

VOLUME_MONTH = 0.112
"""USD a GB and month in us-east-1."""

REGIONS: dict[str, tuple[str, str, float]] = {
    "us-east-1": ("USE1", "US East (N. Virginia)", 1.0),
    "us-east-2": ("USE2", "US East (Ohio)", 1.0),
    "us-west-2": ("USW2", "US West (Oregon)", 1.0),
    "eu-west-1": ("EUW1", "EU (Ireland)", 1.1),
    "eu-west-2": ("EUW2", "EU (London)", 1.16),
    "eu-central-1": ("EUC1", "EU (Frankfurt)", 1.2),
    "eu-north-1": ("EUN1", "EU (Stockholm)", 1.08),
    "ap-northeast-1": ("APN1", "Asia Pacific (Tokyo)", 1.3),
    "ap-northeast-2": ("APN2", "Asia Pacific (Seoul)", 1.24),
    "ap-southeast-1": ("APS1", "Asia Pacific (Singapore)", 1.26),
    "ap-southeast-2": ("APS2", "Asia Pacific (Sydney)", 1.3),
}
"""Usage prefix, name and price level of regions; the levels are invented but for Seoul's."""

PLATFORMS = {"JupyterLab": "Studio-JupyterLab", "CodeEditor": "studio-codeeditor"}
"""`platoinstancetype` by app type; the second is in lower case in the price list too."""


def _code(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16].upper()


def _product(attributes: dict[str, str], family: str, unit: str, usd: float) -> dict[str, Any]:
    sku = _code(attributes["usagetype"])
    term = f"{sku}.JRTCKXETXF"
    rate = f"{term}.6YS6EN2CT7"
    return {
        "product": {"productFamily": family, "attributes": attributes, "sku": sku},
        "serviceCode": SERVICE,
        "terms": {
            "OnDemand": {
                term: {
                    "priceDimensions": {
                        rate: {
                            "unit": unit,
                            "endRange": "Inf",
                            "description": f"${usd:g} per {unit} for {attributes['usagetype']}",
                            "appliesTo": [],
                            "rateCode": rate,
                            "beginRange": "0",
                            "pricePerUnit": {"USD": f"{usd:.10f}"},
                        }
                    },
                    "sku": sku,
                    "effectiveDate": PUBLISHED,
                    "offerTermCode": "JRTCKXETXF",
                    "termAttributes": {},
                }
            }
        },
        "version": "20261101000000",
        "publicationDate": PUBLISHED,
    }


@cache
def products() -> tuple[dict[str, Any], ...]:
    """Return every product of the simulated price list."""
    listed = []
    for region, (prefix, location, level) in REGIONS.items():
        common = {
            "servicecode": SERVICE,
            "servicename": "Amazon SageMaker",
            "location": location,
            "locationType": "AWS Region",
            "regionCode": region,
        }
        for app_type, platform in PLATFORMS.items():
            for instance, usd in HOURLY.items():
                attributes = {
                    **common,
                    "instanceType": instance,
                    "instancename": instance,
                    "platoinstancename": instance,
                    "platoinstancetype": platform,
                    "component": f"Studio-{app_type}",
                    "computeType": "Standard Instances",
                    "operation": "RunInstance",
                    "usagetype": f"{prefix}-Studio:{app_type}-{instance}",
                }
                listed.append(_product(attributes, "ML Instance", "Hrs", round(usd * level, 4)))
        volume = {
            **common,
            "volumeType": "General Purpose SSD (gp3)",
            "operation": "Studio",
            "usagetype": f"{prefix}-Studio:VolumeUsage.gp3",
        }
        listed.append(_product(volume, "Storage", "GB-Mo", round(VOLUME_MONTH * level, 4)))
    return tuple(listed)


ATTRIBUTES = ("instanceType", "platoinstancetype", "regionCode", "usagetype")
"""Attributes that DescribeServices names."""


def matching(filters: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the products that match every filter, ignoring case."""
    return [product for product in products() if all(_fits(product, one) for one in filters)]


def _fits(product: dict[str, Any], one: dict[str, str]) -> bool:
    kind, name = one["Type"], one["Field"].casefold()
    fields = {
        "servicecode": SERVICE,
        "productfamily": product["product"]["productFamily"],
        "sku": product["product"]["sku"],
        **{key.casefold(): value for key, value in product["product"]["attributes"].items()},
    }
    value: str | None = fields.get(name)
    if value is None:
        return kind == "NONE_OF"
    have, wanted = value.casefold(), one["Value"].casefold()
    options = {part.strip() for part in wanted.split(",")}
    if kind in {"ANY_OF", "NONE_OF"}:
        return (have in options) == (kind == "ANY_OF")
    return wanted in have if kind == "CONTAINS" else have == wanted


class PricingBackend(BaseBackend):
    """Backend without state; moto finds the URLs of a service through its backend."""


pricing_backends = BackendDict(PricingBackend, "pricing", additional_regions=["us-east-1"])
