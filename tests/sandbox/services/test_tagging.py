"""The tagging API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import client, code_of, make_domain, make_space

EVENT = {"Key": "studio-cli:event", "Value": "demo"}


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
