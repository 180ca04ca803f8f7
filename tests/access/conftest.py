"""A dashboard behind its gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.access.serving import Served, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "organisers-have-this-token-0123456789"
HELPER_TOKEN = "helpers-have-this-other-token-0123456"


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
