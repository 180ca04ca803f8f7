"""Who acts on an event: checked against a role, and recorded, before anything is done."""

from __future__ import annotations

import getpass
import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio_core.access.roles import Actor, permit
from studio_core.audit import Audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from studio_core.access.roles import Act
    from studio_core.audit import AuditEntry
    from studio_core.config import Settings
    from studio_core.hackathon.backend import Backend


def default_owner(settings: Settings) -> str:
    """Return who runs this process, as other organisers see it: their name, or `ana@laptop`."""
    if settings.your_name:
        return settings.your_name
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


class AuditSource:
    """Open the audit log when it is first needed, once for everybody who acts."""

    def __init__(
        self,
        backend: Backend,
        folder: Path,
        clock: Callable[[], datetime],
        audit: Audit | None = None,
    ) -> None:
        self._backend = backend
        self._folder = folder
        self._clock = clock
        self._audit = audit

    def open(self) -> Audit:
        """Return the audit log: a local file, and the audit table if one is set."""
        if self._audit is None:
            self._audit = Audit(self._folder, clock=self._clock, sink=self._backend.audit_table)
        return self._audit


@dataclass(frozen=True, slots=True)
class Authority:
    """An actor on one event, with the audit log of what they do.

    `still` is called before each act and raises a GuardError when the actor was signed out
    since the page was drawn: a button outlives the look that drew it.
    """

    actor: Actor
    event: str
    source: AuditSource = field(repr=False)
    still: Callable[[], object] | None = None

    def permit(self, act: Act) -> None:
        """Return if the actor may do it.

        Raises:
            GuardError: The role may not, or the actor was signed out.
        """
        if self.still is not None:
            self.still()
        permit(self.actor.role, act)

    def note(
        self, deed: str, *, subject: str = "", outcome: str = "done", **details: object
    ) -> AuditEntry:
        """Record what the actor did; never pass a link, a code or a token."""
        return self.source.open().note(
            self.actor, deed, subject=subject, outcome=outcome, event=self.event, **details
        )
