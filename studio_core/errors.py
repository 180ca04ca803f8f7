"""Errors shown to people: a sentence and a remedy each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio_core.model.people import Finding
    from studio_core.model.plans import Plan


class StudioError(Exception):
    """Base of all errors that this project raises on purpose.

    `str(error)` is the sentence; `remedy` says what the reader can do.
    """

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


class SettingsError(StudioError):
    """A setting is missing or invalid."""


class RosterError(StudioError):
    """A roster file cannot be used; `findings` lists every problem in it."""

    def __init__(self, sentence: str, remedy: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(sentence, remedy)
        self.findings = findings


class GuardError(StudioError):
    """A safety check refused: wrong domain, wrong confirmation, another account, no permission."""


class PlanChangedError(StudioError):
    """The domain or the table changed since the plan was shown; `plan` is the new plan."""

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
    """AWS refused a call or could not be reached. `code` is its error code, or `Network`."""

    def __init__(self, sentence: str, remedy: str = "", code: str = "") -> None:
        super().__init__(sentence, remedy)
        self.code = code


class AccessDeniedError(AwsError):
    """The credentials are valid but lack the permission."""


class CredentialsError(AwsError):
    """There are no usable credentials."""


class NotFoundError(AwsError):
    """The resource does not exist."""


class InUseError(AwsError):
    """The resource exists already, or another resource depends on it (ResourceInUse)."""


class QuotaError(AwsError):
    """An account limit is reached (ResourceLimitExceeded)."""


class TransientError(AwsError):
    """Throttling, a server error or a network failure: the same call may succeed later."""


class NotReadyError(TransientError):
    """The resource is in transition; the same call succeeds afterwards."""


class ThrottledError(TransientError):
    """The call was throttled."""
