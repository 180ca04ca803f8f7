"""Account-level limits that Studio enforces, by their names in Service Quotas.

Known: the names [terraform-aws-utilities, docs/quotas.md, February 2024].
Invented: that each region counts for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PROFILES = "Maximum number of Studio user profiles allowed per account"
SPACES = "Maximum number of Studio spaces allowed per account"
RUNNING_APPS = "Maximum number of running Studio apps allowed per account"
DOMAINS = "Total domains"
VOLUME_GB = "Total EBS volume size in GB across all Studio Spaces"


def running_apps(app_type: str, instance_type: str) -> str:
    """Return the name of the quota of running apps of one type on one instance type."""
    noun = "instance" if app_type == "KernelGateway" else "instances"  # as AWS lists them
    return f"Studio {app_type} Apps running on {instance_type} {noun}"


class Limits:
    """Where the applied values come from; everything is unlimited until a source is set."""

    def __init__(self) -> None:
        self._source: Callable[[str, str], float | None] | None = None

    def read_from(self, source: Callable[[str, str], float | None]) -> None:
        """Ask `source` from now on: account and name to a value, or None for unlimited."""
        self._source = source

    def value(self, account: str, name: str) -> float | None:
        """Return the applied value of a limit, or None when there is none."""
        return None if self._source is None else self._source(account, name)


limits = Limits()
