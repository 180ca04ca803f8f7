"""AppTest runs pages without a server, and so without the gate: they are let in here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio_core.dashboard import visitor
from studio_core.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _organiser() -> Iterator[None]:
    with visitor.admitted(Role.ORGANISER):
        yield
