"""Signing in and out: what begins a visit, what ends it, and whom the audit log names."""

from __future__ import annotations

import time
from html import unescape

import pytest
from starlette.responses import RedirectResponse, Response
from streamlit.web.server.starlette.starlette_auth_routes import _set_auth_cookie

from studio_core.access.roles import Role
from studio_core.audit import Audit
from studio_core.clock import utcnow
from studio_core.dashboard.serving import oidc
from studio_core.dashboard.serving.gate import PASS_HEADER, Gate
from studio_core.dashboard.serving.passes import PROCESS_SIGNER, verify
from studio_core.dashboard.serving.responses import FORM, LEAVE
from studio_core.dashboard.serving.tokens import GateSettings, Mode
from studio_core.dashboard.serving.visits import Visits
from tests.dashboard.serving.browser import Browser

TOKEN, HELPER_TOKEN = "the-token-of-organisers-01234", "the-token-of-helpers-01234567"
SAME = {"Sec-Fetch-Site": "same-origin"}
CROSS = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


class Behind:
    """What is behind the gate: it shows the pass, and answers a provider's callback."""

    def __init__(self):
        self.claims = {}

    async def __call__(self, scope, receive, send):
        answer = Response(dict(scope["headers"]).get(PASS_HEADER.encode(), b""))
        if scope["path"] in {oidc.CALLBACK, oidc.LOGOUT}:
            answer = RedirectResponse("/")
        if scope["path"] == oidc.CALLBACK and self.claims:
            await _set_auth_cookie(answer, self.claims, {})
        await answer(scope, receive, send)


@pytest.fixture
def visits(tmp_path):
    return Visits(tmp_path / "visits")


@pytest.fixture
def behind():
    return Behind()


@pytest.fixture
def open_browser(visits, behind, tmp_path):
    def open_one(mode=Mode.TOKEN):
        tokens = (TOKEN, HELPER_TOKEN) if mode is Mode.TOKEN else ()
        audit = Audit(tmp_path / "log", clock=utcnow)
        gate = Gate(behind, GateSettings(mode, *tokens), visits=visits, audit=audit)
        return Browser(gate)

    return open_one


def noted(tmp_path):
    entries = Audit(tmp_path / "log", clock=utcnow).entries()
    return [(entry.actor.name, entry.actor.role, entry.outcome) for entry in entries]


def visitor(browser):
    """Return the pass with which the browser's requests reach a page, or None."""
    answer = browser.get("/", headers={"accept": "text/html"})
    return verify(PROCESS_SIGNER, answer.text, time.time())


