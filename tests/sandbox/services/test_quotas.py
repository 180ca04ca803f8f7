"""Service Quotas, the tagging API, the price list, and what moto answers as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from studio_core.sandbox.demo import control
from studio_core.sandbox.services import quota_table
from studio_core.sandbox.services.pricing.models import REGIONS
from studio_core.sandbox.serving.server import SandboxServer
from tests.sandbox.conftest import client, make_domain, make_space

EVENT = {"Key": "studio-cli:event", "Value": "demo"}


def code_of(call: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


@pytest.fixture(params=["served", "in-process"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where to reach the sandbox: a server, or None for this process."""
    if request.param == "served":
        served: SandboxServer = request.getfixturevalue("served")
        return served.url
    request.getfixturevalue("local")
    return None


def test_quotas_have_the_names_codes_and_defaults_of_aws(url: str | None) -> None:
    quotas = client(url, "service-quotas")
    pages = quotas.get_paginator("list_aws_default_service_quotas").paginate(
        ServiceCode="sagemaker", PaginationConfig={"PageSize": 4}
    )
    found = {q["QuotaCode"]: q for page in pages for q in page["Quotas"]}
    assert {code: q["Value"] for code, q in found.items()} == quota_table.AWS_DEFAULTS
    assert found["L-71FAF417"]["QuotaName"] == (
        "Studio JupyterLab Apps running on ml.t3.medium instances"
    )
    one = quotas.get_aws_default_service_quota(ServiceCode="sagemaker", QuotaCode="L-8E5333B4")
    assert one["Quota"]["Value"] == 6
    assert one["Quota"]["QuotaArn"] == (
        "arn:aws:servicequotas:eu-west-1:123456789012:sagemaker/L-8E5333B4"
    )


def test_applied_quotas_can_be_set_and_hold(url: str | None) -> None:
    quota_table.set_quotas({"Maximum number of Studio user profiles allowed per account": 3})
    quotas = client(url, "service-quotas")
    applied = quotas.get_service_quota(ServiceCode="sagemaker", QuotaCode="L-AC46C40F")
    assert applied["Quota"]["Value"] == 3
    pages = quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    listed = {q["QuotaCode"]: q["Value"] for page in pages for q in page["Quotas"]}
    assert listed["L-AC46C40F"] == 3
    assert listed["L-8E5333B4"] == quota_table.RAISED["L-8E5333B4"]


def test_wrong_questions_about_quotas(url: str | None) -> None:
    quotas = client(url, "service-quotas")
    ask = quotas.get_service_quota
    assert code_of(lambda: ask(ServiceCode="sagemaker", QuotaCode="L-0")) == (
        "NoSuchResourceException"
    )
    assert code_of(lambda: ask(ServiceCode="ec2", QuotaCode="L-AC46C40F")) == (
        "NoSuchResourceException"
    )
    listing = quotas.list_service_quotas
    assert code_of(lambda: listing(ServiceCode="ec2")) == "NoSuchResourceException"
    assert code_of(lambda: listing(ServiceCode="sagemaker", NextToken="abcd")) == (
        "InvalidPaginationTokenException"
    )
    vpc = quotas.list_aws_default_service_quotas(ServiceCode="vpc")["Quotas"]
    assert len(vpc) > 1  # moto's own answers are still there


def test_quotas_over_the_control_address(served: SandboxServer) -> None:
    control(served.url, "PUT", "quotas", {"L-AC46C40F": 1, "Total domains": 1})
    told = control(served.url, "GET", "quotas")
    assert (told["L-AC46C40F"], told["L-B683BCB0"]) == (1, 1)
    assert set(told) >= set(quota_table.QUOTAS)
    control(served.url, "POST", "reset")
    assert control(served.url, "GET", "quotas")["L-AC46C40F"] == quota_table.RAISED["L-AC46C40F"]


def test_quotas_at_the_start() -> None:
    with SandboxServer(progression="immediate", quotas=quota_table.AWS_DEFAULTS) as server:
        studio = client(server.url)
        domain_id = make_domain(studio)
        for name in ("ada", "grace"):
            studio.create_user_profile(DomainId=domain_id, UserProfileName=name)
        refused = code_of(
            lambda: studio.create_user_profile(DomainId=domain_id, UserProfileName="linus")
        )
        assert refused == "ResourceLimitExceeded"


@pytest.mark.parametrize("wrong", [{"L-0": 1}, {"L-AC46C40F": -1}, {"L-AC46C40F": "many"}])
def test_quotas_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="quota"):
        quota_table.AppliedQuotas().set(wrong)


def test_running_apps_are_limited_over_all_types(studio: Any, served: SandboxServer) -> None:
    domain_id = make_domain(studio)
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    control(served.url, "PUT", "quotas", {"L-4E39DDC4": 1})
    for name in ("one", "two"):
        make_space(studio, domain_id, name, "ada")
    app = {"DomainId": domain_id, "AppType": "JupyterLab", "AppName": "default"}
    studio.create_app(SpaceName="one", **app)
    assert code_of(lambda: studio.create_app(SpaceName="two", **app)) == "ResourceLimitExceeded"
    studio.delete_app(SpaceName="one", **app)
    studio.create_app(SpaceName="two", **app)


