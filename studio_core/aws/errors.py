"""Translate exceptions of the SDK into `StudioError`s."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - the SDK's name; endpoint, proxy, TLS and time-outs
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from studio_core.aws.operations import actions_of
from studio_core.errors import (
    AccessDeniedError,
    AwsError,
    CredentialsError,
    InUseError,
    NotFoundError,
    NotReadyError,
    QuotaError,
    ThrottledError,
    TransientError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRANSIENT = {
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "LimitExceededException",
    "RequestTimeout",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    # Rows whose condition failed are told apart before (`table.write`): this is a conflict.
    "TransactionCanceledException",
    "TransactionInProgressException",
}
_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_NOT_FOUND = {"ResourceNotFound", "ResourceNotFoundException", "NoSuchResourceException"}
_IN_USE = {"ResourceInUse", "ResourceInUseException"}

# Messages that mean "gone" or "not ready yet" under an error code that does not say so.
# Seen by the Terraform provider (internal/service/sagemaker) and on real accounts.
_GONE_TEXTS = (
    "has already been deleted",
    "previously failed and was automatically deleted",
    "RecordNotFound",
)
_NOT_READY_TEXTS = ("not in InService", "is not in Available status", "in Pending", "is Pending")

_SERVER_ERROR = 500
_SIGN_IN = "Sign in to AWS again (for example `aws sso login`), or choose another AWS profile."


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Translate what the SDK raises inside the block.

    Args:
        doing: What the block does, for the sentence: `create profile niklas`.

    Raises:
        CredentialsError: No usable credentials.
        AccessDeniedError: The credentials may not do this.
        NotFoundError, InUseError, QuotaError, NotReadyError: As their docstrings say.
        TransientError: Throttling, a server error or a broken connection.
        AwsError: Anything else the API refused.
    """
    try:
        yield
    except ClientError as error:
        raise _from_client_error(error, doing) from error
    except ProfileNotFound as error:
        raise CredentialsError(
            f"{error}.", "Choose a profile that `aws configure list-profiles` shows."
        ) from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise CredentialsError("There are no usable AWS credentials.", _SIGN_IN) from error
    except (SSOError, TokenRetrievalError) as error:
        raise CredentialsError("The AWS sign-in has expired.", _SIGN_IN) from error
    except NoRegionError as error:
        raise AwsError("No AWS region is set.", "Run `studio configure --region …`.") from error
    except (HTTPClientError, ConnectionError) as error:
        raise TransientError(
            f"AWS could not be reached to {doing}.",
            "Check the network, the region and any AWS_ENDPOINT_URL that is set.",
            code="Network",
        ) from error
    except BotoCoreError as error:
        raise AwsError(f"Could not {doing}: {error}.", "Check the value that it names.") from error


def _from_client_error(error: ClientError, doing: str) -> AwsError:
    details = error.response.get("Error", {})
    code = str(details.get("Code", ""))
    message = str(details.get("Message", "")).strip().rstrip(".")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _CREDENTIALS:
        return CredentialsError("AWS does not accept the credentials.", _SIGN_IN, code)
    if code in _DENIED:
        return AccessDeniedError(
            f"Not allowed to {doing}: {message}.", _permission(error.operation_name), code
        )
    kind, remedy = _kind(code, message, status)
    return kind(f"Could not {doing}: {message or code}.", remedy, code)


def _kind(code: str, message: str, status: int) -> tuple[type[AwsError], str]:
    """Return the error class and its remedy; the message takes precedence over the code."""
    gone = any(text in message for text in _GONE_TEXTS)
    early = any(text in message for text in _NOT_READY_TEXTS)
    busy = code in _TRANSIENT or status >= _SERVER_ERROR
    table: list[tuple[bool, type[AwsError], str]] = [
        (gone or code in _NOT_FOUND, NotFoundError, "It may have been deleted meanwhile."),
        (early, NotReadyError, "Wait a little; it is retried."),
        (code in _IN_USE, InUseError, "Remove what still uses it, or try again later."),
        (code == "ResourceLimitExceeded", QuotaError, "Ask for more in Service Quotas."),
        (code in _THROTTLED, ThrottledError, "Try again in a minute."),
        (busy, TransientError, "Try again in a minute."),
    ]
    found = [(kind, remedy) for holds, kind, remedy in table if holds]
    return found[0] if found else (AwsError, "Correct what it names and try again.")


def _permission(operation: str) -> str:
    """Say which permission to ask for."""
    *most, last = actions_of(operation) or ("that it names",)
    if most:
        return f"Ask for the permissions {', '.join(most)} and {last}."
    return f"Ask for the permission {last}."
