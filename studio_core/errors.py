"""Errors that reach people: a sentence, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio_core.model.people import Finding
    from studio_core.model.plans import Plan


class StudioError(Exception):
    """Base of all errors this project raises on purpose.

    `str(error)` is the sentence; `remedy` says what the person can do.
    """

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


class SettingsError(StudioError):
    """A setting is missing or cannot be right."""


class RosterError(StudioError):
    """A roster file cannot be used; `findings` holds every problem found in it."""

    def __init__(self, sentence: str, remedy: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(sentence, remedy)
        self.findings = findings


class GuardError(StudioError):
    """A guard refused: wrong domain, wrong confirmation, another account."""


class PlanChangedError(StudioError):
    """The world moved since the plan was shown; `plan` is the new one."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            "Something changed since this plan was shown.",
            "Look at the new plan and confirm again.",
        )
        self.plan = plan


class RunBusyError(StudioError):
    """Another run holds the lease; the sentence says whose and since when.

    `wait` is in how many seconds the lease may be taken over, when its holder seems to have
    died; None when it is alive.
    """

    def __init__(self, sentence: str, remedy: str = "", wait: float | None = None) -> None:
        super().__init__(sentence, remedy)
        self.wait = wait


class AwsError(StudioError):
    """AWS refused or could not be reached. `code` is the API's error code, or `Network`."""

    def __init__(self, sentence: str, remedy: str = "", code: str = "") -> None:
        super().__init__(sentence, remedy)
        self.code = code


class AccessDeniedError(AwsError):
    """The credentials are valid and may not do this."""


class CredentialsError(AwsError):
    """There are no usable credentials."""


class NotFoundError(AwsError):
    """The resource is not there (any more)."""


class InUseError(AwsError):
    """The resource exists already, or something holds on to it (ResourceInUse)."""


class QuotaError(AwsError):
    """An account limit is reached (ResourceLimitExceeded)."""


class TransientError(AwsError):
    """Throttling, a server error or a broken connection: the same call may succeed later."""


class NotReadyError(TransientError):
    """The resource is still settling; the same call succeeds when it has."""


class ThrottledError(TransientError):
    """The call was refused for its rate alone."""
