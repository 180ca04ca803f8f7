"""Conformance: boto3 and its paginators, in-process and against the server alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from studio_core.sandbox.studio import lifecycle
from tests.sandbox.conftest import client, make_domain, make_space

APP = {"SpaceName": "team-1", "AppType": "JupyterLab", "AppName": "default"}


def listed(studio: Any, operation: str, key: str, **params: Any) -> list[dict[str, Any]]:
    pages = studio.get_paginator(operation).paginate(**params)
    return [row for page in pages for row in page[key]]


def test_the_life_of_a_team(either: Any, domain_id: str) -> None:
    studio = either
    settings = {"ExecutionRole": "arn:aws:iam::123456789012:role/studio"}
    studio.create_user_profile(DomainId=domain_id, UserProfileName="Ada", UserSettings=settings)
    make_space(studio, domain_id, "team-1", "ada", SpaceDisplayName="Team one")
    studio.create_app(DomainId=domain_id, **APP)

    profile = studio.describe_user_profile(DomainId=domain_id, UserProfileName="ada")
    assert profile["UserProfileName"] == "Ada"
    assert profile["Status"] == "InService"
    assert profile["UserSettings"] == settings
    assert profile["UserProfileArn"].endswith(f":user-profile/{domain_id}/Ada")

    space = studio.describe_space(DomainId=domain_id, SpaceName="TEAM-1")
    assert space["SpaceDisplayName"] == "Team one"
    assert space["OwnershipSettings"] == {"OwnerUserProfileName": "ada"}
    assert space["Url"].startswith(f"https://{domain_id}.studio.eu-west-1.sagemaker.aws")

    app = studio.describe_app(DomainId=domain_id, **APP)
    assert app["ResourceSpec"] == {"InstanceType": "ml.t3.medium"}
    assert app["AppArn"].endswith(f":app/{domain_id}/team-1/jupyterlab/default")
    assert "UserProfileName" not in app

    studio.delete_app(DomainId=domain_id, **APP)
    assert studio.describe_app(DomainId=domain_id, **APP)["Status"] == "Deleted"
    studio.delete_space(DomainId=domain_id, SpaceName="team-1")
    studio.delete_user_profile(DomainId=domain_id, UserProfileName="ADA")
    studio.delete_domain(DomainId=domain_id, RetentionPolicy={"HomeEfsFileSystem": "Delete"})
    assert studio.list_domains()["Domains"] == []


def test_lists_carry_neither_arns_nor_tags(either: Any, domain_id: str) -> None:
    tags = [{"Key": "studio-cli:event", "Value": "demo"}]
    either.create_user_profile(DomainId=domain_id, UserProfileName="ada", Tags=tags)
    make_space(either, domain_id, "team-1", "ada", Tags=tags)
    either.create_app(DomainId=domain_id, Tags=tags, **APP)

    (profile,) = either.list_user_profiles()["UserProfiles"]
    assert set(profile) == {
        "DomainId", "UserProfileName", "Status", "CreationTime", "LastModifiedTime",
    }  # fmt: skip
    (space,) = either.list_spaces()["Spaces"]
    assert space["SpaceSettingsSummary"] == {
        "AppType": "JupyterLab",
        "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}},
    }
    assert space["SpaceSharingSettingsSummary"] == {"SharingType": "Shared"}
    assert space["OwnershipSettingsSummary"] == {"OwnerUserProfileName": "ada"}
    (app,) = either.list_apps()["Apps"]
    assert set(app) == {
        "DomainId", "SpaceName", "AppType", "AppName", "Status", "CreationTime", "ResourceSpec",
    }  # fmt: skip


def test_domain_ids_are_random_and_domains_describe_themselves(either: Any) -> None:
    created = either.create_domain(
        DomainName="one",
        AuthMode="SSO",
        DefaultUserSettings={"ExecutionRole": "arn:aws:iam::123456789012:role/studio"},
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
        AppNetworkAccessType="VpcOnly",
    )
    other = make_domain(either, "two")
    domain_id = created["DomainId"]
    assert domain_id.startswith("d-")
    assert domain_id != other
    assert created["DomainArn"] == f"arn:aws:sagemaker:eu-west-1:123456789012:domain/{domain_id}"

    described = either.describe_domain(DomainId=domain_id)
    assert described["AuthMode"] == "SSO"
    assert described["AppNetworkAccessType"] == "VpcOnly"
    assert described["Status"] == "InService"
    assert described["SubnetIds"] == ["subnet-1"]
    names = [row["DomainName"] for row in listed(either, "list_domains", "Domains", MaxResults=1)]
    assert names == ["one", "two"]


def test_updates_change_what_they_name_and_the_time(either: Any, domain_id: str) -> None:
    either.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(either, domain_id, "team-1", "ada")
    role = "arn:aws:iam::123456789012:role/other"

    before = either.describe_user_profile(DomainId=domain_id, UserProfileName="ada")
    either.update_user_profile(
        DomainId=domain_id, UserProfileName="ada", UserSettings={"ExecutionRole": role}
    )
    after = either.describe_user_profile(DomainId=domain_id, UserProfileName="ada")
    assert after["UserSettings"] == {"ExecutionRole": role}
    assert after["CreationTime"] == before["CreationTime"]
    assert after["LastModifiedTime"] >= before["LastModifiedTime"]

    storage = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 20}}}
    either.update_space(DomainId=domain_id, SpaceName="team-1", SpaceSettings=storage)
    space = either.describe_space(DomainId=domain_id, SpaceName="team-1")
    assert space["SpaceSettings"] == {"AppType": "JupyterLab", **storage}

    either.update_domain(DomainId=domain_id, DefaultUserSettings={"StudioWebPortal": "ENABLED"})
    domain = either.describe_domain(DomainId=domain_id)
    assert domain["DefaultUserSettings"]["StudioWebPortal"] == "ENABLED"
    assert domain["DefaultUserSettings"]["ExecutionRole"].endswith("role/studio")


def test_volumes_do_not_shrink_and_app_types_do_not_change(either: Any, domain_id: str) -> None:
    either.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(either, domain_id, "team-1", "ada")

    def update(settings: dict[str, Any]) -> None:
        either.update_space(DomainId=domain_id, SpaceName="team-1", SpaceSettings=settings)

    update({"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 20}}})
    with pytest.raises(ClientError, match="cannot be decreased"):
        update({"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 10}}})
    with pytest.raises(ClientError, match="AppType of a Space cannot be changed"):
        update({"AppType": "CodeEditor"})
    (space,) = either.list_spaces()["Spaces"]
    assert space["SpaceSettingsSummary"]["SpaceStorageSettings"] == {
        "EbsStorageSettings": {"EbsVolumeSizeInGb": 20}
    }


def test_apps_of_profiles_and_of_spaces_are_told_apart(either: Any, domain_id: str) -> None:
    either.create_user_profile(DomainId=domain_id, UserProfileName="one")
    make_space(either, domain_id, "one", "one")
    either.create_app(DomainId=domain_id, SpaceName="one", AppType="JupyterLab", AppName="default")
    either.create_app(
        DomainId=domain_id, UserProfileName="one", AppType="JupyterServer", AppName="default"
    )
    of_space = listed(either, "list_apps", "Apps", SpaceNameEquals="ONE")
    of_profile = listed(either, "list_apps", "Apps", UserProfileNameEquals="One")
    assert [app["AppType"] for app in of_space] == ["JupyterLab"]
    assert [app["AppType"] for app in of_profile] == ["JupyterServer"]
    assert of_profile[0]["ResourceSpec"] == {"InstanceType": "system"}
    assert len(listed(either, "list_apps", "Apps", DomainIdEquals=domain_id)) == 2
    assert listed(either, "list_apps", "Apps", DomainIdEquals="d-other") == []


@pytest.mark.parametrize("owners", [{}, {"UserProfileName": "ada", "SpaceName": "team-1"}])
@pytest.mark.parametrize("operation", ["create_app", "describe_app", "delete_app"])
def test_an_app_has_exactly_one_owner(
    either: Any, domain_id: str, operation: str, owners: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(either, operation)(
            DomainId=domain_id, AppType="JupyterLab", AppName="default", **owners
        )
    assert refused.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Exactly one of UserProfileName and SpaceName must be specified.",
    }


def test_listing_apps_by_profile_and_space_at_once_is_refused(either: Any) -> None:
    with pytest.raises(ClientError, match="cannot be specified together") as refused:
        either.list_apps(UserProfileNameEquals="ada", SpaceNameEquals="team-1")
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_names_are_found_by_a_part_without_case(either: Any, domain_id: str) -> None:
    for name in ("ada-lovelace", "Grace", "Ada"):
        either.create_user_profile(DomainId=domain_id, UserProfileName=name)
        make_space(either, domain_id, f"of-{name}", name)
    profiles = listed(either, "list_user_profiles", "UserProfiles", UserProfileNameContains="ADA")
    assert [row["UserProfileName"] for row in profiles] == ["ada-lovelace", "Ada"]
    spaces = listed(either, "list_spaces", "Spaces", SpaceNameContains="grace")
    assert [row["SpaceName"] for row in spaces] == ["of-Grace"]


def test_a_deleted_app_says_so_and_its_name_is_free_again(either: Any, domain_id: str) -> None:
    either.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(either, domain_id, "team-1", "ada")
    either.create_app(DomainId=domain_id, **APP)
    either.delete_app(DomainId=domain_id, **APP)
    with pytest.raises(ClientError) as refused:
        either.delete_app(DomainId=domain_id, **APP)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "App [default] has already been deleted." in str(refused.value)
    assert [app["Status"] for app in either.list_apps()["Apps"]] == ["Deleted"]
    either.create_app(DomainId=domain_id, **APP)
    assert [app["Status"] for app in either.list_apps()["Apps"]] == ["InService"]


def test_a_running_app_cannot_be_created_again(either: Any, domain_id: str) -> None:
    either.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(either, domain_id, "team-1", "ada")
    either.create_app(DomainId=domain_id, **APP)
    with pytest.raises(either.exceptions.ResourceInUse, match="already exists"):
        either.create_app(DomainId=domain_id, **APP)


def test_what_is_created_in_what_is_not_there_is_invalid(either: Any, domain_id: str) -> None:
    # The model declares no ResourceNotFound for these operations.
    for call in (
        lambda: either.create_user_profile(DomainId="d-none", UserProfileName="ada"),
        lambda: make_space(either, "d-none", "team-1", "ada"),
        lambda: make_space(either, domain_id, "team-1", "nobody"),
        lambda: either.create_app(DomainId=domain_id, **APP),
    ):
        with pytest.raises(ClientError, match="does not exist") as refused:
            call()
        assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_an_app_fits_its_space(either: Any, domain_id: str) -> None:
    either.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(either, domain_id, "team-1", "ada", SpaceSettings={"AppType": "CodeEditor"})
    with pytest.raises(ClientError, match="does not match AppType CodeEditor"):
        either.create_app(DomainId=domain_id, **APP)
    either.create_space(DomainId=domain_id, SpaceName="classic")
    with pytest.raises(ClientError, match="is not supported in Space"):
        either.create_app(DomainId=domain_id, **{**APP, "SpaceName": "classic"})


def test_owner_and_sharing_come_together(either: Any, domain_id: str) -> None:
    with pytest.raises(ClientError, match="must be specified together"):
        either.create_space(
            DomainId=domain_id, SpaceName="x", SpaceSharingSettings={"SharingType": "Shared"}
        )


def test_a_space_takes_the_instance_it_was_given_as_default(either: Any, domain_id: str) -> None:
    either.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    spec = {"InstanceType": "ml.m5.xlarge"}
    settings = {"AppType": "JupyterLab", "JupyterLabAppSettings": {"DefaultResourceSpec": spec}}
    make_space(either, domain_id, "team-1", "ada", SpaceSettings=settings)
    either.create_app(DomainId=domain_id, **APP)
    assert either.describe_app(DomainId=domain_id, **APP)["ResourceSpec"] == spec


def test_sso_domains_take_sso_people_and_give_no_urls(either: Any) -> None:
    domain_id = make_domain(either, mode="SSO")
    with pytest.raises(ClientError, match="must be specified for a Domain with AuthMode SSO"):
        either.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    either.create_user_profile(
        DomainId=domain_id,
        UserProfileName="ada",
        SingleSignOnUserIdentifier="UserName",
        SingleSignOnUserValue="ada",
    )
    with pytest.raises(ClientError, match="only supported for a Domain with AuthMode IAM"):
        either.create_presigned_domain_url(DomainId=domain_id, UserProfileName="ada")


def test_regions_know_nothing_of_one_another(studio: Any, served: Any) -> None:
    domain_id = make_domain(studio)
    elsewhere = client(served.url, region="us-west-2")
    assert elsewhere.list_domains()["Domains"] == []
    other = make_domain(elsewhere)
    arn = elsewhere.describe_domain(DomainId=other)["DomainArn"]
    assert arn == f"arn:aws:sagemaker:us-west-2:123456789012:domain/{other}"
    assert [row["DomainId"] for row in studio.list_domains()["Domains"]] == [domain_id]


def test_tags(either: Any, domain_id: str) -> None:
    either.create_user_profile(
        DomainId=domain_id, UserProfileName="ada", Tags=[{"Key": "a", "Value": "1"}]
    )
    make_space(either, domain_id, "team-1", "ada")
    either.create_app(DomainId=domain_id, **APP)
    arns = [
        either.describe_domain(DomainId=domain_id)["DomainArn"],
        either.describe_user_profile(DomainId=domain_id, UserProfileName="ada")["UserProfileArn"],
        either.describe_space(DomainId=domain_id, SpaceName="team-1")["SpaceArn"],
        either.describe_app(DomainId=domain_id, **APP)["AppArn"],
    ]
    for arn in arns:
        many = [{"Key": f"k{n}", "Value": str(n)} for n in range(49)]
        either.add_tags(ResourceArn=arn, Tags=many)
        either.add_tags(ResourceArn=arn, Tags=[{"Key": "k0", "Value": "new"}])
        found = listed(either, "list_tags", "Tags", ResourceArn=arn)
        assert {"Key": "k0", "Value": "new"} in found
        either.delete_tags(ResourceArn=arn, TagKeys=["a", *(f"k{n}" for n in range(1, 49))])
        assert either.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "k0", "Value": "new"}]
    with pytest.raises(ClientError, match="cannot have more than 50 tags"):
        either.add_tags(
            ResourceArn=arns[0], Tags=[{"Key": f"n{n}", "Value": ""} for n in range(50)]
        )
    with pytest.raises(ClientError, match="System prefix 'aws:' reserved"):
        either.add_tags(ResourceArn=arns[0], Tags=[{"Key": "aws:mine", "Value": ""}])
    with pytest.raises(either.exceptions.ResourceNotFound, match="does not exist"):
        either.list_tags(ResourceArn=arns[1] + "x")


def test_apps_inherit_tags_of_domain_and_profile(either: Any) -> None:
    domain_id = make_domain(either, Tags=[{"Key": "d", "Value": "1"}])
    either.create_user_profile(
        DomainId=domain_id, UserProfileName="ada", Tags=[{"Key": "p", "Value": "1"}]
    )
    app = {"UserProfileName": "ada", "AppType": "JupyterServer", "AppName": "default"}
    arn = either.create_app(DomainId=domain_id, **app)["AppArn"]
    assert {tag["Key"] for tag in either.list_tags(ResourceArn=arn)["Tags"]} == {"d", "p"}


def test_times_are_told_in_utc_and_move(local: Any) -> None:
    lifecycle.configure("manual", times=1)
    domain_id = make_domain(local)
    born = local.describe_domain(DomainId=domain_id)
    assert born["Status"] == "InService"
    assert born["LastModifiedTime"] >= born["CreationTime"]
    assert abs(dt.datetime.now(dt.UTC) - born["CreationTime"]) < dt.timedelta(minutes=1)


def test_motos_own_sagemaker_operations_still_work(either: Any) -> None:
    either.create_experiment(ExperimentName="ours")
    names = [e["ExperimentName"] for e in either.list_experiments()["ExperimentSummaries"]]
    assert names == ["ours"]
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:experiment/ours"
    either.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    assert either.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    either.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert either.list_tags(ResourceArn=arn)["Tags"] == []
