"""The runs of this process, by event."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from studio_core.model.plans import Plan

if TYPE_CHECKING:
    from studio_core.engine.run import Run


class Runs:
    """The runs of this process, the newest of each event: what a page shows on coming back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[tuple[str, ...], Run] = {}

    def latest(self, plan_or_where: Plan | tuple[str, ...]) -> Run | None:
        """Return the newest run on the same account, region, domain and event, ended or not."""
        with self._lock:
            return self._runs.get(_where(plan_or_where))

    def add(self, run: Run) -> None:
        """Remember a run, which holds the lease, as the newest of its event."""
        with self._lock:
            self._runs[_where(run.plan)] = run


def _where(plan: Plan | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(plan, Plan):
        identity = plan.identity
        return (identity.account, identity.region, identity.domain_id, plan.event)
    return plan
