"""What clients that nobody here wrote could tell from AWS, each with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from bench.wire import Wire
from tests.sandbox.aws import GONE_ARN, SAFE, Case, aws_validated
from tests.sandbox.conftest import client, make_domain, make_space

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.sandbox.serving.server import SandboxServer

pytestmark = aws_validated("never")

NOTEBOOK = {
    "NotebookInstanceName": "notes",
    "InstanceType": "ml.t3.medium",
    "RoleArn": "arn:aws:iam::123456789012:role/studio",
}


@pytest.fixture
def wire(served: SandboxServer) -> Iterator[Wire]:
    with Wire(served.url) as connection:
        yield connection


@pytest.fixture
def with_space(studio: Any) -> str:
    domain_id = make_domain(studio)
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(studio, domain_id, "team-1", "ada")
    return domain_id


def code_of(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**params)
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.parametrize("case", SAFE, ids=lambda case: f"{case.operation}-{str(case.body)[:30]}")
def test_requests_that_are_safe_on_a_real_account(wire: Wire, case: Case) -> None:
    # Code of types: aws-sdk-perl#237. Form of their texts: sidecar#148.
    answer = wire.call(case.service, case.operation, case.body)
    assert (answer.status, answer.code) == (case.status, case.code)
    assert case.text in {None, answer.message}
    assert answer.headers["x-amzn-requestid"]


@pytest.mark.parametrize(
    "body", [b'{"NextToken": "\\ud800"}', b"[" * 100_000], ids=["half", "deep"]
)
def test_1_bodies_that_only_this_service_might_read(wire: Wire, body: bytes) -> None:
    answer = wire.call("sagemaker", "ListDomains", body)
    assert (answer.status, answer.code) == (400, "SerializationException")


def test_1_the_same_in_process(local: Any) -> None:
    unchecked = client(None, parameter_validation=False)
    assert code_of(unchecked.list_domains, MaxResults="x") == "SerializationException"
    assert code_of(unchecked.describe_domain, DomainId=5) == "SerializationException"


def test_2_tags_of_ended_apps_are_refused(studio: Any, with_space: str) -> None:
    # aws/amazon-sagemaker-feedback#108 (Deleted), terraform-provider-aws#39976 (Failed).
    app = {"DomainId": with_space, "SpaceName": "team-1", "AppType": "JupyterLab"}
    arn = studio.create_app(AppName="default", **app)["AppArn"]
    assert studio.list_tags(ResourceArn=arn)["Tags"] == []
    studio.delete_app(AppName="default", **app)
    assert code_of(studio.list_tags, ResourceArn=arn) == "ValidationException"
    tags = [{"Key": "a", "Value": "1"}]
    assert code_of(studio.add_tags, ResourceArn=arn, Tags=tags) == "ValidationException"


def test_3_the_tagging_api_tags_other_resources(served: SandboxServer, studio: Any) -> None:
    # moto: test_tag_resources_sagemaker, test_tag_and_untag_resources_sagemaker.
    arn = studio.create_notebook_instance(**NOTEBOOK)["NotebookInstanceArn"]
    tagging = client(served.url, "resourcegroupstaggingapi")
    tagged = tagging.tag_resources(ResourceARNList=[arn], Tags={"a": "1", "b": "2"})
    assert tagged["FailedResourcesMap"] == {}
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["a"])
    assert studio.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_4_what_cannot_be_tagged_is_in_the_map_of_failures(
    served: SandboxServer, studio: Any
) -> None:
    # API reference: FailedResourcesMap has an entry "for each failed item that couldn't be tagged".
    tagging = client(served.url, "resourcegroupstaggingapi")
    domain_id = make_domain(studio)
    arn = studio.describe_domain(DomainId=domain_id)["DomainArn"]
    failed = tagging.tag_resources(ResourceARNList=[GONE_ARN, arn], Tags={"a": "1"})
    assert list(failed["FailedResourcesMap"]) == [GONE_ARN]
    told = failed["FailedResourcesMap"][GONE_ARN]
    assert (told["StatusCode"], told["ErrorCode"]) == (400, "InvalidParameterException")
    assert studio.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    failed = tagging.untag_resources(ResourceARNList=[GONE_ARN, arn], TagKeys=["a"])
    assert list(failed["FailedResourcesMap"]) == [GONE_ARN]
    assert studio.list_tags(ResourceArn=arn)["Tags"] == []


@pytest.mark.parametrize(
    "params",
    [
        {"TagFilters": [{"Key": f"k{number}"} for number in range(51)]},
        {"ResourceARNList": [f"arn:aws:s3:::b{number}" for number in range(101)]},
        {"TagFilters": [{"Key": "k" * 129}]},
        {"TagsPerPage": 10},
        {"TagsPerPage": 150},
        {"TagFilters": [{"Values": ["x"]}]},
    ],
    ids=lambda params: str(params)[:40],
)
def test_5_get_resources_checks_its_limits(wire: Wire, params: dict[str, Any]) -> None:
    # botocore's resourcegroupstaggingapi model, and the API reference for TagsPerPage.
    answer = wire.call("resourcegroupstaggingapi", "GetResources", params)
    assert (answer.status, answer.code) == (400, "InvalidParameterException")


def test_5_tags_per_page_does_not_split_a_resource(served: SandboxServer, studio: Any) -> None:
    # API reference: "GetResources does not split a resource and its associated tags across pages".
    domain_id = make_domain(studio)
    for name in ("a", "b", "c"):
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(40)]
        studio.create_user_profile(DomainId=domain_id, UserProfileName=name, Tags=tags)
    tagging = client(served.url, "resourcegroupstaggingapi")
    first = tagging.get_resources(TagsPerPage=100)
    assert len(first["ResourceTagMappingList"]) == 2
    rest = tagging.get_resources(TagsPerPage=100, PaginationToken=first["PaginationToken"])
    assert len(rest["ResourceTagMappingList"]) == 1
    assert rest["PaginationToken"] == ""


@pytest.mark.parametrize("target", ["SageMaker.ListDomains", None])
def test_6_unsigned_requests_are_refused(wire: Wire, target: str | None) -> None:
    # API reference, Common errors: MissingAuthenticationToken, 403.
    answer = wire.send("sagemaker", target, {}, Authorization=None)
    assert (answer.status, answer.code) == (403, "MissingAuthenticationTokenException")
    assert answer.headers["x-amzn-requestid"]


def test_6_half_a_signature_is_refused(wire: Wire) -> None:
    # API reference, Common errors: IncompleteSignature.
    answer = wire.send("sagemaker", "SageMaker.ListDomains", {}, Authorization="AWS4-HMAC-SHA256 x")
    assert (answer.status, answer.code) == (403, "IncompleteSignatureException")


def test_6_a_region_that_is_none(served: SandboxServer) -> None:
    # Text of signature version 4 for a wrong credential scope.
    with Wire(served.url, region="mars-north-1") as elsewhere:
        answer = elsewhere.call("sagemaker", "ListDomains", {})
    assert (answer.status, answer.code) == (403, "InvalidSignatureException")


def test_7_a_space_has_one_app(studio: Any, with_space: str) -> None:
    # Developer guide, studio-updated-spaces: "Each space has a 1:1 relationship with an
    # instance of an application."
    app = {"DomainId": with_space, "SpaceName": "team-1", "AppType": "JupyterLab"}
    studio.create_app(AppName="default", **app)
    assert code_of(studio.create_app, AppName="second", **app) == "ResourceInUse"
    studio.delete_app(AppName="default", **app)
    studio.create_app(AppName="second", **app)


@pytest.mark.parametrize(
    "tags",
    [[("aws:mine", "1")], [("a", "1"), ("a", "2")]],
    ids=["reserved", "twice"],
)
def test_8_reserved_and_duplicate_keys_are_refused_on_create(
    studio: Any, with_space: str, tags: list[tuple[str, str]]
) -> None:
    # Text of reserved keys: sagemaker-python-sdk#1301.
    given = [{"Key": key, "Value": value} for key, value in tags]
    create = studio.create_user_profile
    refused = code_of(create, DomainId=with_space, UserProfileName="grace", Tags=given)
    assert refused == "ValidationException"
    assert code_of(make_domain, studio=studio, name="other", Tags=given) == "ValidationException"
    names = [each["UserProfileName"] for each in studio.list_user_profiles()["UserProfiles"]]
    assert names == ["ada"]


@pytest.mark.parametrize(
    ("service", "operation", "params", "code"),
    [
        (
            "service-quotas",
            "ListServiceQuotas",
            {"ServiceCode": "sagemaker", "MaxResults": 0},
            "IllegalArgumentException",
        ),
        (
            "service-quotas",
            "ListServiceQuotas",
            {"ServiceCode": "sagemaker", "QuotaAppliedAtLevel": "EVERYWHERE"},
            "IllegalArgumentException",
        ),
        (
            "pricing",
            "GetProducts",
            {"ServiceCode": "AmazonSageMaker", "MaxResults": 0},
            "InvalidParameterException",
        ),
    ],
)
def test_9_quotas_and_prices_check_their_model(
    wire: Wire, service: str, operation: str, params: dict[str, Any], code: str
) -> None:
    # botocore's service-quotas and pricing models: bounds, enumerations and declared errors.
    answer = wire.call(service, operation, params)
    assert (answer.status, answer.code) == (400, code)
    assert answer.headers["x-amzn-requestid"]


@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("sagemaker", "SageMaker.MakeCoffee"),
        ("sagemaker", "Sagemaker.ListDomains"),
        ("sagemaker", None),
        ("resourcegroupstaggingapi", "ResourceGroupsTaggingAPI_20170126.MakeCoffee"),
        ("service-quotas", "ServiceQuotasV20190624.MakeCoffee"),
        ("pricing", "AWSPriceListService.MakeCoffee"),
    ],
)
def test_10_unknown_targets(wire: Wire, service: str, target: str | None) -> None:
    # API reference, Common errors; every AWS JSON service answers so.
    answer = wire.send(service, target, {})
    assert (answer.status, answer.code) == (400, "UnknownOperationException")
    assert answer.headers["x-amzn-requestid"]


def test_11_a_missing_member_is_null(wire: Wire) -> None:
    # The wording that STS gives for the same check; see finding 11 of the outside clients.
    answer = wire.call("sagemaker", "DescribeDomain", {})
    assert answer.message == (
        "1 validation error detected: Value null at 'domainId' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_12_tag_keys_and_values_come_once(served: SandboxServer, studio: Any) -> None:
    # API reference of GetTagKeys: "Returns all tag keys currently in use".
    domain_id = make_domain(studio)
    for number in range(3):
        tags = [{"Key": "team", "Value": "1"}, {"Key": f"k{number}", "Value": "x"}]
        studio.create_user_profile(DomainId=domain_id, UserProfileName=f"p{number}", Tags=tags)
    tagging = client(served.url, "resourcegroupstaggingapi")
    assert tagging.get_tag_keys()["TagKeys"] == ["k0", "k1", "k2", "team"]
    assert tagging.get_tag_values(Key="team")["TagValues"] == ["1"]


@pytest.mark.parametrize("kind", ["PutRequest", "DeleteRequest"])
def test_12_batch_write_takes_25(served: SandboxServer, kind: str) -> None:
    # API reference of BatchWriteItem: "consisting of up to 25 item put or delete operations".
    table = client(served.url, "dynamodb")
    table.create_table(
        TableName="people",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    member = "Item" if kind == "PutRequest" else "Key"
    writes = [{kind: {member: {"pk": {"S": str(number)}}}} for number in range(26)]
    table.batch_write_item(RequestItems={"people": writes[:25]})
    assert code_of(table.batch_write_item, RequestItems={"people": writes}) == "ValidationException"


@pytest.mark.parametrize("operation", ["list_tags", "add_tags", "delete_tags"])
def test_12_tags_of_a_missing_endpoint(studio: Any, operation: str) -> None:
    # botocore's model declares no error of its own for these; AWS answers ValidationException.
    more: dict[str, Any] = {"add_tags": {"Tags": [{"Key": "a", "Value": "1"}]}}.get(operation, {})
    if operation == "delete_tags":
        more = {"TagKeys": ["a"]}
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/gone"
    assert code_of(getattr(studio, operation), ResourceArn=arn, **more) == "ValidationException"
