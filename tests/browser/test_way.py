"""The whole way of an organiser in a browser, from nothing to nothing."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from studio_core import config
from studio_core.config import Settings
from studio_core.sandbox.demo import seed_demo
from studio_core.sandbox.serving.server import SandboxServer

pytestmark = pytest.mark.browser

ROSTER = Path(__file__).resolve().parents[2] / "examples" / "roster.csv"
LONG = 60_000
SHORT = 20_000
TITLES = ["Home", "Settings", "Roster", "Status", "Links", "Purge"]


def rows(path: str | Path) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(path).read_text().splitlines()))


def fact(name: str, html: str) -> str:
    found = re.search(rf'id="{name}">(.*?)</dd>', html)
    assert found, html
    return re.sub("<.*?>", "", found[1])


def configure(someone, world):
    """Home leads to the settings, and they are saved."""
    page = someone.page
    expect(page.get_by_role("heading", name="Configure")).to_be_visible(timeout=SHORT)
    page.get_by_role("button", name="Go to Settings").click()
    expect(someone.heading("Settings")).to_be_visible(timeout=SHORT)
    page.get_by_role("combobox", name="Region").fill(world.region)
    page.get_by_role("option", name=world.region).click()
    domain = page.get_by_role("combobox", name="Studio domain")
    expect(domain).to_have_value(re.compile(world.domain_id), timeout=SHORT)
    page.get_by_role("textbox", name="Participants table").fill(world.table_name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("for account")).to_be_visible(timeout=SHORT)
    page.reload()
    expect(page.get_by_text("is in IAM mode")).to_be_visible(timeout=SHORT)
    someone.picture("settings")


def set_up(someone):
    """Upload, preview, apply; the tab is closed, the run goes on, and coming back shows it."""
    someone.go("Roster")
    page = someone.page
    page.locator("input[type=file]").set_input_files(ROSTER)
    expect(page.get_by_text("44 people in 8 teams, 0 errors")).to_be_visible(timeout=SHORT)
    apply = page.get_by_role("button", name="Apply: create 8 spaces, 45 profiles")
    expect(apply).to_be_enabled(timeout=SHORT)
    someone.picture("roster")
    apply.click()
    expect(page.get_by_text("It goes on when this tab is closed")).to_be_visible(timeout=SHORT)
    page.close()
    page = someone.new_tab()
    page.goto(f"{someone.dashboard.url}/roster")
    expect(page.get_by_text("Setting up is done")).to_be_visible(timeout=LONG)
    someone.picture("roster-applied")


def look(someone):
    """Numbers and charts; every team's app is started."""
    someone.go("Status")
    page = someone.page
    expect(page.get_by_text("8 of 8")).to_be_visible(timeout=SHORT)
    page.get_by_role("button", name="Start apps").click()
    page.get_by_role("button", name="Start 8 apps").click()
    expect(page.get_by_text("Starting apps is done")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Close the report").click()
    expect(page.get_by_text("Starting apps is done")).to_have_count(0, timeout=SHORT)
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(5, timeout=SHORT)
    someone.picture("status")
    someone.go("Home")
    expect(page.get_by_role("heading", name="Watch the event")).to_be_visible(timeout=SHORT)
    someone.picture("home")


def take_links(someone, sandbox):
    """Nothing is minted by looking; the CSV is minted at the click, and its links all work."""
    someone.go("Links")
    page = someone.page
    counted = httpx.get(f"{sandbox.url}/_sandbox/calls").json()
    assert "sagemaker.CreatePresignedDomainUrl" not in counted
    with page.expect_download(timeout=LONG) as download:
        page.get_by_role("button", name="Download CSV for all 44 people").click()
    table = rows(download.value.path())
    for row in table:
        shown = httpx.get(row["url"], follow_redirects=True)
        assert shown.status_code == 200
        assert fact("profile", shown.text) == row["profile"]
        assert fact("space", shown.text) == row["space"] == f"team-{row['team']}"
    page.get_by_role("button", name="Show links for all 44 people").click()
    expect(page.get_by_role("button", name="Hide links")).to_be_visible(timeout=SHORT)
    someone.picture("links")
    return table


def purge(someone, world):
    """Armed by the typed id alone; nothing is left although apps were running."""
    someone.go("Purge")
    page = someone.page
    button = page.get_by_role("button", name="Purge hackathon", exact=True)
    expect(button).to_be_disabled(timeout=SHORT)
    someone.picture("purge")
    page.get_by_label("Domain id").fill(world.domain_id)
    expect(button).to_be_enabled(timeout=SHORT)
    button.click()
    expect(page.get_by_text("The domain and the table were looked at again")).to_be_visible(
        timeout=LONG
    )
    expect(page.get_by_text("Deleted 8 apps, 8 spaces, 45 profiles")).to_be_visible()
    with page.expect_download() as report:
        page.get_by_role("button", name="Report as JSON").click()
    assert '"left": []' in Path(report.value.path()).read_text()
    someone.picture("purged")


def test_the_whole_way(serve, visit, sandbox, world):
    with serve() as dashboard:
        someone = visit(dashboard)
        someone.enter()
        configure(someone, world)
        set_up(someone)
        look(someone)
        table = take_links(someone, sandbox)
        assert {r["email"]: r["team"] for r in table} == {
            r["email"]: r["team"] for r in rows(ROSTER)
        }
        assert len({r["profile"] for r in table}) == 44
        purge(someone, world)
        assert someone.strangers == []
        printed = dashboard.printed()
        assert "Traceback" not in printed
        assert not [r["email"] for r in table if r["url"].rpartition("=")[2] in printed]


@pytest.fixture(scope="module")
def small() -> object:
    """A sandbox with a few people, for pages that are only looked at."""
    with SandboxServer(timescale=0.02) as server:
        yield server, seed_demo(server.url, participants=6, teams=2, running_apps=1)


@pytest.mark.parametrize("title", TITLES[1:])
def test_a_cold_deep_link_is_complete(serve, visit, small, title):
    server, data = small
    config.save(
        Settings(
            region=data.region,
            domain_id=data.domain_id,
            table_name=data.table_name,
            event=data.event,
        )
    )
    with serve(**server.environment()) as dashboard:
        someone = visit(dashboard)
        someone.enter(title.lower())
        expect(someone.heading(title)).to_be_visible(timeout=30_000)
        links = someone.page.get_by_test_id("stSidebarNav").get_by_role("link")
        expect(links).to_have_count(len(TITLES))
        assert [link.inner_text().split("\n")[-1] for link in links.all()] == TITLES
        expect(someone.page.get_by_test_id("stSidebar")).to_contain_text(data.domain_id)
        assert someone.page.url == f"{dashboard.url}/{title.lower()}"
        assert "Traceback" not in dashboard.printed()
