"""A dashboard behind its gate, and the count of those who tried to come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.access.serving import Served, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "organisers-have-this-token-0123456789"
TRIES = "tries"
"""Property of a test: how many tried to come in, and how many did."""

HELPER_TOKEN = "helpers-have-this-other-token-0123456"


@dataclass
class Tally:
    """Tries to come in: all, and those that got in."""

    tried: list[str] = field(default_factory=list)
    got_in: list[str] = field(default_factory=list)

    def add(self, what: str, *, got_in: bool) -> None:
        self.tried.append(what)
        if got_in:
            self.got_in.append(what)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Counts the tries of one test; the end of the session tells the sum."""
    counted = Tally()
    yield counted
    request.node.user_properties.append((TRIES, (len(counted.tried), len(counted.got_in))))


@dataclass
class RunningDashboard:
    """A dashboard with both tokens, and a cookie for each."""

    served: Served
    organiser: str
    helper: str
    folder: Path


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDashboard]:
    folder = tmp_path_factory.mktemp("dashboard")
    served = serve(folder, environ={"STUDIO_TOKEN": TOKEN, "STUDIO_HELPER_TOKEN": HELPER_TOKEN})
    try:
        yield RunningDashboard(served, served.cookie(TOKEN), served.cookie(HELPER_TOKEN), folder)
    finally:
        served.stop()


@pytest.fixture
def served_alone(tmp_path: Path) -> Iterator[Served]:
    """A dashboard for one test, whose count of wrong tries is its own."""
    served = serve(tmp_path, environ={"STUDIO_TOKEN": TOKEN})
    yield served
    served.stop()
