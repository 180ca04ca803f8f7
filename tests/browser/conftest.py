"""A real dashboard in a process of its own, over the sandbox, and a browser to drive it.

What the dashboard prints goes to a file, which tests read for what must not be in it.
Screenshots are kept under `.artifacts/browser`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import launched
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / ".artifacts" / "browser"
START_SECONDS = 60
expect.set_options(timeout=20_000)  # milliseconds; other tests make the machine busy
WIDTH, HEIGHT, TALLEST = 1280, 900, 1500
STARTER = (
    "import sys; from studio_core.dashboard.serving.launch import run; "
    "sys.exit(run(int(sys.argv[1]), '127.0.0.1'))"
)


@dataclass
class Dashboard:
    """A running dashboard: where it is, its token, and what it has printed."""

    url: str
    token: str
    log: Path

    def entrance(self, path: str = "") -> str:
        return f"{self.url}/{path}?token={self.token}"

    def printed(self) -> str:
        return self.log.read_text()


@contextmanager
def _served(environ: Mapping[str, str], folder: Path) -> Iterator[Dashboard]:
    port = free_port()
    log = folder / "dashboard.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", STARTER, str(port)],
            env={**os.environ, **environ},
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    try:
        until = time.monotonic() + START_SECONDS
        while "Dashboard: " not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        link = log.read_text().partition("Dashboard: ")[2].split()[0]
        yield Dashboard(f"http://127.0.0.1:{port}", link.partition("token=")[2], log)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def serve(tmp_path: Path) -> Callable[..., object]:
    """Serves a dashboard with the environment that the test has."""
    return lambda **environ: _served(environ, tmp_path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


class Visitor:
    """A person at the browser."""

    def __init__(self, browser: Browser, dashboard: Dashboard) -> None:
        self.dashboard = dashboard
        self.context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light"
        )
        self.context.grant_permissions([])
        self.strangers: list[str] = []
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        self.page = self.context.new_page()
        self.page.on("response", self._seen)
        return self.page

    def _seen(self, response: object) -> None:
        url: str = response.url  # type: ignore[attr-defined]  # Playwright's
        if not url.startswith((self.dashboard.url, "blob:", "data:")):
            self.strangers.append(url)

    def enter(self, path: str = "") -> None:
        self.page.goto(self.dashboard.entrance(path))
        self.settled()

    def go(self, title: str) -> None:
        """Choose a page in the menu."""
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
        expect(self.heading(title)).to_be_visible(timeout=20_000)
        self.settled()

    def heading(self, title: str) -> object:
        return self.page.get_by_role("heading", name=title, exact=True, level=1)

    def settled(self) -> None:
        """Wait until the page has been drawn."""
        idle = self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
        expect(idle).to_be_attached(timeout=30_000)
        expect(self.page.locator("h1")).to_be_visible(timeout=20_000)

    def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.settled()
        self.page.wait_for_timeout(500)  # charts and grids fade in
        tall = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        height = min(max(HEIGHT, tall), TALLEST)
        self.page.set_viewport_size({"width": WIDTH, "height": height})
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=PICTURES / f"{name}.png")
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[Dashboard], Visitor]]:
    made: list[Visitor] = []

    def visit(dashboard: Dashboard) -> Visitor:
        made.append(Visitor(browser, dashboard))
        return made[-1]

    yield visit
    for visitor in made:
        visitor.context.close()
