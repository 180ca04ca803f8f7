"""What a browser makes of a dashboard full of hostile names: text and nothing else."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from studio_core import config
from studio_core.config import Settings
from studio_core.sandbox.demo import seed_demo
from studio_core.sandbox.serving.server import SandboxServer
from tests.hostile import NAMES, fill

pytestmark = pytest.mark.browser

SHORT = 20_000
LIVE = """() => [...document.querySelectorAll(
    'a, img, .katex, svg[id^=mermaid], iframe, [data-testid=stMarkdownContainer] :is(' +
    'em, del, code, h1, h2, h3, li, blockquote, table, pre, hr, .stMarkdownColoredText)'
)].filter(e => /evil/.test(e.outerHTML)).map(e => e.outerHTML.slice(0, 300))"""
"""Elements that a name has become."""

LINKED = NAMES[:9]
"""The names that may become something on a page; the others could only look odd."""

NUMBERED = 2
"""Teams of the demo, which come first."""


def next_team(page, key):
    """Choose the next team in a select box, whose list shows names as they are; return it."""
    box = page.locator(f".st-key-{key}").get_by_role("combobox")
    before = box.input_value()
    box.click()
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).not_to_have_value(before, timeout=SHORT)
    return box.input_value()


def test_no_hostile_name_becomes_more_than_text(serve, visit, tmp_path, monkeypatch):
    with SandboxServer(timescale=0.01) as sandbox:
        for name, value in sandbox.environment().items():
            monkeypatch.setenv(name, value)
        world = seed_demo(sandbox.url, participants=4, teams=2, running_apps=1)
        settings = Settings(
            region=world.region,
            domain_id=world.domain_id,
            table_name=world.table_name,
            event=world.event,
        )
        config.save(settings)
        fill(settings, LINKED)
        with serve() as dashboard:
            someone = visit(dashboard)
            page = someone.page
            someone.enter()
            for title, proof in (("Roster", "free gpus evil"), ("Purge", "To confirm")):
                someone.go(title)
                expect(page.get_by_test_id("stMain")).to_contain_text(proof, timeout=SHORT)
                page.wait_for_timeout(500)  # emoji and mathematics are loaded late
                assert page.evaluate(LIVE) == []

            ways = (("Status", "team-choice", len(LINKED)), ("Links", "links-team", 3))
            for title, key, number in ways:
                someone.go(title)
                teams = set()
                for _ in range(NUMBERED + number):
                    teams.add(next_team(page, key))
                    someone.settled()
                    page.wait_for_timeout(500)
                    assert page.evaluate(LIVE) == []
                assert sum("evil" in team for team in teams) == number
            assert someone.strangers == []
