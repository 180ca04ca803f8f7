"""Deviations from normal service behaviour that a rehearsal may ask for; none by default.

The layer above registers a subclass of `Behaviour` for an account.
"""

from __future__ import annotations

from collections import defaultdict


class Behaviour:
    """Normal behaviour: nothing fails and lists are up to date."""

    list_lag: float = 0
    """Seconds by which List operations are behind."""
    refuse_classic: bool = False
    """Refuse new Studio Classic (JupyterServer) apps."""

    def refusal(self, operation: str) -> tuple[str, str] | None:  # noqa: ARG002  # for subclasses
        """Return the error code and text with which `sagemaker.DeleteApp`, say, must fail."""
        return None

    def deletion_failure(self, name: str) -> str | None:  # noqa: ARG002  # for subclasses
        """Return why the deletion of a profile or space fails."""
        return None

    def app_failure(self) -> str | None:
        """Return why the next app fails to start."""
        return None

    def app_delete_seconds(self, label: str) -> float | None:  # noqa: ARG002  # for subclasses
        """Return how long an app takes to stop at timescale 1; None is the usual time."""
        return None


behaviours: defaultdict[str, Behaviour] = defaultdict(Behaviour)
"""The behaviour of each account."""
