"""Errors of the Studio operations, with the texts that AWS is known to give.

A text marked "invented" was found in no public source; the code is the one that
botocore's sagemaker model declares for the operation.
"""

from __future__ import annotations

from moto.sagemaker.exceptions import (
    AWSValidationException,
    ResourceInUseException,
    ResourceNotFound,
    SagemakerClientError,
)

__all__ = [
    "AWSValidationException",
    "CommonError",
    "ResourceInUseException",
    "ResourceLimitExceededError",
    "ResourceNotFound",
    "SagemakerClientError",
    "SerializationError",
    "UnknownOperationError",
    "already_exists",
    "associated",
    "limit_exceeded",
    "not_found",
    "wrong_status",
]


class ResourceLimitExceededError(SagemakerClientError):
    """An account-level service limit is reached."""

    code = "ResourceLimitExceeded"


class CommonError(SagemakerClientError):
    """An error of every AWS JSON service, which no service model declares."""


class SerializationError(CommonError):
    """The body is not JSON, or a member has another JSON type than the model says.

    Code: aws-sdk-perl#237. Texts of the form `NUMBER_VALUE can not be converted to a String`:
    sidecar#148.
    """

    code = "SerializationException"


class UnknownOperationError(CommonError):
    """X-Amz-Target names no operation of the service; AWS answers the code alone."""

    code = "UnknownOperationException"
    message = ""


def not_found(kind: str, arn: str) -> ResourceNotFound:
    """Say that a resource is not there (text invented)."""
    return ResourceNotFound(f"{kind} [{arn}] does not exist.")


def already_exists(kind: str, arn: str) -> ResourceInUseException:
    """Say that a name is taken (text invented)."""
    return ResourceInUseException(f"{kind} [{arn}] already exists. Please use a different name.")


def associated(kind: str, arn: str, holder: str) -> ResourceInUseException:
    """Refuse a deletion because of what the resource holds.

    The text for profiles is verbatim (aws/amazon-sagemaker-feedback#113); the same sentence
    for spaces and domains is invented. `holder` is App, Space or UserProfile.
    """
    return ResourceInUseException(
        f"Unable to delete {kind} [{arn}] because {holder}(s) are associated with it."
    )


def wrong_status(verb: str, kind: str, arn: str, status: str) -> AWSValidationException:
    """Refuse because of a resource's own status (code seen for DeleteSpace; text invented)."""
    return AWSValidationException(
        f"Unable to {verb} {kind} [{arn}] because it is in {status} status."
    )


def limit_exceeded(
    quota: str, unit: str, limit: float, used: int, delta: int = 1
) -> ResourceLimitExceededError:
    """Refuse because of a quota.

    The text is verbatim for apps (aws/amazon-sagemaker-feedback#157) and takes the same form
    for the other kinds (invented). `unit` is the counted noun, such as Apps.
    """
    return ResourceLimitExceededError(
        f"The account-level service limit '{quota}' is {limit:g} {unit}, with current utilization "
        f"of {used:g} {unit} and a request delta of {delta:g} {unit}. Please use AWS Service "
        "Quotas to request an increase for this quota. If AWS Service Quotas is not available, "
        "contact AWS support to request an increase for this quota."
    )
