"""Record sign-ins: in this machine's audit log at once, and in the audit table behind it."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from studio_core import config
from studio_core.audit import Audit, AuditEntry
from studio_core.aws.audit import AuditTable
from studio_core.aws.session import Session
from studio_core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from studio_core.access.roles import Actor

_WAITING = 1000
"""Most entries that wait for the table; one more is in the file alone."""


class SignInLog(Audit):
    """The audit log of the gate.

    Somebody must be able to sign in and correct the settings while AWS does not answer, so the
    file is what counts; a thread copies its entries to the table that the settings name.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], datetime]) -> None:
        super().__init__(folder, clock=clock)
        self._waiting: queue.Queue[AuditEntry] = queue.Queue(_WAITING)
        threading.Thread(target=self._copy, name="sign-ins", daemon=True).start()

    def note(
        self,
        actor: Actor,
        deed: str,
        *,
        subject: str = "",
        outcome: str = "done",
        event: str = "",
        **details: object,
    ) -> AuditEntry:
        """Add one entry to the file, under the event of the settings. Raises as `Audit.note`."""
        with suppress(StudioError):  # unreadable settings are reported on the pages
            event = event or config.load().event
        entry = super().note(actor, deed, subject=subject, outcome=outcome, event=event, **details)
        with suppress(queue.Full):
            self._waiting.put_nowait(entry)
        return entry

    def _copy(self) -> None:
        while True:
            entry = self._waiting.get()
            try:
                settings = config.load()
                if settings.audit_table:
                    where = (settings.region, settings.profile, settings.audit_table)
                    _table(*where).write(entry)
            except StudioError:
                pass  # the entry is in the file
            finally:
                self._waiting.task_done()


@lru_cache(maxsize=2)
def _table(region: str, profile: str, name: str) -> AuditTable:
    return AuditTable(Session(region, profile).client("dynamodb"), name)
