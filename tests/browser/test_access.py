"""Coming in with a browser: by token, by sign-in with a real OIDC provider, and not at all."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.access.serving import Served, serve
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.tally import Tally

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("access-browser")]

TOKEN = "organisers-have-this-token-0123456789"
HELPER_TOKEN = "helpers-have-this-other-token-0123456"
PAGES = {
    "settings": "Settings",
    "roster": "Roster",
    "status": "Status",
    "links": "Links",
    "purge": "Purge",
}


@contextmanager
def visitor(browser: Browser) -> Iterator[Page]:
    """A browser that has never been here."""
    context = browser.new_context()
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = serve(
        tmp_path_factory.mktemp("dashboard"),
        environ={"STUDIO_TOKEN": TOKEN, "STUDIO_HELPER_TOKEN": HELPER_TOKEN},
    )
    yield served
    served.stop()


@pytest.mark.parametrize("path", PAGES)
def test_a_cold_deep_link_asks_for_the_token_and_then_shows_the_page(
    browser: Browser, dashboard: Served, path: str
):
    with visitor(browser) as page:
        answer = page.goto(f"{dashboard.url}/{path}")
        assert answer is not None
        assert answer.status == 401
        expect(page.get_by_role("heading", name="Open the dashboard")).to_be_visible()
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("heading", name=PAGES[path], exact=True)).to_be_visible(
            timeout=20_000
        )
        assert page.url == f"{dashboard.url}/{path}"
        expect(page.get_by_test_id("stSidebarNav")).to_contain_text("Home")
        expect(page.get_by_test_id("stSidebarNav")).to_contain_text("Purge")
        ours = {c["name"]: c for c in page.context.cookies()}[f"studio-visit-{dashboard.port}"]
        assert ours["httpOnly"]
        assert ours["sameSite"] == "Lax"
        assert ours["expires"] - time.time() < 12 * 3600 + 60
        assert page.evaluate("document.cookie").find("studio-visit") == -1


def test_the_token_leaves_the_address_bar(browser: Browser, dashboard: Served):
    with visitor(browser) as page:
        page.goto(f"{dashboard.url}/links?token={TOKEN}")
        expect(page.get_by_role("heading", name="Links", exact=True)).to_be_visible(timeout=20_000)
        assert "token" not in page.url
        assert TOKEN not in page.content()


def test_a_wrong_token_is_told_and_the_right_one_still_works(browser: Browser, dashboard: Served):
    with visitor(browser) as page:
        page.goto(dashboard.url)
        page.get_by_label("Token").fill("not this one")
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("alert")).to_contain_text("not the token")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible(timeout=20_000)


def test_helpers_see_their_pages_and_no_others(browser: Browser, dashboard: Served):
    with visitor(browser) as page:
        page.goto(f"{dashboard.url}/?token={HELPER_TOKEN}")
        navigation = page.get_by_test_id("stSidebarNav")
        expect(navigation).to_contain_text("Status", timeout=20_000)
        expect(navigation).to_contain_text("Links")
        for title in ("Settings", "Roster", "Purge"):
            expect(navigation).not_to_contain_text(title)
        page.goto(f"{dashboard.url}/purge")
        expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Purge for good")).to_have_count(0)


def test_whoever_leaves_is_asked_again(browser: Browser, dashboard: Served):
    with visitor(browser) as page:
        page.goto(f"{dashboard.url}/?token={TOKEN}")
        expect(page.get_by_role("link", name="Leave")).to_be_visible(timeout=20_000)
        page.goto(f"{dashboard.url}/_access/leave")
        expect(page.get_by_text("You have left the dashboard.")).to_be_visible()
        page.goto(f"{dashboard.url}/status")
        expect(page.get_by_role("heading", name="Open the dashboard")).to_be_visible()


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """An OpenID Connect provider on this machine, which signs in whoever it is told to."""
    port = free_port()
    people = [
        {"sub": "ana", "email": "ana@example.com", "email_verified": True},
        {"sub": "bo", "email": "bo@example.com", "email_verified": True},
        {"sub": "eve", "email": "eve@evil.example", "email_verified": True},
        {"sub": "mallory", "email": "ana@example.com", "email_verified": False},
        {"sub": "nameless"},
    ]
    arguments = [part for person in people for part in ("--user-claims", json.dumps(person))]
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("oidc-provider-mock")), "-p", str(port), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    discovery = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(discovery, timeout=2):
                break
        except OSError:
            assert time.monotonic() < until, "the provider did not start"
            time.sleep(0.1)
    yield discovery
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[Served]:
    """A dashboard with sign-in: ana organises, bo helps."""
    folder = tmp_path_factory.mktemp("club")
    port = free_port()
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a-secret-of-this-test-that-is-long-enough"
client_id = "studio"
client_secret = "of-the-test"
server_metadata_url = "{provider}"
"""
    )
    served = serve(
        folder,
        environ={"STUDIO_ORGANISERS": "ana@example.com", "STUDIO_HELPERS": "bo@example.com"},
        port=port,
    )
    yield served
    served.stop()


def sign_in(page: Page, served: Served, subject: str) -> None:
    page.goto(served.url)
    page.get_by_role("button", name="Sign in").click(timeout=20_000)
    page.wait_for_url("**/oauth2/authorize**", timeout=20_000)
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize").first.click()
    page.wait_for_url(f"{served.url}/**", timeout=20_000)


def test_an_organiser_signs_in(browser: Browser, club: Served):
    assert "token" not in club.entrance
    with visitor(browser) as page:
        sign_in(page, club, "ana")
        expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible(timeout=20_000)
        expect(page.get_by_test_id("stSidebarNav")).to_contain_text("Purge")
        cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
    # Behind the gate, where Streamlit has no such file and no such session.
    assert club.ask("/media/x.csv", headers={"Cookie": cookies}).status == 404
    answer = club.ask("/_stcore/upload_file/s/f", method="PUT", headers={"Cookie": cookies})
    assert answer.status not in {401, 421}


def test_a_helper_signs_in_and_is_a_helper(browser: Browser, club: Served):
    with visitor(browser) as page:
        sign_in(page, club, "bo")
        expect(page.get_by_test_id("stSidebarNav")).to_contain_text("Links", timeout=20_000)
        expect(page.get_by_test_id("stSidebarNav")).not_to_contain_text("Purge")


@pytest.mark.parametrize("subject", ["eve", "mallory", "nameless"])
def test_anybody_else_is_told_so_and_sees_nothing(
    browser: Browser, club: Served, subject: str, tally: Tally
):
    with visitor(browser) as page:
        sign_in(page, club, subject)
        expect(page.get_by_role("heading", name="This is for organisers")).to_be_visible(
            timeout=20_000
        )
        for path in PAGES:
            page.goto(f"{club.url}/{path}")
            expect(page.get_by_role("heading", name="This is for organisers")).to_be_visible(
                timeout=20_000
            )
            expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
    for method, path in (("PUT", "/_stcore/upload_file/s/f"), ("GET", "/media/x.csv")):
        assert club.ask(path, method=method, headers={"Cookie": cookies}).status == 401
    tally("OIDC: strangers", 1 + len(PAGES) + 2)


@pytest.mark.parametrize("path", ["", *PAGES])
def test_nobody_sees_anything_before_the_sign_in(
    browser: Browser, club: Served, path: str, tally: Tally
):
    with visitor(browser) as page:
        page.goto(f"{club.url}/{path}")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=20_000)
        expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        expect(page.get_by_text("Not configured")).to_have_count(0)
    tally("OIDC: nobody yet")
