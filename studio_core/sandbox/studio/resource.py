"""What domains, profiles, spaces and apps have in common: ARN, tags, times and a status."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from studio_core.sandbox.studio.lifecycle import Lifecycle

if TYPE_CHECKING:
    from datetime import datetime

Settings = dict[str, Any]


def without_none(**members: Any) -> dict[str, Any]:
    """Keep the members that have a value: AWS leaves the others out of its answers."""
    return {key: value for key, value in members.items() if value is not None}


class Resource:
    """What all four kinds share. `serial` orders resources of one creation time."""

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
        """The status before the present one, and when it ended: for lists that lag."""

    @property
    def path(self) -> str:
        """What follows the type in the ARN."""
        raise NotImplementedError

    @cached_property
    def arn(self) -> str:
        """The Amazon Resource Name."""
        partition = "aws-cn" if self.region.startswith("cn-") else "aws"
        return f"arn:{partition}:sagemaker:{self.region}:{self.account}:{self.kind}/{self.path}"

    @property
    def status(self) -> str:
        """The status as it was last settled; `Account.touch` lets it move on."""
        return self.state.resting

    def listed(self, now: datetime, lag: float) -> dict[str, Any]:
        """Show the resource as a list does that is `lag` seconds behind."""
        shown = self.summary()
        if lag and self.earlier and (now - self.earlier[1]).total_seconds() < lag:
            shown["Status"] = self.earlier[0]
        return shown

    def summary(self) -> dict[str, Any]:
        """Show the resource as List does."""
        raise NotImplementedError
