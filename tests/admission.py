"""Somebody who may see the dashboard's pages, without a server and its gate."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from studio_core.access.roles import Actor, Role
from studio_core.dashboard import visitor

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def admitted(role: Role) -> Iterator[None]:
    """Have pages run by somebody of this role."""
    actor = Actor("test", role, visitor.FACE)
    with patch.object(visitor, "_actor", lambda **_: actor):
        yield
