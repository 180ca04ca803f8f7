"""The tables of an event: made when they are missing, each on record first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.audit import Audit
from studio_core.errors import NotFoundError

if TYPE_CHECKING:
    from studio_core.hackathon.authority import Authority
    from studio_core.hackathon.backend import Backend


def ensure_tables(backend: Backend, authority: Authority) -> bool:
    """Create the audit table, if one is set, and the participants table; True for the second.

    Raises:
        SettingsError: One of them exists for something else.
        StudioError: It cannot be recorded, so it was not made.
    """
    audited = backend.audit_table
    if audited is not None:
        try:
            audited.check()
        except NotFoundError:
            # A table cannot hold the record of its own making; the file can.
            here = Audit(backend.state, clock=backend.clock)
            event = backend.settings.event
            made = here.note(authority.actor, "audit table made", subject=audited.name, event=event)
            audited.ensure()
            audited.write(made)
    try:
        backend.table.check()
    except NotFoundError:
        with authority.recording("table made", subject=backend.table.name):
            return backend.table.ensure()
    return False
