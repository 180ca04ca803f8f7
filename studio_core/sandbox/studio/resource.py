"""Base class of domains, profiles, spaces and apps: ARN, tags, times and a status."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from studio_core.sandbox.studio.lifecycle import Lifecycle

if TYPE_CHECKING:
    from datetime import datetime

Settings = dict[str, Any]


def without_none(**members: Any) -> dict[str, Any]:
    """Return the members that have a value; AWS omits the others."""
    return {key: value for key, value in members.items() if value is not None}


class Resource:
    """Base class of the four kinds. `serial` orders resources of one creation time."""

    kind = ""
    """The type in ARNs and in the tagging API, such as `user-profile`."""
    noun = ""
    """The type in error texts, such as `UserProfile`."""

    def __init__(
        self, *, region: str, account: str, serial: int, now: datetime, tags: dict[str, str]
    ) -> None:
        self.region = region
        self.account = account
        self.serial = serial
        self.created = now
        self.modified = now
        self.tags = tags
        self.failure_reason: str | None = None
        self.state = Lifecycle(self.kind, account)
        self.earlier: tuple[str, datetime] | None = None
        """The previous status and when it ended, for lists that lag."""

    @property
    def path(self) -> str:
        """The part of the ARN after the type."""
        raise NotImplementedError

    @cached_property
    def arn(self) -> str:
        """The Amazon Resource Name."""
        partition = "aws-cn" if self.region.startswith("cn-") else "aws"
        return f"arn:{partition}:sagemaker:{self.region}:{self.account}:{self.kind}/{self.path}"

    @property
    def status(self) -> str:
        """The status as last settled; `Account.touch` updates it."""
        return self.state.resting

    def listed(self, now: datetime, lag: float) -> dict[str, Any]:
        """Return the resource as in a list that is `lag` seconds behind."""
        shown = self.summary()
        if lag and self.earlier and (now - self.earlier[1]).total_seconds() < lag:
            shown["Status"] = self.earlier[0]
        return shown

    def summary(self) -> dict[str, Any]:
        """Return the resource as List does."""
        raise NotImplementedError
