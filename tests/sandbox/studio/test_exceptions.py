"""Every error that botocore's model declares for a Studio operation, raised, code and text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from studio_core.sandbox.services import quota_table
from studio_core.sandbox.serving.faults import Faults, set_faults
from studio_core.sandbox.studio import lifecycle
from studio_core.sandbox.studio.responses import STUDIO_OPERATIONS
from tests.sandbox.conftest import make_domain, make_space

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"
NOWHERE = "d-nowhere"
APP = {"SpaceName": "team-1", "AppType": "JupyterLab", "AppName": "default"}
TOLD = "This is a fault set in the sandbox."

CAUSES: dict[tuple[str, str], Any] = {}


def cause(operation: str, code: str) -> Callable[[Any], Any]:
    """Register what provokes an error: it gives the call and the text."""

    def register(function: Any) -> Any:
        CAUSES[operation, code] = function
        return function

    return register


def limit(name: str, unit: str, most: int, used: int, delta: int = 1) -> str:
    return (
        f"The account-level service limit '{name}' is {most} {unit}, with current utilization of "
        f"{used} {unit} and a request delta of {delta} {unit}. Please use AWS Service Quotas to "
        "request an increase for this quota. If AWS Service Quotas is not available, contact AWS "
        "support to request an increase for this quota."
    )


def with_space(studio: Any, domain_id: str) -> None:
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(studio, domain_id, "team-1", "ada")


def with_app(studio: Any, domain_id: str) -> None:
    with_space(studio, domain_id)
    studio.create_app(DomainId=domain_id, **APP)


# What is not there


@cause("DescribeDomain", "ResourceNotFound")
def describe_domain(studio: Any, _: str) -> Any:
    return lambda: studio.describe_domain(
        DomainId=NOWHERE
    ), f"Domain [{ARN}:domain/{NOWHERE}] does not exist."


@cause("UpdateDomain", "ResourceNotFound")
def update_domain(studio: Any, _: str) -> Any:
    return lambda: studio.update_domain(
        DomainId=NOWHERE
    ), f"Domain [{ARN}:domain/{NOWHERE}] does not exist."


@cause("DeleteDomain", "ResourceNotFound")
def delete_domain(studio: Any, _: str) -> Any:
    return lambda: studio.delete_domain(
        DomainId=NOWHERE
    ), f"Domain [{ARN}:domain/{NOWHERE}] does not exist."


def missing_profile(operation: str) -> Any:
    def provoke(studio: Any, domain_id: str) -> Any:
        call = getattr(studio, operation)
        text = f"UserProfile [{ARN}:user-profile/{domain_id}/ada] does not exist."
        return lambda: call(DomainId=domain_id, UserProfileName="ada"), text

    return provoke


def missing_space(operation: str) -> Any:
    def provoke(studio: Any, domain_id: str) -> Any:
        call = getattr(studio, operation)
        text = f"Space [{ARN}:space/{domain_id}/team-1] does not exist."
        return lambda: call(DomainId=domain_id, SpaceName="team-1"), text

    return provoke


def missing_app(operation: str) -> Any:
    def provoke(studio: Any, domain_id: str) -> Any:
        call = getattr(studio, operation)
        text = f"App [{ARN}:app/{domain_id}/team-1/jupyterlab/default] does not exist."
        return lambda: call(DomainId=domain_id, **APP), text

    return provoke


cause("DescribeUserProfile", "ResourceNotFound")(missing_profile("describe_user_profile"))
cause("UpdateUserProfile", "ResourceNotFound")(missing_profile("update_user_profile"))
cause("DeleteUserProfile", "ResourceNotFound")(missing_profile("delete_user_profile"))
cause("CreatePresignedDomainUrl", "ResourceNotFound")(
    missing_profile("create_presigned_domain_url")
)
cause("DescribeSpace", "ResourceNotFound")(missing_space("describe_space"))
cause("UpdateSpace", "ResourceNotFound")(missing_space("update_space"))
cause("DeleteSpace", "ResourceNotFound")(missing_space("delete_space"))
cause("DescribeApp", "ResourceNotFound")(missing_app("describe_app"))
cause("DeleteApp", "ResourceNotFound")(missing_app("delete_app"))


# What is in use


@cause("CreateDomain", "ResourceInUse")
def domain_again(studio: Any, domain_id: str) -> Any:
    text = f"Domain [{ARN}:domain/{domain_id}] already exists. Please use a different name."
    return lambda: make_domain(studio, "HACKATHON"), text


@cause("UpdateDomain", "ResourceInUse")
def domain_updating(studio: Any, domain_id: str) -> Any:
    lifecycle.configure("time")
    studio.update_domain(DomainId=domain_id, TagPropagation="ENABLED")
    text = f"Unable to update Domain [{ARN}:domain/{domain_id}] because it is in Updating status."
    return lambda: studio.update_domain(DomainId=domain_id), text


@cause("DeleteDomain", "ResourceInUse")
def domain_with_profile(studio: Any, domain_id: str) -> Any:
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    text = (
        f"Unable to delete Domain [{ARN}:domain/{domain_id}] because UserProfile(s) are "
        "associated with it."
    )
    return lambda: studio.delete_domain(DomainId=domain_id), text


@cause("CreateUserProfile", "ResourceInUse")
def profile_again(studio: Any, domain_id: str) -> Any:
    studio.create_user_profile(DomainId=domain_id, UserProfileName="Ada")
    text = (
        f"UserProfile [{ARN}:user-profile/{domain_id}/Ada] already exists. "
        "Please use a different name."
    )
    return lambda: studio.create_user_profile(DomainId=domain_id, UserProfileName="aDA"), text


@cause("UpdateUserProfile", "ResourceInUse")
def profile_pending(studio: Any, domain_id: str) -> Any:
    lifecycle.configure("time")
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    text = (
        f"Unable to update UserProfile [{ARN}:user-profile/{domain_id}/ada] because it is in "
        "Pending status."
    )
    return lambda: studio.update_user_profile(DomainId=domain_id, UserProfileName="ada"), text


@cause("DeleteUserProfile", "ResourceInUse")
def profile_with_space(studio: Any, domain_id: str) -> Any:
    with_space(studio, domain_id)
    text = (
        f"Unable to delete UserProfile [{ARN}:user-profile/{domain_id}/ada] because Space(s) are "
        "associated with it."
    )
    return lambda: studio.delete_user_profile(DomainId=domain_id, UserProfileName="ada"), text


@cause("CreateSpace", "ResourceInUse")
def space_again(studio: Any, domain_id: str) -> Any:
    with_space(studio, domain_id)
    text = f"Space [{ARN}:space/{domain_id}/team-1] already exists. Please use a different name."
    return lambda: make_space(studio, domain_id, "TEAM-1", "ada"), text


@cause("UpdateSpace", "ResourceInUse")
def space_with_app(studio: Any, domain_id: str) -> Any:
    with_app(studio, domain_id)
    text = (
        f"Unable to update Space [{ARN}:space/{domain_id}/team-1] because App(s) are associated "
        "with it."
    )
    return lambda: studio.update_space(DomainId=domain_id, SpaceName="team-1"), text


@cause("DeleteSpace", "ResourceInUse")
def space_with_app_to_delete(studio: Any, domain_id: str) -> Any:
    with_app(studio, domain_id)
    text = (
        f"Unable to delete Space [{ARN}:space/{domain_id}/team-1] because App(s) are associated "
        "with it."
    )
    return lambda: studio.delete_space(DomainId=domain_id, SpaceName="team-1"), text


@cause("CreateApp", "ResourceInUse")
def storage_not_ready(studio: Any, domain_id: str) -> Any:
    with_space(studio, domain_id)
    lifecycle.configure("manual", times=5)
    studio.update_space(
        DomainId=domain_id,
        SpaceName="team-1",
        SpaceSettings={"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 9}}},
    )
    while studio.describe_space(DomainId=domain_id, SpaceName="team-1")["Status"] != "InService":
        pass
    text = "Unable to create app [default] because storage is not in Available status."
    return lambda: studio.create_app(DomainId=domain_id, **APP), text


@cause("DeleteApp", "ResourceInUse")
def app_pending(studio: Any, domain_id: str) -> Any:
    with_space(studio, domain_id)
    lifecycle.configure("time")
    studio.create_app(DomainId=domain_id, **APP)
    text = (
        f"Unable to delete App [{ARN}:app/{domain_id}/team-1/jupyterlab/default] because it is in "
        "Pending status."
    )
    return lambda: studio.delete_app(DomainId=domain_id, **APP), text


# What is full


@cause("CreateDomain", "ResourceLimitExceeded")
def domains_full(studio: Any, _: str) -> Any:
    quota_table.set_quotas({"L-B683BCB0": 1})
    return lambda: make_domain(studio, "another"), limit("Total domains", "Domains", 1, 1)


@cause("CreateUserProfile", "ResourceLimitExceeded")
def profiles_full(studio: Any, domain_id: str) -> Any:
    name = "Maximum number of Studio user profiles allowed per account"
    quota_table.set_quotas({name: 2})
    for person in ("ada", "grace"):
        studio.create_user_profile(DomainId=domain_id, UserProfileName=person)
    return (
        lambda: studio.create_user_profile(DomainId=domain_id, UserProfileName="linus"),
        limit(name, "UserProfiles", 2, 2),
    )


@cause("CreateSpace", "ResourceLimitExceeded")
def spaces_full(studio: Any, domain_id: str) -> Any:
    with_space(studio, domain_id)
    name = "Maximum number of Studio spaces allowed per account"
    quota_table.set_quotas({name: 1})
    return lambda: make_space(studio, domain_id, "team-2", "ada"), limit(name, "Spaces", 1, 1)


@cause("UpdateSpace", "ResourceLimitExceeded")
def volumes_full(studio: Any, domain_id: str) -> Any:
    with_space(studio, domain_id)
    name = "Total EBS volume size in GB across all Studio Spaces"
    quota_table.set_quotas({name: 20})
    storage = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 21}}}
    return (
        lambda: studio.update_space(DomainId=domain_id, SpaceName="team-1", SpaceSettings=storage),
        limit(name, "Gigabytes", 20, 5, 16),
    )


@cause("CreateApp", "ResourceLimitExceeded")
def instances_full(studio: Any, domain_id: str) -> Any:
    with_space(studio, domain_id)
    name = "Studio JupyterLab Apps running on ml.p3.2xlarge instances"
    quota_table.set_quotas({name: 0})
    spec = {"InstanceType": "ml.p3.2xlarge"}
    return (
        lambda: studio.create_app(DomainId=domain_id, ResourceSpec=spec, **APP),
        limit(name, "Apps", 0, 0),
    )


def told(operation: str, method: str, **params: str) -> None:
    """Declared, and what causes it is not known: raised when the faults ask for it."""

    def provoke(studio: Any, domain_id: str) -> Any:
        studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
        set_faults(Faults(errors={f"sagemaker.{operation}": "ResourceLimitExceeded"}))
        return lambda: getattr(studio, method)(DomainId=domain_id, **params), TOLD

    CAUSES[operation, "ResourceLimitExceeded"] = provoke


told("UpdateDomain", "update_domain")
told("DescribeUserProfile", "describe_user_profile", UserProfileName="ada")
told("UpdateUserProfile", "update_user_profile", UserProfileName="ada")


def test_every_declared_error_has_a_cause() -> None:
    model = get_service_model("sagemaker")
    declared = {
        (operation, shape.error_code)
        for operation in STUDIO_OPERATIONS
        for shape in model.operation_model(operation).error_shapes
    }
    assert set(CAUSES) == declared


@pytest.mark.parametrize(("operation", "code"), sorted(CAUSES), ids=str)
def test_declared_error(either: Any, domain_id: str, operation: str, code: str) -> None:
    call, text = CAUSES[operation, code](either, domain_id)
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value
    assert error.operation_name == operation
    assert error.response["Error"] == {"Code": code, "Message": text}
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert type(error).__name__ == code  # boto3 knows the modelled exception