def test_a_token_begins_a_visit_in_the_name_that_the_form_gives(open_browser, tmp_path):
    browser = open_browser()
    form = {"token": TOKEN, "name": "  Ana\u202e  Li ", "next": "/links?team=2"}
    answer = browser.post(FORM, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/links?team=2")
    found = visitor(browser)
    assert (found.role, found.name) == (Role.ORGANISER, "Ana Li (organiser token)")
    assert noted(tmp_path) == [("Ana Li (organiser token)", Role.ORGANISER, "let in")]


def test_a_name_is_optional(open_browser, tmp_path):
    browser = open_browser()
    assert browser.get(f"/?token={HELPER_TOKEN}").status_code == 303
    assert visitor(browser).name == "helper token"
    assert noted(tmp_path) == [("helper token", Role.HELPER, "let in")]


@pytest.mark.parametrize("next_", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_a_sign_in_leads_nowhere_else(open_browser, next_):
    answer = open_browser().post(FORM, data={"token": TOKEN, "next": next_})
    assert answer.headers["location"] == "/"


def test_signing_in_again_ends_the_visit_before(open_browser, visits):
    browser = open_browser()
    browser.get(f"/?token={TOKEN}")
    first = visitor(browser)
    browser.get(f"/?token={HELPER_TOKEN}")
    assert visitor(browser).role is Role.HELPER
    assert visits.get(first.visit) is None


def test_a_link_of_another_site_makes_no_organiser_a_helper(open_browser):
    browser = open_browser()
    browser.get(f"/?token={TOKEN}")
    first = visitor(browser)
    answer = browser.get(f"/links?token={HELPER_TOKEN}", headers=CROSS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/links")
    assert visitor(browser) == first


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_no_link_from_elsewhere_ends_a_visit(open_browser, site):
    browser = open_browser()
    browser.get(f"/?token={TOKEN}")
    where = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"} if site else {}
    answer = browser.get(LEAVE, headers=where)
    assert "Sign out?" in answer.text
    assert visitor(browser) is not None
    other = {"Origin": "http://evil.example"}
    assert browser.post(LEAVE, headers=other).status_code == 403
    assert visitor(browser) is not None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signing_out_ends_the_visit_and_takes_the_cookie(open_browser, visits, method):
    browser = open_browser()
    browser.get(f"/?token={TOKEN}")
    found = visitor(browser)
    kept = dict(browser.cookies)
    assert kept
    answer = browser.ask(method, LEAVE, headers=SAME)
    assert "You have signed out" in answer.text
    assert not browser.cookies
    assert visits.get(found.visit) is None
    browser.cookies.update(kept)
    assert visitor(browser) is None
    assert "not signed in" in browser.ask(method, LEAVE, headers=SAME).text


def test_a_visit_that_cannot_be_kept_is_refused_with_the_reason(open_browser, tmp_path):
    (tmp_path / "visits").write_text("a file where the folder would be")
    answer = open_browser().get(f"/?token={TOKEN}")
    assert answer.status_code == 500
    assert "cannot be kept" in answer.text
    assert "set-cookie" not in answer.headers


ANA = {"is_logged_in": True, "email": "Ana@Example.com", "email_verified": True}


@pytest.fixture(autouse=True)
def _lists(monkeypatch):
    monkeypatch.setenv("STUDIO_ORGANISERS", "ana@example.com")
    monkeypatch.setenv("STUDIO_HELPERS", "bo@example.com")


@pytest.mark.parametrize("more", [{}, {"groups": "x" * 9_000}], ids=["one cookie", "in pieces"])
def test_a_sign_in_with_a_provider_begins_a_visit(open_browser, behind, visits, tmp_path, more):
    browser = open_browser(Mode.OIDC)
    behind.claims = {**ANA, **more}
    assert browser.get(oidc.CALLBACK).status_code == 307
    found = visitor(browser)
    assert (found.role, found.name) == (Role.ORGANISER, "Ana@Example.com")
    assert noted(tmp_path) == [("Ana@Example.com", Role.ORGANISER, "let in")]
    # Signing out ends the visit, and then what Streamlit and the provider remember.
    answer = browser.get(LEAVE, headers=SAME)
    assert (answer.status_code, answer.headers["location"]) == (303, oidc.LOGOUT)
    assert visits.get(found.visit) is None
    assert visitor(browser) is None


@pytest.mark.parametrize(
    ("claims", "named"),
    [
        ({**ANA, "email": "eve@evil.example"}, "eve@evil.example"),
        ({**ANA, "email_verified": False}, "somebody"),
        ({**ANA, "email_verified": "false"}, "somebody"),
        ({**ANA, "email": None}, "somebody"),
        ({"is_logged_in": True}, "somebody"),
        ({**ANA, "email": ["ana@example.com"]}, "['ana@example.com']"),
        ({**ANA, "email": "ana@example.com\u200b"}, "ana@example.com\u200b"),
    ],
    ids=["stranger", "unverified", "unverified as text", "null", "nameless", "list", "invisible"],
)
def test_strangers_are_told_so_and_are_on_record(open_browser, behind, tmp_path, claims, named):
    browser = open_browser(Mode.OIDC)
    behind.claims = claims
    browser.get(oidc.CALLBACK)
    answer = browser.get("/", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert (named if "@" in named else "This account") in unescape(answer.text)
    assert "This is for organisers" in answer.text
    assert browser.get("/_stcore/host-config").status_code == 401
    assert noted(tmp_path) == [(named, Role.NOBODY, "refused: not on the lists")]


@pytest.mark.parametrize("claims", [{}, {**ANA, "is_logged_in": False}])
def test_a_callback_that_signs_nobody_in_begins_no_visit(open_browser, behind, tmp_path, claims):
    browser = open_browser(Mode.OIDC)
    behind.claims = claims
    assert "studio-visit" not in str(browser.get(oidc.CALLBACK).headers.get("set-cookie"))
    asked = browser.get("/", headers={"accept": "text/html"})
    assert (asked.status_code, "Sign in" in asked.text) == (401, True)
    assert noted(tmp_path) == []


def test_no_link_of_another_site_signs_out_with_the_provider(open_browser, behind):
    browser = open_browser(Mode.OIDC)
    behind.claims = ANA
    browser.get(oidc.CALLBACK)
    assert "Sign out?" in browser.get(oidc.LOGOUT, headers=CROSS).text
    assert visitor(browser) is not None


def test_the_lists_of_this_moment_count(open_browser, behind, monkeypatch):
    browser = open_browser(Mode.OIDC)
    behind.claims = ANA
    browser.get(oidc.CALLBACK)
    monkeypatch.setenv("STUDIO_ORGANISERS", "bo@example.com")
    assert visitor(browser) is None
    monkeypatch.setenv("STUDIO_HELPERS", "@example.com")
    assert visitor(browser).role is Role.HELPER


@pytest.mark.parametrize("mode", [Mode.TOKEN, Mode.OIDC])
def test_nobody_is_let_in_without_a_record(open_browser, behind, tmp_path, mode):
    browser = open_browser(mode)
    (tmp_path / "log").write_text("a file where the folder of the audit log would be")
    if mode is Mode.TOKEN:
        answer = browser.post(FORM, data={"token": TOKEN})
        assert answer.status_code == 500
        assert "audit log" in answer.text
    else:
        behind.claims = ANA
        browser.get(oidc.CALLBACK)
    assert visitor(browser) is None
    assert list((tmp_path / "visits").iterdir()) == []


def test_a_wrong_token_is_said_so_on_record_and_slowed_down(open_browser, tmp_path):
    browser = open_browser()
    for _ in range(5):
        answer = browser.post(FORM, data={"token": "wrong", "next": "/links"})
        assert (answer.status_code, "not the token" in answer.text) == (401, True)
        assert 'value="/links"' in answer.text
    assert noted(tmp_path) == [("somebody", Role.NOBODY, "refused: wrong token")] * 5
    slow = browser.post(FORM, data={"token": "wrong"})
    assert (slow.status_code, slow.headers["retry-after"]) == (429, "2")
    assert "Wait 2 seconds" in slow.text
    assert len(noted(tmp_path)) == 5
    assert browser.post(FORM, data={"token": TOKEN}).status_code == 303


def test_another_site_uses_up_nobodys_attempts(open_browser, tmp_path):
    browser = open_browser()
    for _ in range(20):
        answer = browser.get("/?token=wrong", headers=CROSS)
        assert (answer.status_code, "not the token" in answer.text) == (401, True)
    assert noted(tmp_path) == []
    assert browser.get("/?token=wrong").status_code == 401


def test_the_form_is_shown_where_somebody_opens_its_address(open_browser):
    answer = open_browser().get(FORM)
    assert (answer.status_code, "<form" in answer.text) == (401, True)
