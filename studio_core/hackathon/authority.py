"""Who acts on an event: checked against a role, and recorded, before anything is done."""

from __future__ import annotations

import getpass
import os
import socket
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.access.roles import Actor, permit
from studio_core.errors import GuardError, StudioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


@dataclass(frozen=True, slots=True)
class Authority:
    """An actor on one event, with the audit log of what they do.

    `still` is called before each act and raises a GuardError when the actor was signed out
    since the page was drawn: a button outlives the look that drew it.
    """

    actor: Actor
    backend: Backend
    still: Callable[[], object] | None = None

    def permit(self, act: Act) -> None:
        """Return if the actor may do it; record a refusal.

        Raises:
            GuardError: The role may not, or the actor was signed out.
        """
        try:
            if self.still is not None:
                self.still()
            permit(self.actor.role, act)
        except GuardError as error:
            self.note_end(act.value, outcome=f"refused: {error.sentence}")
            raise

    def note(
        self, deed: str, *, subject: str = "", outcome: str = "done", **details: object
    ) -> AuditEntry:
        """Record what the actor is about to do; never pass a link, a code or a token.

        Raises:
            StudioError: It cannot be recorded, so it must not be done.
        """
        return self.backend.audit.note(
            self.actor,
            deed,
            subject=subject,
            outcome=outcome,
            event=self.backend.settings.event,
            **details,
        )

    def note_end(self, deed: str, **facts: str) -> None:
        """Record how something went whose beginning is on record, if it can be recorded."""
        with suppress(StudioError):
            self.note(deed, **facts)

    @contextmanager
    def recording(self, deed: str, *, subject: str = "") -> Iterator[None]:
        """Record a change before it is made in the block, and afterwards how it went.

        Raises:
            StudioError: It cannot be recorded; the block is not entered.
        """
        self.note(deed, subject=subject, outcome="started")
        outcome = "failed"
        try:
            yield
            outcome = "done"
        except StudioError as error:
            outcome = f"failed: {error.sentence}"
            raise
        finally:
            self.note_end(deed, subject=subject, outcome=outcome)
