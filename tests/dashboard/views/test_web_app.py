"""The web app's section of the links page."""

from __future__ import annotations

import csv
import io

import pytest

from studio_core.access.roles import Role
from studio_core.dashboard import downloads, visitor
from studio_core.dashboard.views import web_app
from studio_core.errors import GuardError
from studio_core.hackathon import Hackathon
from studio_core.sandbox.demo import control
from tests.admission import admitted

PAGE = "pages/links.py"
URL = "https://hack.example.org/"


@pytest.fixture
def online(demo, monkeypatch):
    monkeypatch.setenv("STUDIO_WEB_APP_URL", URL)
    return demo


def keys(page):
    return {button.key for button in page.button}


def text(page):
    """Everything that the browser got, as text."""
    return " ".join(str(getattr(node, "proto", "")) for node in page._tree)


def test_without_an_address_it_says_how_to_get_one(demo, visit):
    page = visit(PAGE)
    assert any("studio web-app" in info.value for info in page.info)
    assert "web-app-project" not in keys(page)


def test_the_code_is_read_when_it_is_asked_for_and_not_before(online, sandbox, visit, core):
    control(sandbox.url, "DELETE", "calls")
    page = visit(PAGE)
    assert f"<{URL}>" in text(page)
    assert not any(name.startswith("ssm.") for name in control(sandbox.url, "GET", "calls"))
    assert page.code.len == 0
    page.button(key="web-app-code").click().run()
    code = core().codes().event_code
    assert [element.value for element in page.code] == [code]
    page.button(key="web-app-code").click().run()
    assert page.code.len == 0
    assert code not in text(page)
    assert code not in str(page.session_state._state.filtered_state)


def test_new_codes_are_made_when_their_number_was_typed(online, visit, core):
    page = visit(PAGE)
    old = core().codes()
    page.text_input(key="web-app-new-number").set_value("7").run()
    page.button(key="web-app-new-do").click().run()
    assert any("Type 1 to confirm" in error.value for error in page.error)
    assert core().codes() == old
    page.text_input(key="web-app-new-number").set_value("1").run()
    page.button(key="web-app-new-do").click().run()
    assert core().codes().version == old.version + 1
    assert "access codes renewed" in {entry.deed for entry in core().audit.entries()}


def test_personal_codes_are_counted_and_shown_to_nobody(online, monkeypatch, visit):
    monkeypatch.setenv("STUDIO_ACCESS", "personal-code")
    page = visit(PAGE)
    assert page.text_input(key="web-app-new-number").label == "Type 12 to confirm"
    assert "web-app-code" not in keys(page)


def test_email_only_warns(online, monkeypatch, visit):
    monkeypatch.setenv("STUDIO_ACCESS", "email-only")
    page = visit(PAGE)
    assert any("e-mail gets into their space" in warning.value for warning in page.warning)


def test_who_has_come_in_and_who_has_not(online, visit, core):
    records = core().participants()
    for record in records[:3]:
        core().sign_in.came(record)
    page = visit(PAGE)
    assert "3 of 12 people have come in" in text(page)
    waiting = page.dataframe[-1].value
    assert set(waiting["E-mail"]) == {r.email for r in records[3:]}
    page.button_group(key="web-app-who").set_value("In").run()
    assert set(page.dataframe[-1].value["E-mail"]) == {r.email for r in records[:3]}


def test_helpers_see_who_came_and_no_code(online, visit):
    with admitted(Role.HELPER):
        page = visit(PAGE)
        assert not {"web-app-code", "web-app-project", "web-app-new-do"} & keys(page)
        assert "people have come in" in text(page)


@pytest.mark.parametrize("mode", ["event-code", "personal-code", "email-only"])
def test_cards_carry_what_the_mode_asks_for(online, monkeypatch, mode, core):
    monkeypatch.setenv("STUDIO_ACCESS", mode)
    hackathon = core()
    html = web_app._cards(hackathon)
    codes = hackathon.codes()
    assert html.count('class="card"') == 12
    assert ("hack.example.org" in html, URL in html) == (True, False)
    expected = {"event-code": 12, "personal-code": 0, "email-only": 0}[mode]
    assert html.count(codes.event_code) == expected
    for record in hackathon.participants():
        assert html.count(f">{record.email}<") == 1
        assert (codes.personal_code(record.email) in html) == (mode == "personal-code")
    helper = hackathon.acting_as(visitor.Actor("hugo", Role.HELPER))
    if mode != "email-only":
        with pytest.raises(GuardError):
            web_app._cards(helper)
    assert isinstance(hackathon, Hackathon)


def test_purge_says_that_the_web_app_stays(online, visit):
    page = visit("pages/purge.py")
    assert any("The web app at" in info.value for info in page.info)


def test_purge_says_nothing_of_a_web_app_that_is_not_there(demo, visit):
    page = visit("pages/purge.py")
    assert "Domain id" in text(page)  # the whole page is there
    assert "web app" not in text(page).lower()


def test_personal_codes_stand_in_the_links_file(online, monkeypatch, core):
    monkeypatch.setenv("STUDIO_ACCESS", "personal-code")
    codes = web_app.personal_codes(core())
    rows = list(csv.DictReader(io.StringIO(downloads.links_csv(core().links(team="1"), codes))))
    assert len(rows) == 3
    assert all(row["code"] == core().codes().personal_code(row["email"]) for row in rows)
    with admitted(Role.HELPER):
        assert web_app.personal_codes(core()) is None


def test_an_event_code_stands_in_no_links_file(online, core):
    assert web_app.personal_codes(core()) is None
    assert "code" not in downloads.links_csv(core().links(team="1")).splitlines()[0].split(",")
