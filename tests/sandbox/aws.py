"""Marks and cases for runs against a real account.

`aws_validated(day)` says on which day a test last passed on a real account; tests without the
mark count as `never`. The cases below are those that are safe there: they are refused before
they have an effect, so that they create nothing and cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

NEVER = "never"


def aws_validated(day: str) -> pytest.MarkDecorator:
    """Mark a test with the day on which it last passed on a real account."""
    return pytest.mark.aws_validated(day)


@dataclass(frozen=True, slots=True)
class Case:
    """A request that is refused, with what the response must be; None is not compared."""

    service: str
    operation: str
    body: Any
    code: str
    text: str | None = None
    status: int = 400


NUMBER = "NUMBER_VALUE can not be converted to a String"
NOT_JSON = "Unable to parse the request body as JSON"
GONE_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:domain/d-gone"

SAFE = (
    Case(
        "sagemaker",
        "DescribeUserProfile",
        {"DomainId": "d-1", "UserProfileName": 123},
        "SerializationException",
        NUMBER,
    ),
    Case(
        "sagemaker",
        "CreateApp",
        {"DomainId": "d-1", "AppType": "JupyterLab", "AppName": "a", "ResourceSpec": "x"},
        "SerializationException",
        "Unexpected field type",
    ),
    Case(
        "sagemaker",
        "ListApps",
        {"MaxResults": "10"},
        "SerializationException",
        "STRING_VALUE can not be converted to an Integer",
    ),
    Case(
        "sagemaker",
        "ListApps",
        {"MaxResults": True},
        "SerializationException",
        "TRUE_VALUE can not be converted to an Integer",
    ),
    Case(
        "sagemaker",
        "ListApps",
        {"MaxResults": 1.5},
        "SerializationException",
        "DECIMAL_VALUE can not be converted to an Integer",
    ),
    Case(
        "sagemaker",
        "ListApps",
        {"MaxResults": 2**31},
        "SerializationException",
        "NUMBER_VALUE can not be converted to an Integer",
    ),
    Case(
        "sagemaker",
        "AddTags",
        {"ResourceArn": GONE_ARN, "Tags": {}},
        "SerializationException",
        "Start of structure or map found where not expected",
    ),
    Case(
        "sagemaker",
        "DescribeDomain",
        {"DomainId": ["d-1"]},
        "SerializationException",
        "Start of list found where not expected",
    ),
    Case("sagemaker", "ListDomains", b"{not json", "SerializationException", NOT_JSON),
    Case("sagemaker", "ListDomains", b"\xff\xfe", "SerializationException", NOT_JSON),
    Case("sagemaker", "ListDomains", b'{"MaxResults": NaN}', "SerializationException", NOT_JSON),
    Case(
        "sagemaker",
        "ListDomains",
        [],
        "SerializationException",
        "Start of list found where not expected",
    ),
    Case(
        "sagemaker",
        "DescribeDomain",
        {},
        "ValidationException",
        "1 validation error detected: Value null at 'domainId' failed to satisfy constraint: "
        "Member must not be null",
    ),
    Case("sagemaker", "MakeCoffee", {}, "UnknownOperationException"),
    Case("sagemaker", "DescribeDomain", {"DomainId": "d-gone"}, "ResourceNotFound"),
    Case(
        "sagemaker",
        "ListApps",
        {"UserProfileNameEquals": "a", "SpaceNameEquals": "b"},
        "ValidationException",
    ),
    Case(
        "resourcegroupstaggingapi",
        "GetResources",
        {"TagFilters": [{"Key": f"k{number}"} for number in range(51)]},
        "InvalidParameterException",
    ),
    Case(
        "resourcegroupstaggingapi",
        "GetResources",
        {"TagsPerPage": 150},
        "InvalidParameterException",
    ),
    Case(
        "service-quotas",
        "ListServiceQuotas",
        {"ServiceCode": "sagemaker", "MaxResults": 0},
        "IllegalArgumentException",
    ),
    Case(
        "pricing",
        "GetProducts",
        {"ServiceCode": "AmazonSageMaker", "MaxResults": 0},
        "InvalidParameterException",
    ),
)
"""Requests that have no effect on a real account."""
