"""Chromium for the browser tests: found, or installed. `make browser` runs this as a script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.test 127.0.0.1",  # sites over plain HTTP that are not localhost
)


def system() -> str | None:
    """Path of a Chromium that the system has, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def playwrights() -> str | None:
    """Path of the browser that Playwright itself installed, or None."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def executable() -> str:
    """Path of the browser to drive.

    Raises:
        RuntimeError: There is none.
    """
    found = system() or playwrights()
    if found is None:
        raise RuntimeError("There is no Chromium. Run `make browser` first.")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """Start it without a window, and close it in the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def install() -> None:
    """Install Debian's Chromium when that is possible, otherwise Playwright's own."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            done = subprocess.run(["apt-get", "-qq", *command], env=quiet, check=False)
            if done.returncode:
                break
        if system():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def main() -> int:
    """Make sure of a browser, and say which it is."""
    found = system() or playwrights()
    if found is None:
        install()
        found = executable()
    sys.stdout.write(f"Browser: {found}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
