"""Somebody who may see the dashboard's pages, without a server and its gate."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from studio_core.dashboard import visitor
from studio_core.dashboard.serving.passes import Pass
from studio_core.dashboard.serving.visits import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.access.roles import Role


@contextmanager
def admitted(role: Role) -> Iterator[None]:
    """Have pages run by somebody of this role, who signs out at the end."""
    visits = kept()
    _, visit = visits.begin("a token", role, "test", "")
    found = Pass(role, visit.until, visit.who, "", visit.id)
    with patch.object(visitor, "_pass", lambda: found):
        yield
    visits.end(visit.id)
