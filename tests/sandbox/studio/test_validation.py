"""Input against the model: what boto3 would refuse itself is sent raw, as other clients might."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from studio_core.sandbox.studio.exceptions import AWSValidationException
from studio_core.sandbox.studio.validation import check, matches
from tests.sandbox.conftest import SESSION

PROFILE = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
DOMAIN = "d-(-*[a-z0-9]){1,61}"


def message(operation: str, params: dict[str, Any]) -> str:
    with pytest.raises(AWSValidationException) as refused:
        check(operation, params)
    return str(refused.value.message)


@pytest.mark.parametrize(
    ("operation", "params", "text"),
    [
        (
            "CreateUserProfile",
            {"DomainId": "d-1", "UserProfileName": "ada.lovelace"},
            (
                f"Value 'ada.lovelace' at 'userProfileName' failed to satisfy constraint: "
                f"Member must satisfy regular expression pattern: {PROFILE}"
            ),
        ),
        (
            "DescribeDomain",
            {"DomainId": "x"},
            (
                "Value 'x' at 'domainId' failed to satisfy constraint: "
                f"Member must satisfy regular expression pattern: {DOMAIN}"
            ),
        ),
        (
            "DescribeDomain",
            {},
            "Value null at 'domainId' failed to satisfy constraint: Member must not be null",
        ),
        (
            "ListApps",
            {"MaxResults": 0},
            (
                "Value '0' at 'maxResults' failed to satisfy constraint: "
                "Member must have value greater than or equal to 1"
            ),
        ),
        (
            "ListApps",
            {"MaxResults": 101},
            (
                "Value '101' at 'maxResults' failed to satisfy constraint: "
                "Member must have value less than or equal to 100"
            ),
        ),
        (
            "ListSpaces",
            {"SortOrder": "Up"},
            (
                "Value 'Up' at 'sortOrder' failed to satisfy constraint: "
                "Member must satisfy enum value set: [Ascending, Descending]"
            ),
        ),
        (
            "CreatePresignedDomainUrl",
            {"DomainId": "d-1", "UserProfileName": "a", "ExpiresInSeconds": 301},
            (
                "Value '301' at 'expiresInSeconds' failed to satisfy constraint: "
                "Member must have value less than or equal to 300"
            ),
        ),
        (
            "CreatePresignedDomainUrl",
            {"DomainId": "d-1", "UserProfileName": "a", "SessionExpirationDurationInSeconds": 60},
            (
                "Value '60' at 'sessionExpirationDurationInSeconds' failed to satisfy constraint: "
                "Member must have value greater than or equal to 1800"
            ),
        ),
        (
            "CreateSpace",
            {
                "DomainId": "d-1",
                "SpaceName": "a",
                "SpaceSettings": {
                    "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 4}}
                },
            },
            (
                "Value '4' at 'spaceSettings.spaceStorageSettings.ebsStorageSettings."
                "ebsVolumeSizeInGb' failed to satisfy constraint: "
                "Member must have value greater than or equal to 5"
            ),
        ),
        (
            "CreateSpace",
            {"DomainId": "d-1", "SpaceName": "a", "OwnershipSettings": {}},
            (
                "Value null at 'ownershipSettings.ownerUserProfileName' failed to satisfy "
                "constraint: Member must not be null"
            ),
        ),
        (
            "DeleteTags",
            {"ResourceArn": "arn:aws:sagemaker:eu-west-1:123456789012:x/y", "TagKeys": []},
            (
                "Value '[]' at 'tagKeys' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ),
        ),
        (
            "AddTags",
            {
                "ResourceArn": "arn:aws:sagemaker:eu-west-1:123456789012:x/y",
                "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b!", "Value": "2"}],
            },
            (
                "Value 'b!' at 'tags.2.member.key' failed to satisfy constraint: "
                r"Member must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"
            ),
        ),
    ],
)
def test_one_violation(operation: str, params: dict[str, Any], text: str) -> None:
    assert message(operation, params) == f"1 validation error detected: {text}"


def test_all_violations_are_told_together() -> None:
    long = "a" * 64
    told = message("CreateUserProfile", {"UserProfileName": long})
    assert told.startswith("3 validation errors detected: Value null at 'domainId' failed")
    assert "Member must have length less than or equal to 63; Value" in told


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a", True), ("A-1", True), ("a--b", True), ("a-", False), ("", False), ("é", False)],
)
def test_profile_names(text: str, fits: bool) -> None:
    assert matches(PROFILE, text) is fits


@pytest.mark.parametrize("text", ["Tävling 2026", "チーム", "a:b/c=d+e-f@g", ""])
def test_tag_values_take_letters_of_every_script(text: str) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:x/y"
    check("AddTags", {"ResourceArn": arn, "Tags": [{"Key": "team", "Value": text}]})


@pytest.mark.parametrize("text", ["#1", "a;b", "🎉", "a,b", "two\nlines", "tab\tbed"])
def test_tag_values_take_no_other_characters(text: str) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:x/y"
    params = {"ResourceArn": arn, "Tags": [{"Key": "team", "Value": text}]}
    assert message("AddTags", params) == (
        f"1 validation error detected: Value '{text}' at 'tags.1.member.value' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: "
        r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"
    )


def test_a_pattern_is_not_a_trap_for_slow_matching() -> None:
    assert not matches(PROFILE, "a" + "-" * 5000)


def test_the_wire_answers_as_the_function_does(served: Any) -> None:
    # boto3 checks lengths and ranges itself unless it is told not to.
    from botocore.config import Config

    raw = SESSION.client(
        "sagemaker",
        region_name="eu-west-1",
        endpoint_url=served.url,
        aws_access_key_id="SANDBOXACCESSKEYID00",
        aws_secret_access_key="x",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ClientError) as refused:
        raw.list_user_profiles(MaxResults=1000, SortBy="Name")
    assert refused.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "2 validation errors detected: Value '1000' at 'maxResults' failed to satisfy "
        "constraint: Member must have value less than or equal to 100; Value 'Name' at 'sortBy' "
        "failed to satisfy constraint: Member must satisfy enum value set: "
        "[CreationTime, LastModifiedTime]",
    }
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    for operation in ("describe_user_profile", "create_space", "delete_app", "add_tags"):
        with pytest.raises(ClientError, match="Member must not be null"):
            getattr(raw, operation)()
