"""The runs of this process, by event."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio_core.engine.run import Run
    from studio_core.model.studio import Identity


class Runs:
    """The runs of this process, the newest of each event: what a page shows on coming back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[tuple[str, ...], Run] = {}

    def latest(self, identity: Identity, event: str) -> Run | None:
        """Return the newest run on the same account, region, domain and event, ended or not."""
        with self._lock:
            return self._runs.get((*identity.where, event))

    def add(self, run: Run) -> None:
        """Remember a run, which holds the lease, as the newest of its event."""
        with self._lock:
            self._runs[(*run.plan.identity.where, run.plan.event)] = run
