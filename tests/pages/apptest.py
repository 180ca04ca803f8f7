"""AppTest runs pages without a server, and so without the gate: they are let in here.

- `empty`: settings saved for a domain with an empty table.
- `demo`: settings saved for a domain with twelve people in four teams, two apps running.
- `visit`: opens a page as a visitor's browser would, over whichever of the two is there.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from studio_core import config
from studio_core.access.roles import Role
from studio_core.config import Settings
from studio_core.dashboard import loaders
from studio_core.engine.pace import Pace
from studio_core.hackathon import Hackathon
from studio_core.sandbox.demo import DemoData, seed_demo
from tests.admission import admitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from studio_core.sandbox.serving.server import SandboxServer

ROOT = Path(__file__).resolve().parents[2]
FAST = Pace().scaled(0.02)
SECONDS = 30


@pytest.fixture(autouse=True)
def _organiser() -> Iterator[None]:
    with admitted(Role.ORGANISER):
        yield


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def _save(data: DemoData) -> Settings:
    settings = Settings(
        region=data.region,
        domain_id=data.domain_id,
        table_name=data.table_name,
        event=data.event,
    )
    config.save(settings)
    return settings


@pytest.fixture
def empty(world: DemoData) -> Settings:
    return _save(world)


@pytest.fixture
def demo(sandbox: SandboxServer) -> Settings:
    return _save(seed_demo(sandbox.url, participants=12, teams=4, running_apps=2))


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AppTest]:
    monkeypatch.setattr(loaders, "Hackathon", partial(Hackathon, pace=FAST))

    def visit(path: str = "") -> AppTest:
        page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=SECONDS).run()
        if path:
            page.switch_page(path).run()
        assert not page.exception
        return page

    return visit


@pytest.fixture
def core(visit: object) -> Callable[[], Hackathon]:
    """The `Hackathon` that the pages use."""
    return lambda: loaders.hackathon_for(config.load())


@pytest.fixture
def ended(core: Callable[[], Hackathon]) -> Callable[[AppTest], AppTest]:
    """Waits for the run that a click started, and shows the page again."""

    def ended(page: AppTest) -> AppTest:
        run = core().current_run()
        assert run is not None, [e.value for e in page.error]
        assert run.join(SECONDS)
        page.run()
        assert not page.exception
        return page

    return ended


def as_shown(text: str) -> str:
    """Return Markdown as people read it: without escapes and invisible word joiners."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).replace("\u2060", "")
