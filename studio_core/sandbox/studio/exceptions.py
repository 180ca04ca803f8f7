"""Errors of the Studio operations, with AWS's texts where they are public.

Docstrings of this package say what is `Known`, with its source in brackets, and what is
`Invented`; the table in `docs/sandbox.md` is generated from them.
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

    Known: the code [aws-sdk-perl#237].
    Known: texts of the form `NUMBER_VALUE can not be converted to a String` [sidecar#148].
    Invented: the text for a body that is not JSON.
    """

    code = "SerializationException"


class UnknownOperationError(CommonError):
    """X-Amz-Target names no operation of the service.

    Known: the code, and that it comes alone [API reference, Common errors].
    """

    code = "UnknownOperationException"
    message = ""


def not_found(kind: str, arn: str) -> ResourceNotFound:
    """Build the error for a missing resource.

    Invented: the text.
    """
    return ResourceNotFound(f"{kind} [{arn}] does not exist.")


def already_exists(kind: str, arn: str) -> ResourceInUseException:
    """Build the error for a name that is taken.

    Known: the code [botocore].
    Invented: the text, after the one for images in sagemaker-studio-custom-image-samples#17.
    """
    return ResourceInUseException(f"{kind} [{arn}] already exists. Please use a different name.")


def associated(kind: str, arn: str, holder: str) -> ResourceInUseException:
    """Build the error for a deletion that other resources prevent.

    `holder` is App, Space or UserProfile.

    Known: the text for profiles with apps [amazon-sagemaker-feedback#113].
    Known: the text for profiles with spaces [seen on a real account].
    Invented: the same text for spaces and domains.
    """
    return ResourceInUseException(
        f"Unable to delete {kind} [{arn}] because {holder}(s) are associated with it."
    )


def wrong_status(verb: str, kind: str, arn: str, status: str) -> AWSValidationException:
    """Build the error for a status that does not allow an operation.

    Invented: the text.
    """
    return AWSValidationException(
        f"Unable to {verb} {kind} [{arn}] because it is in {status} status."
    )


def limit_exceeded(
    quota: str, unit: str, limit: float, used: int, delta: int = 1
) -> ResourceLimitExceededError:
    """Build the error for a limit that is reached; `unit` is the counted noun, such as Apps.

    Known: the text for apps [amazon-sagemaker-feedback#157].
    Invented: the same text for profiles, spaces, domains and volumes.
    """
    return ResourceLimitExceededError(
        f"The account-level service limit '{quota}' is {limit:g} {unit}, with current utilization "
        f"of {used:g} {unit} and a request delta of {delta:g} {unit}. Please use AWS Service "
        "Quotas to request an increase for this quota. If AWS Service Quotas is not available, "
        "contact AWS support to request an increase for this quota."
    )