@pytest.fixture
def tagged(url: str | None) -> tuple[Any, Any, str]:
    studio = client(url)
    domain_id = make_domain(studio)
    for number in range(7):
        studio.create_user_profile(DomainId=domain_id, UserProfileName=f"p{number}", Tags=[EVENT])
    studio.create_user_profile(DomainId=domain_id, UserProfileName="other")
    make_space(studio, domain_id, "team-1", "p0", Tags=[EVENT, {"Key": "team", "Value": "1"}])
    studio.create_app(
        DomainId=domain_id,
        SpaceName="team-1",
        AppType="JupyterLab",
        AppName="default",
        Tags=[EVENT],
    )
    return client(url, "resourcegroupstaggingapi"), studio, domain_id


def arns(tagging: Any, size: int = 100, **filters: Any) -> list[str]:
    pages = tagging.get_paginator("get_resources").paginate(ResourcesPerPage=size, **filters)
    return [row["ResourceARN"] for page in pages for row in page["ResourceTagMappingList"]]


def kinds(found: list[str]) -> list[str]:
    return sorted({arn.split(":")[5].partition("/")[0] for arn in found})


def test_resources_are_found_by_tag_and_type(tagged: tuple[Any, Any, str]) -> None:
    tagging, _, domain_id = tagged
    by_event = {"TagFilters": [{"Key": EVENT["Key"], "Values": ["demo", "another"]}]}
    assert kinds(arns(tagging, **by_event)) == ["app", "space", "user-profile"]
    assert len(arns(tagging, size=3, **by_event)) == 9
    assert len(arns(tagging, ResourceTypeFilters=["sagemaker:user-profile"])) == 7
    assert kinds(arns(tagging, ResourceTypeFilters=["sagemaker"])) == [
        "app",
        "space",
        "user-profile",
    ]
    both = [*by_event["TagFilters"], {"Key": "team", "Values": []}]
    assert arns(tagging, TagFilters=both) == [
        f"arn:aws:sagemaker:eu-west-1:123456789012:space/{domain_id}/team-1"
    ]
    assert arns(tagging, TagFilters=[{"Key": "team", "Values": ["2"]}]) == []
    assert arns(tagging, ResourceTypeFilters=["s3"]) == []


def test_pages_of_the_tagging_api_stay_put(tagged: tuple[Any, Any, str]) -> None:
    tagging, studio, domain_id = tagged
    only = {"ResourceTypeFilters": ["sagemaker:user-profile"]}
    first = tagging.get_resources(ResourcesPerPage=3, **only)
    studio.delete_user_profile(DomainId=domain_id, UserProfileName="p1")
    studio.create_user_profile(DomainId=domain_id, UserProfileName="p9", Tags=[EVENT])
    rest = tagging.get_resources(PaginationToken=first["PaginationToken"], **only)
    seen = [row["ResourceARN"][-2:] for a in (first, rest) for row in a["ResourceTagMappingList"]]
    assert seen == ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p9"]
    assert rest["PaginationToken"] == ""
    assert code_of(lambda: tagging.get_resources(PaginationToken=first["PaginationToken"])) == (
        "PaginationTokenExpiredException"
    )
    for wrong in (
        {"ResourcesPerPage": 101},
        {"ResourceARNList": ["arn:aws:s3:::x"], "TagFilters": [{"Key": "a"}]},
    ):
        assert code_of(lambda wrong=wrong: tagging.get_resources(**wrong)) == (
            "InvalidParameterException"
        )


def test_the_tagging_api_tags_and_untags(tagged: tuple[Any, Any, str]) -> None:
    tagging, studio, domain_id = tagged
    arn = f"arn:aws:sagemaker:eu-west-1:123456789012:user-profile/{domain_id}/other"
    assert tagging.tag_resources(ResourceARNList=[arn], Tags={"a": "1"})["FailedResourcesMap"] == {}
    assert studio.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    assert arns(tagging, ResourceARNList=[arn]) == [arn]
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["a"])
    assert studio.list_tags(ResourceArn=arn)["Tags"] == []


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


def test_what_moto_answers_is_there_too(url: str | None) -> None:
    assert client(url, "sts").get_caller_identity()["Account"] == "123456789012"
    ssm = client(url, "ssm")
    ssm.put_parameter(Name="/studio/code", Value="x", Type="SecureString")
    assert ssm.get_parameter(Name="/studio/code", WithDecryption=True)["Parameter"]["Value"] == "x"
    ses = client(url, "ses")
    ses.verify_email_identity(EmailAddress="organiser@example.com")
    assert ses.list_identities()["Identities"] == ["organiser@example.com"]
    table = client(url, "dynamodb")
    table.create_table(
        TableName="people",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    table.put_item(TableName="people", Item={"pk": {"S": "a"}})
    with pytest.raises(table.exceptions.ConditionalCheckFailedException):
        table.put_item(
            TableName="people",
            Item={"pk": {"S": "a"}},
            ConditionExpression="attribute_not_exists(pk)",
        )
