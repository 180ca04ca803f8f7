"""Pictures of the web app's pages: `python -m tests.browser.portal_pictures FOLDER [--docs]`.

All pages at both sizes in both colour schemes, or with `--docs` the few that the
documentation shows.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.chromium import launched
from tests.browser.portal_stage import DESKTOP, PHONE, SENDER, Stage, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

Take = tuple[str, "Callable[[Page], object]"]
DOCS = {("form", "desktop", "light"), ("form", "phone", "dark"), ("waiting", "phone", "light")}


def takes(stage: Stage) -> Iterator[Take]:
    """Every page, and what leads to it."""
    event = stage.serve()
    late = stage.pending("late")
    code = event.hackathon.codes().event_code
    mailed = stage.serve(access="mailed-code", sender=SENDER)
    open_to_all = stage.serve(access="email-only")
    over = stage.serve(ends_on="2026-01-01", later=timedelta(days=400))
    ada = "ada.okafor@example.com"
    yield "form", lambda page: page.goto(event.url)
    yield "wrong", lambda page: fill(page, event.url, ada, "WRNG-CDE4")
    yield "waiting", lambda page: fill(page, event.url, late, code)
    yield "email-only", lambda page: page.goto(open_to_all.url)
    yield "mail-form", lambda page: page.goto(mailed.url)
    yield "mailed", lambda page: fill(page, mailed.url, ada)
    yield "over", lambda page: page.goto(over.url)
    yield "nothing", lambda page: page.goto(f"{event.url}nothing")

    def broken(page: Page) -> None:
        stage.fault(errors={"dynamodb.GetItem": "AccessDeniedException"})
        fill(page, event.url, ada, code)
        stage.fault()

    yield "broken", broken

    def too_many(page: Page) -> None:
        for _ in range(21):
            fill(page, event.url, "nobody@example.com", "WRNG-CDE4")
            if page.get_by_role("heading", name="Too many").count():
                break

    yield "too-many", too_many
    yield "studio", lambda page: fill(page, event.url, "niklas@example.com", code)


def picture(browser: Browser, take: Take, size: str, scheme: str, file: Path) -> None:
    """Take one picture."""
    name, act = take
    viewport = PHONE if size == "phone" else DESKTOP
    context = browser.new_context(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type] # two texts
    page = context.new_page()
    act(page)
    page.wait_for_load_state("networkidle")
    if name not in {"waiting", "over", "studio"}:
        page.evaluate("document.activeElement.blur()")  # no blinking cursor
    page.screenshot(path=file)
    context.close()


def main(folder: Path, *, docs: bool) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, Stage(Path(state)) as stage, launched() as browser:
        for take in takes(stage):
            for size in ("phone", "desktop"):
                for scheme in ("light", "dark"):
                    if docs and (take[0], size, scheme) not in DOCS:
                        continue
                    file = folder / f"portal-{take[0]}-{size}-{scheme}.png"
                    picture(browser, take, size, scheme, file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), docs="--docs" in sys.argv)
